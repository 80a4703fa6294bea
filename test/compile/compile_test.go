package compile

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

func TestMain(m *testing.M) {
	Child()
	os.Exit(m.Run())
}

// Whatever the numbers are, the module is valid apart from its work; and all
// follows from them.
func TestShapesGiveModules(t *testing.T) {
	var used, refused int
	for n := range uint64(150) {
		random := rand.New(rand.NewPCG(3, n))
		shape := RandomShape(random)
		for range n % 3 {
			shape = shape.Mutate(random, 0.5)
		}
		again, err := ParseShape(shape.String())
		if err != nil {
			t.Fatal(err)
		}
		const size = 10_000
		code := shape.Build(size)
		if !bytes.Equal(code, again.Build(size)) {
			t.Errorf("%s: another module the second time", shape)
		}
		m, err := wasm.Parse(code)
		if err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		switch err := wasm.Check(m, Offer); {
		case err == nil:
			used++
		case strings.Contains(err.Error(), "too much work"):
			refused++
		default:
			t.Errorf("%s: %v", shape, err)
		}
		if len(code) < size/4 { // what is kept for functions may be too much
			t.Errorf("%s: only %d bytes", shape, len(code))
		}
	}
	t.Logf("%d accepted, %d too much work", used, refused)
	if used < 50 {
		t.Errorf("only %d were accepted", used)
	}
}

func TestMalformedShapes(t *testing.T) {
	const good = "1//"
	for _, text := range []string{good, "7/types=4,globals=90/block=3,locals=60/", (&Shape{Seed: 1, Kinds: []Kind{{}}}).String()} {
		if s, err := ParseShape(text); err != nil || s.String() != text {
			t.Fatal(text, s, err)
		}
	}
	for _, text := range []string{"", "1", "1/", "x" + good, good + ",1", good + "block", good + "block=", good + "block=0", good + "block=-1",
		good + "block=101", good + "block=1,block=1", good + "loop=1,block=1", good + "types=1", "1/block=1/", "1/types=1,/"} {
		if s, err := ParseShape(text); err == nil {
			t.Errorf("%q is %v", text, s)
		}
	}
}

// Everything that a module may hold can come out of a shape.
func TestShapesHoldWhatAModuleMayHold(t *testing.T) {
	if raceDetector {
		t.Skip("it takes long")
	}
	var found [wasm.Opcodes]bool
	most := map[string]int{}
	for n := range uint64(400) {
		random := rand.New(rand.NewPCG(4, n))
		m, err := wasm.Parse(RandomShape(random).Build(40_000))
		if err != nil {
			t.Fatal(err)
		}
		for what, n := range map[string]int{
			"types": len(m.Types), "imports": len(m.Imports), "globals": len(m.Globals), "exports": len(m.Exports),
			"element segments": len(m.Elements), "data segments": len(m.Segments), "functions": len(m.Functions),
		} {
			most[what] = max(most[what], n)
		}
		for i := range m.Bodies {
			var in wasm.Instr
			for d := wasm.NewDecoder(m.Bodies[i].Code); d.Next(&in); {
				found[in.Op.Row()] = true
			}
		}
	}
	for row, is := range found {
		if op := wasm.OpcodeAt(row); is != (op.Refusal() == "") {
			t.Errorf("%s: found %v, refused because %q", op, is, op.Refusal())
		}
	}
	t.Log(most)
	for what, n := range most {
		if n < 1_000 {
			t.Errorf("at most %d %s", n, what)
		}
	}
}

// Shapes that took more than they may once. Their time is not tested, because
// it depends on what else the machine does.
func TestFindsStayWithinTheBoundOfMemory(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector multiplies memory")
	}
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells how much memory a process had")
	}
	files, err := filepath.Glob("../targets/testdata/finds/compile/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no finds", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		shape, err := ParseShape(strings.TrimSpace(string(text)))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		code := shape.Accepted()
		if len(code) == 0 {
			t.Logf("%s: refused, however short it is", file)
			continue
		}
		cost, err := Measure(code)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		t.Logf("%s: %d bytes, %d units, %.2f s, %.0f MB", file, cost.Size, cost.Work, cost.Seconds, cost.MB)
		if cost.MB > MostMB || cost.Work == 0 || cost.Seconds == 0 {
			t.Errorf("%s: %+v", file, cost)
		}
	}
}

// What a search does follows from its seed and from what the probes took.
func TestASearchGoesOnFromItsShape(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells how much memory a process had")
	}
	first := NewSearch()
	p, err := first.Step(9, round-1)
	if err != nil {
		t.Fatal(err)
	}
	again := NewSearch()
	again.Shape, again.Share = first.Shape, first.Share
	a, err := first.Step(9, round-2)
	if err != nil {
		t.Fatal(err)
	}
	b, err := again.Step(9, round-2)
	if err != nil {
		t.Fatal(err)
	}
	if a.Shape.String() != b.Shape.String() || !bytes.Equal(a.Code, b.Code) || a.Shape.String() == p.Shape.String() {
		t.Errorf("%s and %s, after %s", a.Shape, b.Shape, p.Shape)
	}
}

// A compiler that takes a time of which the work of a module knows nothing: the
// square of the selects of each function. Chance alone does not reach what
// is allowed.
func TestAPlantedDefectOfTheWorkIsFound(t *testing.T) {
	if raceDetector {
		t.Skip("it takes long")
	}
	s := NewSearch()
	s.Measure = func(code []byte) (*Cost, error) {
		m, err := wasm.Parse(code)
		if err != nil {
			return nil, err
		}
		cost := &Cost{Size: len(code), MB: 10}
		for i := range m.Bodies {
			selects := 0.0
			var in wasm.Instr
			for d := wasm.NewDecoder(m.Bodies[i].Code); d.Next(&in); {
				if in.Op == wasm.OpSelect {
					selects++
				}
			}
			cost.Seconds += 4e-9 * selects * selects
		}
		return cost, nil
	}
	var chance, most float64
	for n := range uint64(4 * round) {
		p, err := s.Step(5, n)
		if err != nil {
			t.Fatal(err)
		}
		if p.Cost == nil {
			continue
		}
		most = max(most, p.Cost.Share())
		if n < round/4 {
			chance = most
		}
		if most > 1 {
			t.Logf("found in probe %d; before annealing the most was %.2f of what is allowed", n, chance)
			return
		}
	}
	t.Errorf("not found: the most is %.2f of what is allowed", most)
}
