package sandbox_test

import (
	"crypto/sha256"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// Whatever the bytes are, they are refused by our own checks, or both engines
// take them: no error of an engine, and no panic. What runs ends the same way
// with both.
func FuzzLoad(f *testing.F) {
	f.Add(kernels)
	for seed := range uint64(20) {
		f.Add(generate(seed))
	}
	f.Fuzz(func(t *testing.T, code []byte) {
		if len(code) > 4096 {
			return
		}
		d := newDiffer(t)
		var endings [2]string
		for i, s := range d.sandboxes {
			loaded, err := s.Load(sha256.Sum256(code), code)
			if sandbox.Refused(err) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			in, err := s.Start(loaded, plenty)
			if err != nil {
				t.Fatal(err)
			}
			d.current, d.told = in, nil
			for _, function := range loaded.Functions() {
				if len(function.Type.Params) > 0 {
					continue
				}
				if err := in.Call(function.Index); err != nil {
					endings[i] += err.Error() + "\n"
				}
			}
			s.Stop(in)
		}
		if endings[0] != endings[1] {
			t.Errorf("compiler:\n%sinterpreter:\n%s", endings[0], endings[1])
		}
	})
}
