package targets

import (
	"bytes"
	"testing"
	"time"
)

func TestInstrumentingHoldsItsPromises(t *testing.T) {
	i, err := NewInstrumenter(allSeeds(t))
	open(t, i, err)
	slice(t, "instrument", i, 3*time.Second)
	t.Log(i.Ends)
}

func TestPlantedDefectsOfInstrumentingAreFound(t *testing.T) {
	for _, tt := range []struct {
		name  string
		alter func([]byte) []byte
	}{
		{"one is not enough gas where it is tested", func(code []byte) []byte {
			return bytes.ReplaceAll(code, []byte{0x42, 0x00, 0x57, 0x0d}, []byte{0x42, 0x01, 0x57, 0x0d})
		}},
		{"a module that the engine does not accept", func(code []byte) []byte {
			return bytes.ReplaceAll(code, []byte{0x21, 0x05}, []byte{0x22, 0x05})
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i, err := NewInstrumenter(allSeeds(t))
			open(t, i, err)
			i.Alter = tt.alter
			plantedIsFound(t, i, 100_000)
		})
	}
}

func BenchmarkInstrument(b *testing.B) {
	i, err := NewInstrumenter(allSeeds(b))
	open(b, i, err)
	for n := uint64(0); b.Loop(); n++ {
		if input, _, err := try(i, 1, n); err != nil {
			b.Fatalf("%v\n%x", err, input)
		}
	}
}
