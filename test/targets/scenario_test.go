package targets

import (
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
)

func TestExpressionsHoldTheirPromises(t *testing.T) {
	slice(t, "expression", NewExpressions(), time.Second)
}

func TestAPlantedDefectOfExpressionsIsFound(t *testing.T) {
	e := NewExpressions()
	e.Evaluate = func(expr string, files scenario.Reader) ([]byte, error) {
		b, err := scenario.Evaluate(expr, files)
		if len(b) == 2 && b[0] == 0x80 {
			b[1]++
		}
		return b, err
	}
	plantedIsFound(t, e, 2_000_000)
}

func TestReadingScenariosHoldsItsPromises(t *testing.T) {
	s, err := NewScenarioFiles(root)
	open(t, s, err)
	slice(t, "scenariofile", s, 2*time.Second)
}

func TestAPlantedDefectOfReadingScenariosIsFound(t *testing.T) {
	s, err := NewScenarioFiles(root)
	open(t, s, err)
	s.Parse = func(path string, text []byte, files *scenario.Files) (*scenario.Scenario, error) {
		parsed, err := scenario.Parse(path, text, files)
		if err == nil {
			_ = parsed.Steps[0].Kind // there may be none
		}
		return parsed, err
	}
	plantedIsFound(t, s, 1_000_000)
}

// What is refused must not take much either.
func TestAPlantedWasteOfMemoryIsFound(t *testing.T) {
	e := NewExpressions()
	e.Evaluate = func(expr string, files scenario.Reader) ([]byte, error) {
		b, err := scenario.Evaluate(expr, files)
		if err != nil && len(expr) == 5 {
			_ = make([]byte, 9<<20)
		}
		return b, err
	}
	plantedIsFound(t, e, 100_000)
	s, err := NewScenarioFiles(root)
	open(t, s, err)
	s.Parse = func(path string, text []byte, files *scenario.Files) (*scenario.Scenario, error) {
		parsed, err := scenario.Parse(path, text, files)
		if err != nil && len(text)%100 == 7 {
			_ = make([]byte, 10<<20)
		}
		return parsed, err
	}
	plantedIsFound(t, s, 100_000)
}

// FuzzExpression and FuzzScenarioFile are for native fuzzing.
func FuzzExpression(f *testing.F) {
	e := NewExpressions()
	for n := range uint64(200) {
		f.Add(append([]byte(nil), e.Make(Random(1, n))...))
	}
	f.Fuzz(func(t *testing.T, expr []byte) {
		if _, err := e.Try(expr, nil); err != nil {
			t.Error(err)
		}
	})
}

func FuzzScenarioFile(f *testing.F) {
	s, err := NewScenarioFiles(root)
	open(f, s, err)
	for _, seed := range s.seeds {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := s.Try(text, nil); err != nil {
			t.Error(err)
		}
	})
}
