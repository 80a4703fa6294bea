package targets

import (
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/test/differential"
)

// NewDifferential makes the target that compares the compiler, the interpreter
// and the oracle on generated modules.
func NewDifferential() (Target, error) {
	bench, err := differential.NewBench()
	if err != nil {
		return nil, err
	}
	return &generated{bench}, nil
}

type generated struct{ *differential.Bench }

func (generated) Make(random *rand.Rand) []byte { return differential.Generate(random) }

func (g *generated) Try(code []byte, random *rand.Rand) (int, error) {
	return 1, g.Compare(code, random)
}
