package wasm

import (
	"errors"
	"testing"
)

func TestBodies(t *testing.T) {
	const ok = ""
	f32 := []ValueType{F32}
	tests := []struct {
		name   string
		code   []any
		reason string // of the refusal; empty if the body is valid
		height uint32 // of the operand stack
	}{
		{"an empty body", nil, ok, 0},
		{"operands are pushed and popped", []any{OpI32Const, 1, OpI32Const, 2, OpI32Add, OpDrop}, ok, 2},
		{"an operator on the wrong type", []any{OpI32Const, 1, OpI64Const, 2, OpI32Add, OpDrop}, "i32.add: operand is i64, i32 expected", 0},
		{"an operator without operands", []any{OpI32Const, 1, OpI32Add, OpDrop}, "i32.add: an operand is missing, i32 expected", 0},
		{"drop of nothing", []any{OpDrop}, "drop: an operand is missing", 0},
		{"something left at the end", []any{OpI32Const, 1}, "end: 1 operands are left on the stack", 0},
		{"wrap and extend", []any{OpI64Const, 1, OpI32WrapI64, OpI64ExtendI32U, OpI64Eqz, OpDrop}, ok, 1},
		{"sign extension", []any{OpI32Const, 1, OpI32Extend8S, OpI64ExtendI32S, OpI64Extend32S, OpDrop}, ok, 1},

		{"float locals may be copied and truncated", []any{OpLocalGet, 2, OpLocalTee, 3, OpI32TruncF32U, OpDrop, OpLocalGet, 3, OpI64TruncSatF32S, OpDrop}, ok, 1},
		{"a float may be reinterpreted as an integer", []any{OpLocalGet, 2, OpI32ReinterpretF32, OpDrop}, ok, 1},
		{"a float may be selected and be the result of a block", []any{OpBlock, F32, OpLocalGet, 2, OpLocalGet, 3, OpI32Const, 1, OpSelect, OpEnd, OpDrop}, ok, 3},
		{"a float constant", []any{OpF32Const, 0, 0, 0, 0, OpDrop}, "f32.const is refused: " + float, 0},
		{"a float constant in dead code", []any{OpUnreachable, OpF64Const}, "f64.const is refused: " + float, 0},
		{"a float load", []any{OpI32Const, 0, OpF32Load, 2, 0, OpDrop}, "f32.load is refused: " + float, 0},
		{"a float from an integer", []any{OpI32Const, 0, OpF32ReinterpretI32, OpDrop}, "f32.reinterpret_i32 is refused: " + float, 0},

		{"memory.copy", []any{OpMemoryCopy}, "memory.copy is refused: bulk memory operations are not supported", 0},
		{"a reference", []any{OpRefNull, byte(0x70)}, "ref.null is refused: reference types are not supported", 0},
		{"select with a type", []any{OpTypedSelect, 1, I32}, "select is refused: only the select without types is supported", 0},
		{"a vector instruction", []any{OpVectorPrefix, 0}, "vector instruction is refused: SIMD is not supported", 0},
		{"an atomic instruction", []any{OpAtomicPrefix, 0}, "atomic instruction is refused: threads are not supported", 0},
		{"a tail call", []any{OpReturnCall, 0}, "return_call is refused: tail calls are not supported", 0},
		{"an exception", []any{OpThrow, 0}, "throw is refused: exceptions are not supported", 0},
		{"an unknown instruction", []any{byte(0xFF)}, "unknown opcode 0xFF", 0},
		{"an unknown instruction of two bytes", []any{byte(0xFC), 0x20}, "unknown opcode 0xFC 32", 0},

		{"local.set of the wrong type", []any{OpI64Const, 0, OpLocalSet, 0}, "local.set: operand is i64, i32 expected", 0},
		{"a local that does not exist", []any{OpLocalGet, 4}, "local.get: there is no local 4", 0},
		{"globals are read and written", []any{OpGlobalGet, 1, OpGlobalSet, 1}, ok, 1},
		{"an immutable global is written", []any{OpI32Const, 0, OpGlobalSet, 0}, "global.set: global 0 is not mutable", 0},
		{"a global that does not exist", []any{OpGlobalGet, 2}, "global.get: there is no global 2", 0},

		{"a load and a store", []any{OpI32Const, 0, OpI32Const, 8, OpI64Load16U, 1, 0, OpI64Store, 3, 0}, ok, 2},
		{"an alignment greater than the natural one", []any{OpI32Const, 0, OpI64Load16U, 2, 0, OpDrop}, "i64.load16_u: alignment 2^2 is greater than the natural one", 0},
		{"a store of the wrong type", []any{OpI32Const, 0, OpI32Const, 8, OpI64Store, 3, 0}, "i64.store: operand is i32, i64 expected", 0},
		{"memory.grow", []any{OpMemorySize, 0, OpMemoryGrow, 0, OpDrop}, ok, 1},
		{"memory.grow of another memory", []any{OpMemorySize, 1}, "memory.size: zero byte expected (only one memory and one table are supported)", 0},

		{"a block with a result", []any{OpBlock, I64, OpI64Const, 1, OpEnd, OpDrop}, ok, 1},
		{"a block that takes operands from outside", []any{OpI32Const, 0, OpBlock, NoResult, OpDrop, OpEnd}, "drop: an operand is missing", 0},
		{"a block with another result", []any{OpBlock, I64, OpI32Const, 1, OpEnd, OpDrop}, "end: operand is i32, i64 expected", 0},
		{"a block with a type index", []any{OpBlock, 1, OpEnd}, "block type with a type index is refused: multi-value is not supported", 0},
		{"a block with a vector", []any{OpBlock, byte(0x7B), OpEnd}, "block type: v128 is refused: SIMD is not supported", 0},
		{"if and else with a result", []any{OpLocalGet, 0, OpIf, I32, OpI32Const, 1, OpElse, OpI32Const, 2, OpEnd, OpDrop}, ok, 1},
		{"if without else with a result", []any{OpLocalGet, 0, OpIf, I32, OpI32Const, 1, OpEnd, OpDrop}, "end: an if without else cannot leave an i32", 0},
		{"if without a condition", []any{OpIf, NoResult, OpEnd}, "if: an operand is missing, i32 expected", 0},
		{"else without if", []any{OpBlock, NoResult, OpElse, OpEnd}, "else: there is no if", 0},
		{"else twice", []any{OpLocalGet, 0, OpIf, NoResult, OpElse, OpElse, OpEnd}, "else: there is no if", 0},
		{"a block that is not ended", []any{OpBlock, NoResult}, "unexpected end of the body", 0},
		{"instructions after the end", []any{OpEnd, OpNop}, "instructions after the end of the body", 0},

		{"a branch out of a block with its result", []any{OpBlock, I32, OpI32Const, 1, OpBr, 0, OpEnd, OpDrop}, ok, 1},
		{"a branch without the result", []any{OpBlock, I32, OpBr, 0, OpEnd, OpDrop}, "br: an operand is missing, i32 expected", 0},
		{"a branch to a loop takes no operand", []any{OpLoop, I32, OpBr, 0, OpEnd, OpDrop}, ok, 1},
		{"a branch may leave operands behind", []any{OpBlock, NoResult, OpI32Const, 1, OpI32Const, 2, OpBr, 0, OpEnd}, ok, 2},
		{"a branch to the body", []any{OpBlock, NoResult, OpBr, 1, OpEnd}, ok, 0},
		{"a branch beyond the body", []any{OpBlock, NoResult, OpBr, 2, OpEnd}, "br: there is no label 2", 0},
		{"br_if keeps the operand", []any{OpBlock, I32, OpI32Const, 1, OpLocalGet, 0, OpBrIf, 0, OpEnd, OpDrop}, ok, 2},
		{"br_if without the operand", []any{OpBlock, I32, OpLocalGet, 0, OpBrIf, 0, OpI32Const, 1, OpEnd, OpDrop}, "br_if: an operand is missing, i32 expected", 0},
		{"br_table", []any{OpBlock, NoResult, OpLocalGet, 0, OpBrTable, 1, 0, 1, OpEnd}, ok, 1},
		{"br_table to labels of different types", []any{OpBlock, I32, OpI32Const, 1, OpLocalGet, 0, OpBrTable, 1, 0, 1, OpEnd, OpDrop}, "br_table: labels 0 and 1 take operands of different types", 0},
		{"br_table to a label that does not exist", []any{OpLocalGet, 0, OpBrTable, 2, 0, 7, 0}, "br_table: there is no label 7", 0},
		{"br_table with a default that does not exist", []any{OpLocalGet, 0, OpBrTable, 0, 7}, "br_table: there is no label 7", 0},
		{"br_table with more targets than bytes", []any{OpLocalGet, 0, OpBrTable, uint32(1 << 31), 0}, "br_table has more targets than bytes are left", 0},

		{"dead code makes operands up", []any{OpUnreachable, OpI32Add, OpI64ExtendI32U, OpDrop}, ok, 1},
		{"dead code has types", []any{OpUnreachable, OpI64Const, 0, OpI32Eqz, OpDrop}, "i32.eqz: operand is i64, i32 expected", 0},
		{"dead code must not leave operands", []any{OpReturn, OpI32Const, 1}, "end: 1 operands are left on the stack", 0},
		{"select of made up operands leaves one", []any{OpUnreachable, OpSelect}, "end: 1 operands are left on the stack", 0},
		{"select takes the type of the operand that is known", []any{OpUnreachable, OpI64Const, 0, OpI32Const, 1, OpSelect, OpI32Eqz, OpDrop}, "i32.eqz: operand is i64, i32 expected", 0},
		{"select of made up operands has any type", []any{OpUnreachable, OpSelect, OpI64Eqz, OpDrop}, ok, 1},
		{"select of different types", []any{OpI32Const, 1, OpI64Const, 0, OpI32Const, 1, OpSelect, OpDrop}, "select: operands are i32 and i64", 0},
		{"code after a block that never ends is dead only inside", []any{OpBlock, NoResult, OpUnreachable, OpEnd, OpDrop}, "drop: an operand is missing", 0},
		{"a block in dead code is not dead", []any{OpUnreachable, OpBlock, NoResult, OpDrop, OpEnd}, "drop: an operand is missing", 0},
		{"br_if in dead code leaves the label's operand", []any{OpBlock, I32, OpUnreachable, OpBrIf, 0, OpI64Eqz, OpEnd, OpDrop}, "i64.eqz: operand is i32, i64 expected", 0},

		{"a call", []any{OpI32Const, 1, OpI64Const, 2, OpCall, 1, OpDrop}, ok, 2},
		{"a call with parameters in the wrong order", []any{OpI64Const, 2, OpI32Const, 1, OpCall, 1, OpDrop}, "call: parameter 1: operand is i32, i64 expected", 0},
		{"a call without a parameter", []any{OpI64Const, 2, OpCall, 1, OpDrop}, "call: parameter 0: an operand is missing, i32 expected", 0},
		{"a call of a function that does not exist", []any{OpCall, 2}, "call: there is no function 2", 0},
		{"an indirect call", []any{OpI32Const, 1, OpI64Const, 2, OpI32Const, 3, OpCallIndirect, 1, 0, OpDrop}, ok, 3},
		{"an indirect call of a type that does not exist", []any{OpI32Const, 3, OpCallIndirect, 2, 0}, "call_indirect: there is no type 2", 0},
		{"an indirect call through another table", []any{OpI32Const, 3, OpCallIndirect, 1, 1}, "call_indirect: zero byte expected (only one memory and one table are supported)", 0},
	}
	for _, tt := range tests {
		m := function(FuncType{Params: []ValueType{I32, I64, f32[0]}}, []LocalRun{{1, F32}}, tt.code...)
		got, err := parseAndCheck(Encode(m), nothing)
		var refused *Error
		switch {
		case errors.As(err, &refused):
			if refused.Reason != tt.reason || refused.Section != "code" || refused.Function != 0 {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.reason)
			}
		case err != nil:
			t.Errorf("%s: %v is not an *Error", tt.name, err)
		case tt.reason != "":
			t.Errorf("%s: accepted", tt.name)
		case got.Bodies[0].MaxHeight != tt.height:
			t.Errorf("%s: height %d, want %d", tt.name, got.Bodies[0].MaxHeight, tt.height)
		}
	}
}

func TestErrorsPointAtTheInstruction(t *testing.T) {
	b := Encode(function(FuncType{}, nil, OpNop, OpNop, OpI32Eqz))
	_, err := parseAndCheck(b, nothing)
	var refused *Error
	if !errors.As(err, &refused) || Opcode(b[refused.Offset]) != OpI32Eqz {
		t.Errorf("%v, code % x", err, b)
	}
}

func TestModules(t *testing.T) {
	tests := []struct {
		name   string
		change func(m *Module)
		want   string // section and reason of the refusal; empty if the module is valid
	}{
		{"as it is", func(*Module) {}, ""},
		{"without memory and table", func(m *Module) { m.Memory, m.Table, m.Elements, m.Segments, m.Exports = nil, nil, nil, nil, nil }, ""},
		{"an import with its type", func(m *Module) { m.Imports = []Import{{"env", "get", 1}} }, ""},
		{"an import with another type", func(m *Module) { m.Imports = []Import{{"env", "get", 0}} }, `import: import "env"."get": type is () -> (), the host's is (i32, i64) -> i32`},
		{"an import of another module", func(m *Module) { m.Imports = []Import{{"ENV", "get", 1}} }, `import: import "ENV"."get": the host offers no such function`},
		{"an import without a type", func(m *Module) { m.Imports = []Import{{"env", "get", 2}} }, `import: import "env"."get": there is no type 2`},
		{"a function without a type", func(m *Module) { m.Functions[1] = 2 }, "function: function 1: there is no type 2"},
		{"a table with a minimum above its maximum", func(m *Module) { m.Table.Max = 3 }, "table: table minimum 4 is greater than its maximum 3"},
		{"a memory with a minimum above its maximum", func(m *Module) { m.Memory.HasMax = true }, "memory: memory minimum 1 is greater than its maximum 0"},
		{"a global of another type", func(m *Module) { m.Globals[0].Type = I64 }, "global: global 0 is i64, its initialiser is i32"},
		{"float globals", func(m *Module) {
			m.Globals = []Global{{F32, false, code(OpF32Const, 0, 0, 0, 0, OpEnd)}, {F64, true, code(OpF64Const, 0, 0, 0, 0, 0, 0, 0, 0, OpEnd)}}
		}, ""},
		{"two exports of one name", func(m *Module) { m.Exports[2].Name = "f" }, `export: export "f" is there twice`},
		{"an export of a function that does not exist", func(m *Module) { m.Exports[0].Index = 2 }, `export: export "f": there is no function 2`},
		{"an export of a memory that does not exist", func(m *Module) { m.Exports[1].Index = 1 }, `export: export "memory": there is no memory 1`},
		{"an export of a table that does not exist", func(m *Module) { m.Exports[3].Index = 1 }, `export: export "t": there is no table 1`},
		{"an export of a global that does not exist", func(m *Module) { m.Exports[2].Index = 2 }, `export: export "g": there is no global 2`},
		{"elements without a table", func(m *Module) { m.Table, m.Exports = nil, nil }, "element: element segment 0: there is no table"},
		{"elements at a 64-bit offset", func(m *Module) { m.Elements[0].Offset = code(OpI64Const, 0, OpEnd) }, "element: element segment 0: offset is i64, i32 expected"},
		{"elements with a function that does not exist", func(m *Module) { m.Elements[0].Functions[1] = 2 }, "element: element segment 0: there is no function 2"},
		{"elements up to the end of the table", func(m *Module) { m.Elements[0].Offset = constI32(2) }, ""},
		{"elements beyond the end of the table", func(m *Module) { m.Elements[0].Offset = constI32(3) }, "element: element segment 0 does not fit into the table"},
		{"no elements, beyond the end of the table", func(m *Module) { m.Elements[0] = Element{Offset: constI32(5)} }, "element: element segment 0 does not fit into the table"},
		{"data without a memory", func(m *Module) { m.Memory, m.Exports = nil, nil }, "data: data segment 0: there is no memory"},
		{"data at a 64-bit offset", func(m *Module) { m.Segments[0].Offset = code(OpI64Const, 0, OpEnd) }, "data: data segment 0: offset is i64, i32 expected"},
		{"data beyond the end of the memory", func(m *Module) { m.Segments[0].Offset = constI32(65_531) }, "data: data segment 0 does not fit into the memory"},
		{"data at a negative offset", func(m *Module) { m.Segments[0].Offset = constI32(-6) }, "data: data segment 0 does not fit into the memory"},
		{"no data, at the end of the memory", func(m *Module) { m.Segments[0] = DataSegment{Offset: constI32(65_536)} }, ""},
		{"no data, beyond the end of the memory", func(m *Module) { m.Segments[0] = DataSegment{Offset: constI32(65_537)} }, "data: data segment 0 does not fit into the memory"},
	}
	host := func(module, name string) (FuncType, bool) {
		return FuncType{Params: []ValueType{I32, I64}, Results: []ValueType{I32}}, module == "env" && name == "get"
	}
	for _, tt := range tests {
		m := function(FuncType{}, nil, OpNop)
		tt.change(m)
		b := Encode(m)
		_, err := parseAndCheck(b, host)
		got := ""
		if refused := new(Error); errors.As(err, &refused) {
			got = refused.Section + ": " + refused.Reason
			if id := b[refused.Offset]; sectionNames[id] != refused.Section {
				t.Errorf("%s: offset 0x%x is not that of the section", tt.name, refused.Offset)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestCodeThatNeedsMemoryOrTable(t *testing.T) {
	tests := []struct {
		want string
		code []any
	}{
		{"i32.load: there is no memory", []any{OpI32Const, 0, OpI32Load, 2, 0, OpDrop}},
		{"memory.size: there is no memory", []any{OpMemorySize, 0, OpDrop}},
		{"call_indirect: there is no table", []any{OpI32Const, 0, OpCallIndirect, 0, 0}},
	}
	for _, tt := range tests {
		m := function(FuncType{}, nil, tt.code...)
		m.Memory, m.Table, m.Elements, m.Segments, m.Exports = nil, nil, nil, nil, nil
		_, err := parseAndCheck(Encode(m), nothing)
		var refused *Error
		if !errors.As(err, &refused) || refused.Reason != tt.want {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}

// What a body has of values: instructions, and what joins where blocks end or
// loops begin.
func TestValues(t *testing.T) {
	for _, tt := range []struct {
		name string
		code []any
		want uint64
	}{
		{"instructions, the last end too", []any{OpNop, OpLocalGet, 0, OpDrop}, 4},
		{"dead instructions too", []any{OpReturn, OpNop, OpNop}, 4},
		{"a block in which no local is set", []any{OpLocalGet, 0, OpLocalSet, 0, OpBlock, NoResult, OpEnd}, 5},
		{"a block in which locals are set", []any{OpBlock, NoResult, OpLocalGet, 0, OpLocalTee, 0, OpLocalSet, 0, OpEnd}, 6 + 2},
		{"a loop in a block", []any{OpBlock, NoResult, OpLoop, NoResult, OpLocalGet, 0, OpLocalSet, 0, OpEnd, OpEnd}, 7 + 2},
		{"both ways of an if", []any{OpLocalGet, 0, OpIf, NoResult, OpLocalGet, 0, OpLocalSet, 0, OpElse, OpLocalGet, 0, OpLocalSet, 0, OpEnd}, 9 + 2},
		{"no more than there are locals", []any{OpBlock, NoResult, OpLocalGet, 0,
			OpLocalTee, 0, OpLocalTee, 0, OpLocalTee, 0, OpLocalTee, 0, OpDrop, OpEnd}, 9 + 2},
	} {
		m := function(FuncType{Params: []ValueType{I32}}, []LocalRun{{1, I64}}, tt.code...)
		got, err := parseAndCheck(Encode(m), nothing)
		if err != nil {
			t.Fatal(err)
		}
		if v := got.Bodies[0].Values; v != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, v, tt.want)
		}
	}
}
