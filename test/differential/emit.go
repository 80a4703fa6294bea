package differential

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// sized gives the instruction of i64 that is like that of i32, if t is i64.
func sized(op wasm.Opcode, t wasm.ValueType) wasm.Opcode {
	switch {
	case t != wasm.I64:
		return op
	case op <= wasm.OpI32GeU:
		return op + wasm.OpI64Eqz - wasm.OpI32Eqz
	}
	return op + wasm.OpI64Add - wasm.OpI32Add
}

func (f *function) op(ops ...wasm.Opcode) {
	for _, op := range ops {
		if op > 0xFF {
			f.code = wasm.AppendUnsigned(append(f.code, byte(op>>8)), uint64(op&0xFF))
		} else {
			f.code = append(f.code, byte(op))
		}
	}
}

// indexed appends an instruction and a number.
func (f *function) indexed(op wasm.Opcode, index int) {
	f.op(op)
	f.code = wasm.AppendUnsigned(f.code, uint64(index))
}

func (f *function) constant(t wasm.ValueType, v int64) {
	if t == wasm.I64 {
		f.op(wasm.OpI64Const)
	} else {
		f.op(wasm.OpI32Const)
	}
	f.code = wasm.AppendSigned(f.code, v)
}

func (f *function) blockType(result wasm.ValueType) {
	if result == 0 {
		f.code = append(f.code, wasm.NoResult)
	} else {
		f.code = append(f.code, byte(result))
	}
}
