package compile

import (
	"math"
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// The greatest sizes of the modules that a search builds, in bytes: three of
// four are small.
const (
	Small = 200_000
	Large = 3_000_000
)

// What compiling an accepted module may take at most.
const (
	MostSeconds = 1.5
	MostMB      = 300
)

// Share is how much of what a module may take it took, of time or of memory.
func (c *Cost) Share() float64 { return max(c.Seconds/MostSeconds, c.MB/MostMB) }

// Accepted gives the largest module of the shape, up to Small or Large bytes,
// that the checks accept.
func (s *Shape) Accepted() []byte {
	const (
		least = 500
		steps = 10
	)
	size := Small
	if s.Seed%4 == 0 {
		size = Large
	}
	code := s.Build(size)
	if accepted(code) {
		return code
	}
	code = nil
	for low, high, step := least, size, 0; step < steps; step++ {
		middle := int(math.Sqrt(float64(low) * float64(high))) // most are small
		if step == 0 {
			middle = least
		}
		if next := s.Build(middle); accepted(next) {
			code, low = next, middle
		} else {
			high = middle
		}
	}
	return code
}

func accepted(code []byte) bool {
	m, err := wasm.Parse(code)
	return err == nil && wasm.Check(m, Offer) == nil
}

// A Search looks for the module that takes most. It is simulated annealing: a
// change that is worse is kept too, the less likely the worse it is and the
// longer the search lasts.
type Search struct {
	Shape *Shape  // where it is; nil at the beginning
	Share float64 // what Shape takes

	// Measure is what is searched: another function than Measure is a planted
	// defect of the work of a module.
	Measure func(code []byte) (*Cost, error)
}

// NewSearch begins a search.
func NewSearch() *Search { return &Search{Measure: Measure} }

// round is how many probes there are from hot to cold. Then it begins anew.
const round = 250

// A Probe is a module that was tried.
type Probe struct {
	Shape *Shape
	Code  []byte // nil if the checks accept nothing of the shape
	Cost  *Cost  // nil if Code is, or if compiling it failed
}

// Step tries one more shape. An error says that it could not be measured: the
// process died or took very long.
func (s *Search) Step(seed, number uint64) (p Probe, err error) {
	random := rand.New(rand.NewPCG(seed, number))
	at := number % round
	heat := 1 - float64(at)/round
	blind := at < round/4 // where to begin
	if at == 0 {
		s.Shape, s.Share = nil, 0
	}
	if s.Shape == nil || blind {
		p.Shape = RandomShape(random)
	} else {
		p.Shape = s.Shape.Mutate(random, heat)
	}
	if p.Code = p.Shape.Accepted(); p.Code == nil {
		return p, nil
	}
	if p.Cost, err = s.Measure(p.Code); err != nil {
		return p, err
	}
	worse := s.Share - p.Cost.Share()
	if s.Shape == nil || worse <= 0 || !blind && random.Float64() < math.Exp(-worse/(0.1*heat)) {
		s.Shape, s.Share = p.Shape, p.Cost.Share()
	}
	return p, nil
}
