package wasm

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded is the part of a recorded case that says something about modules.
type recorded struct {
	file      string
	Ethereum  bool // module "ethereum" is offered
	Contracts map[string]struct{ Wasm string }
	Steps     []struct {
		Note, Superseded string
		Input            struct{ Kind, Contract string }
		Output           struct{ ReturnCode int }
	}
}

func recordedCases(t testing.TB) []recorded {
	files, err := filepath.Glob("../../../test/vectors/*/*.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []recorded
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		c := recorded{file: filepath.Base(filepath.Dir(f)) + "/" + filepath.Base(f)}
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(f, err)
		}
		cases = append(cases, c)
	}
	if len(cases) < 100 {
		t.Fatalf("%d recorded cases found", len(cases))
	}
	return cases
}

func (c *recorded) wasm(t testing.TB, contract string) []byte {
	b, err := hex.DecodeString(c.Contracts[contract].Wasm)
	if err != nil {
		t.Fatal(c.file, contract, err)
	}
	return b
}

const invalidContract = 9

// recordedHost offers what the contracts import that were accepted.
func recordedHost(t testing.TB, cases []recorded) Resolver {
	types := make(map[[2]string]FuncType)
	for _, c := range cases {
		for _, s := range c.Steps {
			if s.Input.Kind != "deploy" || s.Output.ReturnCode == invalidContract {
				continue
			}
			m, err := Parse(c.wasm(t, s.Input.Contract))
			if err != nil {
				continue // superseded; TestRecordedVerdicts looks at the others
			}
			for _, im := range m.Imports {
				types[[2]string{im.Module, im.Name}] = m.Types[im.Type]
			}
		}
	}
	if len(types) < 100 {
		t.Fatalf("%d imports found", len(types))
	}
	return func(module, name string) (FuncType, bool) {
		f, ok := types[[2]string{module, name}]
		return f, ok
	}
}

// Deploying an invalid module gives 9. So does breaking a rule for contracts
// that is no rule for modules; but an ordinary call of such a contract gives
// something else, and most recordings try both.
func TestRecordedVerdicts(t *testing.T) {
	const ordinaryCall = " (ordinary call"
	contractRules := map[string]bool{ // only deployed, and refused for missing memory
		"validation/binary.json magic_version": true,
		"validation/binary.json trunc_14":      true,
	}
	cases := recordedCases(t)
	host := recordedHost(t, cases)
	checked, refused := 0, 0
	for _, c := range cases {
		contract := ""
		verdict := make(map[string]int) // code of the last step with the contract
		for _, s := range c.Steps {
			switch {
			case s.Input.Kind == "deploy":
				contract = s.Input.Contract
			case !strings.Contains(s.Note, ordinaryCall):
				continue
			}
			if s.Superseded == "" {
				verdict[contract] = s.Output.ReturnCode
			}
		}
		for contract, code := range verdict {
			offered := func(module, name string) (FuncType, bool) {
				f, ok := host(module, name)
				return f, ok && (c.Ethereum || module != "ethereum")
			}
			_, err := parseAndCheck(c.wasm(t, contract), offered)
			want := code == invalidContract && !contractRules[c.file+" "+contract]
			if (err != nil) != want {
				t.Errorf("%s, %s: code %d recorded, %v", c.file, contract, code, err)
			}
			checked++
			if want {
				refused++
			}
		}
	}
	t.Logf("%d contracts, %d of them refused", checked, refused)
	if checked < 300 || refused < 100 {
		t.Errorf("only %d contracts, %d of them refused", checked, refused)
	}
}

// What is accepted is the same after it was written, and written again.
func TestRecordedContractsAreWrittenAsTheyWereRead(t *testing.T) {
	cases := recordedCases(t)
	host := recordedHost(t, cases)
	n := 0
	for _, c := range cases {
		for name := range c.Contracts {
			m, err := parseAndCheck(c.wasm(t, name), host)
			if err != nil {
				continue
			}
			n++
			roundTrip(t, c.file+" "+name, m, host)
		}
	}
	if n < 300 {
		t.Errorf("only %d contracts", n)
	}
}

func roundTrip(t *testing.T, name string, m *Module, host Resolver) {
	t.Helper()
	b := Encode(m)
	again, err := parseAndCheck(b, host)
	if err != nil {
		t.Fatalf("%s: written, it is refused: %v", name, err)
	}
	if !bytes.Equal(Encode(again), b) {
		t.Fatalf("%s: written twice, it differs", name)
	}
	for i := range m.Bodies {
		if !bytes.Equal(m.Bodies[i].Code, again.Bodies[i].Code) || m.Bodies[i].MaxHeight != again.Bodies[i].MaxHeight {
			t.Errorf("%s: body %d differs", name, i)
		}
		walk(m.Bodies[i].Code)
	}
}

// walk decodes a checked body, which panics if Check let something through.
func walk(code []byte) {
	var in Instr
	for d := NewDecoder(code); d.Next(&in); {
	}
}

func BenchmarkParseAndCheck(b *testing.B) {
	cases := recordedCases(b)
	host := recordedHost(b, cases)
	var largest []byte
	for _, c := range cases {
		for name := range c.Contracts {
			if w := c.wasm(b, name); len(w) > len(largest) {
				if _, err := parseAndCheck(w, host); err == nil {
					largest = w
				}
			}
		}
	}
	b.SetBytes(int64(len(largest)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseAndCheck(largest, host); err != nil {
			b.Fatal(err)
		}
	}
}
