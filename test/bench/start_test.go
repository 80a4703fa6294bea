package bench

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// pids is a log that remembers which process has the turn.
type pids struct {
	slog.Handler
	mu  sync.Mutex
	pid int
}

func newPids() *pids { return &pids{Handler: slog.DiscardHandler} }

func (p *pids) Enabled(context.Context, slog.Level) bool { return true }
func (p *pids) WithAttrs([]slog.Attr) slog.Handler       { return p }

func (p *pids) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "core started" || r.Message == "core takes over" {
		r.Attrs(func(a slog.Attr) bool {
			if a.Key == "pid" {
				p.mu.Lock()
				p.pid = int(a.Value.Int64())
				p.mu.Unlock()
			}
			return true
		})
	}
	return nil
}

func (p *pids) now() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pid
}

// resident is the resident memory of a process, in kB.
func resident(t testing.TB, pid int) int {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if size, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, err := strconv.Atoi(strings.Fields(size)[0])
			if err != nil {
				t.Fatal(err)
			}
			return kB
		}
	}
	t.Fatalf("process %d has no VmRSS", pid)
	return 0
}

// rested is longer than Core takes to give memory back.
const rested = 2500 * time.Millisecond

// starts is a new process until its first result, and what it takes at rest.
func (r *report) starts() {
	const group = "Start"
	c := newChain()
	r.measure(group, "process until its first result", 10, func(int) {
		for range 10 {
			d, err := driver.New(c, driver.Options{Self: true, Codec: driver.Binary})
			if err != nil {
				r.t.Fatal(err)
			}
			deploy(r.t, c, d, "counter")
			if err := d.Close(); err != nil {
				r.t.Fatal(err)
			}
		}
	})
	r.figures[len(r.figures)-1].note = "a deployment; with the end of the process"
	if runtime.GOOS != "linux" {
		return // what follows looks into /proc
	}
	log := newPids()
	d, err := driver.New(c, driver.Options{Self: true, Logger: slog.New(log)})
	if err != nil {
		r.t.Fatal(err)
	}
	memory := func(name string) { r.note(group, name, fmt.Sprintf("%d kB", resident(r.t, log.now()))) }
	memory("resident memory of a process that did nothing")
	work := increments(r.t, c, d)
	for i := range 20_000 {
		work.call(i)
	}
	memory("resident memory after 20,000 calls in JSON")
	time.Sleep(rested)
	memory("resident memory after a rest")
	if err := d.Close(); err != nil {
		r.t.Fatal(err)
	}
}

// numbered makes code that was never seen out of other code: it has one more
// type of functions. A mere custom section would not reach the compiler, which
// then finds that it knows the module.
func numbered(module []byte, n int) []byte {
	typ := append([]byte{0x60, 16}, make([]byte, 16)...)
	for i := range 16 {
		typ[2+i] = 0x7F - byte(n>>i&1) // i32 or i64
	}
	typ = append(typ, 0) // no result
	out := bytes.Clone(module[:8])
	for at := 8; at < len(module); {
		id := module[at]
		size, w := leb(module[at+1:])
		content := module[at+1+w : at+1+w+size]
		if id == 1 {
			count, cw := leb(content)
			content = slices.Concat(appendLEB(nil, count+1), content[cw:], typ)
		}
		out = appendLEB(append(out, id), len(content))
		out = append(out, content...)
		at += 1 + w + size
	}
	return out
}

func deployCode(t testing.TB, c *chain, e vm.Executor, code []byte, args ...[]byte) vm.Address {
	t.Helper()
	c.account(user(0)).Nonce++
	out, err := e.Create(t.Context(), &vm.CreateInput{
		Input: vm.Input{Caller: user(0), Arguments: args, GasProvided: 1 << 40},
		Code:  code, CodeMetadata: []byte{5, 0},
	})
	if err != nil || out.Code != vm.OK {
		t.Fatalf("deploying %d bytes: %+v, %v", len(code), out, err)
	}
	c.apply(out)
	for i := range out.Accounts {
		if len(out.Accounts[i].Code) > 0 {
			return out.Accounts[i].Address
		}
	}
	t.Fatal("a deployment gave no code")
	return vm.Address{}
}

// crashes are the first call of a large contract after Core was killed.
func (r *report) crashes() {
	if runtime.GOOS != "linux" {
		return
	}
	const group = "First call of a contract of 114 kB after a crash"
	for _, standby := range []bool{false, true} {
		c, log := newChain(), newPids()
		d, err := driver.New(c, driver.Options{Self: true, Codec: driver.Binary, Standby: standby, Logger: slog.New(log)})
		if err != nil {
			r.t.Fatal(err)
		}
		large := deployCode(r.t, c, d, enlarge(r.t, contracts.Wasm("erc20"), 114_000), []byte{100})
		name := "without a Core that stands by"
		if standby {
			name = "with a Core that stands by and has compiled it"
		}
		if err := d.Prepare(r.t.Context(), driver.Code{Address: large, Hash: c.account(large).CodeHash}); err != nil {
			r.t.Fatal(err)
		}
		in := balanceOf(large)
		fig := figure{group: group, name: name}
		for range repetitions {
			call(r.t, c, d, in)
			for standby && !d.Stats().Standby {
				time.Sleep(time.Millisecond)
			}
			core, err := os.FindProcess(log.now())
			if err == nil {
				err = core.Kill()
			}
			if err != nil {
				r.t.Fatal(err)
			}
			for !d.IsClosed() {
				time.Sleep(time.Millisecond)
			}
			cpu, begin := cpuTime(r.t), time.Now()
			call(r.t, c, d, in)
			fig.samples = append(fig.samples, sample{time.Since(begin), cpuTime(r.t) - cpu})
		}
		r.add(fig)
		if err := d.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
}
