package compile

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// statement appends a statement.
func (b *builder) statement(s Statement) {
	switch s {
	case Block, Loop, If:
		if len(b.open) >= b.kind[Nesting] {
			return
		}
		switch s {
		case Block:
			b.begin(wasm.OpBlock)
		case Loop:
			b.begin(wasm.OpLoop)
		case If:
			b.get()
			b.begin(wasm.OpIf)
		}
	case BrIf:
		label := b.label()
		takes := b.takes(label)
		if takes {
			b.get()
		}
		b.get()
		b.index(wasm.OpBrIf, label)
		if takes {
			b.set()
		}
	case BrTable:
		b.branchTable()
	case Break:
		b.get()
		b.code = append(b.code, byte(wasm.OpIf), wasm.NoResult)
		b.open = append(b.open, frame{op: wasm.OpIf})
		label := b.label()
		if b.takes(label) {
			b.get()
		}
		b.index(wasm.OpBr, label)
		b.open = b.open[:len(b.open)-1]
		b.op(wasm.OpEnd)
	case Return:
		b.get()
		b.code = append(b.code, byte(wasm.OpIf), wasm.NoResult)
		b.get()
		b.op(wasm.OpReturn)
		b.op(wasm.OpEnd)
	case Call, CallIndirect, CallHost:
		b.call(s)
	case CallBare:
		if n := len(b.module.Imports) - b.bare; n > 0 {
			b.index(wasm.OpCall, b.bare+b.inTurn(n))
		}
	case CallTyped:
		b.callTyped()
	case Hold:
		if b.held < b.kind[Stack] {
			b.get()
			b.held++
		}
	case Stop:
		b.op(wasm.OpUnreachable)
	case Operate:
		b.operate()
	case MoveFloat:
		b.moveFloat()
	default:
		b.compute(s)
	}
}

// branchTable is in a block, to which its targets go that cannot take what the
// others take: an operand or none.
func (b *builder) branchTable() {
	carried := b.kind[Carried] > 0 && b.random.IntN(100) < b.kind[Carried]
	b.open = append(b.open, frame{op: wasm.OpBlock, result: carried})
	if carried {
		b.code = append(b.code, byte(wasm.OpBlock), byte(wasm.I32))
		b.get()
	} else {
		b.code = append(b.code, byte(wasm.OpBlock), wasm.NoResult)
	}
	b.get()
	n := max(1, b.kind[Targets])
	b.index(wasm.OpBrTable, n)
	for range n + 1 {
		label := b.label()
		if b.takes(label) != carried {
			label = 0
		}
		b.code = wasm.AppendUnsigned(b.code, uint64(label))
	}
	b.open = b.open[:len(b.open)-1]
	b.op(wasm.OpEnd)
	if carried {
		b.set()
	}
}

func (b *builder) call(s Statement) {
	if s == CallHost {
		b.get()
		b.get()
		b.op(wasm.OpI64ExtendI32U)
		b.index(wasm.OpCall, 0)
		b.set()
		return
	}
	for range b.kind[Params] {
		b.get()
	}
	if s == Call {
		callee := len(b.module.Imports) + len(b.module.Functions) // the function itself
		if n := b.kind[Callees]; n > 0 {
			callee -= b.inTurn(1 + min(n, callee-b.first))
		}
		b.index(wasm.OpCall, callee)
	} else {
		b.get()
		b.index(wasm.OpCallIndirect, int(b.typ))
		b.code = append(b.code, 0)
	}
	b.set()
}

// callTyped calls through the table, by one of the types that functions of the
// module do not have.
func (b *builder) callTyped() {
	types := b.module.Types[b.typed:]
	if len(types) == 0 {
		return
	}
	n := b.inTurn(len(types))
	for _, p := range types[n].Params {
		b.operand(p)
	}
	b.get()
	b.index(wasm.OpCallIndirect, int(b.typed)+n)
	b.code = append(b.code, 0)
	for range types[n].Results {
		b.set()
	}
}

// operand gets something of a type: a constant if no local is kept for it.
func (b *builder) operand(t wasm.ValueType) {
	switch {
	case t == wasm.I32:
		b.get()
	case t == wasm.F32:
		b.index(wasm.OpLocalGet, b.floats+b.inTurn(2))
	case b.kind[Operate] == 0:
		b.index(wasm.OpI64Const, 0)
	case t == wasm.I64:
		b.index(wasm.OpLocalGet, b.spare+b.inTurn(2))
	case t == wasm.F64:
		b.index(wasm.OpLocalGet, b.spare+2+b.inTurn(2))
	}
}

// operate applies an operator many times, to what came out if it fits.
func (b *builder) operate() {
	k := b.kind
	n := k[Operator]
	if k[Operators] > 0 {
		n += b.random.IntN(1 + k[Operators])
	}
	op := operators[n%len(operators)]
	first, second, result := op.Signature()
	fits := false
	for range max(1, k[Run]) {
		if first != 0 && !fits {
			b.operand(first)
		}
		if second != 0 {
			b.operand(second)
		}
		b.operator(op)
		if fits = result != 0 && result == first; !fits {
			b.put(result)
		}
	}
	if fits {
		b.put(result)
	}
}

// operator appends an operator with what comes after it.
func (b *builder) operator(op wasm.Opcode) {
	if op > 0xFF { // a byte and a number
		b.code = append(b.code, byte(op>>8), byte(op))
	} else {
		b.op(op)
	}
	switch op.Immediate() {
	case wasm.ImmMemArg:
		b.code = append(b.code, 0, 8)
	case wasm.ImmMemory:
		b.code = append(b.code, 0)
	case wasm.ImmI32, wasm.ImmI64:
		b.code = append(b.code, byte(b.inTurn(64)))
	}
}

// put sets a local to the operand on top, or drops it.
func (b *builder) put(t wasm.ValueType) {
	switch {
	case t == 0:
	case b.kind[Dropped] > 0 && b.random.IntN(100) < b.kind[Dropped]:
		b.op(wasm.OpDrop)
	case t == wasm.I32:
		b.set()
	default:
		b.index(wasm.OpLocalSet, b.spare+b.inTurn(2))
	}
}

// global gives the index of an i32 that may be set.
func (b *builder) global() int {
	n := min(b.kind[GlobalsUsed], len(b.module.Globals)-2)
	if n == 0 {
		return 0
	}
	g := 1 + b.inTurn(n+1) // the second one is no i32
	if g == 1 || !b.module.Globals[g].Mutable {
		return 0
	}
	return g
}

// moveFloat moves a float to another local of its type.
func (b *builder) moveFloat() {
	if n := b.most / 2; n > 0 {
		i := b.inTurn(b.most)
		b.index(wasm.OpLocalGet, b.mixed+i)
		b.index(wasm.OpLocalSet, b.mixed+i%2+2*b.random.IntN(n))
	}
}

func (b *builder) compute(s Statement) {
	switch s {
	case Use:
		b.get()
		b.op(wasm.OpDrop)
	case Set:
		if w := b.wide(); w >= 0 && b.random.IntN(100) < b.kind[Wide] {
			b.index(wasm.OpLocalGet, w)
			b.index(wasm.OpLocalGet, b.wide())
			b.op(wasm.OpI64Add)
			b.index(wasm.OpLocalSet, b.wide())
			return
		}
		b.get()
		b.get()
		b.op(wasm.OpI32Add)
		b.set()
	case Tee:
		b.get()
		b.index(wasm.OpLocalTee, b.local())
		b.index(wasm.OpLocalTee, b.local())
		b.set()
	case Load:
		b.get()
		b.op(wasm.OpI32Load)
		b.code = append(b.code, 0, 8)
		b.set()
	case Store:
		b.get()
		b.get()
		b.op(wasm.OpI32Store)
		b.code = append(b.code, 0, 8)
	case Global:
		b.index(wasm.OpGlobalGet, b.global())
		if b.random.IntN(2) == 0 {
			b.set()
		} else {
			b.index(wasm.OpGlobalSet, b.global())
		}
	case Divide:
		b.get()
		b.get()
		b.op(wasm.OpI32DivS + wasm.Opcode(b.random.IntN(4)))
		b.set()
	case Count:
		b.get()
		b.op(wasm.OpI64ExtendI32U)
		b.op(wasm.OpI64Clz + wasm.Opcode(b.random.IntN(3)))
		b.op(wasm.OpI32WrapI64)
		b.set()
	case Select:
		b.get()
		b.get()
		b.get()
		b.op(wasm.OpSelect)
		b.set()
	case Choose:
		b.index(wasm.OpLocalGet, b.floats)
		b.index(wasm.OpLocalGet, b.floats+1)
		b.get()
		b.op(wasm.OpSelect)
		b.index(wasm.OpLocalSet, b.floats)
	case Truncate:
		b.index(wasm.OpLocalGet, b.floats)
		b.op(wasm.OpI32TruncF32S + wasm.Opcode(b.random.IntN(2)))
		b.set()
	case Grow:
		b.get()
		b.op(wasm.OpMemoryGrow)
		b.code = append(b.code, 0)
		b.set()
	}
}
