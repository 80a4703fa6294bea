package oracle

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// compute runs the instructions that only move and compute numbers.
func (in *Instance) compute(i *instruction) error {
	switch i.Op.Immediate() {
	case wasm.ImmMemArg:
		return in.access(i)
	case wasm.ImmMemory:
		pages := uint32(len(in.memory) / wasm.PageBytes)
		if i.Op == wasm.OpMemoryGrow {
			more := in.pop32()
			if in.Grow(more) {
				in.used += uint64(more) * uint64(in.prices.MemoryPage)
			} else {
				pages = math.MaxUint32
			}
		}
		in.push(uint64(pages))
		return nil
	}
	a, b, _ := i.Op.Signature()
	var v uint64
	var err error
	switch {
	case b == wasm.I32:
		y, x := in.pop32(), in.pop32()
		v, err = binary32(i.Op, x, y)
	case b == wasm.I64:
		y, x := in.pop(), in.pop()
		v, err = binary64(i.Op, x, y)
	case a == wasm.F32 && i.Op != wasm.OpI32ReinterpretF32:
		v, err = truncate(i.Op, float64(math.Float32frombits(in.pop32())))
	case a == wasm.F64 && i.Op != wasm.OpI64ReinterpretF64:
		v, err = truncate(i.Op, math.Float64frombits(in.pop()))
	default:
		v = unary(i.Op, in.pop())
	}
	in.push(v)
	return err
}

// access loads or stores.
func (in *Instance) access(i *instruction) error {
	var size uint64
	switch i.Op {
	case wasm.OpI32Load8S, wasm.OpI32Load8U, wasm.OpI64Load8S, wasm.OpI64Load8U, wasm.OpI32Store8, wasm.OpI64Store8:
		size = 1
	case wasm.OpI32Load16S, wasm.OpI32Load16U, wasm.OpI64Load16S, wasm.OpI64Load16U, wasm.OpI32Store16, wasm.OpI64Store16:
		size = 2
	case wasm.OpI32Load, wasm.OpI64Load32S, wasm.OpI64Load32U, wasm.OpI32Store, wasm.OpI64Store32:
		size = 4
	case wasm.OpI64Load, wasm.OpI64Store:
		size = 8
	default:
		panic("oracle: unknown access " + i.Op.String())
	}
	_, _, result := i.Op.Signature()
	var word [8]byte
	if result == 0 {
		binary.LittleEndian.PutUint64(word[:], in.pop())
	}
	at := uint64(in.pop32()) + uint64(i.Index) // 33 bits, never wraps
	if at+size > uint64(len(in.memory)) {
		return TrapMemory
	}
	cell := in.memory[at : at+size]
	if result == 0 {
		copy(cell, word[:])
		return nil
	}
	copy(word[:], cell)
	v := binary.LittleEndian.Uint64(word[:])
	switch i.Op {
	case wasm.OpI32Load8S, wasm.OpI32Load16S, wasm.OpI64Load8S, wasm.OpI64Load16S, wasm.OpI64Load32S:
		v = uint64(int64(v<<(64-8*size)) >> (64 - 8*size))
	}
	if result == wasm.I32 {
		v = uint64(uint32(v))
	}
	in.push(v)
	return nil
}

func unary(op wasm.Opcode, x uint64) uint64 {
	switch op {
	case wasm.OpI32Eqz:
		return truth(uint32(x) == 0)
	case wasm.OpI64Eqz:
		return truth(x == 0)
	case wasm.OpI32Clz:
		return uint64(bits.LeadingZeros32(uint32(x)))
	case wasm.OpI32Ctz:
		return uint64(bits.TrailingZeros32(uint32(x)))
	case wasm.OpI32Popcnt:
		return uint64(bits.OnesCount32(uint32(x)))
	case wasm.OpI64Clz:
		return uint64(bits.LeadingZeros64(x))
	case wasm.OpI64Ctz:
		return uint64(bits.TrailingZeros64(x))
	case wasm.OpI64Popcnt:
		return uint64(bits.OnesCount64(x))
	case wasm.OpI32WrapI64, wasm.OpI64ExtendI32U, wasm.OpI32ReinterpretF32:
		return uint64(uint32(x))
	case wasm.OpI64ReinterpretF64:
		return x
	case wasm.OpI64ExtendI32S, wasm.OpI64Extend32S:
		return uint64(int32(x))
	case wasm.OpI32Extend8S:
		return uint64(uint32(int8(x)))
	case wasm.OpI32Extend16S:
		return uint64(uint32(int16(x)))
	case wasm.OpI64Extend8S:
		return uint64(int8(x))
	case wasm.OpI64Extend16S:
		return uint64(int16(x))
	}
	panic("oracle: unknown instruction " + op.String())
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// truncate turns a float into an integer.
func truncate(op wasm.Opcode, x float64) (uint64, error) {
	_, _, result := op.Signature()
	saturate := op >= wasm.OpI32TruncSatF32S
	size := 32
	if result == wasm.I64 {
		size = 64
	}
	// The range is [least, limit), greatest is its last integer.
	least, limit := 0.0, math.Ldexp(1, size)
	greatest := uint64(math.MaxUint64) >> (64 - size)
	signed := false
	switch op {
	case wasm.OpI32TruncF32S, wasm.OpI32TruncF64S, wasm.OpI32TruncSatF32S, wasm.OpI32TruncSatF64S,
		wasm.OpI64TruncF32S, wasm.OpI64TruncF64S, wasm.OpI64TruncSatF32S, wasm.OpI64TruncSatF64S:
		signed = true
		least, limit, greatest = -limit/2, limit/2, greatest>>1
	}
	x = math.Trunc(x)
	switch {
	case math.IsNaN(x) && saturate:
		return 0, nil
	case math.IsNaN(x):
		return 0, TrapConversion
	case (x < least || x >= limit) && !saturate:
		return 0, TrapOverflow
	case x >= limit:
		return greatest, nil
	case x < least:
		x = least
	}
	if !signed {
		return uint64(x), nil
	}
	return uint64(int64(x)) & (math.MaxUint64 >> (64 - size)), nil
}
