package imports_test

import (
	"fmt"
	"math"
	"testing"

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
