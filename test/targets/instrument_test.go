package targets

import (
	"bytes"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/test/differential"
)

func TestInstrumentingHoldsItsPromises(t *testing.T) {
	i, err := NewInstrumenter(allSeeds(t))
	open(t, i, err)
	slice(t, "instrument", i, 3*time.Second)
	t.Log(i.Ends)
}

// What is counted ran, and about half of it is made from what somebody else
// wrote; the rest are generated modules that were changed.
func TestInstrumentedModulesAreOfOthersAndRun(t *testing.T) {
	i, err := NewInstrumenter(allSeeds(t))
	open(t, i, err)
	counted, generated := 0, 0
	const cases = 300
	for n := range uint64(cases) {
		input, executed, err := try(i, 8, n)
		if err != nil {
			t.Fatal(err)
		}
		counted += executed
		if bytes.Contains(input, []byte("\x04"+differential.Main+"\x00")) { // its export
			generated++
		}
	}
	t.Logf("%d of %d cases ran, %d come from generated modules, %v", counted, cases, generated, i.Ends)
	if nothing := i.Ends[differential.Nothing]; counted != cases-nothing || counted < 3*cases/4 || generated > 2*cases/3 {
		t.Errorf("%d of %d were counted, %d had nothing to run, %d come from generated modules", counted, cases, nothing, generated)
	}
	for _, end := range []string{"returned", "out of gas", "trap: unreachable", "trap: out of bounds memory access"} {
		if i.Ends[end] == 0 {
			t.Errorf("no run ended with %q", end)
		}
	}
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
