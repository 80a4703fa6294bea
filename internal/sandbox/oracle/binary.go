package oracle

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// binary32 computes x op y for two i32.
func binary32(op wasm.Opcode, x, y uint32) (uint64, error) {
	return calculate[uint32, int32](op, x, y, 32)
}

// binary64 computes x op y for two i64. The opcodes of i64 stand in the same
// order as those of i32.
func binary64(op wasm.Opcode, x, y uint64) (uint64, error) {
	if op <= wasm.OpI64GeU {
		op -= wasm.OpI64Eq - wasm.OpI32Eq
	} else {
		op -= wasm.OpI64Add - wasm.OpI32Add
	}
	return calculate[uint64, int64](op, x, y, 64)
}

func calculate[U uint32 | uint64, S int32 | int64](op wasm.Opcode, x, y, width U) (uint64, error) {
	sx, sy := S(x), S(y)
	shift := y % width
	least := U(1) << (width - 1)
	var v U
	switch op {
	case wasm.OpI32Eq:
		return truth(x == y), nil
	case wasm.OpI32Ne:
		return truth(x != y), nil
	case wasm.OpI32LtS:
		return truth(sx < sy), nil
	case wasm.OpI32LtU:
		return truth(x < y), nil
	case wasm.OpI32GtS:
		return truth(sx > sy), nil
	case wasm.OpI32GtU:
		return truth(x > y), nil
	case wasm.OpI32LeS:
		return truth(sx <= sy), nil
	case wasm.OpI32LeU:
		return truth(x <= y), nil
	case wasm.OpI32GeS:
		return truth(sx >= sy), nil
	case wasm.OpI32GeU:
		return truth(x >= y), nil
	case wasm.OpI32DivS, wasm.OpI32DivU, wasm.OpI32RemS, wasm.OpI32RemU:
		switch {
		case y == 0:
			return 0, TrapDivideByZero
		case op == wasm.OpI32DivS && x == least && sy == -1:
			return 0, TrapOverflow
		case op == wasm.OpI32DivS:
			v = U(sx / sy)
		case op == wasm.OpI32DivU:
			v = x / y
		case op == wasm.OpI32RemS:
			v = U(sx % sy) // 0 for the least and -1
		default:
			v = x % y
		}
	case wasm.OpI32Add:
		v = x + y
	case wasm.OpI32Sub:
		v = x - y
	case wasm.OpI32Mul:
		v = x * y
	case wasm.OpI32And:
		v = x & y
	case wasm.OpI32Or:
		v = x | y
	case wasm.OpI32Xor:
		v = x ^ y
	case wasm.OpI32Shl:
		v = x << shift
	case wasm.OpI32ShrS:
		v = U(sx >> shift)
	case wasm.OpI32ShrU:
		v = x >> shift
	case wasm.OpI32Rotl:
		v = x<<shift | x>>(width-shift)
	case wasm.OpI32Rotr:
		v = x>>shift | x<<(width-shift)
	default:
		panic("oracle: unknown instruction " + op.String())
	}
	return uint64(v), nil
}
