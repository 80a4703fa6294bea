package engine

import (
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// A space that a large memory left behind stays open. If instances of small
// memories rested in such spaces, the limit of the process would count
// gigabytes for memories that have megabytes in all.
func TestInstancesRestInNoMoreThanTheirMemory(t *testing.T) {
	each(t, nil, func(t *testing.T, e *Engine) {
		m := module()
		m.Memory = &wasm.Limits{Min: 1, Max: 1000, HasMax: true}
		m.Exports = append(m.Exports, wasm.Export{Name: meter.MemoryExport, Kind: wasm.ExportMemory})
		accessible := 0
		for range 8 {
			large := instance(t, e, m)
			if !large.Grow(maxOpen/wasm.PageBytes - 1) {
				t.Fatal("the memory does not grow")
			}
			if err := large.Release(); err != nil { // closed, because it grew
				t.Fatal(err)
			}
			small := instance(t, e, m) // of other code, in the space of large
			if err := small.Release(); err != nil {
				t.Fatal(err)
			}
			accessible += small.linear.space.open

			again, err := e.Instantiate(small.code)
			if err != nil {
				t.Fatal(err)
			}
			if again != small || !again.Grow(1) {
				t.Fatal("an instance that rested cannot grow")
			}
			memory := again.Memory()
			for at, b := range memory {
				if b != 0 {
					t.Fatalf("byte %d is %d", at, b)
				}
			}
			memory[len(memory)-1] = 1
			if err := again.Release(); err != nil {
				t.Fatal(err)
			}
		}
		if want := 8 * wasm.PageBytes; accessible != want {
			t.Errorf("%d bytes are accessible while %d rest", accessible, want)
		}
	})
}
