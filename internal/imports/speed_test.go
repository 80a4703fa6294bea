package imports_test

import (
	"fmt"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// hotCalls are what contracts do all the time, with the allocations that each
// may make.
var hotCalls = []struct {
	call   call
	allocs float64
}{
	{call{"getGasLeft", nil}, 0},
	{call{"getCaller", []int64{0}}, 0},
	{call{"getSCAddress", []int64{0}}, 0},
	{call{"getBlockTimestamp", nil}, 0},
	{call{"getNumArguments", nil}, 0},
	{call{"getArgument", []int64{0, 0}}, 0},
	{call{"getCallValue", []int64{0}}, 0},
	{call{"smallIntGetUnsignedArgument", []int64{0}}, 0},
	{call{"storageLoadLength", []int64{0, 32}}, 0},
	{call{"storageLoad", []int64{0, 32, 64}}, 0},
	{call{"smallIntStorageLoadUnsigned", []int64{0, 32}}, 0},
	{call{"bigIntSign", []int64{0}}, 0},
	{call{"bigIntCmp", []int64{0, 1}}, 0},
	{call{"bigIntSetInt64", []int64{0, 77}}, 2},
	{call{"bigIntAdd", []int64{2, 0, 1}}, 2},
	{call{"bigIntGetUnsignedBytes", []int64{0, 64}}, 1},
	{call{"sha256", []int64{0, 32, 64}}, 1},
}

// stored gives a bench with a value under the key that the calls use.
func stored(t testing.TB) *bench {
	t.Helper()
	b := newBench(t, nil)
	key := make([]byte, 32)
	copy(key, "key")
	b.chain.storage[contract] = map[string][]byte{string(key): {1, 2, 3, 4, 5, 6, 7, 8}}
	return b
}

// loops gives a contract that makes a call many times, after it has set the
// numbers 0 and 1.
func loops(t testing.TB, c call, times int64) []byte {
	t.Helper()
	return module(t, times, []byte("key"), call{"bigIntSetInt64", []int64{0, 77}}, call{"bigIntSetInt64", []int64{1, 5}}, c)
}

func TestHotCallsAllocateNoMoreThanPromised(t *testing.T) {
	b := stored(t)
	for _, hot := range hotCalls {
		perRun := func(times int64) float64 {
			code := loops(t, hot.call, times)
			return testing.AllocsPerRun(5, func() {
				if out := b.call(t, code, plenty, []byte{42}); out.Code != vm.OK {
					t.Fatalf("%s: %v %q", hot.call.name, out.Code, out.Message)
				}
			})
		}
		setting := 4.0 // of the two numbers in each round
		got := (perRun(1100)-perRun(100))/1000 - setting
		if got > hot.allocs+0.01 {
			t.Errorf("%s allocates %.2f times, want %.0f", hot.call.name, got, hot.allocs)
		}
	}
}

func BenchmarkCall(b *testing.B) {
	bench := stored(b)
	const times = 1000
	for _, hot := range hotCalls {
		b.Run(fmt.Sprintf("%s x%d", hot.call.name, times), func(b *testing.B) {
			code := module(b, times, []byte("key"), hot.call)
			b.ReportAllocs()
			for b.Loop() {
				if out := bench.call(b, code, plenty, []byte{42}); out.Code != vm.OK {
					b.Fatalf("%v %q", out.Code, out.Message)
				}
			}
		})
	}
}
