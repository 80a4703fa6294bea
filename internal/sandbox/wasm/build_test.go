package wasm

import "fmt"

// code assembles instructions: opcodes, and int for immediates, which are
// written as signed LEB128 (small indices look the same), byte for raw bytes.
func code(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case Opcode:
			if p >= 0x100 {
				b = AppendUnsigned(append(b, byte(p>>8)), uint64(p&0xFF))
			} else {
				b = append(b, byte(p))
			}
		case int:
			b = AppendSigned(b, int64(p))
		case uint32:
			b = AppendUnsigned(b, uint64(p))
		case byte:
			b = append(b, p)
		case ValueType:
			b = append(b, byte(p))
		default:
			panic(fmt.Sprintf("code of %T", p))
		}
	}
	return b
}

// constI32 is a constant expression.
func constI32(v int) []byte { return code(OpI32Const, v, OpEnd) }

// function gives a module whose function 0 has the code, which is followed by
// an end; its function 1 has type (i32, i64) -> i32. There are a memory, a
// table, an immutable i32 global and a mutable i64 global.
func function(t FuncType, locals []LocalRun, parts ...any) *Module {
	return &Module{
		Types:     []FuncType{t, {Params: []ValueType{I32, I64}, Results: []ValueType{I32}}},
		Functions: []uint32{0, 1},
		Table:     &Limits{Min: 4, Max: 4, HasMax: true},
		Memory:    &Limits{Min: 1},
		Globals:   []Global{{Type: I32, Init: constI32(-7)}, {Type: I64, Mutable: true, Init: code(OpI64Const, 1<<40, OpEnd)}},
		Exports:   []Export{{Name: "f", Index: 0}, {Name: "memory", Kind: ExportMemory}, {Name: "g", Kind: ExportGlobal, Index: 1}, {Name: "t", Kind: ExportTable}},
		Elements:  []Element{{Offset: constI32(1), Functions: []uint32{0, 1}}},
		Bodies: []Body{
			{Locals: locals, Code: code(append(parts, OpEnd)...)},
			{Code: code(OpLocalGet, 0, OpEnd)},
		},
		Segments: []DataSegment{{Offset: constI32(65_530), Init: []byte("abcdef")}},
	}
}

// nothing is a resolver of a host that offers nothing.
func nothing(_, _ string) (FuncType, bool) { return FuncType{}, false }

// parseAndCheck does what a host does with the bytes of a contract.
func parseAndCheck(code []byte, resolve Resolver) (*Module, error) {
	m, err := Parse(code)
	if err != nil {
		return nil, err
	}
	return m, Check(m, resolve)
}
