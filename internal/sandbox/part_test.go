package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// partsBody has a small init, and two others of which one is large. %s goes
// into init.
const partsBody = `
	import env.tell i64
	memory 1
	table 2
	elem 0 called other
	func called; i64.const 2; call tell
	func init; i64.const 1; call tell; %s
	func other; i64.const 3; call tell
	func large
%s
	i64.const 4; call tell`

func partsModule(t *testing.T, inInit string) []byte {
	return assemble(t, fmt.Sprintf(partsBody, inInit, strings.Repeat("\ti64.const 1234567; drop\n", 400)))
}

func free(uint64) error { return nil }

// loadInit loads code of which init only is to run.
func loadInit(t *testing.T, w *world, module []byte) *sandbox.Code {
	t.Helper()
	code, err := w.LoadFor("init", sha256.Sum256(module), module, free)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// started starts an instance.
func started(t *testing.T, w *world, code *sandbox.Code) *sandbox.Instance {
	t.Helper()
	in, err := w.Start(code, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// run calls a function of a new instance, and gives how it ended, what it told
// and the gas that it left.
func (w *world) run(t *testing.T, code *sandbox.Code, function string) string {
	t.Helper()
	in := started(t, w, code)
	defer w.Stop(in)
	w.told = nil
	return fmt.Sprint(call(t, code, in, function), w.told, in.Gas())
}

// leftOut says whether an instance has no such function.
func leftOut(t *testing.T, code *sandbox.Code, in *sandbox.Instance, function string) (out bool) {
	t.Helper()
	defer func() { out = recover() != nil }()
	call(t, code, in, function)
	return false
}

// A deployment compiles what init reaches; the rest is there as soon as it is
// asked for. Each function does the same either way.
func TestADeploymentCompilesWhatInitReaches(t *testing.T) {
	for _, test := range []struct {
		name, inInit string
		tells        string // by init
		whole        bool   // all is compiled at once
	}{
		{"init calls nothing", "", "[1]", false},
		{"init calls a function", "call called", "[1 2]", false},
		{"init calls by the table", "i32.const 1; call_indirect", "[1 3]", false},
		{"init reaches all", "call large", "[1 4]", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				module := partsModule(t, test.inInit)
				whole := newWorld(t, interpreter, flat())
				all, err := whole.Load(sha256.Sum256(module), module)
				if err != nil {
					t.Fatal(err)
				}
				w := newWorld(t, interpreter, flat())
				code := loadInit(t, w, module)
				in := started(t, w, code)
				if leftOut(t, code, in, "other") == test.whole {
					t.Error("an instance for init has a function that init does not reach, or lacks one that it does")
				}
				w.Stop(in)
				for range 3 {
					got, want := w.run(t, code, "init"), whole.run(t, all, "init")
					if got != want || !strings.Contains(got, test.tells) {
						t.Errorf("init gave %s, as part of the whole %s", got, want)
					}
				}
				if again := loadInit(t, w, module); again != code {
					t.Error("another deployment of the same code compiles it again")
				}
				if err := w.ReadyFor("other", code); err != nil {
					t.Fatal(err)
				}
				for _, function := range []string{"large", "other", "called", "init", "large"} {
					if got, want := w.run(t, code, function), whole.run(t, all, function); got != want {
						t.Errorf("%s gave %s, want %s", function, got, want)
					}
				}
				if again, err := w.Load(sha256.Sum256(module), module); again != code || err != nil {
					t.Errorf("it was compiled again: %v", err)
				}
			})
		})
	}
}

// deployer deploys contracts that differ.
type deployer struct {
	*world
	count int
}

func (d *deployer) fresh(t *testing.T) []byte {
	d.count++
	return partsModule(t, fmt.Sprintf("i64.const %d; drop", d.count))
}

// whole loads code to run any function.
func (d *deployer) whole(t *testing.T, module []byte) *sandbox.Code {
	t.Helper()
	code, err := d.Load(sha256.Sum256(module), module)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// large runs the function that init does not reach.
func (d *deployer) large(t *testing.T, code *sandbox.Code) {
	t.Helper()
	if got := d.run(t, code, "large"); !strings.Contains(got, "ok[4]") {
		t.Errorf("it gave %s", got)
	}
}

// The whole can come while init runs, as when init lets others call its
// contract, and it can come from the side.
func TestTheRestOfACodeComesAtAnyTime(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(t *testing.T, d *deployer)
	}{
		{"while init runs", func(t *testing.T, d *deployer) {
			module := d.fresh(t)
			in := started(t, d.world, loadInit(t, d.world, module))
			code := d.whole(t, module)
			d.large(t, code)
			if got := call(t, code, in, "init"); got != "ok" {
				t.Errorf("init ended with %s", got)
			}
			d.Stop(in)
			d.large(t, code)
		}},
		{"from the side, in time", func(t *testing.T, d *deployer) {
			module := d.fresh(t)
			loadInit(t, d.world, module)
			d.Settle()
			d.large(t, d.whole(t, module))
			d.Settle() // nothing is left
		}},
		{"from the side, too late", func(t *testing.T, d *deployer) {
			module := d.fresh(t)
			loadInit(t, d.world, module)
			d.large(t, d.whole(t, module))
			d.Settle()
			d.large(t, d.whole(t, module))
		}},
		{"of two deployments, one from the side", func(t *testing.T, d *deployer) {
			one, two := d.fresh(t), d.fresh(t)
			loadInit(t, d.world, one)
			loadInit(t, d.world, two)
			d.Settle()
			d.Settle()
			d.large(t, d.whole(t, one))
			d.large(t, d.whole(t, two))
		}},
		{"of one of two whose parts are the same", func(t *testing.T, d *deployer) {
			one := d.fresh(t)
			two := bytes.Replace(one, []byte{0x42, 4}, []byte{0x42, 5}, 1) // what large tells
			loadInit(t, d.world, one)
			other := loadInit(t, d.world, two)
			d.large(t, d.whole(t, one))
			if got := d.run(t, other, "init"); !strings.Contains(got, "ok[1]") {
				t.Errorf("init of the other one gave %s", got)
			}
			if got := d.run(t, d.whole(t, two), "large"); !strings.Contains(got, "ok[5]") {
				t.Errorf("large of the other one gave %s", got)
			}
		}},
		{"after another function than init", func(t *testing.T, d *deployer) {
			module := d.fresh(t)
			code, err := d.LoadFor("other", sha256.Sum256(module), module, free)
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if got := d.run(t, code, "other"); !strings.Contains(got, "ok[3]") {
					t.Errorf("it gave %s", got)
				}
			}
			if got := d.run(t, loadInit(t, d.world, module), "init"); !strings.Contains(got, "ok[1]") {
				t.Errorf("init gave %s", got)
			}
			d.large(t, code)
		}},
		{"at once, where everything is to", func(t *testing.T, d *deployer) {
			d.CompileWhole()
			d.large(t, loadInit(t, d.world, d.fresh(t)))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				test.do(t, &deployer{world: newWorld(t, interpreter, flat())})
			})
		})
	}
}

// The work is told before anything is compiled, and it is that of the whole.
func TestAPartCostsTheWorkOfTheWhole(t *testing.T) {
	d := &deployer{world: newWorld(t, false, flat())}
	module, no := d.fresh(t), errors.New("too much")
	var told uint64
	code, err := d.LoadFor("init", sha256.Sum256(module), module, func(work uint64) error {
		told = work
		return no
	})
	if code != nil || err != no {
		t.Errorf("%v, %v", code, err)
	}
	if work := d.whole(t, module).Work(); told != work || work == 0 {
		t.Errorf("the work is %d, told was %d", work, told)
	}
}

// Without an init nothing of the code runs at a deployment.
func TestAPartWithoutInit(t *testing.T) {
	w := newWorld(t, false, flat())
	source := strings.Replace(partsBody, "func init;", "func first;", 1)
	code := loadInit(t, w, assemble(t, fmt.Sprintf(source, "", strings.Repeat("i64.const 1; drop;", 600))))
	in := started(t, w, code)
	if !leftOut(t, code, in, "first") {
		t.Error("a function is there that nobody calls")
	}
	w.Stop(in)
}

// A sandbox can be closed while the rest of a code is compiled.
func TestClosedWhileTheRestIsCompiled(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		for range 5 {
			s, err := sandbox.New(sandbox.Options{Interpreter: interpreter, Prices: flat()})
			if err != nil {
				t.Fatal(err)
			}
			module := assemble(t, "memory 1\nfunc init\nfunc large\n"+strings.Repeat("i64.const 1234567; drop\n", 400))
			if _, err := s.LoadFor("init", sha256.Sum256(module), module, free); err != nil {
				t.Fatal(err)
			}
			s.Settle()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}
