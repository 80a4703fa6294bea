package imports_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func recordedCases(t *testing.T) []*vectors.Case {
	t.Helper()
	cases, err := vectors.Load(os.DirFS("../../test/vectors"))
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// The families that were recorded import by import. Steps that a decision
// changes are not compared with the recording but with a golden file.
func TestImportsDoWhatWasRecorded(t *testing.T) {
	var cases []*vectors.Case
	for _, c := range recordedCases(t) {
		if slices.Contains([]string{"eei", "bigint", "crypto", "ethereum"}, c.Family()) {
			cases = append(cases, c)
		}
	}
	var decided bytes.Buffer
	r := &vectors.Runner{
		New: func(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
			return inprocess.New(hook, config)
		},
		Schedule: func(name string) (vm.GasSchedule, error) {
			return gas.Named(strings.ToLower(strings.TrimPrefix(name, "gasSchedule")))
		},
		Observe: func(c *vectors.Case, step int, out *vm.Output) {
			if key := c.Steps[step].Superseded; key != "" {
				fmt.Fprintf(&decided, "%s %d (%s): %v %q %x, %d gas left\n",
					c.Name, step, key, out.Code, out.Message, out.ReturnData, out.GasRemaining)
			}
		},
	}
	report, err := r.Run(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	if total := report.Total(); total.Passed < 1600 || total.Failed > 0 {
		var text strings.Builder
		if err := report.Write(&text); err != nil {
			t.Fatal(err)
		}
		t.Error(text.String())
	}
	compareGolden(t, "decided.golden", decided.Bytes())
}

// Every import of every contract that is accepted is a row, with its type.
func TestImportsOfContractsAreRows(t *testing.T) {
	types := map[string]string{}
	for _, row := range imports.All() {
		types[row.Module+"."+row.Name] = imports.Signature(row)
	}
	check := func(name string, code []byte) int {
		m, err := wasm.Parse(code)
		if err != nil {
			return 0 // broken on purpose
		}
		for _, i := range m.Imports {
			if i.Name == "noSuchHostFunction" {
				continue // imported so that the contract cannot start
			}
			want, ok := types[i.Module+"."+i.Name]
			if got := signature(m.Types[i.Type]); !ok || got != want {
				t.Errorf("%s imports %s.%s %s, the row is %s", name, i.Module, i.Name, got, want)
			}
		}
		return len(m.Imports)
	}
	seen := 0
	for _, c := range recordedCases(t) {
		if c.Family() == "validation" {
			continue // imports what it may not
		}
		for name, recorded := range c.Contracts {
			seen += check(c.Name+" "+name, recorded.Wasm)
		}
	}
	if seen < 1000 {
		t.Errorf("only %d imports were checked", seen)
	}
	files, err := filepath.Glob("../../test/contracts/*/*.wasm")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d contracts, %v", len(files), err)
	}
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if check(file, code) == 0 {
			t.Errorf("%s imports nothing", file)
		}
	}
}

// signature writes a type as imports.Signature does.
func signature(t wasm.FuncType) string {
	names := map[wasm.ValueType]string{wasm.I32: "i32", wasm.I64: "i64", wasm.F32: "f32", wasm.F64: "f64"}
	var words []string
	for _, p := range t.Params {
		words = append(words, names[p])
	}
	text := "(" + strings.Join(words, " ") + ")"
	for _, r := range t.Results {
		text += " -> " + names[r]
	}
	return text
}

func compareGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s differs; got\n%s", path, got)
	}
}
