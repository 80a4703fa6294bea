package wasm

import "encoding/binary"

// Constant gives the value of a constant expression of a parsed module: the
// initialiser of a global, the offset of a segment. An i32 is sign-extended,
// floats are given as their bits.
func Constant(expr []byte) int64 {
	switch arg := expr[1:]; Opcode(expr[0]) {
	case OpI32Const:
		v, _ := readS32(arg)
		return int64(v)
	case OpI64Const:
		v, _ := readS64(arg)
		return v
	case OpF32Const:
		return int64(binary.LittleEndian.Uint32(arg))
	case OpF64Const:
		return int64(binary.LittleEndian.Uint64(arg))
	}
	panic("wasm: not a constant expression of a parsed module")
}

// constantType is the type of a constant expression.
func constantType(expr []byte) ValueType {
	_, _, t := Opcode(expr[0]).Signature()
	return t
}
