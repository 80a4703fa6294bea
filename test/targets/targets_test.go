package targets

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"
)

const root = "../.."

var seeds = sync.OnceValues(func() ([][]byte, error) { return Seeds(root) })

func allSeeds(t testing.TB) [][]byte {
	t.Helper()
	all, err := seeds()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 2000 {
		t.Fatalf("only %d seeds", len(all))
	}
	return all
}

func open(t testing.TB, target Target, err error) Target {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := target.Close(); err != nil {
			t.Error(err)
		}
	})
	return target
}

// try is one case; a panic is an error, as in a campaign.
func try(target Target, seed, n uint64) (input []byte, executed int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New(Describe(p))
		}
	}()
	random := Random(seed, n)
	input = target.Make(random)
	executed, err = target.Try(input, random)
	return input, executed, err
}

// slice tries for a while, and what campaigns found.
func slice(t *testing.T, name string, target Target, long time.Duration) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	finds, err := filepath.Glob(filepath.Join(Finds(root, name), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range finds {
		input, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Replay(target, input); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	cases, executions := 0, 0
	for start := time.Now(); time.Since(start) < long || cases < 100; cases++ {
		input, executed, err := try(target, 77, uint64(cases))
		if err != nil {
			t.Fatalf("case %d: %v\n%x", cases, err, input)
		}
		executions += executed
	}
	if executions == 0 {
		t.Error("nothing was executed")
	}
	t.Logf("%d finds, %d cases, %d executions", len(finds), cases, executions)
}

// plantedIsFound tries until a planted defect shows, and gives the input that
// would be kept.
func plantedIsFound(t *testing.T, target Target, within uint64) (found []byte) {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	for n := range within {
		input, _, err := try(target, 1, n)
		if err == nil {
			continue
		}
		text := err.Error()
		t.Logf("case %d: %s", n, text[:min(len(text), 300)])
		if other := (*Found)(nil); errors.As(err, &other) {
			input = other.Input
		}
		return slices.Clone(input)
	}
	t.Errorf("not found in %d cases", within)
	return nil
}

// replay is Replay; a panic is an error.
func replay(target Target, input []byte) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New(Describe(p))
		}
	}()
	return Replay(target, input)
}
