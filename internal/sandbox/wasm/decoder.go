package wasm

import "fmt"

// Instr is one decoded instruction of a checked body.
type Instr struct {
	Op    Opcode
	Start int // offset of its first byte in the body's Code
	End   int // offset after its last byte

	// Index is the label of br and br_if, the index of call, local.* and
	// global.*, the type of call_indirect, the offset of loads and stores.
	Index uint32
	Align uint32   // log2 of the alignment hint of loads and stores
	Block byte     // block type: 0x40 or a value type
	Const int64    // i32.const (sign-extended), i64.const
	Table []uint32 // br_table labels, default last; reused by the next Next
}

// NoResult is the block type of a block that leaves no value.
const NoResult byte = 0x40

// A Decoder walks through the instructions of a checked body.
type Decoder struct {
	code []byte
	pos  int
}

// NewDecoder starts at the beginning of code.
func NewDecoder(code []byte) *Decoder { return &Decoder{code: code} }

// Next decodes the next instruction into in, or returns false at the end. The
// code must be that of a checked body: Next panics on malformed code. It
// allocates nothing, except for br_table when in.Table is too small. Fields
// that the instruction does not have keep an old value.
func (d *Decoder) Next(in *Instr) bool {
	if d.pos == len(d.code) {
		return false
	}
	if reason := decode(d.code, d.pos, in); reason != "" {
		panic("wasm: code of an unchecked body: " + reason)
	}
	d.pos = in.End
	return true
}

// decode reads the instruction at pos. It returns a reason, and leaves in
// half filled, if the bytes are malformed or the instruction is refused: the
// immediates of refused instructions are never read.
func decode(code []byte, pos int, in *Instr) string {
	in.Start = pos
	op := Opcode(code[pos])
	pos++
	if op == prefixFC {
		sub, n := readU32(code[pos:])
		if n == 0 {
			return "malformed sub-opcode"
		}
		if sub >= subOpcodes {
			return fmt.Sprintf("unknown opcode 0xFC %d", sub)
		}
		op = prefixFC<<8 | Opcode(sub)
		pos += n
	}
	in.Op = op
	r := op.Row()
	if r < 0 {
		return op.String()
	}
	if why := table[r].refusal; why != "" {
		return table[r].name + " is refused: " + why
	}
	return immediate(code, pos, table[r].imm, in)
}

// immediate reads what follows the opcode, at pos, and sets in.End.
func immediate(code []byte, pos int, kind Immediate, in *Instr) string {
	n := 0
	switch kind {
	case ImmNone:
		in.End = pos
		return ""
	case ImmLocal, ImmLabel, ImmFunction, ImmGlobal:
		in.Index, n = readU32(code[pos:])
	case ImmI32:
		var v int32
		v, n = readS32(code[pos:])
		in.Const = int64(v)
	case ImmI64:
		in.Const, n = readS64(code[pos:])
	case ImmMemArg:
		return memArg(code, pos, in)
	case ImmBlock:
		return blockType(code, pos, in)
	case ImmLabels:
		return labels(code, pos, in)
	case ImmType:
		in.Index, n = readU32(code[pos:])
		if n != 0 {
			pos += n
			return zeroByte(code, pos, in)
		}
	case ImmMemory:
		return zeroByte(code, pos, in)
	}
	if n == 0 {
		return "malformed immediate of " + in.Op.String()
	}
	in.End = pos + n
	return ""
}

func memArg(code []byte, pos int, in *Instr) string {
	align, n := readU32(code[pos:])
	if n == 0 {
		return "malformed alignment"
	}
	offset, m := readU32(code[pos+n:])
	if m == 0 {
		return "malformed offset"
	}
	in.Align, in.Index, in.End = align, offset, pos+n+m
	return ""
}

func zeroByte(code []byte, pos int, in *Instr) string {
	if pos == len(code) || code[pos] != 0 {
		return in.Op.String() + ": zero byte expected (only one memory and one table are supported)"
	}
	in.End = pos + 1
	return ""
}

func blockType(code []byte, pos int, in *Instr) string {
	if pos == len(code) {
		return "unexpected end: block type expected"
	}
	b := code[pos]
	if b != NoResult && !numeric(ValueType(b)) {
		if b&0xC0 == 0 {
			return "block type with a type index is refused: multi-value is not supported"
		}
		return "block type: " + unknownType(b)
	}
	in.Block, in.End = b, pos+1
	return ""
}

func labels(code []byte, pos int, in *Instr) string {
	count, n := readU32(code[pos:])
	if n == 0 {
		return "malformed count of br_table targets"
	}
	pos += n
	// A label takes at least one byte; the default is not counted.
	if uint64(count) >= uint64(len(code)-pos) {
		return "br_table has more targets than bytes are left"
	}
	if count > MaxBrTableTargets {
		return tooMany("br_table targets", int(count), MaxBrTableTargets)
	}
	in.Table = in.Table[:0]
	for range count + 1 {
		label, n := readU32(code[pos:])
		if n == 0 {
			return "malformed label of br_table"
		}
		in.Table = append(in.Table, label)
		pos += n
	}
	in.End = pos
	return ""
}

// numeric says whether t is one of the four value types.
func numeric(t ValueType) bool { return t >= F64 && t <= I32 }

// unknownType says what is wrong with a byte that is not a value type.
func unknownType(b byte) string {
	switch b {
	case 0x7B:
		return "v128 is refused: " + simd
	case 0x70, 0x6F:
		return "a reference is refused: " + references
	}
	return fmt.Sprintf("unknown value type 0x%02X", b)
}
