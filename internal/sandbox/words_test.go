package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// The words of i32 parameters and results have nothing in their upper half, in
// whatever way the guest made them.
func TestWordsOfHostFunctions(t *testing.T) {
	const source = `
		import env.words i32 i64 i32 -> i32
		import env.tell i64
		func main
		i64.const -1; i32.wrap_i64
		i64.const -2
		i32.const 0x7fffffff; i32.const 2; i32.add      # overflows
		call words
		if; i64.const 1; call tell; end                 # the result is 0 below its upper half`
	engines(t, func(t *testing.T, interpreter bool) {
		var got []uint64
		words := engine.HostFunction{Module: "env", Name: "words",
			Type: wasm.FuncType{Params: []wasm.ValueType{wasm.I32, wasm.I64, wasm.I32}, Results: []wasm.ValueType{wasm.I32}},
			Call: func(stack []uint64) {
				got = append(got, stack[:3]...)
				stack[0] = 0xFFFFFFFF_00000000
			}}
		w := newWorld(t, interpreter, flat(), words)
		code, in := w.start(t, source, 1000)
		if end := call(t, code, in, "main"); end != "ok" || len(w.told) > 0 {
			t.Errorf("%s, told %v", end, w.told)
		}
		if want := fmt.Sprint([]uint64{0xFFFFFFFF, 1<<64 - 2, 0x80000001}); fmt.Sprint(got) != want {
			t.Errorf("words %x, want %s", got, want)
		}
	})
}
