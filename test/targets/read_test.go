package targets

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

func TestReadingHoldsItsPromises(t *testing.T) {
	slice(t, "read-blind", open(t, NewReader(allSeeds(t)), nil), 3*time.Second)
}

func TestPlantedDefectsOfReadingAreFound(t *testing.T) {
	for _, tt := range []struct {
		name  string
		plant func(r *Reader)
	}{
		{"a vector is allocated before its bytes are there", func(r *Reader) {
			r.Parse = func(code []byte) (*wasm.Module, error) {
				for _, p := range split(code) {
					if n, _ := binary.Uvarint(p.content); p.section == 2 && n < 1<<28 {
						_ = make([]wasm.Import, n)
					}
				}
				return wasm.Parse(code)
			}
		}},
		{"an index is used before it is compared", func(r *Reader) {
			r.Check = func(m *wasm.Module, resolve wasm.Resolver) error {
				for _, e := range m.Exports {
					if e.Kind == wasm.ExportFunction {
						_ = m.FunctionType(e.Index)
					}
				}
				return wasm.Check(m, resolve)
			}
		}},
		{"the last byte of a segment is lost", func(r *Reader) {
			r.Parse = func(code []byte) (*wasm.Module, error) {
				m, err := wasm.Parse(code)
				if err == nil && len(m.Segments) > 2 && len(m.Segments[2].Init) > 0 {
					last := &m.Segments[2].Init
					*last = (*last)[:len(*last)-1]
				}
				return m, err
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader(allSeeds(t))
			tt.plant(r)
			found := plantedIsFound(t, r, 3_000_000)
			if err := replay(NewReader(nil), found); err != nil {
				t.Errorf("without the defect: %v", err)
			}
			again := NewReader(nil)
			tt.plant(again)
			err := replay(again, found)
			for range batch { // memory is measured for all of them
				if err == nil {
					_, err = again.Try([]byte(moduleHead), nil)
				}
			}
			if err == nil {
				t.Error("a replay does not find it")
			}
		})
	}
}

// FuzzRead is for native fuzzing, which follows what is covered.
func FuzzRead(f *testing.F) {
	for i, seed := range allSeeds(f) {
		if len(seed) < 1024 && i%8 == 0 {
			f.Add(seed)
		}
	}
	r := NewReader(nil)
	r.alone = true
	f.Fuzz(func(t *testing.T, code []byte) {
		if _, err := r.Try(code, nil); err != nil {
			t.Error(err)
		}
	})
}
