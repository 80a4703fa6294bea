package targets

import (
	"errors"
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/test/differential"
)

// Instrumenter tries instrumenting modules that somebody else wrote, changed
// blindly, as far as they pass the checks: the instrumented module is accepted
// by the engines and runs as the oracle says the original does.
type Instrumenter struct {
	*differential.Bench
	mutator *mutator
}

// largestInstrumented bounds the seeds: larger ones take long to compile.
const largestInstrumented = 8 << 10

// NewInstrumenter makes an instrumenter of changed seeds and of changed
// generated modules.
func NewInstrumenter(seeds [][]byte) (*Instrumenter, error) {
	functions := suiteFunctions()
	for _, row := range imports.All() {
		functions = append(functions, differential.Function{Module: row.Module, Name: row.Name, Type: rowType(&row)})
	}
	bench, err := differential.NewBench(functions...)
	if err != nil {
		return nil, err
	}
	return &Instrumenter{bench, newMutator(seeds, largestInstrumented)}, nil
}

// Make implements Target. Modules that are refused, about 29 of 30, prove
// nothing, so it tries again until one is accepted.
func (i *Instrumenter) Make(random *rand.Rand) []byte {
	for {
		if code := i.make(random); i.Accepts(code) {
			return code
		}
	}
}

func (i *Instrumenter) make(random *rand.Rand) []byte {
	switch random.IntN(4) {
	case 0:
		code := differential.Generate(random)
		return i.mutator.mutateSeed(&seed{code: code, parts: split(code)}, random)
	}
	return i.mutator.mutate(random)
}

// Try implements Target. What is counted are modules that were run.
func (i *Instrumenter) Try(code []byte, random *rand.Rand) (int, error) {
	before := i.Ends[differential.Nothing]
	err := i.Compare(code, random)
	if errors.Is(err, differential.ErrRefused) {
		return 0, nil
	}
	if i.Ends[differential.Nothing] > before {
		return 0, err
	}
	return 1, err
}
