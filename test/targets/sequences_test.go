package targets

import (
	"slices"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestSequencesHoldTheirPromises(t *testing.T) {
	s, err := NewSequences(nil)
	open(t, s, err)
	slice(t, "sequences", s, 3*time.Second)
	for n := range uint64(1000) {
		if _, _, err := try(s, 6, n); err != nil {
			t.Fatal(err)
		}
	}
	for kind := range stepKinds {
		if s.ends[[2]int{kind, int(vm.OK)}] == 0 {
			t.Errorf("no step of kind %d succeeded", kind)
		}
	}
	t.Log(s.ends)
}

// A defect that no single request shows: an answer outlives its request.
func TestAPlantedDefectOfSequencesIsFound(t *testing.T) {
	s, err := NewSequences(func(executor int, rows []host.Import) {
		kept := make(map[uint64]uint64) // by the place of the key in memory
		for i := range rows {
			body := rows[i].Body
			if rows[i].Name != "storageLoadLength" || executor != 1 {
				continue
			}
			rows[i].Body = func(x *host.Frame, stack []uint64) error {
				key := stack[0]
				if err := body(x, stack); err != nil {
					return err
				}
				if old, ok := kept[key]; ok {
					stack[0] = old
				} else {
					kept[key] = stack[0]
				}
				return nil
			}
		}
	})
	open(t, s, err)
	plantedIsFound(t, s, 100_000)
}

// FuzzSequences is for native fuzzing.
func FuzzSequences(f *testing.F) {
	s, err := NewSequences(nil)
	open(f, s, err)
	for n := range uint64(30) {
		f.Add(slices.Clone(s.Make(Random(9, n))))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if _, err := s.Try(input, nil); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkSequence(b *testing.B) {
	s, err := NewSequences(nil)
	open(b, s, err)
	for n := uint64(0); b.Loop(); n++ {
		if input, _, err := try(s, 1, n); err != nil {
			b.Fatalf("%v\n%x", err, input)
		}
	}
}
