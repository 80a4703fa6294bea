package sandbox_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// warmBody has two globals after others, tells its state and changes it.
const warmBody = `
	import env.tell i64
	import env.fail
	memory %d 1000
	data 70 abcdefgh
	%s
	global i64 5
	global i32 -6
	func main
	global.get %[3]d; call tell
	global.get %[4]d; i64.extend_i32_s; call tell
	i32.const 70; i64.load; call tell
	i32.const 4095; i64.load; call tell
	i32.const 65528; i64.load; call tell
	i64.const 99; global.set %[3]d
	i32.const 98; global.set %[4]d
	i32.const 70; i64.const 1; i64.store
	i32.const 4095; i64.const 2; i64.store
	i32.const 65528; i64.const 3; i64.store
	func grows; i32.const 1; memory.grow; drop
	func traps; unreachable
	func fails; call fail
	func rests`

// An instance that was stopped is used again if it can be put back into its
// first state, and then nobody can tell it from a new one.
func TestStoppedInstancesAreUsedAgain(t *testing.T) {
	type steps = []string
	for _, test := range []struct {
		name           string
		pages, globals int
		calls          steps
		again          bool
		once           bool // no instance is to be used again
	}{
		{"after a call", 1, 0, steps{"main"}, true, false},
		{"without a call", 1, 0, nil, true, false},
		{"after calls", 1, 0, steps{"main", "rests", "main"}, true, false},
		{"after a trap", 1, 0, steps{"main", "traps"}, false, false},
		{"after a host error", 1, 0, steps{"main", "fails"}, false, false},
		{"after a trap and a call", 1, 0, steps{"traps", "main"}, true, false},
		{"after its memory grew", 1, 0, steps{"main", "grows"}, false, false},
		{"with much memory", 64, 0, steps{"main"}, true, false},
		{"with too much memory", 65, 0, steps{"main"}, false, false},
		{"with many globals", 1, 30, steps{"main"}, true, false},
		{"with too many globals", 1, 31, steps{"main"}, false, false},
		{"where none is to be", 1, 0, steps{"main"}, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				w := newWorld(t, interpreter, flat())
				if test.once {
					w.UseInstancesOnce()
				}
				module := assemble(t, fmt.Sprintf(warmBody, test.pages,
					strings.Repeat("global i64 7\n", test.globals), test.globals, test.globals+1))
				code, err := w.Load(sha256.Sum256(module), module)
				if err != nil {
					t.Fatal(err)
				}
				var before *sandbox.Instance
				for round := range 3 {
					in, err := w.Start(code, 10_000)
					if err != nil {
						t.Fatal(err)
					}
					if round > 0 && (in == before) != test.again {
						t.Errorf("round %d: used again: %v", round, in == before)
					}
					w.told = nil
					if got := call(t, code, in, "main"); got != "ok" || fmt.Sprint(w.told) != "[5 -6 7523094288207667809 0 0]" {
						t.Fatalf("round %d: %s, told %v", round, got, w.told)
					}
					if used := 10_000 - in.Gas(); used != 2+3+9+4+9+1 {
						t.Fatalf("round %d: used %d", round, used)
					}
					in.SetGas(10_000)
					for _, name := range test.calls {
						call(t, code, in, name)
					}
					w.Stop(in)
					before = in
				}
			})
		})
	}
}

// Instances of the same code that live at the same time are different ones.
func TestLiveInstancesAreNotUsedAgain(t *testing.T) {
	w := newWorld(t, false, flat())
	module := assemble(t, "memory 1\nfunc main")
	code, err := w.Load(sha256.Sum256(module), module)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		live := make(map[*sandbox.Instance]bool)
		for range 10 {
			in, err := w.Start(code, 1)
			if err != nil {
				t.Fatal(err)
			}
			live[in] = true
		}
		if len(live) != 10 {
			t.Errorf("%d instances for 10", len(live))
		}
		for in := range live {
			w.Stop(in)
		}
	}
}
