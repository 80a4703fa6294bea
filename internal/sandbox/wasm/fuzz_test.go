package wasm

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"testing"
)

// FuzzParse: whatever the bytes are, reading and checking them ends without a
// panic and allocates in proportion to them; and what is accepted survives
// being written.
func FuzzParse(f *testing.F) {
	seeds := []*Module{
		{},
		function(FuncType{}, nil),
		function(FuncType{Params: []ValueType{I32, F64}, Results: []ValueType{I32}}, []LocalRun{{2, I32}, {1, F32}}, OpLocalGet, 0),
		function(FuncType{}, nil, OpBlock, I32, OpI32Const, 1, OpI32Const, 2, OpBrTable, 2, 0, 0, 0, OpEnd, OpI64Const, 3, OpI32Const, 2,
			OpCallIndirect, 1, 0, OpDrop),
		function(FuncType{}, nil, OpLoop, NoResult, OpI32Const, 0, OpIf, I64, OpI64Const, -5, OpElse, OpUnreachable, OpEnd, OpGlobalSet, 1,
			OpI32Const, 3, OpI32Const, 4, OpI32Store16, 1, 5, OpBr, 0, OpEnd),
	}
	for _, m := range seeds {
		f.Add(Encode(m))
	}
	withImport := function(FuncType{}, nil, OpCall, 0)
	withImport.Types[0] = FuncType{}
	withImport.Imports = []Import{{Module: "env", Name: "void"}}
	f.Add(append(Encode(withImport), 0, 10, 4, 'n', 'a', 'm', 'e', 1, 4, 1, 0, 1, 'v'))
	f.Add([]byte("\x00asm\x01\x00\x00\x00\x01\x06\xFF\xFF\xFF\xFF\x0F\x00"))

	host := func(module, name string) (FuncType, bool) { return FuncType{}, module == "env" && name == "void" }
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := boundedParseAndCheck(t, "fuzzed", b, host)
		if err == nil {
			roundTrip(t, "fuzzed", m, host)
		} else if _, ok := err.(*Error); !ok {
			t.Errorf("%v is not an *Error", err)
		}
	})
}

// boundedParseAndCheck fails if much more is allocated than code has bytes.
func boundedParseAndCheck(t *testing.T, name string, code []byte, host Resolver) (*Module, error) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := parseAndCheck(code, host)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10+64*uint64(len(code)) {
		t.Errorf("%s: %d bytes allocated for %d", name, n, len(code))
	}
	return m, err
}

// The densest modules of each kind: what takes most memory per byte.
func TestAllocationsAreInProportionToTheCode(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates too")
	}
	const n = 1 << 16
	manyNames := make([]Export, n)
	for i := range manyNames {
		name := binary.LittleEndian.AppendUint32(nil, uint32(i))
		for j := range name {
			name[j] &= 0x7F
		}
		manyNames[i] = Export{Name: string(name[:3]), Kind: ExportMemory}
	}
	repeat := func(n int, parts ...any) *Module {
		return function(FuncType{}, nil, func() (all []any) {
			for range n {
				all = append(all, parts...)
			}
			return all
		}()...)
	}
	tests := []struct {
		name   string
		module *Module
	}{
		{"types", &Module{Types: slices.Repeat([]FuncType{{}}, n)}},
		{"types with a parameter and a result", &Module{Types: slices.Repeat([]FuncType{{Params: []ValueType{I32}, Results: []ValueType{I32}}}, n)}},
		{"imports", &Module{Types: []FuncType{{}}, Imports: slices.Repeat([]Import{{}}, n)}},
		{"functions", &Module{Types: []FuncType{{}}, Functions: make([]uint32, n), Bodies: slices.Repeat([]Body{{Code: code(OpEnd)}}, n)}},
		{"functions with a run of locals", &Module{Types: []FuncType{{}}, Functions: make([]uint32, n), Bodies: slices.Repeat([]Body{{Locals: []LocalRun{{4000, I32}}, Code: code(OpEnd)}}, n)}},
		{"globals", &Module{Globals: slices.Repeat([]Global{{Type: I32, Init: constI32(0)}}, n)}},
		{"exports", &Module{Memory: &Limits{}, Exports: manyNames}},
		{"element segments", &Module{Table: &Limits{}, Elements: slices.Repeat([]Element{{Offset: constI32(0)}}, n)}},
		{"data segments", &Module{Memory: &Limits{}, Segments: slices.Repeat([]DataSegment{{Offset: constI32(0)}}, n)}},
		{"nested blocks", repeat(n, OpBlock, NoResult)},
		{"operands", repeat(n, OpI32Const, 0)},
	}
	void := func(_, _ string) (FuncType, bool) { return FuncType{}, true }
	for _, tt := range tests {
		b := Encode(tt.module)
		if len(b) < n {
			t.Errorf("%s: only %d bytes", tt.name, len(b))
		}
		boundedParseAndCheck(t, tt.name, b, void)
	}
	table := function(FuncType{}, nil)
	table.Bodies[0].Code = append(code(OpI32Const, 0, OpBrTable, uint32(MaxBrTableTargets)), bytes.Repeat([]byte{0}, MaxBrTableTargets+2)...)
	boundedParseAndCheck(t, "br_table", Encode(table), void)
}
