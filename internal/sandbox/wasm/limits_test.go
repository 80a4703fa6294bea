package wasm

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestLimits(t *testing.T) {
	i32s := func(n int) []ValueType { return slices.Repeat([]ValueType{I32}, n) }
	tests := []struct {
		name    string
		section string // that the refusal names; if it is the code, function 0 too
		limit   int
		module  func(n int) *Module
	}{
		{"types", "type", 10_001, func(n int) *Module {
			return &Module{Types: slices.Repeat([]FuncType{{}}, n)}
		}},
		{"functions", "function", 10_000, func(n int) *Module {
			m := &Module{Types: []FuncType{{}}, Functions: make([]uint32, n-1)}
			m.Imports = []Import{{Module: "env", Name: "void"}}
			m.Bodies = slices.Repeat([]Body{{Code: code(OpEnd)}}, n-1)
			return m
		}},
		{"globals", "global", 4_000, func(n int) *Module {
			return &Module{Globals: slices.Repeat([]Global{{Type: I32, Init: constI32(0)}}, n)}
		}},
		{"parameters", "type", 100, func(n int) *Module {
			return &Module{Types: []FuncType{{Params: i32s(n)}}}
		}},
		{"locals", "code", 4_000, func(n int) *Module {
			return function(FuncType{Params: i32s(100)}, []LocalRun{{uint32(n) - 10, I32}, {10, F64}}, OpNop)
		}},
		{"runs of locals", "code", 4_000, func(n int) *Module {
			// Runs of none count as runs too.
			return function(FuncType{}, slices.Repeat([]LocalRun{{0, I64}}, n), OpNop)
		}},
		{"br_table targets", "code", 131_072, func(n int) *Module {
			m := function(FuncType{}, nil)
			c := code(OpI32Const, 0, OpBrTable, uint32(n))
			c = append(c, make([]byte, n+1)...)
			m.Bodies[0].Code = append(c, code(OpEnd)...)
			return m
		}},
		{"bytes of a name", "export", 100_000, func(n int) *Module {
			return &Module{Memory: &Limits{}, Exports: []Export{{Name: strings.Repeat("m", n), Kind: ExportMemory}}}
		}},
		{"bytes of a name", "import", 100_000, func(n int) *Module {
			return &Module{Types: []FuncType{{}}, Imports: []Import{{Module: "env", Name: strings.Repeat("v", n)}}}
		}},
		{"bytes of a name", "import", 100_000, func(n int) *Module {
			return &Module{Types: []FuncType{{}}, Imports: []Import{{Module: strings.Repeat("v", n)}}}
		}},
		{"elements of a table", "table", 100_000, func(n int) *Module {
			return &Module{Table: &Limits{Min: uint32(n), Max: 1 << 31, HasMax: true}}
		}},
		{"elements", "element", 10_000, func(n int) *Module {
			m := function(FuncType{}, nil, OpNop)
			m.Table.Min, m.Table.Max = 50_000, 50_000
			m.Elements = []Element{{Offset: constI32(1), Functions: make([]uint32, n)}}
			return m
		}},
		{"pages of memory", "memory", 1_000, func(n int) *Module {
			return &Module{Memory: &Limits{Min: uint32(n)}}
		}},
		{"pages of memory", "memory", 1_000, func(n int) *Module {
			return &Module{Memory: &Limits{Max: uint32(n), HasMax: true}}
		}},
	}
	void := func(_, _ string) (FuncType, bool) { return FuncType{}, true }
	for _, tt := range tests {
		_, err := parseAndCheck(Encode(tt.module(tt.limit)), void)
		if err != nil && !strings.HasSuffix(err.Error(), tooMuchWork("the function")) {
			t.Errorf("%d %s: %v", tt.limit, tt.name, err)
		}
		_, err = parseAndCheck(Encode(tt.module(tt.limit+1)), void)
		want := fmt.Sprintf("%d %s, at most %d are allowed", tt.limit+1, tt.name, tt.limit)
		refusal, ok := err.(*Error)
		if !ok || !strings.HasSuffix(refusal.Reason, want) {
			t.Errorf("%d %s: %v, want %s", tt.limit+1, tt.name, err, want)
			continue
		}
		function := -1
		if tt.section == "code" {
			function = 0
		}
		if refusal.Section != tt.section || refusal.Function != function || refusal.Offset < len(magic) {
			t.Errorf("%d %s: %v", tt.limit+1, tt.name, refusal)
		}
	}
}

// The number of locals is added up in 64 bits.
func TestLocalsDoNotOverflow(t *testing.T) {
	m := function(FuncType{}, slices.Repeat([]LocalRun{{1 << 31, I32}}, 2), OpNop)
	if _, err := parseAndCheck(Encode(m), nothing); err == nil {
		t.Error("2^32 locals are accepted")
	}
}
