package decisions

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
)

// imported lists what the contracts of cases import and call, as module.name,
// where a step was recorded that counts.
func imported(t *testing.T, cases []*vectors.Case) map[string]bool {
	t.Helper()
	found := make(map[string]bool)
	for _, c := range cases {
		if !slices.ContainsFunc(c.Steps, func(s *vectors.Step) bool { return s.Superseded == "" && s.Input.Kind == "call" }) {
			continue
		}
		for _, contract := range c.Contracts {
			m, err := wasm.Parse(contract.Wasm)
			if err != nil {
				continue // broken on purpose
			}
			for i, im := range m.Imports {
				if calls(m, uint32(i)) {
					found[im.Module+"."+im.Name] = true
				}
			}
		}
	}
	return found
}

// calls says whether a body of the module calls the function.
func calls(m *wasm.Module, function uint32) bool {
	for i := range m.Bodies {
		d := wasm.NewDecoder(m.Bodies[i].Code)
		var in wasm.Instr
		for valid(d, &in) {
			if in.Op == wasm.OpCall && in.Index == function {
				return true
			}
		}
	}
	return false
}

// valid is Next for bodies that may be broken on purpose.
func valid(d *wasm.Decoder, in *wasm.Instr) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return d.Next(in)
}

// Every function that contracts can import is called by a recorded step, or
// else by a case of vectors-decided.
func TestEveryImportIsCalledByAVector(t *testing.T) {
	recorded := imported(t, load(t, "../vectors"))
	decided := imported(t, load(t, "../vectors-decided"))
	var without []string
	for _, row := range imports.All() {
		name := row.Module + "." + row.Name
		if recorded[name] {
			continue
		}
		without = append(without, name)
		if !decided[name] {
			t.Errorf("%s has neither a recorded step nor a case of its own", name)
		}
	}
	t.Logf("%d rows, %d without a recorded step: %s", len(imports.All()), len(without), strings.Join(without, ", "))
	want := []string{
		"env.bigIntGetESDTCallValue", "env.bigIntGetUnsignedArgument", "env.createAsyncCall", "env.getDCTTokenName",
		"env.getESDTTokenName", "env.getESDTValue", "env.setAsyncContextCallback",
	}
	slices.Sort(without)
	if !slices.Equal(without, want) {
		t.Errorf("without a recorded step: %v, want %v", without, want)
	}
}

func TestDocumentOfTheEnvironmentIsUpToDate(t *testing.T) {
	prices, err := gas.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := imports.Document(prices, "v1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/execution-environment.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, []byte(want)) {
		t.Error("docs/execution-environment.md is not what corenode imports --markdown --schedule v1 prints")
	}
}
