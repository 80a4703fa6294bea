// Package targets holds what campaigns try: each Target makes inputs from
// random numbers, runs one of Core's parts with them and says whether a
// promise was broken. Ordinary tests run a slice of each, native fuzzing and
// package campaign run many.
//
// A target judges by what Core promises whatever the input is: no panic, no
// hang, memory in proportion to the input, both engines the same, outputs in
// canonical form. It is no part of Core.
package targets

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"

	"github.com/Dharitri-org/core-wasm-vm/test/differential"
)

// A Target is tried with many inputs. It is not safe for concurrent use.
type Target interface {
	// Make makes an input. It is valid until the next Make.
	Make(random *rand.Rand) []byte

	// Try runs one input; random chooses what the input does not say (prices,
	// limits). It gives how many executions that was. An error is a broken
	// promise; one that is a *Found names another input than the one at hand.
	// A panic is a broken promise too.
	Try(input []byte, random *rand.Rand) (executions int, err error)

	Close() error
}

// Found is a broken promise of an earlier input.
type Found struct {
	Input []byte
	Err   error
}

func (f *Found) Error() string { return f.Err.Error() }

// Unwrap gives what is broken.
func (f *Found) Unwrap() error { return f.Err }

// Random gives the numbers that case number of the campaign with that seed is
// made from.
func Random(seed, number uint64) *rand.Rand { return differential.Random(seed, number) }

// replaySeed makes replays of one input differ from each other and from
// nothing else.
const replaySeed = 0x5EED

// Replay tries an input that was kept, with a few different choices.
func Replay(t Target, input []byte) error {
	const times = 3
	for n := range uint64(times) {
		if _, err := t.Try(input, Random(replaySeed, n)); err != nil {
			return err
		}
	}
	return nil
}

// New makes the target with that name. root is the directory of the module.
func New(name, root string) (Target, error) {
	switch name {
	case "differential":
		return NewDifferential()
	case "read-blind":
		seeds, err := Seeds(root)
		if err != nil {
			return nil, err
		}
		return NewReader(seeds), nil
	case "instrument":
		seeds, err := Seeds(root)
		if err != nil {
			return nil, err
		}
		return NewInstrumenter(seeds)
	case "hostcalls":
		return NewHostCalls(nil)
	case "sequences":
		return NewSequences(nil)
	case "vectorfile":
		return NewVectorFiles(root)
	case "expression":
		return NewExpressions(), nil
	case "scenariofile":
		return NewScenarioFiles(root)
	}
	return nil, fmt.Errorf("no target %q", name)
}

// Names lists the targets.
func Names() []string {
	return []string{"differential", "read-blind", "instrument", "hostcalls", "sequences", "vectorfile", "expression", "scenariofile"}
}

// Root is the directory of the module that the working directory is in.
func Root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no go.mod at or above the working directory")
		}
		dir = parent
	}
}

// Describe says what a panic was, for the report of a find.
func Describe(recovered any) string {
	stack := make([]byte, 16<<10)
	return fmt.Sprintf("panic: %v\n%s", recovered, stack[:runtime.Stack(stack, false)])
}

// Finds is the directory, below root, of inputs that once broke a promise of
// the target. Ordinary tests replay them.
func Finds(root, name string) string {
	return filepath.Join(root, "test", "targets", "testdata", "finds", name)
}
