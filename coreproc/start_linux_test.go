package coreproc_test

import (
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// BenchmarkStart is the end of one Core and the start of the next, by what
// protects the machine from it.
func BenchmarkStart(b *testing.B) {
	for _, bb := range []struct {
		name string
		o    driver.Options
	}{
		{"off", driver.Options{Sandbox: driver.SandboxOff}},
		{"best", driver.Options{}},
		{"strict", driver.Options{Strict: true}},
		{"namespaces", driver.Options{Namespaces: true}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			bb.o.Self = true
			d, err := driver.New(world{}, bb.o)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
				if err := d.RestartCoreIfNecessary(); err != nil {
					b.Fatal(err)
				}
			}
			if err := d.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
}
