package imports_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A callback that fails takes all gas, also if an earlier one took all of it.
func TestFailedCallbacksNeverMakeGas(t *testing.T) {
	b := newBench(t, nil)
	b.chain.code[owner] = module(t, 1, nil)
	data := append(owner[:], "go"...)
	data = append(append(data, make([]byte, 32)...), "none"...) // a value at 34, a name at 66
	for n := range 6 {
		for _, provided := range []uint64{1 << 40, 1 << 62, 1<<63 - 1, 1 << 63, math.MaxUint64} {
			t.Run(fmt.Sprintf("%d callbacks, %d gas", n, provided), func(t *testing.T) {
				var calls []call
				for range n {
					calls = append(calls, call{"createAsyncCall", []int64{0, 1, 0, 34, 32, 2, 66, 4, 66, 4, 100_000_000}})
				}
				out := b.call(t, module(t, 1, data, calls...), provided)
				if out.Code != vm.OK {
					t.Fatalf("%v %q", out.Code, out.Message)
				}
				if n > 0 && out.GasRemaining != 0 || out.GasRemaining > provided {
					t.Errorf("%d gas is left, %s", out.GasRemaining, out.Message)
				}
			})
		}
	}
}

// A message that a failed callback left is kept until its level ends, and
// counts for the memory budget: every level can have one.
func TestMessagesOfCallbacksCountForTheMemoryBudget(t *testing.T) {
	register := func(name int, callback int) string {
		return fmt.Sprintf("i32.const 0; i32.const 1; i32.const 0; i32.const 96; i32.const %d; i32.const 5; i32.const %d; i32.const 5; i32.const %d; i32.const 5; i64.const 0; call createAsyncCall\n", name, callback, callback)
	}
	const length = 100_000_000
	code, err := assemble.Module(fmt.Sprintf(`
		import env.createAsyncCall i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 ->
		import env.getArgumentLength i32 -> i32
		import env.int64finish i64 ->
		import env.signalError i32 i32 ->
		memory 1
		hex 0 63
		data 200 quietshoutheard
		func go
		%s%sfunc quiet
		func shout
		i32.const 1024; i32.const %d; call signalError
		func heard
		i32.const 1; call getArgumentLength; i64.extend_i32_u; call int64finish`, register(200, 205), register(205, 210), length))
	if err != nil {
		t.Fatal(err)
	}
	out := newBench(t, nil).call(t, code, plenty)
	if out.Code != vm.OK || len(out.ReturnData) == 0 {
		t.Fatalf("%v %.60q %q", out.Code, out.Message, out.ReturnData)
	}
	heard := new(big.Int).SetBytes(out.ReturnData[len(out.ReturnData)-1])
	if want := int64(len("memory budget exceeded")); heard.Int64() != want {
		t.Errorf("the second callback leaves %v, want the length %d of what it is told", heard, want)
	}
}
