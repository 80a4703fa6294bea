package targets

import (
	"io/fs"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
)

func TestReadingVectorFilesHoldsItsPromises(t *testing.T) {
	v, err := NewVectorFiles(root)
	open(t, v, err)
	slice(t, "vectorfile", v, 2*time.Second)
}

func TestAPlantedDefectOfReadingVectorFilesIsFound(t *testing.T) {
	v, err := NewVectorFiles(root)
	open(t, v, err)
	v.Load = func(f fs.FS) ([]*vectors.Case, error) {
		cases, err := vectors.Load(f)
		if err == nil && len(cases[0].Steps[0].Output.Accounts) > 0 {
			_ = cases[0].Steps[0].Output.Accounts[0].Balance.Sign()
		}
		return cases, err
	}
	plantedIsFound(t, v, 1_000_000)
}

// FuzzVectorFile is for native fuzzing.
func FuzzVectorFile(f *testing.F) {
	v, err := NewVectorFiles(root)
	open(f, v, err)
	v.alone = true
	for i, seed := range v.seeds {
		if i%20 == 0 {
			f.Add(seed)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := v.Try(text, nil); err != nil {
			t.Error(err)
		}
	})
}
