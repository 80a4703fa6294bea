package meter

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// charge adds a price to what is pending.
func (b *body) charge(price uint64) {
	price = min(price, maxCharge-b.total)
	b.total += price
	b.pending += price
}

// take empties what is pending and gives it. It is 0 in dead code.
func (b *body) take() uint64 {
	charge := b.pending
	b.pending = 0
	return charge
}

// flush subtracts what is pending.
func (b *body) flush() {
	if b.pending == 0 {
		return
	}
	b.remaining()
	b.index(opLocalSet, b.gasLocal())
}

// test subtracts what is pending and stops the module if nothing remains.
func (b *body) test() {
	b.index(opLocalGet, b.gasLocal())
	if charge := b.take(); charge > 0 {
		b.constant(opI64Const, int64(charge))
		b.op(opI64Sub)
		b.index(opLocalTee, b.gasLocal())
	}
	stop := uint32(len(b.labels))
	if b.loops == 0 {
		b.op(opI64Const, 0, opI64LeS)
		b.index(opBrIf, stop)
		return
	}
	// The compiler makes a better branch of this, but takes longer to do so.
	b.op(opI64Const, 0, opI64GtS, opIf, noResult, opElse)
	b.index(opBr, stop+1)
	b.op(opEnd)
}

// branch instruments br, br_if and br_table, before the instruction.
func (b *body) branch(i *wasm.Instr) {
	// In a loop the code with the test runs faster than the one without it.
	if !b.traced && b.loops == 0 && i.Op != wasm.OpBrTable && b.outline.needless(b.at) {
		b.flush()
	} else {
		b.test()
	}
	b.release()
	if i.Op == wasm.OpBrTable {
		for _, target := range i.Table {
			b.target(target)
		}
	} else {
		b.target(i.Index)
	}
	if i.Op != wasm.OpBrIf {
		b.dead = 1
	}
}

func (b *body) target(depth uint32) {
	b.labels[len(b.labels)-1-int(depth)].target = true
}

// call instruments a call and makes it. Of a host function the engine makes the
// test (see GasExport): a test here would take longer to compile than the rest of
// the call.
func (b *body) call(function uint32) {
	if function < uint32(len(b.old.Imports)) {
		b.remaining()
		b.index(opGlobalSet, b.gas)
		b.index(opCall, function)
		b.index(opGlobalGet, b.gas)
	} else {
		b.test()
		b.index(opLocalGet, b.gasLocal())
		b.index(opLocalGet, b.roomLocal())
		b.index(opCall, function)
	}
	b.index(opLocalSet, b.gasLocal())
}

// remaining pushes the gas that remains, and leaves nothing pending.
func (b *body) remaining() {
	b.index(opLocalGet, b.gasLocal())
	if charge := b.take(); charge > 0 {
		b.constant(opI64Const, int64(charge))
		b.op(opI64Sub)
	}
}

// callIndirect instruments a call through the table and makes it. The index
// into the table is on top of the stack, and gas and room have to go below it.
func (b *body) callIndirect(code []byte) {
	at := b.scratch(scratchIndex)
	b.test()
	b.index(opLocalSet, at)
	b.index(opLocalGet, b.gasLocal())
	b.index(opLocalGet, b.roomLocal())
	b.index(opLocalGet, at)
	b.out = append(b.out, code...)
	b.index(opLocalSet, b.gasLocal())
}

// grow makes a memory.grow and charges for the pages that it got. The next test
// sees the charge: until then the guest can do no more than its code is long.
func (b *body) grow(code []byte) {
	more, got := b.scratch(scratchIndex), b.scratch(scratchPages)
	b.index(opLocalTee, more)
	b.out = append(b.out, code...)
	b.index(opLocalTee, got)
	b.index(opLocalGet, b.gasLocal())
	b.index(opLocalGet, got)
	b.op(opI32Const, 0x7F, opI32Ne, opI64ExtendI32U) // not -1
	b.index(opLocalGet, more)
	b.op(opI64ExtendI32U, opI64Mul)
	b.constant(opI64Const, int64(b.prices.MemoryPage))
	b.op(opI64Mul, opI64Sub)
	b.index(opLocalSet, b.gasLocal())
}

// shield ends the instruction i32.and or i64.and, which op follows, with an or
// of zero (DECISIONS.md, engine): the compiler takes an and that is compared
// with a zero on the left for one compared with a zero on the right. It is not
// needed where op uses the and up at once and is no comparison.
func (b *body) shield(op wasm.Opcode) {
	if !consumes(op) {
		if b.barrier == opI32Const {
			b.op(opI32Const, 0, opI32Or)
		} else {
			b.op(opI64Const, 0, opI64Or)
		}
	}
	b.barrier = 0
}

// floatSelect gives the type of the operands of the select at start if they
// are floats, else 0.
func (b *body) floatSelect(start int) wasm.ValueType {
	for len(b.selects) > 0 && b.selects[0].Start < start { // in dead code
		b.selects = b.selects[1:]
	}
	if len(b.selects) == 0 || b.selects[0].Start > start {
		return 0
	}
	return b.selects[0].Type
}

// choose is a select of floats as an if (DECISIONS.md, engine): of a select,
// the compiler may load one operand into the register of the other.
func (b *body) choose(t wasm.ValueType) {
	first, second := scratchF32A, scratchF32B
	if t == wasm.F64 {
		first, second = scratchF64A, scratchF64B
	}
	condition, x, y := b.scratch(scratchIndex), b.scratch(first), b.scratch(second)
	b.index(opLocalSet, condition)
	b.index(opLocalSet, y)
	b.index(opLocalSet, x)
	b.index(opLocalGet, condition)
	b.op(opIf, byte(t))
	b.index(opLocalGet, x)
	b.op(opElse)
	b.index(opLocalGet, y)
	b.op(opEnd)
}

// consumes says whether op takes the top of the stack and gives something that
// cannot be mistaken for it.
func consumes(op wasm.Opcode) bool {
	switch op {
	case wasm.OpI32Add, wasm.OpI32Sub, wasm.OpI32Mul, wasm.OpI32Or, wasm.OpI32Xor, wasm.OpI32And,
		wasm.OpI64Add, wasm.OpI64Sub, wasm.OpI64Mul, wasm.OpI64Or, wasm.OpI64Xor, wasm.OpI64And:
		return true
	}
	// Loads, to which it is the address, and stores, to which it is the value.
	return op >= wasm.OpI32Load && op <= wasm.OpI64Store32
}

// The opcodes that the instrumentation emits, as bytes.
const (
	opUnreachable = byte(wasm.OpUnreachable)
	opBlock       = byte(wasm.OpBlock)
	opIf          = byte(wasm.OpIf)
	opElse        = byte(wasm.OpElse)
	opEnd         = byte(wasm.OpEnd)
	opBr          = byte(wasm.OpBr)
	opBrIf        = byte(wasm.OpBrIf)
	opReturn      = byte(wasm.OpReturn)
	opCall        = byte(wasm.OpCall)
	opDrop        = byte(wasm.OpDrop)
	opLocalGet    = byte(wasm.OpLocalGet)
	opLocalSet    = byte(wasm.OpLocalSet)
	opLocalTee    = byte(wasm.OpLocalTee)
	opGlobalGet   = byte(wasm.OpGlobalGet)
	opGlobalSet   = byte(wasm.OpGlobalSet)
	opI32Const    = byte(wasm.OpI32Const)
	opI64Const    = byte(wasm.OpI64Const)
	opI32Ne       = byte(wasm.OpI32Ne)
	opI32LtS      = byte(wasm.OpI32LtS)
	opI64LeS      = byte(wasm.OpI64LeS)
	opI64GtS      = byte(wasm.OpI64GtS)
	opI32Sub      = byte(wasm.OpI32Sub)
	opI64Sub      = byte(wasm.OpI64Sub)
	opI64Mul      = byte(wasm.OpI64Mul)
	opI32Or       = byte(wasm.OpI32Or)
	opI64Or       = byte(wasm.OpI64Or)

	opI64ExtendI32U = byte(wasm.OpI64ExtendI32U)

	noResult = wasm.NoResult
)

// op appends bytes as they are.
func (b *body) op(code ...byte) { b.out = append(b.out, code...) }

// index appends an instruction with an index.
func (b *body) index(op byte, index uint32) { b.out = withIndex(b.out, op, index) }

// constant appends i32.const or i64.const.
func (b *body) constant(op byte, v int64) { b.out = wasm.AppendSigned(append(b.out, op), v) }

func withIndex(code []byte, op byte, index uint32) []byte {
	return wasm.AppendUnsigned(append(code, op), uint64(index))
}
