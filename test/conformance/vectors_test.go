// Package conformance holds tests that need the whole of Core: every way of
// running a contract against the recorded vectors, and against each other.
package conformance

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/schedules"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A way is one way of running contracts. All of them must give equal outputs.
type way struct {
	name   string
	engine vm.Engine
	start  func(vm.BlockchainHook, vm.Config) (vectors.Executor, error)
}

var ways = []way{
	{"in-process, compiler", vm.EngineDefault, startInProcess},
	{"in-process, interpreter", vm.EngineInterpreter, startInProcess},
	{"piped, compiler", vm.EngineDefault, startPiped},
	{"piped, interpreter", vm.EngineInterpreter, startPiped},
}

// TestMain lets this program be Core when a driver starts it as Core.
func TestMain(m *testing.M) {
	coreproc.Main()
	os.Exit(m.Run())
}

func startPiped(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
	return driver.New(hook, driver.Options{Self: true, Config: config, CallTimeout: time.Minute})
}

func startInProcess(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
	return inprocess.New(hook, config)
}

// recordings are the directories of cases and the fewest steps that have to
// pass there, so that an empty run cannot look like a good one.
var recordings = []struct {
	dir   string
	least int
}{
	{"../vectors", 3900},
	{"../vectors-corrected", 56},
}

func namedSchedule(name string) (vm.GasSchedule, error) {
	text, err := schedules.Files.ReadFile(name + ".toml")
	if err != nil {
		return nil, err
	}
	return gas.Parse(text)
}

// outputs are digests of the canonical bytes of outputs, by step and way.
type outputs struct {
	mu   sync.Mutex
	seen map[string]map[string][sha256.Size]byte
}

func (o *outputs) add(t *testing.T, step, way string, out *vm.Output) {
	b, err := out.AppendBinary(nil)
	if err != nil {
		t.Errorf("%s: %v", step, err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[step] == nil {
		o.seen[step] = make(map[string][sha256.Size]byte)
	}
	o.seen[step][way] = sha256.Sum256(b)
}

func TestRecordedVectors(t *testing.T) {
	for _, recording := range recordings {
		t.Run(recording.dir, func(t *testing.T) {
			cases, err := vectors.Load(os.DirFS(recording.dir))
			if err != nil {
				t.Fatal(err)
			}
			all := &outputs{seen: make(map[string]map[string][sha256.Size]byte)}
			t.Run("ways", func(t *testing.T) {
				for _, w := range ways {
					t.Run(w.name, func(t *testing.T) {
						t.Parallel()
						runVectors(t, w, cases, recording.least, all)
					})
				}
			})
			compareWays(t, all)
		})
	}
}

func runVectors(t *testing.T, w way, cases []*vectors.Case, least int, all *outputs) {
	runner := &vectors.Runner{
		New:      w.start,
		Schedule: namedSchedule,
		Engine:   w.engine,
		Twice:    true,
		Observe: func(c *vectors.Case, step int, out *vm.Output) {
			all.add(t, fmt.Sprintf("%s, step %d", c.Name, step), w.name, out)
		},
	}
	report, err := runner.Run(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := report.Write(&text); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + text.String())
	if total := report.Total(); total.Failed > 0 || total.Passed < least {
		t.Errorf("%d steps failed, %d passed, want 0 and at least %d", total.Failed, total.Passed, least)
	}
}

// compareWays requires equal bytes for each step, whichever way it ran.
func compareWays(t *testing.T, all *outputs) {
	for step, byWay := range all.seen {
		first := byWay[ways[0].name]
		for _, w := range ways {
			if got, ok := byWay[w.name]; !ok || got != first {
				t.Errorf("%s: %s and %s give different outputs", step, ways[0].name, w.name)
			}
		}
	}
}
