//go:build unix

package driver_test

import (
	"fmt"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// BenchmarkCall is what a request costs that runs nothing: the way to Core and
// back, with some questions on the way.
func BenchmarkCall(b *testing.B) {
	for _, codec := range []driver.Codec{driver.JSON, driver.Binary} {
		for _, questions := range []int{0, 10, 100} {
			b.Run(fmt.Sprintf("%s/%d-questions", codec, questions), func(b *testing.B) {
				d, err := driver.New(quiet{new(chain)}, driver.Options{Self: true, Codec: codec})
				if err != nil {
					b.Fatal(err)
				}
				defer d.Close()
				var steps []string
				for i := range questions {
					steps = append(steps, fmt.Sprintf("storage key %d", i))
				}
				in := story(steps...)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := d.Call(b.Context(), in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// quiet is a chain that keeps no record.
type quiet struct{ *chain }

func (quiet) Storage(_ vm.Address, key []byte) ([]byte, error) { return key, nil }

// BenchmarkRestart is the end of one Core and the start of the next.
func BenchmarkRestart(b *testing.B) {
	d, err := driver.New(new(chain), driver.Options{Self: true})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	for b.Loop() {
		if err := d.Close(); err != nil {
			b.Fatal(err)
		}
		if err := d.RestartCoreIfNecessary(); err != nil {
			b.Fatal(err)
		}
	}
}
