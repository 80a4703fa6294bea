package main

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/test/compile"
	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/test/targets"
)

// counter is a target whose inputs are random numbers. It notes them, and
// breaks its promise in the way and at the case that it is told.
type counter struct {
	inputs []uint64
	fails  int // the case, from 1; 0 is never
	panics bool
	found  []byte // says that this input is to blame
}

func (c *counter) Make(random *rand.Rand) []byte {
	return binary.LittleEndian.AppendUint64(nil, random.Uint64())
}

func (c *counter) Try(input []byte, _ *rand.Rand) (int, error) {
	c.inputs = append(c.inputs, binary.LittleEndian.Uint64(input))
	if len(c.inputs) != c.fails {
		return 2, nil
	}
	switch {
	case c.panics:
		var none []int
		return none[len(input)], nil
	case c.found != nil:
		return 2, &targets.Found{Input: c.found, Err: errors.New("an earlier one")}
	}
	return 2, errors.New("broken")
}

func (c *counter) Close() error { return nil }

func newCampaign(t *testing.T, target targets.Target, count uint64) *campaign {
	root := t.TempDir()
	return &campaign{name: "read-blind", root: root, seed: 3, count: count, file: filepath.Join(root, "results.tsv"), target: target}
}

func TestACampaignGoesOnWhereItStopped(t *testing.T) {
	whole, pieces := new(counter), new(counter)
	if err := newCampaign(t, whole, 100).run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := newCampaign(t, pieces, 0)
	for _, count := range []uint64{10, 10, 36, 100} { // executions, two for each case
		again := *c
		again.count = count
		if err := again.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(whole.inputs) != 50 || !slices.Equal(whole.inputs, pieces.inputs) {
		t.Errorf("%d inputs, and %d in pieces", len(whole.inputs), len(pieces.inputs))
	}
	all, err := figures.Read(c.file)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	if at, done, err := figures.Next(c.file, c.name, c.seed); at != 50 || done != 100 || err != nil {
		t.Errorf("at %d, %d executions, %v", at, done, err)
	}
}

func TestABrokenPromiseStopsTheCampaignAndIsKept(t *testing.T) {
	for _, tt := range []struct {
		name   string
		target *counter
		says   string
		keeps  []byte // nil: the input of the case
	}{
		{"an error", &counter{fails: 4}, "broken", nil},
		{"a panic", &counter{fails: 4, panics: true}, "index out of range", nil},
		{"an error about another input", &counter{fails: 4, found: []byte("earlier")}, "an earlier one", []byte("earlier")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCampaign(t, tt.target, 100)
			err := c.run(t.Context())
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("got %v", err)
			}
			kept, err := os.ReadFile(filepath.Join(targets.Finds(c.root, c.name), "seed3-case3"))
			if err != nil {
				t.Fatal(err)
			}
			want := tt.keeps
			if want == nil {
				want = tt.target.Make(targets.Random(3, 3))
			}
			if !slices.Equal(kept, want) {
				t.Errorf("kept %x, want %x", kept, want)
			}
			all, err := figures.Read(c.file)
			if err != nil || len(all) != 1 || all[0].Outcome != "broken: seed3-case3" || all[0].To != 4 {
				t.Errorf("%+v, %v", all, err)
			}
			// It goes on behind the broken case, and counts anew.
			c = &campaign{name: c.name, root: c.root, seed: c.seed, count: 20, file: c.file, target: new(counter)}
			if err := c.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c.done.From != 4 || c.done.To != 14 {
				t.Errorf("went on from %d to %d", c.done.From, c.done.To)
			}
		})
	}
}

func TestACampaignThatIsStoppedWritesItsFigures(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := newCampaign(t, stopper{new(counter), cancel}, 1000)
	if err := c.run(ctx); err != nil {
		t.Fatal(err)
	}
	all, err := figures.Read(c.file)
	if err != nil || len(all) != 1 || all[0].To != 7 || all[0].Outcome != figures.Passed {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestTheProgressOfNativeFuzzingIsReadToItsEnd(t *testing.T) {
	said := "fuzz: elapsed: 0s, gathering baseline coverage: 0/9 completed\nfuzz: elapsed: 3s, execs: 1200 (400/sec)\n" +
		strings.Repeat("x", 1<<20) + "\n" + strings.Repeat("noise\n", 50) + "fuzz: elapsed: 4s, execs: 1700 (400/sec)\nPASS"
	executed, tail, err := progress(strings.NewReader(said))
	if err != nil || executed != 1700 || len(tail) != 40 || tail[39] != "PASS" {
		t.Errorf("%d executions, %d lines, %v", executed, len(tail), err)
	}
	if executed, tail, err := progress(strings.NewReader("no tests to run\n")); executed != 0 || len(tail) != 1 || err != nil {
		t.Errorf("%d executions, %q, %v", executed, tail, err)
	}
}

// stopper stops the campaign in the seventh case.
type stopper struct {
	*counter
	stop func()
}

func (s stopper) Try(input []byte, random *rand.Rand) (int, error) {
	if len(s.inputs) == 6 {
		s.stop()
	}
	return s.counter.Try(input, random)
}

func TestTheTable(t *testing.T) {
	goals := []figures.Goal{
		{Name: "a", Count: 1000, Unit: "calls", What: "what a is"},
		{Name: "b", Count: 10, Unit: "files", What: "what b is"},
		{Name: "c", Count: 5, Unit: "modules", What: "what c is"},
	}
	all := []figures.Run{
		{Name: "a", Seed: 1, To: 900, Done: 1200, Date: "2026-01-01", Outcome: figures.Passed},
		{Name: "b", Seed: 1, To: 9, Done: 9, Date: "2026-01-02", Outcome: "broken: x"},
		{Name: "b", Seed: 1, From: 9, To: 12, Done: 3, Date: "2026-01-03", Outcome: figures.Passed},
		{Name: "b", Seed: 2, To: 4, Done: 4, Date: "2026-01-04", Outcome: figures.Passed},
	}
	text, err := table(all, goals)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| a | what a is | 1,200 calls | 1,000 | 1 | 2026-01-01 | passed |",
		"| b | what b is | 7 files | 10 | 1, 2 | 2026-01-04 | passed so far, goal not reached (70.0 %) |",
		"| c | what c is | 0 modules | 5 |  | never | not run |",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	if _, err := table([]figures.Run{{Name: "z"}}, goals); err == nil {
		t.Error("results without a goal are no error")
	}
}

func TestTheTableOfTheBorder(t *testing.T) {
	goals := []figures.Goal{{Name: "a", Count: 10, Unit: "deaths", What: "what a is"}, {Name: "b", Count: 5, Unit: "calls", What: "what b is"}}
	runs := []figures.Run{
		{Name: "a", Seed: 1, To: 9, Done: 6, Seconds: 3, Date: "2026-01-01", Outcome: "broken: read |0", Text: "p50 1ms"},
		{Name: "a", Seed: 1, From: 9, To: 20, Done: 7, Seconds: 4, Date: "2026-01-02", Outcome: figures.Passed, Text: "p50 2ms"},
		{Name: "a", Seed: 2, To: 2, Done: 2, Seconds: 1, Date: "2026-01-03", Outcome: figures.Passed, Text: "quiet"},
	}
	text, err := borderTable(goals, runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"| a | what a is | 9 deaths | 10 | passed so far, goal not reached (90.0 %) |",
		"| b | what b is | 0 calls | 5 | not run |",
		`| a | 1 | 6 deaths | 3 s | 2026-01-01 | broken: read \|0 | p50 1ms |`,
		"| a | 2 | 2 deaths | 1 s | 2026-01-03 | passed | quiet |",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	if _, err := borderTable(goals, []figures.Run{{Name: "z"}}); err == nil {
		t.Error("figures without a goal are no error")
	}
	if _, err := border(filepath.Join("..", "..")); err != nil {
		t.Error(err)
	}
}

func TestEveryTargetHasAGoal(t *testing.T) {
	goals, err := figures.Goals(filepath.Join("..", "..", goalsFile))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(targets.Names(), "read-guided", compileCampaign) {
		if !slices.ContainsFunc(goals, func(g figures.Goal) bool { return g.Name == name && g.Count > 0 }) {
			t.Errorf("%s has no goal", name)
		}
	}
	if _, err := figures.Read(filepath.Join("..", "..", resultsFile)); err != nil {
		t.Error(err)
	}
}

func TestTheSearchKeepsWhatTookMost(t *testing.T) {
	path := filepath.Join(t.TempDir(), mostFile)
	var all []most
	s := compile.NewSearch()
	for n := range 40 {
		shape := &compile.Shape{Seed: uint64(n), Kinds: []compile.Kind{{}}}
		s.Shape, s.Share = shape, 0.5
		cost := compile.Cost{Seconds: float64(n*7%40) / 100, MB: float64(n), Size: 9, Work: 8}
		all = note(all, compile.Probe{Shape: shape, Cost: &cost})
		cost.Seconds, cost.MB = cost.Seconds/2, cost.MB-0.5 // once more, and less
		all = standing(note(all, compile.Probe{Shape: shape, Cost: &cost}), 3, s)
	}
	other := compile.NewSearch()
	other.Shape = &compile.Shape{Seed: 99, Kinds: []compile.Kind{{}}}
	all = standing(all, 4, other)
	if err := writeMost(path, all); err != nil {
		t.Fatal(err)
	}
	again, err := readMost(path)
	if err != nil || !slices.Equal(again, all) || len(again) != 2*mostKept+2 {
		t.Fatalf("%d lines, %v", len(again), err)
	}
	if again[0].Seconds != 0.39 || again[9].Seconds != 0.30 || again[10].MB != 39 || again[19].MB != 30 {
		t.Errorf("%+v", again)
	}
	for seed, want := range map[uint64]*compile.Search{3: s, 4: other, 5: compile.NewSearch()} {
		_, at, err := stillThere(again, seed)
		if err != nil || at.Share != want.Share || (at.Shape == nil) != (want.Shape == nil) || at.Shape != nil && at.Shape.String() != want.Shape.String() {
			t.Errorf("the search of seed %d is at %+v, %v", seed, at, err)
		}
	}
	text, err := mostTable(path)
	if err != nil || strings.Count(text, "\n| time |") != mostKept || strings.Count(text, "\n| memory |") != mostKept || strings.Contains(text, searchAt+" |") {
		t.Errorf("%v\n%s", err, text)
	}
}
