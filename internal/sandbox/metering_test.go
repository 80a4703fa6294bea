package sandbox_test

import (
	"errors"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
)

// What a call of "main" pays, computed by hand from the rule: a segment is paid
// at its last instruction, which is one of block, loop, if, else, end, br,
// br_if, br_table, call, call_indirect, return and unreachable.
var meterings = []struct {
	name   string
	source string
	pays   string
}{
	{"an empty function pays its end", `func main`, "end"},
	{"a straight line is paid at the end", `
		func main; nop; i32.const 1; drop`, "nop i32.const drop end"},
	{"return is paid, the end behind it is not", `
		func main; nop; return; nop`, "nop return"},
	{"a block is paid on entering, its end on leaving", `
		func main; block; nop; end`, "block nop end*2"},
	{"a branch skips the end of its block", `
		func main; block; br 0; end; nop`, "block br nop end"},
	{"a branch skips what is before the end too", `
		func main; block; br 0; nop; nop; end`, "block br end"},
	{"a branch to the function's label skips the end of the function", `
		func main; block; br 1; end; nop`, "block br"},
	{"a taken br_if skips the end", `
		func main; block; i32.const 1; br_if 0; nop; end; nop`,
		"block i32.const br_if nop end"},
	{"a br_if not taken does not", `
		func main; block; i32.const 0; br_if 0; nop; end; nop`,
		"block i32.const br_if nop end nop end"},
	{"a br_if to the function's label", `
		func main; i32.const 1; br_if 0; nop`, "i32.const br_if"},
	{"a true if pays its then branch and its end", `
		func main; i32.const 1; if; nop; end`, "i32.const if nop end*2"},
	{"a false if without else skips its end", `
		func main; i32.const 0; if; nop; end`, "i32.const if end"},
	{"then pays else, not end", `
		func main; i32.const 1; if; nop; else; nop; nop; end; nop`,
		"i32.const if nop else nop end"},
	{"else pays end, not else", `
		func main; i32.const 0; if; nop; else; nop; nop; end; nop`,
		"i32.const if nop*2 end nop end"},
	{"an if with a result, then", `
		func main; i32.const 1; if i64; i64.const 5; else; i64.const 6; nop; end; drop`,
		"i32.const if i64.const else drop end"},
	{"an if with a result, else", `
		func main; i32.const 0; if i64; i64.const 5; else; i64.const 6; nop; end; drop`,
		"i32.const if i64.const nop end drop end"},
	{"a branch out of then skips else and end", `
		func main; i32.const 1; if; br 0; else; nop; end; nop`,
		"i32.const if br nop end"},
	{"a branch out of else skips end", `
		func main; i32.const 0; if; nop; else; br 0; end; nop`,
		"i32.const if br nop end"},
	{"a branch out of a then without else", `
		func main; i32.const 1; if; i32.const 1; br_if 0; nop; end; nop`,
		"i32.const if i32.const br_if nop end"},
	{"a false if around a branch out", `
		func main; i32.const 0; if; br 0; end; nop`, "i32.const if nop end"},
	{"a then that returns, not taken", `
		func main; i32.const 0; if; return; end; nop`, "i32.const if nop end"},
	{"a then that returns, taken", `
		func main; nop; i32.const 1; if; nop; return; end; nop`, "nop i32.const if nop return"},
	{"both branches return", `
		func main; i32.const 1; if; nop; return; else; return; end; nop`, "i32.const if nop return"},
	{"nested ifs carry what is pending into every branch", `
		func main
		nop; i32.const 1; if
		  i32.const 0; if
		    nop
		  else
		    i32.const 1; if; nop; end
		  end
		else
		  nop
		end; nop`,
		"nop i32.const if i32.const if i32.const if nop end end else nop end"},
	{"a loop is paid once, its body every time", `
		func main; local 1 i32
		loop
		  local.get 0; i32.const 1; i32.add; local.tee 0; i32.const 5; i32.lt_s; br_if 0
		end`,
		"loop local.get*5 i32.const*10 i32.add*5 local.tee*5 i32.lt_s*5 br_if*5 end*2"},
	{"what comes before a loop is paid once", `
		func main; local 1 i32
		nop; nop; block; loop
		  local.get 0; br_if 1
		  i32.const 1; local.set 0
		  br 0
		end; end`,
		"nop*2 block loop local.get br_if i32.const local.set br local.get br_if end"},
	{"a loop that is left by a branch", `
		func main; block; loop; br 1; end; nop; end; nop`, "block loop br nop end"},
	{"a loop that is never repeated", `
		func main; nop; loop; nop; end; nop`, "nop loop nop end nop end"},
	{"br_table in the middle", `
		func main; block; block; block; i32.const 1; br_table 0 1 2; end; nop; end; nop; nop; end`,
		"block*3 i32.const br_table nop*2 end*2"},
	{"br_table takes its default", `
		func main; block; block; block; i32.const 77; br_table 0 1 2; end; nop; end; nop; end; nop`,
		"block*3 i32.const br_table nop end"},
	{"br_table to the function's label", `
		func main; block; i32.const 0; br_table 1 0; end; nop`, "block i32.const br_table"},
	{"br_table that enters a loop again", `
		func main; local 1 i32
		loop
		  local.get 0; i32.const 1; i32.add; local.tee 0
		  br_table 0 0 0 1
		end; nop`,
		"loop local.get*3 i32.const*3 i32.add*3 local.tee*3 br_table*3"},
	{"a call is paid before the function is", `
		func main; nop; call f; nop
		func f; i32.const 1; drop`,
		"nop call i32.const drop end nop end"},
	{"a function that returns out of a block", `
		func main; call f; drop
		func f -> i32; block; i32.const 7; return; end; i32.const 8`,
		"call block i32.const return drop end"},
	{"a function that branches out with a value", `
		func main; call f; drop
		func f -> i64; local 2 i32; i64.const 3; i32.const 1; br_if 0; drop; i64.const 4`,
		"call i64.const i32.const br_if drop end"},
	{"a call through the table", `
		table 2
		elem 0 main f
		func main; i32.const 4; i64.const 5; i32.const 1; call_indirect i32 i64 -> i64; drop
		func f i32 i64 -> i64; local.get 1; local.get 0; i64.extend_i32_u; i64.add`,
		"i32.const i64.const i32.const call_indirect local.get*2 i64.extend_i32_u i64.add end drop end"},
	{"a call of a host function costs its call", `
		import env.tell i64
		func main; i64.const 1; call tell`, "i64.const call end"},
	{"a host function through the table costs the same", `
		import env.tell i64
		table 1
		elem 0 tell
		func main; i64.const 1; i32.const 0; call_indirect i64`,
		"i64.const i32.const call_indirect end"},
	{"locals beyond the free ones are paid per run", `
		func main; local 5 i32; local 3 i64; local 4 i32`, "locals*3 end"},
	{"locals are paid on every call, by the function that has them", `
		func f; local 4 i64
		func main; call f; call f; call g
		func g`, "call*3 locals*2 end*4"},
	{"dead code costs nothing", `
		func main; block; br 0; block; loop; nop; i32.const 1; if; nop; else; nop; end; br 0; end; end; end`,
		"block br end"},
	{"dead else after a live then", `
		func main; i32.const 1; if; nop; else; unreachable; nop; end; nop`,
		"i32.const if nop else nop end"},
	{"the barrier after and costs nothing", `
		func main; local 1 i32; i32.const 6; i32.const 3; i32.and; local.set 0; i64.const 6; i64.const 3; i64.and; drop`,
		"i32.const*2 i32.and local.set i64.const*2 i64.and drop end"},
	{"a select, memory and globals in a straight line", `
		memory 1
		global i64 5
		func main
		i32.const 8; global.get 0; i64.store 4; i32.const 1; memory.grow; drop; memory.size; drop
		i32.const 1; i32.const 2; i32.const 3; select; drop`,
		"i32.const*5 global.get i64.store memory.grow drop*3 memory.size select end"},
}

func TestWhatFunctionsPay(t *testing.T) {
	prices := distinct()
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, prices)
		for _, test := range meterings {
			t.Run(test.name, func(t *testing.T) {
				const given = 1 << 40
				code, in := w.start(t, test.source, given)
				if got := call(t, code, in, "main"); got != "ok" {
					t.Fatal(got)
				}
				if want := sum(t, &prices, test.pays); given-uint64(in.Gas()) != want {
					t.Errorf("%s, want %d", explain(in, given), want)
				}
			})
		}
	})
}

// The counter is tested only before branches and calls, where nothing left is
// too little. At the end of the exported function nothing left is enough.
func TestWhereGasRunsOut(t *testing.T) {
	for _, test := range []struct {
		name   string
		source string
		gas    uint64
		want   string
	}{
		{"a straight line with exactly enough", `func main; nop; nop`, 3, "ok"},
		{"a straight line with one too little", `func main; nop; nop`, 2, "out of gas"},
		{"nothing at all", `func main`, 0, "out of gas"},
		{"a branch leaves one", `func main; br 0`, 2, "ok"},
		{"a branch leaves nothing", `func main; br 0`, 1, "out of gas"},
		{"a br_if leaves nothing, though it is not taken", `func main; i32.const 0; br_if 0`, 2, "out of gas"},
		{"a br_if leaves what the end needs", `func main; i32.const 0; br_if 0`, 3, "ok"},
		{"a br_table leaves nothing", `func main; i32.const 0; br_table 0 0`, 2, "out of gas"},
		{"a call leaves nothing", "func main; call f\nfunc f", 1, "out of gas"},
		{"a call leaves what both ends need", "func main; call f\nfunc f", 3, "ok"},
		{"a call_indirect leaves nothing", "table 1\nelem 0 f\nfunc main; i32.const 0; call_indirect\nfunc f", 2, "out of gas"},
		{"the test of a call comes before its trap", "table 1\nfunc main; i32.const 0; call_indirect", 2, "out of gas"},
		{"the trap of a call comes after its test", "table 1\nfunc main; i32.const 0; call_indirect", 3, "trap: invalid table access"},
		{"a trap comes before the charge of its segment",
			`func main; i32.const 1; i32.const 0; i32.div_s; drop; br 0`, 1, "trap: integer divide by zero"},
		{"unreachable comes before out of gas", `func main; nop; nop; unreachable`, 1, "trap: unreachable"},
		{"a block is not tested", `func main; block; block; loop; unreachable; end; end; end`, 1, "trap: unreachable"},
		{"an if is not tested", `func main; i32.const 1; if; unreachable; end`, 1, "trap: unreachable"},
		{"return is not tested", "func main; call f; unreachable\nfunc f; nop; return", 2, "trap: unreachable"},
		{"a caller's test sees what its callee overspent",
			"func main; call f; br 0\nfunc f; nop; nop", 4, "out of gas"},
		{"a trap of the caller comes before that test",
			"func main; call f; unreachable\nfunc f; nop; nop", 2, "trap: unreachable"},
		{"an endless loop ends", `func main; loop; br 0; end`, 1_000_000, "out of gas"},
		{"an endless recursion ends by its stack", "func main; call main", 1_000_000, "trap: stack exhausted"},
		{"an endless recursion ends by its gas", "func main; call main", 100, "out of gas"},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				w := newWorld(t, interpreter, flat())
				code, in := w.start(t, test.source, test.gas)
				if got := call(t, code, in, "main"); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			})
		})
	}
}

// For every case: with exactly what it pays, it ends as with plenty, or out of
// gas if a branch or call is the last thing it pays; with one less it is out of
// gas.
func TestOneGasLessIsOutOfGas(t *testing.T) {
	prices := distinct()
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, prices)
		for _, test := range meterings {
			t.Run(test.name, func(t *testing.T) {
				pays := sum(t, &prices, test.pays)
				code, in := w.start(t, test.source, pays-1)
				f, _ := code.Function("main")
				if err := in.Call(f.Index); !errors.Is(err, engine.ErrOutOfGas) {
					t.Errorf("with %d of %d gas: %v", pays-1, pays, err)
				}
				code, in = w.start(t, test.source, pays+1)
				if got := call(t, code, in, "main"); got != "ok" || in.Gas() != 1 {
					t.Errorf("with %d of %d gas: %s, %d left", pays+1, pays, got, in.Gas())
				}
			})
		}
	})
}

// A host function sees all that was used up to its call and that call, and may
// take gas itself.
func TestHostFunctionsSeeAndTakeGas(t *testing.T) {
	const source = `
		import env.gas -> i64
		import env.tell i64
		import env.spend i64
		func f i32 -> i64                   # pays nop, call, and its end after it
		  nop; call gas
		func main; local 1 i64
		  call gas; local.set 0             # 1
		  local.get 0; call tell            # 3, which ends with the call
		  i32.const 0; call f; call tell    # f sees 2 + 2 more; tell costs 2
		  i64.const 100; call spend         # 2
		  call gas; call tell`
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, source, 1000)
		if got := call(t, code, in, "main"); got != "ok" {
			t.Fatal(got)
		}
		want := []int64{
			1000 - 1,
			1000 - 1 - 3 - 2 - 2,
			1000 - 1 - 3 - 2 - 2 - 1 - 1 - 2 - 100 - 1,
		}
		for i, g := range want {
			if i >= len(w.told) || w.told[i] != g {
				t.Fatalf("told %v, want %v", w.told, want)
			}
		}
		if left := want[2] - 1 - 1; in.Gas() != left {
			t.Errorf("%d left, want %d", in.Gas(), left)
		}
	})
}
