package sandbox_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// deep is a module whose main calls down to a depth of n functions f, each
// with the given locals and code.
func deep(n, locals int, code string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "func main; i32.const %d; call f\n", n)
	fmt.Fprintf(&s, "func f i32\nlocal %d i32\n%s", locals, code)
	fmt.Fprint(&s, "local.get 0; i32.const 1; i32.sub; local.tee 0; if; local.get 0; call f; end\n") // 9 with the last end
	return s.String()
}

// The sum of weights of live functions may be 1,024. A function weighs one,
// and one more for every 16 parameters, locals and operands, or for every 2,048
// values if that is more.
func TestStackLimit(t *testing.T) {
	high := func(n int) string { return strings.Repeat("i32.const 1;", n) + strings.Repeat("drop;", n) + "\n" }
	nops := func(n int) string { return strings.Repeat("nop\n", n) }
	set := func(n int) string {
		return strings.Repeat("i32.const 1; local.set 1; local.get 1; local.tee 1; drop\n", n)
	}
	for _, test := range []struct {
		name   string
		locals int
		code   string
		weight int // of f; main weighs 1
	}{
		{"the smallest function", 0, "", 1},
		{"15 slots: a parameter, locals, two operands", 12, "", 1},
		{"16 slots", 13, "", 2},
		{"31 slots", 20, high(10), 2},
		{"32 slots", 21, high(10), 3},
		{"many operands", 0, high(1000), 63},
		{"many locals", 4000, "", 251},
		{"2,047 instructions", 0, nops(2047 - 9), 1},
		{"2,048 instructions", 0, nops(2048 - 9), 2},
		{"2,048 instructions, some of them dead", 0, nops(2000-9) + "block; br 0;" + nops(45) + "end\n", 2},
		{"many instructions and 30 slots", 27, nops(4095 - 9), 2},
		{"many instructions and 30 slots, one more", 27, nops(4096 - 9), 3},
		{"locals set in nested blocks, loops and ifs", 13, "block; loop; local.get 0; if\n" + set(5) + "else\n" + set(1) + "end; end; end\n" +
			nops(4095-9-8-6*5-3*12), 2},
		{"the same and one instruction more", 13, "block; loop; local.get 0; if\n" + set(5) + "else\n" + set(1) + "end; end; end\n" +
			nops(4096-9-8-6*5-3*12), 3},
		{"each block with no more than there are locals", 1, strings.Repeat("block\n", 100) + set(100) + strings.Repeat("end\n", 100) +
			nops(2047-9-200-5*100-2*100), 1},
		{"the same and one instruction more", 1, strings.Repeat("block\n", 100) + set(100) + strings.Repeat("end\n", 100) +
			nops(2048-9-200-5*100-2*100), 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				fits := 1023 / test.weight
				w := newWorld(t, interpreter, flat())
				for _, run := range []struct {
					n    int
					want string
				}{{1, "ok"}, {fits, "ok"}, {fits + 1, "trap: stack exhausted"}, {100 * fits, "trap: stack exhausted"}, {2, "ok"}} {
					code, in := w.start(t, deep(run.n, test.locals, test.code), 1<<40)
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

// busy makes functions of few operands and locals that hold a great many values
// one after the other, across calls: the compiler gives a place on the stack to
// each of them. f calls itself without end.
func busy(calls int, between string) string {
	const locals = 14
	var s strings.Builder
	fmt.Fprintf(&s, "table 1\nelem 0 g\nglobal i64 1\nfunc main; call f\nfunc g\nfunc f\nlocal %d i64\n", locals)
	for range calls {
		for k := range locals {
			fmt.Fprintf(&s, "local.get %d; i64.const 1; i64.add; local.set %d\n", k, k)
		}
		s.WriteString(between + "\n")
	}
	s.WriteString("call f\n")
	for k := range locals {
		fmt.Fprintf(&s, "local.get %d; global.set 0\n", k)
	}
	return s.String()
}

// branching makes functions with a chain of nested ifs, in the innermost of
// which all locals change, so that each of them is another one after each if.
func branching(ifs int) string {
	const locals = 60
	var s strings.Builder
	fmt.Fprintf(&s, "global i64 1\nfunc main; i32.const 0; call f\nfunc g\nfunc f i32\nlocal %d i64\n", locals)
	s.WriteString(strings.Repeat("local.get 0; if\n", ifs))
	for k := range locals {
		fmt.Fprintf(&s, "global.get 0; local.set %d\n", k+1)
	}
	s.WriteString(strings.Repeat("end; call g\n", ifs) + "local.get 0; call f\n")
	for k := range locals {
		fmt.Fprintf(&s, "local.get %d; global.set 0\n", k+1)
	}
	return s.String()
}

// The limit on weights keeps native stacks small, so that the engine's own
// limit of 50 MB, which is not the same for every engine, cannot be reached by
// a module that is accepted. A stack grows to twice of what is needed.
func TestNativeStackIsBounded(t *testing.T) {
	const limit = 40 << 20
	for _, test := range []struct {
		name   string
		source string
	}{
		{"values that live across a call, in a small function", sprawling(170, 0, 0)},
		{"values that live across a call, in a large function", sprawling(2000, 0, 0)},
		{"locals in nested loops, few", sprawling(0, 60, 13)},
		{"locals in nested loops, many", sprawling(0, 100, 100)},
		{"locals that change between calls", busy(130, "call g")},
		{"locals that change between very many calls", busy(2000, "call g")},
		{"locals that change between calls through the table", busy(800, "i32.const 0; call_indirect")},
		{"locals that change while memory grows", "memory 1\n" + busy(1000, "i32.const 0; memory.grow; drop")},
		{"locals that change without a call", busy(1000, "")},
		{"locals that change under ifs, few", branching(20)},
		{"locals that change under ifs, many", branching(200)},
		{"nothing but calls", busy(0, "") + strings.Repeat("call g\n", 2500)},
		{"nothing but results", "func main; call f\nfunc h -> i64; i64.const 1\nfunc f\n" +
			strings.Repeat(strings.Repeat("call h\n", 15)+strings.Repeat("drop\n", 15), 130) + "call f\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, false, flat())
			code, in := w.start(t, test.source, 1<<60)
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
