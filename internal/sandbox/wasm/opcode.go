package wasm

import "fmt"

// Opcode is an instruction: its byte, or 0xFC00 | sub-opcode.
type Opcode uint16

// Opcodes is the number of rows of the opcode table.
const Opcodes = len(table)

// Immediate says what follows an opcode in the binary format.
type Immediate uint8

// The kinds of immediates.
const (
	ImmNone     Immediate = iota
	ImmBlock              // block type
	ImmLabel              // label index
	ImmLabels             // vector of label indices and a default
	ImmFunction           // function index
	ImmType               // type index and a zero byte (the table)
	ImmLocal              // local index
	ImmGlobal             // global index
	ImmMemArg             // alignment and offset
	ImmMemory             // a zero byte (the memory)
	ImmI32                // signed LEB128
	ImmI64                // signed LEB128
	ImmF32                // 4 bytes
	ImmF64                // 8 bytes
)

// Why an instruction that has a row may not be used. The empty reason means
// that it may.
const (
	allowed    = ""
	float      = "it produces or moves a floating-point number"
	simd       = "SIMD is not supported"
	threads    = "threads are not supported"
	exceptions = "exceptions are not supported"
	tailCalls  = "tail calls are not supported"
	references = "reference types are not supported"
	typed      = "only the select without types is supported"
	bulkMemory = "bulk memory operations are not supported"
)

// row is one row of the opcode table.
type row struct {
	op   Opcode
	name string // in the text format
	key  string // in a gas schedule; empty if no schedule prices it

	imm   Immediate
	align uint8 // log2 of the natural alignment of loads and stores

	// Operand and result types where they are fixed; 0 is none. Instructions
	// whose types depend on their immediates or on the stack (parametric,
	// variable and control instructions) are typed by the checker.
	a, b, result ValueType

	refusal string // one of the reasons above
}

// Row is the index of the opcode in the table, from 0 to Opcodes-1, or -1 if
// it has none.
func (op Opcode) Row() int {
	switch {
	case op < 0x100:
		return int(rowIndex[op])
	case op>>8 == prefixFC && op&0xFF < subOpcodes:
		return int(rowIndex[0x100+op&0xFF])
	}
	return -1
}

// OpcodeAt gives the opcode of a row.
func OpcodeAt(row int) Opcode { return table[row].op }

// String is the opcode's name in the text format.
func (op Opcode) String() string {
	if r := op.Row(); r >= 0 {
		return table[r].name
	}
	return fmt.Sprintf("unknown opcode 0x%02X", uint16(op))
}

// Key is the opcode's key in a gas schedule, for example "I32Add". It is empty
// only for instructions that are refused.
func (op Opcode) Key() string {
	if r := op.Row(); r >= 0 {
		return table[r].key
	}
	return ""
}

// Immediate says what follows the opcode.
func (op Opcode) Immediate() Immediate {
	if r := op.Row(); r >= 0 {
		return table[r].imm
	}
	return ImmNone
}

// Refusal says why a module with this instruction is refused. It is empty for
// the instructions that contracts may use.
func (op Opcode) Refusal() string {
	if r := op.Row(); r >= 0 {
		return table[r].refusal
	}
	return "it does not exist"
}

// Signature gives the operand types, first pushed first, and the result type
// of an instruction for which they are fixed; 0 is none. For parametric,
// variable and control instructions all three are 0.
func (op Opcode) Signature() (a, b, result ValueType) {
	if r := op.Row(); r >= 0 {
		return table[r].a, table[r].b, table[r].result
	}
	return 0, 0, 0
}

const (
	prefixFC   = 0xFC
	subOpcodes = 0x20 // sub-opcodes of 0xFC from here on are unknown
)

// rowIndex maps opcode bytes, then sub-opcodes of 0xFC, to rows.
var rowIndex = indexRows()

func indexRows() (index [0x100 + subOpcodes]int16) {
	for i := range index {
		index[i] = -1
	}
	for i, r := range table {
		if r.op < 0x100 {
			index[r.op] = int16(i)
		} else {
			index[0x100+r.op&0xFF] = int16(i)
		}
	}
	return index
}

// table is THE table of instructions: what is not in it does not exist. The
// order of its rows means nothing; nothing outside a process depends on it.
var table = [...]row{
	{OpUnreachable, "unreachable", "Unreachable", ImmNone, 0, 0, 0, 0, allowed},
	{OpNop, "nop", "Nop", ImmNone, 0, 0, 0, 0, allowed},
	{OpBlock, "block", "Block", ImmBlock, 0, 0, 0, 0, allowed},
	{OpLoop, "loop", "Loop", ImmBlock, 0, 0, 0, 0, allowed},
	{OpIf, "if", "If", ImmBlock, 0, 0, 0, 0, allowed},
	{OpElse, "else", "Else", ImmNone, 0, 0, 0, 0, allowed},
	{OpTry, "try", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpCatch, "catch", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpThrow, "throw", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpRethrow, "rethrow", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpThrowRef, "throw_ref", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpEnd, "end", "End", ImmNone, 0, 0, 0, 0, allowed},
	{OpBr, "br", "Br", ImmLabel, 0, 0, 0, 0, allowed},
	{OpBrIf, "br_if", "BrIf", ImmLabel, 0, 0, 0, 0, allowed},
	{OpBrTable, "br_table", "BrTable", ImmLabels, 0, 0, 0, 0, allowed},
	{OpReturn, "return", "Return", ImmNone, 0, 0, 0, 0, allowed},
	{OpCall, "call", "Call", ImmFunction, 0, 0, 0, 0, allowed},
	{OpCallIndirect, "call_indirect", "CallIndirect", ImmType, 0, 0, 0, 0, allowed},
	{OpReturnCall, "return_call", "", ImmNone, 0, 0, 0, 0, tailCalls},
	{OpReturnCallIndirect, "return_call_indirect", "", ImmNone, 0, 0, 0, 0, tailCalls},
	{OpCallRef, "call_ref", "", ImmNone, 0, 0, 0, 0, references},
	{OpReturnCallRef, "return_call_ref", "", ImmNone, 0, 0, 0, 0, tailCalls},
	{OpDelegate, "delegate", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpCatchAll, "catch_all", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpDrop, "drop", "Drop", ImmNone, 0, 0, 0, 0, allowed},
	{OpSelect, "select", "Select", ImmNone, 0, 0, 0, 0, allowed},
	{OpTypedSelect, "select", "TypedSelect", ImmNone, 0, 0, 0, 0, typed},
	{OpTryTable, "try_table", "", ImmNone, 0, 0, 0, 0, exceptions},
	{OpLocalGet, "local.get", "LocalGet", ImmLocal, 0, 0, 0, 0, allowed},
	{OpLocalSet, "local.set", "LocalSet", ImmLocal, 0, 0, 0, 0, allowed},
	{OpLocalTee, "local.tee", "LocalTee", ImmLocal, 0, 0, 0, 0, allowed},
	{OpGlobalGet, "global.get", "GlobalGet", ImmGlobal, 0, 0, 0, 0, allowed},
	{OpGlobalSet, "global.set", "GlobalSet", ImmGlobal, 0, 0, 0, 0, allowed},
	{OpTableGet, "table.get", "TableGet", ImmNone, 0, 0, 0, 0, references},
	{OpTableSet, "table.set", "TableSet", ImmNone, 0, 0, 0, 0, references},
	{OpI32Load, "i32.load", "I32Load", ImmMemArg, 2, I32, 0, I32, allowed},
	{OpI64Load, "i64.load", "I64Load", ImmMemArg, 3, I32, 0, I64, allowed},
	{OpF32Load, "f32.load", "F32Load", ImmMemArg, 2, I32, 0, F32, float},
	{OpF64Load, "f64.load", "F64Load", ImmMemArg, 3, I32, 0, F64, float},
	{OpI32Load8S, "i32.load8_s", "I32Load8S", ImmMemArg, 0, I32, 0, I32, allowed},
	{OpI32Load8U, "i32.load8_u", "I32Load8U", ImmMemArg, 0, I32, 0, I32, allowed},
	{OpI32Load16S, "i32.load16_s", "I32Load16S", ImmMemArg, 1, I32, 0, I32, allowed},
	{OpI32Load16U, "i32.load16_u", "I32Load16U", ImmMemArg, 1, I32, 0, I32, allowed},
	{OpI64Load8S, "i64.load8_s", "I64Load8S", ImmMemArg, 0, I32, 0, I64, allowed},
	{OpI64Load8U, "i64.load8_u", "I64Load8U", ImmMemArg, 0, I32, 0, I64, allowed},
	{OpI64Load16S, "i64.load16_s", "I64Load16S", ImmMemArg, 1, I32, 0, I64, allowed},
	{OpI64Load16U, "i64.load16_u", "I64Load16U", ImmMemArg, 1, I32, 0, I64, allowed},
	{OpI64Load32S, "i64.load32_s", "I64Load32S", ImmMemArg, 2, I32, 0, I64, allowed},
	{OpI64Load32U, "i64.load32_u", "I64Load32U", ImmMemArg, 2, I32, 0, I64, allowed},
	{OpI32Store, "i32.store", "I32Store", ImmMemArg, 2, I32, I32, 0, allowed},
	{OpI64Store, "i64.store", "I64Store", ImmMemArg, 3, I32, I64, 0, allowed},
	{OpF32Store, "f32.store", "F32Store", ImmMemArg, 2, I32, F32, 0, float},
	{OpF64Store, "f64.store", "F64Store", ImmMemArg, 3, I32, F64, 0, float},
	{OpI32Store8, "i32.store8", "I32Store8", ImmMemArg, 0, I32, I32, 0, allowed},
	{OpI32Store16, "i32.store16", "I32Store16", ImmMemArg, 1, I32, I32, 0, allowed},
	{OpI64Store8, "i64.store8", "I64Store8", ImmMemArg, 0, I32, I64, 0, allowed},
	{OpI64Store16, "i64.store16", "I64Store16", ImmMemArg, 1, I32, I64, 0, allowed},
	{OpI64Store32, "i64.store32", "I64Store32", ImmMemArg, 2, I32, I64, 0, allowed},
	{OpMemorySize, "memory.size", "MemorySize", ImmMemory, 0, 0, 0, I32, allowed},
	{OpMemoryGrow, "memory.grow", "MemoryGrow", ImmMemory, 0, I32, 0, I32, allowed},
	{OpI32Const, "i32.const", "I32Const", ImmI32, 0, 0, 0, I32, allowed},
	{OpI64Const, "i64.const", "I64Const", ImmI64, 0, 0, 0, I64, allowed},
	{OpF32Const, "f32.const", "F32Const", ImmF32, 0, 0, 0, F32, float},
	{OpF64Const, "f64.const", "F64Const", ImmF64, 0, 0, 0, F64, float},
	{OpI32Eqz, "i32.eqz", "I32Eqz", ImmNone, 0, I32, 0, I32, allowed},
	{OpI32Eq, "i32.eq", "I32Eq", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Ne, "i32.ne", "I32Ne", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32LtS, "i32.lt_s", "I32LtS", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32LtU, "i32.lt_u", "I32LtU", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32GtS, "i32.gt_s", "I32GtS", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32GtU, "i32.gt_u", "I32GtU", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32LeS, "i32.le_s", "I32LeS", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32LeU, "i32.le_u", "I32LeU", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32GeS, "i32.ge_s", "I32GeS", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32GeU, "i32.ge_u", "I32GeU", ImmNone, 0, I32, I32, I32, allowed},
	{OpI64Eqz, "i64.eqz", "I64Eqz", ImmNone, 0, I64, 0, I32, allowed},
	{OpI64Eq, "i64.eq", "I64Eq", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64Ne, "i64.ne", "I64Ne", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64LtS, "i64.lt_s", "I64LtS", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64LtU, "i64.lt_u", "I64LtU", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64GtS, "i64.gt_s", "I64GtS", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64GtU, "i64.gt_u", "I64GtU", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64LeS, "i64.le_s", "I64LeS", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64LeU, "i64.le_u", "I64LeU", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64GeS, "i64.ge_s", "I64GeS", ImmNone, 0, I64, I64, I32, allowed},
	{OpI64GeU, "i64.ge_u", "I64GeU", ImmNone, 0, I64, I64, I32, allowed},
	{OpF32Eq, "f32.eq", "F32Eq", ImmNone, 0, F32, F32, I32, float},
	{OpF32Ne, "f32.ne", "F32Ne", ImmNone, 0, F32, F32, I32, float},
	{OpF32Lt, "f32.lt", "F32Lt", ImmNone, 0, F32, F32, I32, float},
	{OpF32Gt, "f32.gt", "F32Gt", ImmNone, 0, F32, F32, I32, float},
	{OpF32Le, "f32.le", "F32Le", ImmNone, 0, F32, F32, I32, float},
	{OpF32Ge, "f32.ge", "F32Ge", ImmNone, 0, F32, F32, I32, float},
	{OpF64Eq, "f64.eq", "F64Eq", ImmNone, 0, F64, F64, I32, float},
	{OpF64Ne, "f64.ne", "F64Ne", ImmNone, 0, F64, F64, I32, float},
	{OpF64Lt, "f64.lt", "F64Lt", ImmNone, 0, F64, F64, I32, float},
	{OpF64Gt, "f64.gt", "F64Gt", ImmNone, 0, F64, F64, I32, float},
	{OpF64Le, "f64.le", "F64Le", ImmNone, 0, F64, F64, I32, float},
	{OpF64Ge, "f64.ge", "F64Ge", ImmNone, 0, F64, F64, I32, float},
	{OpI32Clz, "i32.clz", "I32Clz", ImmNone, 0, I32, 0, I32, allowed},
	{OpI32Ctz, "i32.ctz", "I32Ctz", ImmNone, 0, I32, 0, I32, allowed},
	{OpI32Popcnt, "i32.popcnt", "I32Popcnt", ImmNone, 0, I32, 0, I32, allowed},
	{OpI32Add, "i32.add", "I32Add", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Sub, "i32.sub", "I32Sub", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Mul, "i32.mul", "I32Mul", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32DivS, "i32.div_s", "I32DivS", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32DivU, "i32.div_u", "I32DivU", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32RemS, "i32.rem_s", "I32RemS", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32RemU, "i32.rem_u", "I32RemU", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32And, "i32.and", "I32And", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Or, "i32.or", "I32Or", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Xor, "i32.xor", "I32Xor", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Shl, "i32.shl", "I32Shl", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32ShrS, "i32.shr_s", "I32ShrS", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32ShrU, "i32.shr_u", "I32ShrU", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Rotl, "i32.rotl", "I32Rotl", ImmNone, 0, I32, I32, I32, allowed},
	{OpI32Rotr, "i32.rotr", "I32Rotr", ImmNone, 0, I32, I32, I32, allowed},
	{OpI64Clz, "i64.clz", "I64Clz", ImmNone, 0, I64, 0, I64, allowed},
	{OpI64Ctz, "i64.ctz", "I64Ctz", ImmNone, 0, I64, 0, I64, allowed},
	{OpI64Popcnt, "i64.popcnt", "I64Popcnt", ImmNone, 0, I64, 0, I64, allowed},
	{OpI64Add, "i64.add", "I64Add", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64Sub, "i64.sub", "I64Sub", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64Mul, "i64.mul", "I64Mul", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64DivS, "i64.div_s", "I64DivS", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64DivU, "i64.div_u", "I64DivU", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64RemS, "i64.rem_s", "I64RemS", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64RemU, "i64.rem_u", "I64RemU", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64And, "i64.and", "I64And", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64Or, "i64.or", "I64Or", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64Xor, "i64.xor", "I64Xor", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64Shl, "i64.shl", "I64Shl", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64ShrS, "i64.shr_s", "I64ShrS", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64ShrU, "i64.shr_u", "I64ShrU", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64Rotl, "i64.rotl", "I64Rotl", ImmNone, 0, I64, I64, I64, allowed},
	{OpI64Rotr, "i64.rotr", "I64Rotr", ImmNone, 0, I64, I64, I64, allowed},
	{OpF32Abs, "f32.abs", "F32Abs", ImmNone, 0, F32, 0, F32, float},
	{OpF32Neg, "f32.neg", "F32Neg", ImmNone, 0, F32, 0, F32, float},
	{OpF32Ceil, "f32.ceil", "F32Ceil", ImmNone, 0, F32, 0, F32, float},
	{OpF32Floor, "f32.floor", "F32Floor", ImmNone, 0, F32, 0, F32, float},
	{OpF32Trunc, "f32.trunc", "F32Trunc", ImmNone, 0, F32, 0, F32, float},
	{OpF32Nearest, "f32.nearest", "F32Nearest", ImmNone, 0, F32, 0, F32, float},
	{OpF32Sqrt, "f32.sqrt", "F32Sqrt", ImmNone, 0, F32, 0, F32, float},
	{OpF32Add, "f32.add", "F32Add", ImmNone, 0, F32, F32, F32, float},
	{OpF32Sub, "f32.sub", "F32Sub", ImmNone, 0, F32, F32, F32, float},
	{OpF32Mul, "f32.mul", "F32Mul", ImmNone, 0, F32, F32, F32, float},
	{OpF32Div, "f32.div", "F32Div", ImmNone, 0, F32, F32, F32, float},
	{OpF32Min, "f32.min", "F32Min", ImmNone, 0, F32, F32, F32, float},
	{OpF32Max, "f32.max", "F32Max", ImmNone, 0, F32, F32, F32, float},
	{OpF32Copysign, "f32.copysign", "F32Copysign", ImmNone, 0, F32, F32, F32, float},
	{OpF64Abs, "f64.abs", "F64Abs", ImmNone, 0, F64, 0, F64, float},
	{OpF64Neg, "f64.neg", "F64Neg", ImmNone, 0, F64, 0, F64, float},
	{OpF64Ceil, "f64.ceil", "F64Ceil", ImmNone, 0, F64, 0, F64, float},
	{OpF64Floor, "f64.floor", "F64Floor", ImmNone, 0, F64, 0, F64, float},
	{OpF64Trunc, "f64.trunc", "F64Trunc", ImmNone, 0, F64, 0, F64, float},
	{OpF64Nearest, "f64.nearest", "F64Nearest", ImmNone, 0, F64, 0, F64, float},
	{OpF64Sqrt, "f64.sqrt", "F64Sqrt", ImmNone, 0, F64, 0, F64, float},
	{OpF64Add, "f64.add", "F64Add", ImmNone, 0, F64, F64, F64, float},
	{OpF64Sub, "f64.sub", "F64Sub", ImmNone, 0, F64, F64, F64, float},
	{OpF64Mul, "f64.mul", "F64Mul", ImmNone, 0, F64, F64, F64, float},
	{OpF64Div, "f64.div", "F64Div", ImmNone, 0, F64, F64, F64, float},
	{OpF64Min, "f64.min", "F64Min", ImmNone, 0, F64, F64, F64, float},
	{OpF64Max, "f64.max", "F64Max", ImmNone, 0, F64, F64, F64, float},
	{OpF64Copysign, "f64.copysign", "F64Copysign", ImmNone, 0, F64, F64, F64, float},
	{OpI32WrapI64, "i32.wrap_i64", "I32WrapI64", ImmNone, 0, I64, 0, I32, allowed},
	{OpI32TruncF32S, "i32.trunc_f32_s", "I32TruncF32S", ImmNone, 0, F32, 0, I32, allowed},
	{OpI32TruncF32U, "i32.trunc_f32_u", "I32TruncF32U", ImmNone, 0, F32, 0, I32, allowed},
	{OpI32TruncF64S, "i32.trunc_f64_s", "I32TruncF64S", ImmNone, 0, F64, 0, I32, allowed},
	{OpI32TruncF64U, "i32.trunc_f64_u", "I32TruncF64U", ImmNone, 0, F64, 0, I32, allowed},
	{OpI64ExtendI32S, "i64.extend_i32_s", "I64ExtendI32S", ImmNone, 0, I32, 0, I64, allowed},
	{OpI64ExtendI32U, "i64.extend_i32_u", "I64ExtendI32U", ImmNone, 0, I32, 0, I64, allowed},
	{OpI64TruncF32S, "i64.trunc_f32_s", "I64TruncF32S", ImmNone, 0, F32, 0, I64, allowed},
	{OpI64TruncF32U, "i64.trunc_f32_u", "I64TruncF32U", ImmNone, 0, F32, 0, I64, allowed},
	{OpI64TruncF64S, "i64.trunc_f64_s", "I64TruncF64S", ImmNone, 0, F64, 0, I64, allowed},
	{OpI64TruncF64U, "i64.trunc_f64_u", "I64TruncF64U", ImmNone, 0, F64, 0, I64, allowed},
	{OpF32ConvertI32S, "f32.convert_i32_s", "F32ConvertI32S", ImmNone, 0, I32, 0, F32, float},
	{OpF32ConvertI32U, "f32.convert_i32_u", "F32ConvertI32U", ImmNone, 0, I32, 0, F32, float},
	{OpF32ConvertI64S, "f32.convert_i64_s", "F32ConvertI64S", ImmNone, 0, I64, 0, F32, float},
	{OpF32ConvertI64U, "f32.convert_i64_u", "F32ConvertI64U", ImmNone, 0, I64, 0, F32, float},
	{OpF32DemoteF64, "f32.demote_f64", "F32DemoteF64", ImmNone, 0, F64, 0, F32, float},
	{OpF64ConvertI32S, "f64.convert_i32_s", "F64ConvertI32S", ImmNone, 0, I32, 0, F64, float},
	{OpF64ConvertI32U, "f64.convert_i32_u", "F64ConvertI32U", ImmNone, 0, I32, 0, F64, float},
	{OpF64ConvertI64S, "f64.convert_i64_s", "F64ConvertI64S", ImmNone, 0, I64, 0, F64, float},
	{OpF64ConvertI64U, "f64.convert_i64_u", "F64ConvertI64U", ImmNone, 0, I64, 0, F64, float},
	{OpF64PromoteF32, "f64.promote_f32", "F64PromoteF32", ImmNone, 0, F32, 0, F64, float},
	{OpI32ReinterpretF32, "i32.reinterpret_f32", "I32ReinterpretF32", ImmNone, 0, F32, 0, I32, allowed},
	{OpI64ReinterpretF64, "i64.reinterpret_f64", "I64ReinterpretF64", ImmNone, 0, F64, 0, I64, allowed},
	{OpF32ReinterpretI32, "f32.reinterpret_i32", "F32ReinterpretI32", ImmNone, 0, I32, 0, F32, float},
	{OpF64ReinterpretI64, "f64.reinterpret_i64", "F64ReinterpretI64", ImmNone, 0, I64, 0, F64, float},
	{OpI32Extend8S, "i32.extend8_s", "I32Extend8S", ImmNone, 0, I32, 0, I32, allowed},
	{OpI32Extend16S, "i32.extend16_s", "I32Extend16S", ImmNone, 0, I32, 0, I32, allowed},
	{OpI64Extend8S, "i64.extend8_s", "I64Extend8S", ImmNone, 0, I64, 0, I64, allowed},
	{OpI64Extend16S, "i64.extend16_s", "I64Extend16S", ImmNone, 0, I64, 0, I64, allowed},
	{OpI64Extend32S, "i64.extend32_s", "I64Extend32S", ImmNone, 0, I64, 0, I64, allowed},
	{OpRefNull, "ref.null", "RefNull", ImmNone, 0, 0, 0, 0, references},
	{OpRefIsNull, "ref.is_null", "RefIsNull", ImmNone, 0, 0, 0, 0, references},
	{OpRefFunc, "ref.func", "RefFunc", ImmNone, 0, 0, 0, 0, references},
	{OpGCPrefix, "gc instruction", "", ImmNone, 0, 0, 0, 0, references},
	{OpVectorPrefix, "vector instruction", "", ImmNone, 0, 0, 0, 0, simd},
	{OpAtomicPrefix, "atomic instruction", "", ImmNone, 0, 0, 0, 0, threads},
	{OpI32TruncSatF32S, "i32.trunc_sat_f32_s", "I32TruncSatF32S", ImmNone, 0, F32, 0, I32, allowed},
	{OpI32TruncSatF32U, "i32.trunc_sat_f32_u", "I32TruncSatF32U", ImmNone, 0, F32, 0, I32, allowed},
	{OpI32TruncSatF64S, "i32.trunc_sat_f64_s", "I32TruncSatF64S", ImmNone, 0, F64, 0, I32, allowed},
	{OpI32TruncSatF64U, "i32.trunc_sat_f64_u", "I32TruncSatF64U", ImmNone, 0, F64, 0, I32, allowed},
	{OpI64TruncSatF32S, "i64.trunc_sat_f32_s", "I64TruncSatF32S", ImmNone, 0, F32, 0, I64, allowed},
	{OpI64TruncSatF32U, "i64.trunc_sat_f32_u", "I64TruncSatF32U", ImmNone, 0, F32, 0, I64, allowed},
	{OpI64TruncSatF64S, "i64.trunc_sat_f64_s", "I64TruncSatF64S", ImmNone, 0, F64, 0, I64, allowed},
	{OpI64TruncSatF64U, "i64.trunc_sat_f64_u", "I64TruncSatF64U", ImmNone, 0, F64, 0, I64, allowed},
	{OpMemoryInit, "memory.init", "MemoryInit", ImmNone, 0, 0, 0, 0, bulkMemory},
	{OpDataDrop, "data.drop", "DataDrop", ImmNone, 0, 0, 0, 0, bulkMemory},
	{OpMemoryCopy, "memory.copy", "MemoryCopy", ImmNone, 0, 0, 0, 0, bulkMemory},
	{OpMemoryFill, "memory.fill", "MemoryFill", ImmNone, 0, 0, 0, 0, bulkMemory},
	{OpTableInit, "table.init", "TableInit", ImmNone, 0, 0, 0, 0, bulkMemory},
	{OpElemDrop, "elem.drop", "ElemDrop", ImmNone, 0, 0, 0, 0, bulkMemory},
	{OpTableCopy, "table.copy", "TableCopy", ImmNone, 0, 0, 0, 0, bulkMemory},
	{OpTableGrow, "table.grow", "TableGrow", ImmNone, 0, 0, 0, 0, references},
	{OpTableSize, "table.size", "TableSize", ImmNone, 0, 0, 0, 0, references},
	{OpTableFill, "table.fill", "TableFill", ImmNone, 0, 0, 0, 0, references},
}
