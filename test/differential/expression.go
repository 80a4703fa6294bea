package differential

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// expression appends code that leaves a value of type t.
func (f *function) expression(t wasm.ValueType) {
	f.fuel--
	if f.fuel < 0 || f.chance(20) {
		f.leaf(t)
		return
	}
	switch n := f.n(100); {
	case n < 6:
		f.expression(t)
		f.indexed(wasm.OpLocalTee, f.local(t))
	case n < 14:
		f.expression(t)
		f.expression(t)
		f.condition()
		f.op(wasm.OpSelect)
	case n < 20:
		f.ifElse(t)
	case n < 23:
		f.construct(wasm.OpBlock, t)
	case n < 25:
		f.construct(wasm.OpLoop, t)
	case n < 33:
		f.callFor(t)
	case n < 37:
		f.branchWithValue(t)
	case n == 37 && f.chance(30):
		f.leave() // any type
	default:
		f.compute(t)
	}
}

// leaf appends an expression without parts.
func (f *function) leaf(t wasm.ValueType) {
	float := t == wasm.F32 || t == wasm.F64
	if float || f.chance(25) {
		for i := range f.m.Globals {
			if f.m.Globals[i].Type == t && f.chance(50) {
				f.indexed(wasm.OpGlobalGet, i)
				return
			}
		}
	}
	if float || f.chance(55) {
		f.indexed(wasm.OpLocalGet, f.local(t))
		return
	}
	f.constant(t, f.number(t))
}

// local gives a local of type t, adding one if there is none.
func (f *function) local(t wasm.ValueType) int {
	for range 4 {
		if len(f.locals) == 0 {
			break
		}
		if i := f.n(len(f.locals)); f.locals[i] == t {
			return i
		}
	}
	for i := range f.locals {
		if f.locals[i] == t {
			return i
		}
	}
	f.locals = append(f.locals, t)
	return len(f.locals) - 1
}

// compute appends an instruction with its operands.
func (f *function) compute(t wasm.ValueType) {
	switch t {
	case wasm.I32:
		switch n := f.n(20); {
		case n < 6:
			f.comparison()
			return
		case n < 9:
			f.load(wasm.OpI32Load, wasm.OpI32Load8S, wasm.OpI32Load8U, wasm.OpI32Load16S, wasm.OpI32Load16U)
			return
		case n < 10:
			f.memory32()
			return
		case n < 12:
			f.unary(wasm.OpI32Clz, wasm.OpI32Ctz, wasm.OpI32Popcnt, wasm.OpI32Extend8S, wasm.OpI32Extend16S, wasm.OpI32WrapI64, wasm.OpI32Eqz, wasm.OpI64Eqz)
			return
		case n == 12:
			f.unary(wasm.OpI32ReinterpretF32, wasm.OpI32TruncSatF32S, wasm.OpI32TruncSatF32U, wasm.OpI32TruncSatF64S, wasm.OpI32TruncSatF64U,
				wasm.OpI32TruncF32S, wasm.OpI32TruncF32U, wasm.OpI32TruncF64S, wasm.OpI32TruncF64U)
			return
		}
	case wasm.I64:
		switch n := f.n(20); {
		case n < 4:
			f.load(wasm.OpI64Load, wasm.OpI64Load8S, wasm.OpI64Load8U, wasm.OpI64Load16S, wasm.OpI64Load16U, wasm.OpI64Load32S, wasm.OpI64Load32U)
			return
		case n < 8:
			f.unary(wasm.OpI64Clz, wasm.OpI64Ctz, wasm.OpI64Popcnt, wasm.OpI64Extend8S, wasm.OpI64Extend16S, wasm.OpI64Extend32S,
				wasm.OpI64ExtendI32S, wasm.OpI64ExtendI32U)
			return
		case n == 8:
			f.unary(wasm.OpI64ReinterpretF64, wasm.OpI64TruncSatF32S, wasm.OpI64TruncSatF32U, wasm.OpI64TruncSatF64S, wasm.OpI64TruncSatF64U,
				wasm.OpI64TruncF32S, wasm.OpI64TruncF32U, wasm.OpI64TruncF64S, wasm.OpI64TruncF64U)
			return
		}
	default:
		f.leaf(t)
		return
	}
	f.binary(t)
}

// binary appends an instruction of two operands, divisions mostly with a
// divisor that is not 0.
func (f *function) binary(t wasm.ValueType) {
	ops := [...]wasm.Opcode{wasm.OpI32Add, wasm.OpI32Sub, wasm.OpI32Mul, wasm.OpI32DivS, wasm.OpI32DivU, wasm.OpI32RemS, wasm.OpI32RemU,
		wasm.OpI32And, wasm.OpI32And, wasm.OpI32Or, wasm.OpI32Xor, wasm.OpI32Shl, wasm.OpI32ShrS, wasm.OpI32ShrU, wasm.OpI32Rotl, wasm.OpI32Rotr}
	op := ops[f.n(len(ops))]
	f.operand(t)
	f.operand(t)
	if op >= wasm.OpI32DivS && op <= wasm.OpI32RemU && f.chance(90) {
		f.constant(t, 1)
		f.op(sized(wasm.OpI32Or, t))
	}
	f.op(sized(op, t))
}

// operand appends an expression, more often than others a constant or local.
func (f *function) operand(t wasm.ValueType) {
	switch n := f.n(10); {
	case n < 3:
		f.leaf(t)
	case n < 4:
		f.constant(t, f.number(t))
	default:
		f.expression(t)
	}
}

// condition appends an i32 that is used up by a branch, if or select.
func (f *function) condition() {
	switch n := f.n(10); {
	case n < 6:
		f.comparison()
	case n < 7:
		f.and(wasm.I32)
	default:
		f.expression(wasm.I32)
	}
}

// comparison appends a comparison, often with a constant on either side and
// with an and.
func (f *function) comparison() {
	t := wasm.I32
	if f.chance(50) {
		t = wasm.I64
	}
	if f.chance(12) {
		f.compared(t)
		f.op(sized(wasm.OpI32Eqz, t))
		return
	}
	f.compared(t)
	f.compared(t)
	f.op(sized(wasm.OpI32Eq+wasm.Opcode(f.n(10)), t))
}

func (f *function) compared(t wasm.ValueType) {
	switch n := f.n(10); {
	case n < 2:
		f.constant(t, 0)
	case n < 3:
		f.constant(t, f.number(t))
	case n < 5:
		f.and(t)
	default:
		f.expression(t)
	}
}

func (f *function) and(t wasm.ValueType) {
	f.operand(t)
	f.operand(t)
	f.op(sized(wasm.OpI32And, t))
}

// unary appends one of the instructions, with its operand.
func (f *function) unary(ops ...wasm.Opcode) {
	op := ops[f.n(len(ops))]
	operand, _, _ := op.Signature()
	f.expression(operand)
	f.op(op)
}

func (f *function) memory32() {
	switch {
	case f.m.Memory == nil:
		f.leaf(wasm.I32)
		return
	case f.chance(50):
		f.op(wasm.OpMemorySize)
	case f.m.Memory.HasMax && f.chance(80):
		f.constant(wasm.I32, int64(f.n(3)))
		f.op(wasm.OpMemoryGrow)
	default:
		f.constant(wasm.I32, int64(int32(f.random.Uint32()|1<<12))&-int64(f.n(8))) // none or too many
		f.op(wasm.OpMemoryGrow)
	}
	f.code = append(f.code, 0)
}

func (f *function) load(ops ...wasm.Opcode) {
	op := ops[f.n(len(ops))]
	if f.m.Memory == nil {
		_, _, result := op.Signature()
		f.leaf(result)
		return
	}
	f.address()
	f.access(op)
}

// address appends an address, mostly one inside the memory.
func (f *function) address() {
	switch n := f.n(20); {
	case n < 5:
		f.constant(wasm.I32, int64(f.n(256)))
	case n < 17:
		f.expression(wasm.I32)
		f.constant(wasm.I32, int64(1<<(3+f.n(11))-1))
		f.op(wasm.OpI32And)
	case n < 18:
		f.constant(wasm.I32, int64(wasm.PageBytes*(1+f.n(2))-8+f.n(12)))
	case n < 19 && f.m.Memory != nil:
		f.memoryEnd()
	default:
		f.expression(wasm.I32)
	}
}

// memoryEnd appends an address just before the end of the memory.
func (f *function) memoryEnd() {
	f.op(wasm.OpMemorySize)
	f.code = append(f.code, 0)
	f.constant(wasm.I32, 16)
	f.op(wasm.OpI32Shl)
	f.constant(wasm.I32, int64(f.n(10)))
	f.op(wasm.OpI32Sub)
}

// access appends a load or store.
func (f *function) access(op wasm.Opcode) {
	natural := 0
	switch op {
	case wasm.OpI32Load16S, wasm.OpI32Load16U, wasm.OpI64Load16S, wasm.OpI64Load16U, wasm.OpI32Store16, wasm.OpI64Store16:
		natural = 1
	case wasm.OpI32Load, wasm.OpI64Load32S, wasm.OpI64Load32U, wasm.OpI32Store, wasm.OpI64Store32:
		natural = 2
	case wasm.OpI64Load, wasm.OpI64Store:
		natural = 3
	}
	offset := uint64(0)
	switch n := f.n(60); {
	case n < 45:
		offset = uint64(f.n(64))
	case n == 45:
		offset = uint64(wasm.PageBytes - f.n(16))
	case n == 46:
		offset = uint64(f.random.Uint32()) >> f.n(32)
	}
	f.indexed(op, f.n(natural+1))
	f.code = wasm.AppendUnsigned(f.code, offset)
}

// branchWithValue appends a branch that takes a value of type t along and
// leaves it if it is not taken.
func (f *function) branchWithValue(t wasm.ValueType) {
	depths := f.labelsOf(t)
	if len(depths) == 0 {
		f.compute(t)
		return
	}
	f.expression(t)
	f.condition()
	f.indexed(wasm.OpBrIf, depths[f.n(len(depths))])
}

// callFor appends a call of a function that gives a value of type t.
func (f *function) callFor(t wasm.ValueType) {
	for range 4 {
		to := f.callee()
		if results := f.signatures[to].Results; len(results) > 0 && results[0] == t {
			f.call(to)
			return
		}
	}
	f.compute(t)
}

// callee chooses a function to call, mostly one that comes later, so that few
// calls are recursive.
func (f *function) callee() int {
	imports := len(f.m.Imports)
	switch n := f.n(100); {
	case n < 40:
		return f.n(imports)
	case n < 93 && f.index+1 < len(f.signatures):
		return f.index + 1 + f.n(len(f.signatures)-f.index-1)
	case n < 97:
		return f.n(imports)
	}
	return f.n(len(f.signatures))
}

// call appends the arguments and a call, sometimes through the table.
func (f *function) call(to int) {
	t := f.signatures[to]
	for i, p := range t.Params {
		switch {
		case to == f.imported[hostSpend] && f.chance(90):
			f.constant(p, int64(f.n(50))<<(f.n(16)/15*14))
		case to == f.imported[hostPoke] && i == 0:
			f.address()
		case to == f.imported[hostFail] && f.chance(90):
			f.constant(p, int64(f.n(20)/14*3))
		default:
			f.expression(p)
		}
	}
	if f.m.Table == nil || f.chance(60) || !f.tableIndex(to) {
		f.indexed(wasm.OpCall, to)
		return
	}
	f.indexed(wasm.OpCallIndirect, int(f.typ(t)))
	f.code = append(f.code, 0)
}

// tableIndex appends the index of an element, mostly one that is the function.
// It may find none.
func (f *function) tableIndex(to int) bool {
	if f.chance(95) {
		for _, e := range f.m.Elements {
			for i, function := range e.Functions {
				if int(function) == to {
					f.constant(wasm.I32, int64(int32(wasm.Constant(e.Offset)))+int64(i))
					return true
				}
			}
		}
		return false
	}
	f.expression(wasm.I32)
	if f.chance(90) {
		f.constant(wasm.I32, int64(f.m.Table.Min))
		f.op(wasm.OpI32RemU)
	}
	return true
}
