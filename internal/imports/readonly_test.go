package imports_test

import (
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A write in a read-only level does nothing, but bytes were made for it: without
// a price a loop of such writes would copy gigabytes for nothing.
func TestIgnoredWritesPayForTheirBytes(t *testing.T) {
	const price = 3
	free := newBench(t, nil)
	priced := newBench(t, func(s vm.GasSchedule) { s["BaseOperationCost"]["MemoryCopyPerByte"] = price })
	data := append(owner[:], "go"...)
	outer := module(t, 1, data, call{"executeReadOnly", []int64{1 << 40, 0, 32, 2, 0, 0, 0}})
	used := func(b *bench, inner ...call) uint64 {
		b.chain.code[owner] = module(t, 1, nil, inner...)
		out := b.call(t, outer, plenty)
		if out.Code != vm.OK {
			t.Fatalf("%v: %s", out.Code, out.Message)
		}
		return plenty - out.GasRemaining
	}
	number := []call{{"bigIntSetInt64", []int64{0, 1}}, {"bigIntShl", []int64{0, 0, 8*1000 - 1}}}
	for _, test := range []struct {
		name  string
		calls []call
		bytes uint64
	}{
		{"a value", []call{{"storageStore", []int64{0, 3, 0, 1000}}}, 1003},
		{"a lock", []call{{"setStorageLock", []int64{0, 1000, 1}}}, 1000 + 8 + 1},
		{"a number", append(number, call{"bigIntStorageStoreUnsigned", []int64{0, 3, 0}}), 1003},
	} {
		more := used(priced, test.calls...) - used(free, test.calls...)
		nothing := test.calls[:len(test.calls)-1]
		more -= used(priced, nothing...) - used(free, nothing...)
		if more != price*test.bytes {
			t.Errorf("%s costs %d, want %d", test.name, more, price*test.bytes)
		}
	}
}
