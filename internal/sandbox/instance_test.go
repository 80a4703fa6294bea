package sandbox_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

func TestTraps(t *testing.T) {
	for _, test := range []struct{ kind, source string }{
		{"unreachable", "func main; unreachable"},
		{"integer divide by zero", "func main; i32.const 1; i32.const 0; i32.rem_u; drop"},
		{"integer overflow", "func main; i64.const -9223372036854775808; i64.const -1; i64.div_s; drop"},
		{"integer overflow", "global f64 0x7FF0000000000000\nfunc main; global.get 0; i32.trunc_f64_s; drop"},
		{"invalid conversion to integer", "global f32 0x7FC00000\nfunc main; global.get 0; i64.trunc_f32_u; drop"},
		{"out of bounds memory access", "memory 1\nfunc main; i32.const 65533; i32.load; drop"},
		{"out of bounds memory access", "memory 1\nfunc main; i32.const -1; i32.load 2; drop"},
		{"out of bounds memory access", "memory 1\nfunc main; i32.const -1; i32.const 1; i32.store8 4294967295"},
		{"out of bounds memory access", "memory 0\nfunc main; i32.const 0; i32.load8_u; drop"},
		{"invalid table access", "table 2\nfunc main; i32.const 2; call_indirect"},
		{"invalid table access", "table 2\nfunc main; i32.const 1; call_indirect"},
		{"indirect call type mismatch", "table 1\nelem 0 f\nfunc main; i32.const 0; call_indirect\nfunc f i32"},
		{"indirect call type mismatch", "table 1\nelem 0 f\nfunc main; i32.const 0; call_indirect\nfunc f -> i64; i64.const 1"},
		{"indirect call type mismatch", "import env.gas -> i64\ntable 1\nelem 0 gas\nfunc main; i32.const 0; call_indirect"},
		{"stack exhausted", "func main; call main"},
	} {
		t.Run(test.kind, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				w := newWorld(t, interpreter, flat())
				code, in := w.start(t, test.source, 1<<40)
				f, _ := code.Function("main")
				for range 2 { // an instance that trapped can be called again
					var trap *engine.Trap
					if err := in.Call(f.Index); !errors.As(err, &trap) || trap.Kind != test.kind {
						t.Fatalf("got %v, want %q", err, test.kind)
					}
				}
			})
		})
	}
}

// An error of a host function comes out of the call as it went in, from any
// depth, and the instance can be called again.
func TestHostErrorEndsTheGuest(t *testing.T) {
	const source = `
		import env.fail
		import env.tell i64
		global i64 0
		func main; i64.const 1; call tell; call deep; i64.const 2; call tell
		func deep; local 1 i32; loop; call deeper; br 0; end
		func deeper; global.get 0; i64.const 1; i64.add; global.set 0; call fail
		func count; global.get 0; call tell`
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, source, 1<<40)
		f, _ := code.Function("main")
		for range 3 {
			if err := in.Call(f.Index); err != errHost {
				t.Fatalf("got %v", err)
			}
		}
		if got := call(t, code, in, "count"); got != "ok" {
			t.Fatal(got)
		}
		if got := fmt.Sprint(w.told); got != "[1 1 1 3]" {
			t.Errorf("told %s", got)
		}
	})
}

// panicOf runs f and gives what it panicked with.
func panicOf(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// A bug in a host function must not look like a failure of the contract: the
// panic goes on, through any number of instances.
func TestBugInHostFunctionEndsTheProcess(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		var w *world
		var inner func()
		nested := engine.HostFunction{Module: "env", Name: "nested", Call: func([]uint64) { inner() }}
		odd := engine.HostFunction{Module: "env", Name: "odd", Call: func([]uint64) { panic("not an error") }}
		w = newWorld(t, interpreter, flat(), nested, odd)
		outerCode, outer := w.start(t, "import env.nested\nfunc main; call nested", 1000)
		for name, text := range map[string]string{"bug": "index out of range", "odd": "not an error"} {
			code, in := w.start(t, fmt.Sprintf("import env.%s\nfunc main; call %s", name, name), 1000)
			for depth, run := range map[string]func(){
				"directly":                 func() { call(t, code, in, "main") },
				"through another instance": func() { inner = func() { call(t, code, in, "main") }; call(t, outerCode, outer, "main") },
			} {
				// A fresh instance each time: a process that goes on does not exist.
				value := panicOf(run)
				err, ok := value.(error)
				if !ok || !strings.Contains(err.Error(), text) {
					t.Errorf("%s, %s: panicked with %v", name, depth, value)
				}
				code, in = w.start(t, fmt.Sprintf("import env.%s\nfunc main; call %s", name, name), 1000)
				outerCode, outer = w.start(t, "import env.nested\nfunc main; call nested", 1000)
			}
		}
	})
}

// A host function may run other contracts, also other instances of the same
// code, and the outcome of the inner one does not touch the outer one.
func TestHostFunctionsCallOtherInstances(t *testing.T) {
	const source = `
		import env.again i64
		import env.tell i64
		import env.fail
		memory 1
		global i64 0
		func main
		global.get 0; i64.const 1; i64.add; global.set 0
		i32.const 0; global.get 0; i64.store
		i64.const 0; call again          # ends well
		i64.const 1; call again          # traps
		i64.const 2; call again          # ends by a host error
		i64.const 3; call again          # runs out of gas
		i32.const 0; i64.load; call tell
		global.get 0; call tell
		func good; i64.const 7; global.set 0; i32.const 0; i64.const 8; i64.store
		func trap; local 1 i32; i64.const 9; global.set 0; unreachable
		func fails; i32.const 0; i64.const 9; i64.store; call fail
		func dry; loop; br 0; end`
	names := []string{"good", "trap", "fails", "dry"}
	engines(t, func(t *testing.T, interpreter bool) {
		var w *world
		var outcomes []string
		again := engine.HostFunction{Module: "env", Name: "again", Type: wasm.FuncType{Params: []wasm.ValueType{wasm.I64}},
			Call: func(stack []uint64) {
				outer := w.current
				code, in := w.start(t, source, 10_000)
				outcomes = append(outcomes, call(t, code, in, names[stack[0]]))
				w.current = outer
			}}
		w = newWorld(t, interpreter, flat(), again)
		code, in := w.start(t, source, 1000)
		if got := call(t, code, in, "main"); got != "ok" {
			t.Fatal(got)
		}
		want := "[ok trap: unreachable " + errHost.Error() + " out of gas]"
		if got := fmt.Sprint(outcomes); got != want {
			t.Errorf("outcomes %s, want %s", got, want)
		}
		if got := fmt.Sprint(w.told); got != "[1 1]" {
			t.Errorf("the outer instance tells %s", got)
		}
		if used := 1000 - in.Gas(); used != 4+3+4*2+3+2+1 {
			t.Errorf("the outer instance used %d", used)
		}
	})
}

// The error of an inner instance that the host passes on ends the outer one.
func TestInnerErrorPassedOn(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		var w *world
		pass := engine.HostFunction{Module: "env", Name: "pass", Call: func([]uint64) {
			code, in := w.start(t, "import env.fail\nfunc main; call fail", 1000)
			f, _ := code.Function("main")
			panic(fmt.Errorf("inner: %w", in.Call(f.Index)))
		}}
		w = newWorld(t, interpreter, flat(), pass)
		code, in := w.start(t, "import env.pass\nfunc main; call pass", 1000)
		f, _ := code.Function("main")
		err := in.Call(f.Index)
		if !errors.Is(err, errHost) || err.Error() != "inner: "+errHost.Error() {
			t.Errorf("got %v", err)
		}
	})
}

func TestMemoryGrows(t *testing.T) {
	const source = `
		import env.grow i64
		import env.tell i64
		memory 1 3
		data 65534 ab
		func main
		memory.size; i64.extend_i32_u; call tell
		i64.const 1; call grow
		memory.size; i64.extend_i32_u; call tell
		i32.const 65536; i64.load8_u; call tell       # written by the host
		i32.const 131064; i64.const 5; i64.store
		i32.const 2; memory.grow; i64.extend_i32_s; call tell
		i32.const 1; memory.grow; i64.extend_i32_s; call tell
		i64.const 1; call grow
		i32.const 131064; i64.load; call tell
		i32.const 65535; i64.load8_u; call tell
		memory.size; i64.extend_i32_u; call tell`
	engines(t, func(t *testing.T, interpreter bool) {
		var w *world
		grow := engine.HostFunction{Module: "env", Name: "grow", Type: wasm.FuncType{Params: []wasm.ValueType{wasm.I64}},
			Call: func(stack []uint64) {
				if w.current.Grow(uint32(stack[0])) {
					w.current.Memory()[65536] = 77
				} else {
					w.told = append(w.told, -100)
				}
			}}
		w = newWorld(t, interpreter, flat(), grow)
		code, in := w.start(t, source, 1000)
		if got := call(t, code, in, "main"); got != "ok" {
			t.Fatal(got)
		}
		if got := fmt.Sprint(w.told); got != "[1 2 77 -1 2 -100 5 98 3]" {
			t.Errorf("told %s", got)
		}
		if n := len(in.Memory()); n != 3*wasm.PageBytes {
			t.Errorf("memory has %d bytes", n)
		}
	})
}

// Without a declared maximum, memory grows to 1,000 pages.
func TestMemoryLimit(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, `
			import env.tell i64
			memory 1
			func main
			i32.const 1000; memory.grow; i64.extend_i32_s; call tell
			i32.const 999; memory.grow; i64.extend_i32_s; call tell
			i32.const 1; memory.grow; i64.extend_i32_s; call tell
			i32.const -1; memory.grow; i64.extend_i32_s; call tell`, 1000)
		if in.Grow(1000) || in.Grow(1<<32-1) {
			t.Error("grew by 1,000 pages")
		}
		if got := call(t, code, in, "main"); got != "ok" || fmt.Sprint(w.told) != "[-1 1 -1 -1]" {
			t.Errorf("%s, told %v", got, w.told)
		}
		if in.Grow(1) || !in.Grow(0) {
			t.Error("grew beyond the limit")
		}
	})
}

func TestModuleWithoutMemory(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, "func main", 1000)
		if in.Memory() != nil || in.Grow(0) || code.ExportsMemory() {
			t.Error("there is a memory")
		}
	})
}

// A segment that does not fit makes the contract invalid.
func TestSegmentsThatDoNotFit(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		for source, fits := range map[string]bool{
			"memory 1\ndata 65535 a\nfunc main":           true,
			"memory 1\ndata 65535 ab\nfunc main":          false,
			"memory 1\ndata -1 a\nfunc main":              false,
			"table 2\nelem 1 main\nfunc main":             true,
			"table 2\nelem 1 main main\nfunc main":        false,
			"table 2\nelem 2 main\nfunc main":             false,
			"memory 0\ndata 0\nfunc main":                 true,
			"memory 1\ndata 0 a\ndata 65536 b\nfunc main": false,
		} {
			module := assemble(t, source)
			code, err := w.Load(sha256.Sum256(module), module)
			if err == nil {
				var in *sandbox.Instance
				if in, err = w.Start(code, 1000); err == nil {
					w.Stop(in)
				}
			}
			if (err == nil) != fits {
				t.Errorf("%q: %v", source, err)
			}
		}
	})
}

// Exports keep their names for the host, whatever they are, and cannot be
// mistaken for those of the instrumentation.
func TestExports(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, `
			import env.tell i64
			memory 1
			func gas; i64.const 1; call tell
			func f0; i64.const 2; call tell
			func reason -> i32; i64.const 3; call tell; i32.const 9
			func takes i32`, 1000)
		for _, name := range []string{"gas", "f0", "reason"} {
			if got := call(t, code, in, name); got != "ok" {
				t.Errorf("%s: %s", name, got)
			}
		}
		if fmt.Sprint(w.told) != "[1 2 3]" {
			t.Errorf("told %v", w.told)
		}
		if _, ok := code.Function("memory"); ok || !code.ExportsMemory() {
			t.Error("the memory is a function")
		}
		if n := len(code.Functions()); n != 4 {
			t.Errorf("%d functions", n)
		}
		takes, _ := code.Function("takes")
		if len(takes.Type.Params) != 1 || panicOf(func() { _ = in.Call(takes.Index) }) == nil {
			t.Error("a function with parameters can be called")
		}
	})
}

// Gas cannot wrap, whatever the prices.
func TestHighestPrices(t *testing.T) {
	prices := meter.Prices{LocalAllocate: 1<<32 - 1}
	for i := range prices.Opcode {
		prices.Opcode[i] = 1<<32 - 1
	}
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, prices)
		// 200 calls, as many as there is room for, each of which overspends after the last test.
		source := "func main; i32.const 200; call f\nfunc f i32; local 8 i64\n" +
			"local.get 0; i32.eqz; if; return; end; local.get 0; i32.const 1; i32.sub; call f\n" +
			strings.Repeat("nop;", 10_000)
		code, in := w.start(t, source, 200*(1<<32)*24)
		if got := call(t, code, in, "main"); got != "out of gas" || in.Gas() >= 0 {
			t.Errorf("%s, %d left", got, in.Gas())
		}
	})
}

func TestHostCallAllocatesNothing(t *testing.T) {
	var input, result int64 = 100, 0
	s, err := sandbox.New(sandbox.Options{Prices: flat(), Functions: kernelFunctions(&input, &result)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if s.EngineName() != "compiler" {
		t.Skip("the compiler is not used on this machine, and the interpreter allocates in wazero")
	}
	code, err := s.Load(sha256.Sum256(kernels), kernels)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.Start(code, 1<<62)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop(in)
	f, _ := code.Function("hostcalls")
	if n := testing.AllocsPerRun(100, func() {
		if err := in.Call(f.Index); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a call with 100 host calls", n)
	}
}

func TestEngineByPlatform(t *testing.T) {
	w := newWorld(t, false, flat())
	want := "interpreter"
	if runtime.GOARCH == "amd64" {
		want = "compiler"
	}
	if got := w.EngineName(); got != want {
		t.Errorf("%s runs on %s", got, runtime.GOARCH)
	}
	if got := newWorld(t, true, flat()).EngineName(); got != "interpreter" {
		t.Errorf("%s runs where the interpreter was asked for", got)
	}
}
