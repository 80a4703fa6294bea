package bench

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// callsOfARun is how many calls one repetition makes.
const callsOfARun = 5000

// calls are the warm calls, every way.
func (r *report) calls() {
	for _, load := range loads() {
		for _, w := range ways() {
			for _, pinned := range []bool{true, false} {
				name := load.name + " " + w.name + " free"
				restore := func() {}
				if pinned {
					name = load.name + " " + w.name + " pinned"
					restore = pin(r.t)
				}
				c := newChain()
				e, err := w.start(c)
				if err != nil {
					r.t.Fatal(err)
				}
				work := load.start(r.t, c, e)
				n := 0
				r.measure("Calls, warm, applied to the node's accounts", name, callsOfARun, func(int) {
					for range callsOfARun {
						work.call(n)
						n++
					}
				})
				work.check(n)
				if d, ok := e.(*driver.Driver); ok {
					r.figures[len(r.figures)-1].note = fmt.Sprintf("%+v", d.Predictions())
				}
				if err := e.Close(); err != nil {
					r.t.Fatal(err)
				}
				restore()
			}
		}
	}
}

// kernel runs an export of the loops contract and gives its result.
func kernel(t testing.TB, c *chain, e vm.Executor, loops vm.Address, name string, n int64) string {
	t.Helper()
	out, err := e.Call(t.Context(), &vm.CallInput{
		Input:     vm.Input{Caller: user(0), Arguments: [][]byte{binary.BigEndian.AppendUint64(nil, uint64(n))}, GasProvided: 1 << 50},
		Recipient: loops, Function: name,
	})
	if err != nil || out.Code != vm.OK {
		t.Fatalf("%s: %+v, %v", name, out, err)
	}
	return hex.EncodeToString(out.ReturnData[0])
}

var kernelRuns = []struct {
	name   string
	n      int64
	result string
}{
	{"fib", 32, "213d05"},
	{"loop", 100_000_000, "5b25bf78d0427115"},
	{"sha", 8192, "4f8a6fc4794ea88f"},
	{"sieve", 100, "09fb78"},
}

// kernels are loops in a contract, on wazero without our metering, and native.
func (r *report) kernels() {
	const group = "Kernels"
	c := newChain()
	e, err := inprocess.New(c, vm.Config{})
	if err != nil {
		r.t.Fatal(err)
	}
	loops := deploy(r.t, c, e, "loops")
	program := r.compileNative()
	for _, k := range kernelRuns {
		ours := r.measure(group, k.name+" contract", 1, func(int) {
			if got := kernel(r.t, c, e, loops, k.name, k.n); got != k.result && "00"+got != k.result {
				r.t.Fatalf("%s gave %s, want %s", k.name, got, k.result)
			}
		})
		bare := r.plainWazero(group, k.name, k.n)
		note := fmt.Sprintf("%.2f × wazero without metering", ratio(ours, bare))
		if k.name == "fib" {
			note += fmt.Sprintf(", %.2f × the same in Go", ratio(ours, r.goFib(group, k.n)))
		}
		if program != "" {
			native := r.native(group, program, k.name, k.n, k.result)
			note += fmt.Sprintf(", %.2f × native", ratio(ours, native))
		}
		r.note(group, k.name+" ratio of the CPU times", note)
	}
	const calls = 1_000_000
	r.measure(group, "host call with charge (getGasLeft)", calls, func(int) { kernel(r.t, c, e, loops, "hostcalls", calls) })
	if err := e.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// ratio compares medians of CPU time.
func ratio(a, b figure) float64 {
	return float64(a.cpus()[len(a.samples)/2]) / float64(b.cpus()[len(b.samples)/2])
}

// compileNative compiles the kernels with what there is; "" if there is nothing.
func (r *report) compileNative() string {
	for _, compiler := range []string{"gcc", "clang"} {
		path, err := exec.LookPath(compiler)
		if err != nil {
			continue
		}
		program := filepath.Join(r.t.TempDir(), "native")
		source := filepath.Join("..", "contracts", "loops", "native.c")
		if out, err := exec.Command(path, "-O2", "-fno-builtin", "-o", program, source).CombinedOutput(); err != nil {
			r.t.Fatalf("%v: %s", err, out)
		}
		r.note("Kernels", "native is", compiler+" -O2 -fno-builtin")
		return program
	}
	return ""
}

// native runs a kernel natively. The start of the program is not counted: it is
// in a run of one and in a run of several.
func (r *report) native(group, program, name string, n int64, result string) figure {
	const more = 4
	run := func(repetitions int) sample {
		cmd := exec.Command(program, name, strconv.FormatInt(n, 10), strconv.Itoa(repetitions))
		begin := time.Now()
		out, err := cmd.Output()
		if err != nil {
			r.t.Fatal(err)
		}
		took := time.Since(begin)
		for line := range strings.Lines(string(out)) {
			if f := strings.Fields(line); len(f) != 4 || strings.TrimLeft(f[2], "0") != strings.TrimLeft(result, "0") {
				r.t.Fatalf("%s gave %q natively, want %s", name, line, result)
			}
		}
		return sample{took, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	}
	fig := figure{group: group, name: name + " native"}
	for range repetitions {
		one, several := run(1), run(1+more)
		fig.samples = append(fig.samples, sample{(several.wall - one.wall) / more, (several.cpu - one.cpu) / more})
	}
	r.add(fig)
	return fig
}

// goFib is the recursion as Go compiles it.
func (r *report) goFib(group string, n int64) figure {
	return r.measure(group, "fib in Go", 1, func(int) {
		if got := fib(uint64(n)); fmt.Sprintf("%x", got) != kernelRuns[0].result {
			r.t.Fatalf("fib(%d) is %x in Go", n, got)
		}
	})
}

//go:noinline
func fib(n uint64) uint64 {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

// plainWazero runs the same module without any of our parts.
func (r *report) plainWazero(group, name string, n int64) figure {
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
	defer runtime.Close(ctx)
	compiled, err := runtime.CompileModule(ctx, contracts.Wasm("loops"))
	if err != nil {
		r.t.Fatal(err)
	}
	env := runtime.NewHostModuleBuilder("env")
	for _, f := range compiled.ImportedFunctions() {
		_, imported, _ := f.Import()
		env.NewFunctionBuilder().WithGoFunction(api.GoFunc(func(_ context.Context, stack []uint64) {
			if imported == "int64getArgument" {
				stack[0] = uint64(n)
			}
		}), f.ParamTypes(), f.ResultTypes()).Export(imported)
	}
	if _, err := env.Instantiate(ctx); err != nil {
		r.t.Fatal(err)
	}
	module, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig())
	if err != nil {
		r.t.Fatal(err)
	}
	f := module.ExportedFunction(name)
	return r.measure(group, name+" wazero without metering", 1, func(int) {
		if err := f.CallWithStack(ctx, make([]uint64, 1)); err != nil {
			r.t.Fatal(err)
		}
	})
}

func leb(b []byte) (n, width int) {
	v, w := binary.Uvarint(b)
	return int(v), w
}

func appendLEB(dst []byte, n int) []byte { return binary.AppendUvarint(dst, uint64(n)) }
