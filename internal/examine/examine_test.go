package examine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/examine"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func config(t *testing.T) vm.Config {
	t.Helper()
	prices, err := gas.Named("v3")
	if err != nil {
		t.Fatal(err)
	}
	return vm.Config{GasSchedule: prices}
}

// bench examines code and deploys it, to compare the verdicts.
type bench struct {
	examiner *examine.Examiner
	executor *inprocess.Executor
	hook     *scenario.Hook
}

func newBench(t *testing.T) *bench {
	t.Helper()
	e, err := examine.New(config(t))
	if err != nil {
		t.Fatal(err)
	}
	hook := scenario.NewHook()
	hook.World = scenario.NewWorld(false, nil)
	x, err := inprocess.New(hook, config(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close(); x.Close() })
	return &bench{e, x, hook}
}

// compare examines code and requires the verdict of a deployment.
func (b *bench) compare(t *testing.T, what string, code []byte) *examine.Report {
	t.Helper()
	r := b.examiner.Examine(code)
	if r.Valid != (len(r.Faults) == 0) {
		t.Fatalf("%s: valid %v with %d faults", what, r.Valid, len(r.Faults))
	}
	s, err := scenario.Parse("x", []byte(`{"steps": [{"step": "setState", "accounts": {"address:a": {}}}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &scenario.Machine{Executor: b.executor, Hook: b.hook}
	if err := scenario.Run(context.Background(), s, m, scenario.Options{}); err != nil {
		t.Fatal(err)
	}
	out, err := b.executor.Create(context.Background(), &vm.CreateInput{
		Input: vm.Input{Caller: vm.Address([]byte("a" + strings.Repeat("_", 31))), GasProvided: 1_000_000}, Code: code,
	})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if r.Valid != (out.Code != vm.ContractInvalid) {
		t.Fatalf("%s: %+v, but a deployment gives %v %q", what, r.Faults, out.Code, out.Message)
	}
	if r.Valid && out.Code == vm.OK && 1_000_000-out.GasRemaining < r.Deploy {
		t.Errorf("%s: a deployment costs %d, at least %d was foretold", what, 1_000_000-out.GasRemaining, r.Deploy)
	}
	return r
}

func TestVerdictsAreThoseOfDeployments(t *testing.T) {
	b := newBench(t)
	for _, name := range contracts.Names() {
		if r := b.compare(t, name, contracts.Wasm(name)); !r.Valid {
			t.Errorf("%s: %v", name, r.Faults)
		}
	}
	cases, err := vectors.Load(os.DirFS("../../test/vectors"))
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, c := range cases {
		names := make([]string, 0, len(c.Contracts))
		for name := range c.Contracts {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if code := c.Contracts[name].Wasm; !seen[string(code)] {
				seen[string(code)] = true
				b.compare(t, c.Name+" "+name, code)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d modules", len(seen))
	}
}

// Broken modules of every kind have a reason and the verdict of a deployment.
func TestVerdictsOnBrokenModules(t *testing.T) {
	b := newBench(t)
	random := rand.New(rand.NewPCG(1, 2))
	good := contracts.Wasm("counter")
	rejected := 0
	for i := range 1500 {
		code := slices.Clone(good)
		switch i % 3 {
		case 0: // cut
			code = code[:random.IntN(len(code))]
		case 1: // changed
			code[random.IntN(len(code))] ^= byte(1 + random.IntN(255))
		case 2: // a byte more or less
			at := random.IntN(len(code))
			if random.IntN(2) == 0 {
				code = slices.Delete(code, at, at+1)
			} else {
				code = slices.Insert(code, at, byte(random.IntN(256)))
			}
		}
		if len(code) == 0 {
			continue // a deployment without code fails before it is looked at
		}
		r := b.compare(t, "mutant", code)
		if !r.Valid {
			rejected++
		}
		for _, f := range r.Faults {
			if f.Reason == "" || strings.ContainsAny(f.Where+f.Reason, "\n") {
				t.Fatalf("fault %+v", f)
			}
		}
		var text bytes.Buffer
		if err := r.WriteText(&text, "x.wasm"); err != nil || strings.Count(text.String(), "\n") < 2 {
			t.Fatalf("%v\n%s", err, text.String())
		}
	}
	if rejected < 500 {
		t.Errorf("only %d were rejected", rejected)
	}
}

// module builds modules with several faults at once.
func module(change func(m *wasm.Module)) []byte {
	m := &wasm.Module{
		Types:     []wasm.FuncType{{}, {Params: []wasm.ValueType{wasm.I32}}},
		Imports:   []wasm.Import{{Module: "env", Name: "getCaller", Type: 1}},
		Functions: []uint32{0, 0},
		Memory:    &wasm.Limits{Min: 1},
		Exports:   []wasm.Export{{Name: "memory", Kind: wasm.ExportMemory}, {Name: "init", Index: 1}},
		Bodies:    []wasm.Body{{Code: []byte{byte(wasm.OpEnd)}}, {Code: []byte{byte(wasm.OpEnd)}}},
	}
	change(m)
	return wasm.Encode(m)
}

func TestEveryReasonIsGiven(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name   string
		change func(m *wasm.Module)
		want   []string
	}{
		{"nothing is wrong", func(*wasm.Module) {}, nil},
		{"several imports that Core does not offer", func(m *wasm.Module) {
			m.Imports = append(m.Imports, wasm.Import{Module: "env", Name: "getTime"}, wasm.Import{Module: "wasi", Name: "fd_write"},
				wasm.Import{Module: "env", Name: "finish", Type: 0})
			m.Exports[1].Index += 3
		}, []string{`import "env"."getTime": the host offers no such function`, `import "wasi"."fd_write": the host offers no such function`,
			`import "env"."finish": type is () -> (), the host's is (i32, i32) -> ()`}},
		{"several bodies", func(m *wasm.Module) {
			m.Bodies[0].Code = []byte{byte(wasm.OpI32Add), byte(wasm.OpEnd)}
			m.Bodies[1].Code = []byte{byte(wasm.OpDrop), byte(wasm.OpEnd)}
		}, []string{"i32.add: ", "drop: "}},
		{"several sections", func(m *wasm.Module) {
			m.Exports = append(m.Exports, wasm.Export{Name: "nothing", Index: 99})
			m.Segments = []wasm.DataSegment{{Offset: []byte{byte(wasm.OpI32Const), 0, byte(wasm.OpEnd)}, Init: make([]byte, 70_000)}}
		}, []string{`export "nothing": there is no function 99`, "data segment 0 does not fit into the memory"}},
		{"rules for contracts only", func(m *wasm.Module) {
			m.Exports = []wasm.Export{{Name: "getCaller", Index: 1}, {Name: "grüße", Index: 1}, {Name: "", Index: 2}, {Name: "upgradeContract", Index: 2},
				{Name: strings.Repeat("x", 256), Index: 1}, {Name: "imported", Index: 0}}
		}, []string{"its name is reserved", "its name is not ASCII", "its name is empty", "its name is reserved", "its name has more than 255 bytes", "it has parameters", "a contract must export a memory"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := b.compare(t, tt.name, module(tt.change))
			if len(r.Faults) != len(tt.want) {
				t.Fatalf("faults %+v", r.Faults)
			}
			for i, f := range r.Faults {
				if !strings.Contains(f.Reason, tt.want[i]) {
					t.Errorf("fault %d is %+v, want %s", i, f, tt.want[i])
				}
			}
		})
	}
}

func TestReportsSayWhatIsInAModule(t *testing.T) {
	b := newBench(t)
	r := b.examiner.Examine(contracts.Wasm("erc20"))
	size := 8
	for _, s := range r.Sections {
		size += s.Size
	}
	if r.Functions != 11 || r.Memory != 2 || len(r.Imports) != 18 || r.Size-size > 60 || r.Deploy < uint64(r.Size) {
		t.Errorf("%+v", r)
	}
	i := slices.IndexFunc(r.Imports, func(i examine.Import) bool { return i.Name == "writeLog" })
	if i < 0 || !r.Imports[i].Known || r.Imports[i].Price != 1 || r.Imports[i].Doc == "" {
		t.Errorf("imports %+v", r.Imports)
	}
	text, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(text), `"valid":true`) {
		t.Errorf("%s %v", text, err)
	}
}
