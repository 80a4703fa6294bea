package oracle

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// code assembles instructions: opcodes, int for signed immediates (small
// indices look the same), bytes for the rest.
func code(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case wasm.Opcode:
			if p >= 0x100 {
				b = append(b, byte(p>>8))
			}
			b = append(b, byte(p))
		case int:
			b = wasm.AppendSigned(b, int64(p))
		case byte:
			b = append(b, p)
		case wasm.ValueType:
			b = append(b, byte(p))
		default:
			panic(fmt.Sprintf("code of %T", p))
		}
	}
	return b
}

// testPrices: control instructions cost 10, 20 …, all others 1, each local 1000
// from the third of a run on.
func testPrices() *Prices {
	p := &Prices{LocalAllocate: 1000, LocalsUnmetered: 2}
	for i := range p.Opcode {
		p.Opcode[i] = 1
	}
	for i, op := range []wasm.Opcode{block, loop, if_, else_, end, br, brIf, brTable, return_, call, callIndirect, unreachable} {
		p.Opcode[op.Row()] = uint32(10 * (i + 1))
	}
	return p
}

const (
	block        = wasm.OpBlock        // 10
	loop         = wasm.OpLoop         // 20
	if_          = wasm.OpIf           // 30
	else_        = wasm.OpElse         // 40
	end          = wasm.OpEnd          // 50
	br           = wasm.OpBr           // 60
	brIf         = wasm.OpBrIf         // 70
	brTable      = wasm.OpBrTable      // 80
	return_      = wasm.OpReturn       // 90
	call         = wasm.OpCall         // 100
	callIndirect = wasm.OpCallIndirect // 110
	unreachable  = wasm.OpUnreachable  // 120

	i32c = wasm.OpI32Const
	i64c = wasm.OpI64Const
	drop = wasm.OpDrop
	void = wasm.NoResult
)

// fn is a function of a test module.
type fn struct {
	params, results []wasm.ValueType
	locals          []wasm.LocalRun
	code            []any // without the final end
}

// module gives a checked module. Functions are numbered after the imports;
// their table has function 0, 1 … and one empty element at its end.
func module(t *testing.T, imports []HostFunction, functions ...fn) *wasm.Module {
	t.Helper()
	m := &wasm.Module{
		Memory: &wasm.Limits{Min: 1, Max: 3, HasMax: true},
		Globals: []wasm.Global{
			{Type: wasm.I32, Mutable: true, Init: code(i32c, -1, end)},
			{Type: wasm.I64, Init: code(i64c, -1, end)},
			{Type: wasm.F64, Init: code(wasm.OpF64Const, byte(0), byte(0), byte(0), byte(0), byte(0), byte(0), byte(0xF8), byte(0x7F), end)}, // NaN
			{Type: wasm.F32, Init: code(wasm.OpF32Const, byte(0), byte(0), byte(0x80), byte(0xCF), end)},                                     // -2^32
		},
		Segments: []wasm.DataSegment{{Offset: code(i32c, 65_533, end), Init: []byte{0x81, 0x82, 0x83}}},
	}
	all := wasm.Element{Offset: code(i32c, 0, end)}
	for i, h := range imports {
		m.Imports = append(m.Imports, wasm.Import{Module: h.Module, Name: h.Name, Type: uint32(len(m.Types))})
		m.Types = append(m.Types, h.Type)
		all.Functions = append(all.Functions, uint32(i))
	}
	for _, f := range functions {
		all.Functions = append(all.Functions, uint32(len(m.Imports)+len(m.Functions)))
		m.Functions = append(m.Functions, uint32(len(m.Types)))
		m.Types = append(m.Types, wasm.FuncType{Params: f.params, Results: f.results})
		m.Bodies = append(m.Bodies, wasm.Body{Locals: f.locals, Code: code(append(f.code, end)...)})
	}
	m.Table = &wasm.Limits{Min: uint32(len(all.Functions) + 1)}
	m.Elements = []wasm.Element{all}
	parsed, err := wasm.Parse(wasm.Encode(m))
	if err == nil {
		err = wasm.Check(parsed, resolver(imports))
	}
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func instance(t *testing.T, imports []HostFunction, functions ...fn) *Instance {
	t.Helper()
	in, err := New(module(t, imports, functions...), testPrices(), imports)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// Gas computed by hand, with the prices above. Each run is repeated with
// exactly what it needs, and with one less.
func TestGasOfControlFlow(t *testing.T) {
	i32, i64 := []wasm.ValueType{wasm.I32}, []wasm.ValueType{wasm.I64}
	callee := fn{params: i32, results: i32, code: []any{wasm.OpLocalGet, 0}} // 1+50
	tests := []struct {
		name string
		args []uint64
		fn   fn
		want uint64
		last bool // the last charge is before a branch or call: one more is needed
	}{
		{"an empty function pays its end", nil, fn{}, 50, false},
		{"return instead of the end", nil, fn{code: []any{return_, wasm.OpNop}}, 90, false},
		{"a branch to the function skips the end", nil, fn{code: []any{br, 0}}, 60, true},
		{"a block pays begin and end", nil, fn{code: []any{block, void, wasm.OpNop, end}}, 10 + 51 + 50, false},
		{"a branch out of a block skips its end", nil, fn{code: []any{block, void, br, 0, wasm.OpNop, end}}, 10 + 60 + 50, false},
		{"a branch out of two blocks skips both ends", nil, fn{code: []any{block, void, block, void, br, 1, end, wasm.OpNop, end}}, 10 + 10 + 60 + 50, false},
		{"a branch that is not taken", []uint64{0}, fn{params: i32, code: []any{block, void, wasm.OpLocalGet, 0, brIf, 0, end}}, 10 + 71 + 50 + 50, false},
		{"a branch that is taken", []uint64{1}, fn{params: i32, code: []any{block, void, wasm.OpLocalGet, 0, brIf, 0, end}}, 10 + 71 + 50, false},
		{"if taken without else pays the end", []uint64{1}, fn{params: i32, code: []any{wasm.OpLocalGet, 0, if_, void, wasm.OpNop, end}}, 31 + 51 + 50, false},
		{"if not taken without else skips the end", []uint64{0}, fn{params: i32, code: []any{wasm.OpLocalGet, 0, if_, void, wasm.OpNop, end}}, 31 + 50, false},
		{"the first branch of an if pays else, not end", []uint64{1}, fn{params: i32, code: []any{wasm.OpLocalGet, 0, if_, void, wasm.OpNop, else_, wasm.OpNop, wasm.OpNop, end}}, 31 + 41 + 50, false},
		{"the second branch of an if pays end, not else", []uint64{0}, fn{params: i32, code: []any{wasm.OpLocalGet, 0, if_, void, wasm.OpNop, else_, wasm.OpNop, wasm.OpNop, end}}, 31 + 52 + 50, false},
		{"a loop pays its begin once", []uint64{3}, fn{params: i32, code: []any{loop, void,
			wasm.OpLocalGet, 0, i32c, 1, wasm.OpI32Sub, wasm.OpLocalTee, 0, brIf, 0, end}}, 20 + 3*(4+70) + 50 + 50, false},
		{"br_table to the outer block", []uint64{1}, fn{params: i32, code: []any{block, void, block, void, wasm.OpLocalGet, 0, brTable, 1, 0, 1, end, wasm.OpNop, end}}, 10 + 10 + 81 + 50, false},
		{"br_table to the inner block", []uint64{0}, fn{params: i32, code: []any{block, void, block, void, wasm.OpLocalGet, 0, brTable, 1, 0, 1, end, wasm.OpNop, end}}, 10 + 10 + 81 + 51 + 50, false},
		{"a call pays the callee too", nil, fn{code: []any{i32c, 5, call, 0, drop}}, 101 + 51 + 51, false},
		{"an indirect call", nil, fn{code: []any{i32c, 5, i32c, 0, callIndirect, 0, 0, drop}}, 112 + 51 + 51, false},
		{"locals beyond the free ones of each run", nil, fn{locals: []wasm.LocalRun{{Count: 2, Type: wasm.I32}, {Count: 5, Type: wasm.I64}, {Count: 3, Type: wasm.I32}}}, 3000 + 1000 + 50, false},
		{"locals are paid at the end of the first segment", nil, fn{locals: []wasm.LocalRun{{Count: 3, Type: wasm.I32}}, code: []any{block, void, end}}, 1010 + 50 + 50, false},
		{"parameters are free", []uint64{1, 2, 3}, fn{params: []wasm.ValueType{wasm.I32, wasm.I32, wasm.I32}}, 50, false},
		{"memory.grow has one price", nil, fn{code: []any{i32c, 2, wasm.OpMemoryGrow, 0, drop}}, 3 + 50, false},
		{"branches carry results", nil, fn{results: i64, code: []any{block, wasm.I64, i64c, 7, i64c, 8, br, 0, end, br, 0}}, 10 + 62 + 60, true},
	}
	for _, tt := range tests {
		needed := tt.want
		if tt.last {
			needed++
		}
		for _, gas := range []uint64{1 << 40, needed, needed - 1} {
			in := instance(t, nil, callee, tt.fn)
			o := in.Run(1, gas, tt.args...)
			if gas < needed {
				if o.Kind != OutOfGas || !errors.Is(o.Err, ErrOutOfGas) {
					t.Errorf("%s with %d: %s", tt.name, gas, o.Kind)
				}
			} else if used := int64(gas) - o.GasLeft; o.Kind != Returned || used != int64(tt.want) {
				t.Errorf("%s with %d: %s, %d used, want %d", tt.name, gas, o.Kind, used, tt.want)
			}
		}
	}
}

// Where a run ends decides which segments were charged.
func TestGasWhereARunEnds(t *testing.T) {
	div0 := []any{i32c, 1, i32c, 0, wasm.OpI32DivU, drop}
	tests := []struct {
		name string
		gas  uint64
		code []any
		kind Kind
		err  error
		used int64
	}{
		{"a trap comes before the charge of its segment", 0, div0, Trapped, TrapDivideByZero, 0},
		{"unreachable is charged, whatever is left", 0, []any{unreachable}, Trapped, TrapUnreachable, 120},
		{"straight code runs on without gas until it ends", 3, []any{block, void, end, i32c, 9, wasm.OpGlobalSet, 0}, OutOfGas, ErrOutOfGas, 10 + 50 + 52},
		{"a trap behind a block that was too dear", 3, append([]any{block, void, end}, div0...), Trapped, TrapDivideByZero, 10 + 50},
		{"a branch ends a run at the limit", 71, []any{block, void, i32c, 0, brIf, 0, end, unreachable}, OutOfGas, ErrOutOfGas, 10 + 71},
		{"a branch with exactly the limit", 81, []any{block, void, i32c, 0, brIf, 0, end, unreachable}, OutOfGas, ErrOutOfGas, 81},
		{"a branch with one more", 82, []any{block, void, i32c, 0, brIf, 0, end, unreachable}, Trapped, TrapUnreachable, 81 + 50 + 120},
		{"gas is tested before an indirect call looks at its element", 111, []any{i32c, 99, callIndirect, 0, 0}, OutOfGas, ErrOutOfGas, 111},
		{"an indirect call beyond the table", 1000, []any{i32c, 99, callIndirect, 0, 0}, Trapped, TrapTable, 111},
		{"an indirect call of an empty element", 1000, []any{i32c, 2, callIndirect, 0, 0}, Trapped, TrapUninitialized, 111},
		{"an indirect call of another type", 1000, []any{i32c, 1, callIndirect, 0, 0}, Trapped, TrapSignature, 111},
	}
	for _, tt := range tests {
		in := instance(t, nil, fn{code: tt.code}, fn{results: []wasm.ValueType{wasm.I32}, code: []any{i32c, 0}})
		o := in.Run(0, tt.gas)
		if used := int64(tt.gas) - o.GasLeft; o.Kind != tt.kind || !errors.Is(o.Err, tt.err) || used != tt.used {
			t.Errorf("%s: %s (%v), %d used; want %s (%v), %d", tt.name, o.Kind, o.Err, used, tt.kind, tt.err, tt.used)
		}
	}
}

// The weight of a function is 1 + (parameters + locals + height) / 16, or 1 +
// values / 2048 if that is more, and the sum of weights at most 1024.
func TestStackIsLimited(t *testing.T) {
	params := slices.Repeat([]wasm.ValueType{wasm.I32}, 8)
	tests := []struct {
		name  string
		fn    fn
		calls int64 // how many functions run at most
	}{
		{"weight 1", fn{code: []any{call, 0}}, 1024},
		{"15 locals still have weight 1", fn{locals: []wasm.LocalRun{{Count: 15, Type: wasm.I32}}, code: []any{call, 0}}, 1024},
		{"16 locals have weight 2", fn{locals: []wasm.LocalRun{{Count: 16, Type: wasm.I32}}, code: []any{call, 0}}, 512},
		{"parameters, locals and operands are added up", fn{params: params, locals: []wasm.LocalRun{{Count: 16, Type: wasm.I32}},
			code: append(slices.Repeat([]any{i32c, 0}, 8), call, 0)}, 341},
		{"2047 values still have weight 1", fn{code: append(slices.Repeat([]any{wasm.OpNop}, 2045), call, 0)}, 1024},
		{"2048 values have weight 2", fn{code: append(slices.Repeat([]any{wasm.OpNop}, 2046), call, 0)}, 512},
		{"locals that are set in a block are values once more", fn{locals: []wasm.LocalRun{{Count: 2, Type: wasm.I32}},
			code: append(slices.Repeat([]any{wasm.OpNop}, 2047-12), block, void, i32c, 0, wasm.OpLocalTee, 0, wasm.OpLocalTee, 0,
				wasm.OpLocalTee, 0, drop, end, i32c, 0, wasm.OpLocalSet, 0, call, 0)}, 512},
		{"too heavy to run at all", fn{locals: []wasm.LocalRun{{Count: 4000, Type: wasm.I32}, {Count: 0, Type: wasm.I64}},
			code: append(slices.Repeat([]any{i32c, 0}, 12_400), slices.Repeat([]any{drop}, 12_400)...)}, 0},
	}
	for _, tt := range tests {
		in := instance(t, nil, tt.fn)
		in.prices = &Prices{}
		in.prices.Opcode[call.Row()] = 1
		in.functions[0].localsCost = 0
		o := in.Run(0, 1<<40, make([]uint64, len(tt.fn.params))...)
		if calls := 1<<40 - o.GasLeft; o.Kind != Trapped || !errors.Is(o.Err, TrapStack) || calls != tt.calls {
			t.Errorf("%s: %s (%v), %d calls", tt.name, o.Kind, o.Err, calls)
		}
	}
	// What returned does not count.
	in := instance(t, nil, fn{}, fn{params: []wasm.ValueType{wasm.I32}, code: []any{loop, void, call, 0,
		wasm.OpLocalGet, 0, i32c, 1, wasm.OpI32Sub, wasm.OpLocalTee, 0, brIf, 0, end}})
	if o := in.Run(1, 1<<40, 5000); o.Kind != Returned {
		t.Errorf("5000 calls one after the other: %s (%v)", o.Kind, o.Err)
	}
}

func TestHostFunctions(t *testing.T) {
	failure := errors.New("failure")
	var seen []int64
	host := []HostFunction{
		{"env", "add", wasm.FuncType{Params: []wasm.ValueType{wasm.I32, wasm.I64}, Results: []wasm.ValueType{wasm.I64}},
			func(in *Instance, stack []uint64) error {
				seen = append(seen, in.Gas())
				stack[0] += stack[1]
				return in.Charge(7)
			}},
		{"env", "fail", wasm.FuncType{}, func(in *Instance, _ []uint64) error { return failure }},
		{"env", "refund", wasm.FuncType{}, func(in *Instance, _ []uint64) error { in.SetGas(in.Gas() + 30); return nil }},
		{"env", "unused", wasm.FuncType{}, nil},
	}
	add := fn{results: []wasm.ValueType{wasm.I64}, code: []any{i32c, -1, i64c, 2, call, 0}}
	tests := []struct {
		name string
		fn   fn
		gas  uint64
		want Outcome
	}{
		{"results come back", add, 500, Outcome{Kind: Returned, Results: []uint64{1<<32 + 1}, GasLeft: 500 - 102 - 7 - 50}},
		{"all gas is used", add, 159, Outcome{Kind: Returned, Results: []uint64{1<<32 + 1}}},
		{"too little gas for the end", add, 158, Outcome{Kind: OutOfGas, Err: ErrOutOfGas, GasLeft: -1}},
		{"a charge that leaves nothing", add, 109, Outcome{Kind: OutOfGas, Err: ErrOutOfGas, GasLeft: -50}},
		{"a charge larger than what is left", add, 108, Outcome{Kind: OutOfGas, Err: ErrOutOfGas}},
		{"a call needs more than its price", add, 102, Outcome{Kind: OutOfGas, Err: ErrOutOfGas}},
		{"an error ends the run", fn{code: []any{call, 1, unreachable}}, 200, Outcome{Kind: HostError, Err: failure, GasLeft: 100}},
		{"a host gives gas back", fn{code: []any{call, 2, call, 2}}, 190, Outcome{Kind: Returned, GasLeft: 190 - 100 + 30 - 100 + 30 - 50}},
		{"a host gives too little gas back", fn{code: []any{call, 2, call, 2}}, 189, Outcome{Kind: OutOfGas, Err: ErrOutOfGas, GasLeft: -1}},
	}
	for _, tt := range tests {
		in := instance(t, host, tt.fn)
		o := in.Run(uint32(len(host)), tt.gas)
		if o.Kind != tt.want.Kind || !errors.Is(o.Err, tt.want.Err) || o.GasLeft != tt.want.GasLeft || !slices.Equal(o.Results, tt.want.Results) {
			t.Errorf("%s: %+v, want %+v", tt.name, o, tt.want)
		}
	}
	if want := []int64{500 - 102, 159 - 102, 158 - 102, 7, 6}; !slices.Equal(seen, want) {
		t.Errorf("host functions saw %v, want %v", seen, want)
	}
	if _, err := New(module(t, host), testPrices(), host[:3]); err == nil {
		t.Error("a module whose import nobody offers was instantiated")
	}
	in := instance(t, host)
	if err := in.Charge(math.MaxUint64); !errors.Is(err, ErrOutOfGas) {
		t.Errorf("a huge charge: %v", err)
	}
}

func TestStateStaysBetweenRuns(t *testing.T) {
	in := instance(t, nil, fn{code: []any{
		i32c, 0, i32c, 0, wasm.OpI32Load, 2, 0, i32c, 1, wasm.OpI32Add, wasm.OpI32Store, 2, 0,
		wasm.OpMemorySize, 0, wasm.OpGlobalSet, 0,
		i32c, 1, wasm.OpMemoryGrow, 0, drop,
	}})
	for i, want := range []struct{ pages, global int }{{2, 1}, {3, 2}, {3, 3}, {3, 3}} {
		if o := in.Run(0, 1000); o.Kind != Returned {
			t.Fatalf("%s: %v", o.Kind, o.Err)
		}
		if in.Memory()[0] != byte(i+1) || len(in.Memory()) != want.pages*wasm.PageBytes || in.Globals()[0] != uint64(want.global) {
			t.Errorf("after run %d: counter %d, %d bytes, global %d", i, in.Memory()[0], len(in.Memory()), in.Globals()[0])
		}
	}
	if in.Grow(1) || !in.Grow(0) {
		t.Error("memory grows beyond its maximum")
	}
}
