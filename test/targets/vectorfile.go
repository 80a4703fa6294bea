package targets

import (
	"context"
	"fmt"
	"io/fs"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing/fstest"

	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// VectorFiles tries reading files of recorded vectors and, if one is accepted,
// running it against an executor that does nothing: whatever the file says, it
// is an error, or a report.
type VectorFiles struct {
	// Load is what is tried. Another function than vectors.Load is a planted
	// defect.
	Load func(fs.FS) ([]*vectors.Case, error)

	seeds [][]byte
	input []byte
	memory
}

// largestVectorFile bounds the files that are changed.
const largestVectorFile = 6000

// NewVectorFiles makes a target of the smaller files in the module's root.
func NewVectorFiles(root string) (*VectorFiles, error) {
	v := &VectorFiles{Load: vectors.Load}
	paths, err := filepath.Glob(filepath.Join(root, "test", "vectors*", "*", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if len(text) <= largestVectorFile {
			v.seeds = append(v.seeds, text)
		}
	}
	if len(v.seeds) == 0 {
		return nil, fmt.Errorf("no vector files at %s", root)
	}
	return v, nil
}

// tellingText are pieces of JSON at which something changes.
var tellingText = []string{`null`, `{}`, `[]`, `""`, `"0x"`, `"0x0"`, `0`, `-1`, `1e9`, `1.5`, `18446744073709551615`, `18446744073709551616`, `"-1"`,
	`"1e3"`, `true`, `,`, `:`, `"`, `{`, `}`, `[`, `]`, "\\u0000", "\xff", `"0x00"`, `256`, `"0xzz"`, `"\ud800"`}

// Make implements Target.
func (v *VectorFiles) Make(random *rand.Rand) []byte {
	v.input = append(v.input[:0], v.seeds[random.IntN(len(v.seeds))]...)
	for range 1 + random.IntN(3) {
		v.input = v.change(v.input, random)
	}
	return v.input
}

// change changes text at one place: often a whole value of JSON.
func (v *VectorFiles) change(b []byte, random *rand.Rand) []byte {
	if len(b) == 0 {
		return b
	}
	at := random.IntN(len(b))
	end := min(len(b), at+1+random.IntN(10))
	if random.IntN(2) == 0 { // a value: from a colon to the end of its line
		for at < len(b) && b[at] != ':' {
			at++
		}
		at = min(at+1, len(b))
		end = at
		for end < len(b) && b[end] != '\n' && b[end] != ',' {
			end++
		}
	}
	var piece []byte
	switch random.IntN(5) {
	case 0:
	case 1:
		piece = []byte{byte(random.Uint32())}
	case 2:
		other := v.seeds[random.IntN(len(v.seeds))]
		from := random.IntN(len(other))
		piece = other[from:min(len(other), from+1+random.IntN(60))]
	default:
		piece = []byte(tellingText[random.IntN(len(tellingText))])
	}
	return append(b[:at:at], append(piece[:len(piece):len(piece)], b[end:]...)...)
}

// Try implements Target.
func (v *VectorFiles) Try(input []byte, _ *rand.Rand) (int, error) {
	cases, err := v.Load(fstest.MapFS{"family/case.json": &fstest.MapFile{Data: input}})
	if err == nil {
		if len(cases) != 1 {
			return 1, fmt.Errorf("%d cases in one file", len(cases))
		}
		r := vectors.Runner{
			New:      func(vm.BlockchainHook, vm.Config) (vectors.Executor, error) { return idle{}, nil },
			Schedule: func(string) (vm.GasSchedule, error) { return nil, nil },
		}
		report, err := r.Run(context.Background(), cases)
		if err == nil && report.Total().Passed+report.Total().Failed+report.Total().Superseded != len(cases[0].Steps) {
			return 1, fmt.Errorf("%d steps, report %+v", len(cases[0].Steps), report.Total())
		}
	}
	return 1, v.measure(input, func(b []byte) { _, _ = v.Load(fstest.MapFS{"family/case.json": &fstest.MapFile{Data: b}}) })
}

// idle is an executor that does nothing.
type idle struct{}

func (idle) Create(context.Context, *vm.CreateInput) (*vm.Output, error) { return idleOutput(), nil }
func (idle) Call(context.Context, *vm.CallInput) (*vm.Output, error)     { return idleOutput(), nil }
func (idle) Close() error                                                { return nil }

func idleOutput() *vm.Output {
	return &vm.Output{Accounts: []vm.OutputAccount{{Address: address(user), BalanceDelta: new(big.Int)}}}
}

// Close implements Target.
func (v *VectorFiles) Close() error { return nil }
