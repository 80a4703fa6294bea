// Package conformance holds tests that need the whole of Core: every way of
// running a contract against the recorded vectors, and against each other.
package conformance

import (
	"crypto/sha256"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A way is one way of running contracts. All of them must give equal outputs.
type way struct {
	name   string
	engine vm.Engine
	start  func(vm.BlockchainHook, vm.Config) (vectors.Executor, error)
}

func ways() []way {
	return []way{
		{"in-process, compiler", vm.EngineDefault, startInProcess},
		{"in-process, interpreter", vm.EngineInterpreter, startInProcess},
		{"piped, compiler", vm.EngineDefault, startPiped},
		{"piped, interpreter", vm.EngineInterpreter, startPiped},
	}
}

func startInProcess(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
	return inprocess.New(hook, config)
}

func startPiped(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
	return driver.New(hook, driver.Options{Self: true, Config: config, Codec: driver.Binary, CallTimeout: patience})
}

// patience is for cases that spend all their gas in loops, on the interpreter,
// on a busy machine.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	coreproc.Main()
	goleak.VerifyTestMain(m)
}

// recordings are the directories of cases and the fewest steps that have to
// pass there, so that an empty run cannot look like a good one.
var recordings = []struct {
	dir   string
	least int
}{
	{"../vectors", 3900},
	{"../vectors-corrected", 56},
	{"../vectors-decided", 103},
}

// endless lists the cases that spend all their gas in loops: some seconds on
// the interpreter, minutes if the race detector watches it.
func endless() []string {
	return []string{
		"async/callback-loops", "async/callee-fails", "async/message-left-by-callback",
		"gas/after-child-failure", "validation/memory",
	}
}

// skips says whether the way leaves out a case.
func (w *way) skips(c *vectors.Case) bool {
	return raceDetector && w.engine == vm.EngineInterpreter && slices.Contains(endless(), c.Name)
}

// outputs are digests of the canonical bytes of outputs.
type outputs struct {
	mu   sync.Mutex
	seen map[outputKey][sha256.Size]byte
}

type outputKey struct {
	way  string
	name string // of the case
	step int
}

func (o *outputs) add(t *testing.T, key outputKey, out *vm.Output) {
	b, err := out.AppendBinary(nil)
	if err != nil {
		t.Errorf("%+v: %v", key, err)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen[key] = sha256.Sum256(b)
}

func TestRecordedVectors(t *testing.T) {
	for _, recording := range recordings {
		t.Run(recording.dir, func(t *testing.T) {
			cases, err := vectors.Load(os.DirFS(recording.dir))
			if err != nil {
				t.Fatal(err)
			}
			all := &outputs{seen: make(map[outputKey][sha256.Size]byte)}
			t.Run("ways", func(t *testing.T) {
				for _, w := range ways() {
					t.Run(w.name, func(t *testing.T) {
						t.Parallel()
						runVectors(t, w, cases, recording.least, all)
					})
				}
			})
			compareWays(t, cases, all)
		})
	}
}

func runVectors(t *testing.T, w way, cases []*vectors.Case, least int, all *outputs) {
	runner := &vectors.Runner{
		New:      w.start,
		Schedule: gas.File,
		Engine:   w.engine,
		Twice:    w.engine == vm.EngineDefault, // the interpreter is too slow for it
		Skip:     func(c *vectors.Case, _ *vectors.Step) bool { return w.skips(c) },
		Observe: func(c *vectors.Case, step int, out *vm.Output) {
			all.add(t, outputKey{w.name, c.Name, step}, out)
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
func compareWays(t *testing.T, cases []*vectors.Case, all *outputs) {
	reference := ways()[0]
	for _, w := range ways() {
		for _, c := range cases {
			if w.skips(c) || reference.skips(c) {
				continue
			}
			for i := range c.Steps {
				want, ok1 := all.seen[outputKey{reference.name, c.Name, i}]
				got, ok2 := all.seen[outputKey{w.name, c.Name, i}]
				if !ok1 || !ok2 || got != want {
					t.Errorf("%s, step %d: %s and %s give different outputs", c.Name, i, reference.name, w.name)
				}
			}
		}
	}
}
