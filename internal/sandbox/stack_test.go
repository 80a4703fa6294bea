package sandbox_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// deep is a module whose main calls down to a depth of n functions f, each
// with the given locals and with height operands on its stack at most.
func deep(n, locals, height int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "func main; i32.const %d; call f\n", n)
	fmt.Fprintf(&s, "func f i32\nlocal %d i32\n", locals)
	fmt.Fprintf(&s, "%s%s", strings.Repeat("i32.const 1;", height), strings.Repeat("drop;", height))
	fmt.Fprint(&s, "local.get 0; i32.const 1; i32.sub; local.tee 0; if; local.get 0; call f; end\n")
	return s.String()
}

// The sum of weights of live functions may be 1,024. A function weighs one,
// and one more for every 16 parameters, locals and operands.
func TestStackLimit(t *testing.T) {
	for _, test := range []struct {
		name           string
		locals, height int
		weight         int // of f; main weighs 1
	}{
		{"the smallest function", 0, 0, 1},
		{"15 slots: a parameter, locals, two operands", 12, 0, 1},
		{"16 slots", 13, 0, 2},
		{"31 slots", 20, 10, 2},
		{"32 slots", 21, 10, 3},
		{"many operands", 0, 1000, 63},
		{"many locals", 4000, 0, 251},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				fits := 1023 / test.weight
				w := newWorld(t, interpreter, flat())
				for _, run := range []struct {
					n    int
					want string
				}{{1, "ok"}, {fits, "ok"}, {fits + 1, "trap: stack exhausted"}, {100 * fits, "trap: stack exhausted"}, {2, "ok"}} {
					code, in := w.start(t, deep(run.n, test.locals, test.height), 1<<40)
					if got := call(t, code, in, "main"); got != run.want {
						t.Errorf("%d functions of weight %d: %q, want %q", run.n, test.weight, got, run.want)
					}
				}
			})
		})
	}
}

// The room is counted from the functions that are live now, not from those
// that were.
func TestStackIsGivenBack(t *testing.T) {
	const source = `
		table 1
		elem 0 f
		func main; local 1 i32
		loop
		  call f; i32.const 0; call_indirect -> i64; drop; drop
		  local.get 0; i32.const 1; i32.add; local.tee 0; i32.const 5000; i32.lt_s; br_if 0
		end
		func f -> i64
		call g; i64.const 1; return
		func g; local 600 i64; block; i32.const 1; br_if 1; end`
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, source, 1<<40)
		for range 3 {
			if got := call(t, code, in, "main"); got != "ok" {
				t.Fatal(got)
			}
		}
	})
}

// Functions in the table are tested like any other.
func TestStackLimitThroughTheTable(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, "table 1\nelem 0 main\nfunc main; i32.const 0; call_indirect", 1<<40)
		if got := call(t, code, in, "main"); got != "trap: stack exhausted" {
			t.Error(got)
		}
	})
}

// A function that can never fit cannot be called.
func TestFunctionThatIsTooLarge(t *testing.T) {
	const height = 1024 * 16
	source := fmt.Sprintf("func main; %s %s\nfunc fits; %s %s",
		strings.Repeat("i64.const 1;", height), strings.Repeat("drop;", height),
		strings.Repeat("i64.const 1;", height-1), strings.Repeat("drop;", height-1))
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, source, 1<<40)
		if got := call(t, code, in, "main"); got != "trap: stack exhausted" {
			t.Error(got)
		}
		if got := call(t, code, in, "fits"); got != "ok" {
			t.Error(got)
		}
	})
}

// sprawling makes functions that need much more native stack than their
// operands and locals: f calls itself without end.
func sprawling(values, loops, locals int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "global i64 1\nfunc main; i32.const 0; call f\nfunc g\nfunc f i32\nlocal %d i64\n", locals)
	for range values {
		s.WriteString(strings.Repeat("global.get 0\n", 15) + "call g\n" + strings.Repeat("i64.add\n", 14) + "drop\n")
	}
	count := func() {
		for k := range locals {
			fmt.Fprintf(&s, "local.get %d; i64.const 1; i64.add; local.set %d\n", k+1, k+1)
		}
	}
	s.WriteString(strings.Repeat("loop\n", loops))
	count()
	s.WriteString("local.get 0; call f\n")
	count()
	s.WriteString(strings.Repeat("local.get 0; br_if 0; end\n", loops))
	return s.String()
}

// The limit on weights keeps native stacks small, so that the engine's own
// limit of 400 MB, which is not the same for every engine, cannot be reached by
// a module that compiles in reasonable time.
func TestNativeStackIsBounded(t *testing.T) {
	const limit = 40 << 20
	for _, test := range []struct {
		name                  string
		values, loops, locals int
	}{
		{"values that live across a call, in a small function", 170, 0, 0},
		{"values that live across a call, in a large function", 2000, 0, 0},
		{"locals in nested loops, few", 0, 60, 13},
		{"locals in nested loops, many", 0, 100, 100},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, false, flat())
			code, in := w.start(t, sprawling(test.values, test.loops, test.locals), 1<<60)
			before := heap()
			if got := call(t, code, in, "main"); got != "trap: stack exhausted" {
				t.Fatal(got)
			}
			if used := heap() - before; used > limit {
				t.Errorf("the stack has %d bytes", used)
			} else {
				t.Logf("the stack has %d bytes", used)
			}
		})
	}
}

// heap is the size of live objects in bytes, and with them of native stacks.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
