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
	case Call, CallIndirect, CallHost:
		b.call(s)
	case Hold:
		if b.held < b.kind[Stack] {
			b.get()
			b.held++
		}
	default:
		b.compute(s)
	}
}

// branchTable has targets without an operand only.
func (b *builder) branchTable() {
	b.code = append(b.code, byte(wasm.OpBlock), wasm.NoResult)
	b.open = append(b.open, frame{op: wasm.OpBlock})
	b.get()
	n := max(1, b.kind[Targets])
	b.index(wasm.OpBrTable, n)
	for range n + 1 {
		label := b.label()
		if b.takes(label) {
			label = 0
		}
		b.code = wasm.AppendUnsigned(b.code, uint64(label))
	}
	b.open = b.open[:len(b.open)-1]
	b.op(wasm.OpEnd)
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
		b.index(wasm.OpCall, 1+len(b.module.Functions)) // the function itself
	} else {
		b.get()
		b.index(wasm.OpCallIndirect, int(b.typ))
		b.code = append(b.code, 0)
	}
	b.set()
}

func (b *builder) compute(s Statement) {
	switch s {
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
		b.index(wasm.OpGlobalGet, 0)
		if b.random.IntN(2) == 0 {
			b.set()
		} else {
			b.index(wasm.OpGlobalSet, 0)
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
	}
}
