package oracle

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// schedule holds all prices of a schedule file by "section.key".
type schedule map[string]uint64

func readSchedule(t *testing.T, name string) schedule {
	b, err := os.ReadFile("../../../schedules/" + name + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	s := make(schedule)
	section := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[]")
		} else if key, value, ok := strings.Cut(line, "="); ok {
			n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 64)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, line, err)
			}
			s[section+"."+strings.TrimSpace(key)] = n
		}
	}
	return s
}

func (s schedule) prices() *Prices {
	p := &Prices{
		LocalAllocate:   uint32(s["WASMOpcodeCost.LocalAllocate"]),
		LocalsUnmetered: uint32(s["WASMOpcodeCost.LocalsUnmetered"]),
	}
	for i := range p.Opcode {
		p.Opcode[i] = uint32(s["WASMOpcodeCost."+wasm.OpcodeAt(i).Key()])
	}
	return p
}

// recorded is a recorded case, as far as it is used here.
type recorded struct {
	GasSchedule string
	Contracts   map[string]struct{ Wasm string }
	Steps       []struct {
		Note, Superseded string
		Input            struct {
			Kind, Function string
			Arguments      []string
			GasProvided    uint64
		}
		Output struct {
			ReturnCode   int
			ReturnData   []string
			GasRemaining int64
		}
	}
}

// host is what the recorded contracts need of a host: enough to know their
// arguments, their results and their gas.
type host struct {
	schedule  schedule
	arguments []string
	results   []int64
	signalled bool
}

var errFault = errors.New("fault")

func (h *host) functions() []HostFunction {
	i32, i64 := wasm.I32, wasm.I64
	row := func(name, price string, params, results []wasm.ValueType, body func(in *Instance, stack []uint64) error) HostFunction {
		return HostFunction{"env", name, wasm.FuncType{Params: params, Results: results}, func(in *Instance, stack []uint64) error {
			if err := in.Charge(h.schedule["DharitriAPICost."+price]); err != nil {
				return err
			}
			return body(in, stack)
		}}
	}
	types := func(t ...wasm.ValueType) []wasm.ValueType { return t }
	return []HostFunction{
		row("smallIntGetSignedArgument", "Int64GetArgument", types(i32), types(i64), func(in *Instance, stack []uint64) error {
			if uint32(stack[0]) >= uint32(len(h.arguments)) {
				return errFault
			}
			stack[0] = uint64(signed(h.arguments[stack[0]]))
			return nil
		}),
		row("smallIntFinishSigned", "Int64Finish", types(i64), nil, func(in *Instance, stack []uint64) error {
			h.results = append(h.results, int64(stack[0]))
			return nil
		}),
		row("finish", "Finish", types(i32, i32), nil, func(in *Instance, stack []uint64) error {
			if int32(stack[0]) < 0 {
				return errFault
			}
			h.results = append(h.results, 0) // only ever followed by a trap
			return in.Charge(h.schedule["BaseOperationCost.PersistPerByte"] * stack[1])
		}),
		row("signalError", "SignalError", types(i32, i32), nil, func(in *Instance, stack []uint64) error {
			h.signalled = true
			return errFault
		}),
		row("storageStore", "StorageStore", types(i32, i32, i32, i32), types(i32), func(in *Instance, stack []uint64) error {
			return nil // only ever followed by a trap
		}),
		row("getCaller", "GetCaller", types(i32), nil, func(in *Instance, stack []uint64) error {
			if end := uint64(uint32(stack[0])) + 32; end > uint64(len(in.Memory())) && (!in.Grow(1) || end > uint64(len(in.Memory()))) {
				return errFault
			}
			copy(in.Memory()[uint32(stack[0]):], strings.Repeat("alice___", 4))
			return nil
		}),
	}
}

// signed decodes the two's complement of "0x…".
func signed(s string) int64 {
	b, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
	if err != nil {
		panic(err)
	}
	v := int64(0)
	for i, c := range b {
		if i == 0 {
			v = int64(int8(c))
		} else {
			v = v<<8 | int64(c)
		}
	}
	return v
}

// Codes of outcomes.
const (
	codeOk        = 0
	codeSignalled = 4
	codeOutOfGas  = 5
	codeFailed    = 10
)

// The recordings of single instructions and control flow: outcome, results and
// gas are those of the oracle, to the unit.
func TestRecordedRuns(t *testing.T) {
	files, err := filepath.Glob("../../../test/vectors/opcodes/*.json")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d recorded cases: %v", len(files), err)
	}
	compared, overshoots := 0, 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c recorded
		if err := json.Unmarshal(b, &c); err != nil {
			t.Fatal(file, err)
		}
		name := filepath.Base(file)
		prices := readSchedule(t, c.GasSchedule)
		code, err := hex.DecodeString(c.Contracts["probe"].Wasm)
		if err != nil {
			t.Fatal(file, err)
		}
		for i, s := range c.Steps {
			h := host{schedule: prices, arguments: s.Input.Arguments}
			gas := s.Input.GasProvided - prices["BaseOperationCost.CompilePerByte"]*uint64(len(code))
			if s.Input.Kind == "deploy" {
				gas -= prices["DharitriAPICost.CreateContract"]
				s.Input.Function = "init"
			}
			got := runRecorded(t, code, prices.prices(), &h, s.Input.Function, gas)
			want := s.Output.ReturnCode
			switch s.Superseded {
			case "":
				compared++
			case "overshoot": // recorded as a success with nothing left
				overshoots++
				want = codeOutOfGas
			case "locals-leak", "memory", "address-wrap":
				continue
			default:
				t.Fatalf("%s: superseded by %q", name, s.Superseded)
			}
			left := got.GasLeft
			if want != codeOk {
				left = s.Output.GasRemaining
			}
			if code := h.code(got); code != want || left != s.Output.GasRemaining {
				t.Errorf("%s, step %d, %s %v: code %d, %d left, recorded %d, %d (%v)", name, i, s.Input.Function, s.Input.Arguments,
					code, left, want, s.Output.GasRemaining, got.Err)
			}
			if want != codeOk {
				continue
			}
			for j, r := range s.Output.ReturnData {
				if j >= len(h.results) || h.results[j] != signed(r) {
					t.Errorf("%s, step %d, %s %v: results %v, recorded %v", name, i, s.Input.Function, s.Input.Arguments, h.results, s.Output.ReturnData)
					break
				}
			}
		}
	}
	t.Logf("%d recorded runs compared, %d more with the corrected end", compared, overshoots)
	if compared < 1000 || overshoots < 20 {
		t.Errorf("only %d and %d runs", compared, overshoots)
	}
}

func (h *host) code(o Outcome) int {
	switch {
	case o.Kind == Returned:
		return codeOk
	case o.Kind == OutOfGas:
		return codeOutOfGas
	case h.signalled:
		return codeSignalled
	}
	return codeFailed
}

func runRecorded(t *testing.T, code []byte, prices *Prices, h *host, function string, gas uint64) Outcome {
	t.Helper()
	m, err := wasm.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	functions := h.functions()
	if err := wasm.Check(m, resolver(functions)); err != nil {
		t.Fatal(err)
	}
	in, err := New(m, prices, functions)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range m.Exports {
		if e.Kind == wasm.ExportFunction && e.Name == function {
			return in.Run(e.Index, gas)
		}
	}
	t.Fatalf("no function %s", function)
	return Outcome{}
}

func resolver(functions []HostFunction) wasm.Resolver {
	return func(module, name string) (wasm.FuncType, bool) {
		f, ok := find(functions, module, name)
		return f.Type, ok
	}
}
