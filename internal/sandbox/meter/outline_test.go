package meter

import (
	"fmt"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Of each body the tests before br and br_if are listed in order: n is needless,
// t is not.
func TestTestsThatNobodyCanMiss(t *testing.T) {
	const (
		block, loop, if_, else_, end = wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpElse, wasm.OpEnd
		br, brIf, call, return_      = wasm.OpBr, wasm.OpBrIf, wasm.OpCall, wasm.OpReturn
		get, set, none               = wasm.OpLocalGet, wasm.OpLocalSet, 0x40
		load, div, trap, grow        = wasm.OpI32Load, wasm.OpI32DivU, wasm.OpUnreachable, wasm.OpMemoryGrow
		global                       = wasm.OpGlobalSet
	)
	type code = []wasm.Opcode
	for _, test := range []struct {
		name string
		code code
		want string
	}{
		{"a call follows on both ways", code{block, none, get, 0, brIf, 0, get, 0, wasm.OpDrop, call, 0, end, call, 0, end}, "n"},
		{"a call follows only where it does not branch", code{block, none, get, 0, brIf, 0, call, 0, end, end}, "t"},
		{"a call follows only where it branches", code{block, none, get, 0, brIf, 0, get, 0, load, 0, 0, wasm.OpDrop, end, call, 0, end}, "t"},
		{"a way that is always taken", code{block, none, br, 0, end, call, 0, end}, "n"},
		{"a chain of branches before a call", code{block, none, block, none, get, 0, brIf, 0, get, 0, brIf, 1, end, get, 0, brIf, 0, end, call, 0, end}, "nnn"},
		{"the function ends first", code{block, none, get, 0, brIf, 0, end, end}, "t"},
		{"the branch is out of the function", code{get, 0, brIf, 0, call, 0, end}, "t"},
		{"a return comes first", code{block, none, get, 0, brIf, 0, return_, end, call, 0, end}, "t"},
		{"a way back", code{loop, none, get, 0, brIf, 0, end, call, 0, end}, "t"},
		{"out of a loop", code{block, none, loop, none, get, 0, brIf, 1, call, 0, end, end, call, 0, end}, "n"},
		{"a loop begins, with a call in it", code{block, none, br, 0, end, loop, none, call, 0, get, 0, brIf, 0, end, end}, "nt"},
		{"something traps", code{block, none, br, 0, end, trap, end}, "t"},
		{"a division, before a call", code{block, none, br, 0, end, get, 0, get, 0, div, call, 0, end}, "t"},
		{"a global changes, before a call", code{block, none, br, 0, end, get, 0, global, 0, call, 0, end}, "t"},
		{"memory grows, before a call", code{block, none, br, 0, end, get, 0, grow, 0, call, 0, end}, "t"},
		{"both ways of an if have a call", code{block, none, br, 0, end, get, 0, if_, none, call, 0, else_, call, 0, end, end}, "n"},
		{"one way of an if has none", code{block, none, br, 0, end, get, 0, if_, none, call, 0, else_, get, 0, set, 0, end, end}, "t"},
		{"one way of an if has none, but what follows", code{block, none, br, 0, end, get, 0, if_, none, call, 0, else_, get, 0, set, 0, end, call, 0, end}, "n"},
		{"an if without else, and nothing follows", code{block, none, br, 0, end, get, 0, if_, none, call, 0, end, end}, "t"},
		{"an if without else, and a call follows", code{block, none, br, 0, end, get, 0, if_, none, get, 0, set, 0, end, call, 0, end}, "n"},
		{"out of either way of an if", code{get, 0, if_, none, get, 0, brIf, 0, call, 0, else_, get, 0, brIf, 0, call, 0, end, call, 0, end}, "nn"},
		{"the else way traps, the branch is in the then way", code{get, 0, if_, none, get, 0, brIf, 0, call, 0, else_, trap, end, call, 0, end}, "n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var bytes []byte
			for _, b := range test.code {
				bytes = append(bytes, byte(b))
			}
			var o outline
			for range 2 { // its slices are used again
				o.read(bytes)
			}
			got := ""
			for k, op := range o.ops {
				switch {
				case op != br && op != brIf:
				case o.needless(k):
					got += "n"
				default:
					got += "t"
				}
			}
			if got != test.want {
				t.Errorf("%s, want %s: %v", got, test.want, fmt.Sprint(o.ops))
			}
		})
	}
}
