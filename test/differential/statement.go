package differential

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// function makes the body of one function. Everything it appends leaves the
// operand stack as its name says: a statement leaves nothing, an expression
// one value. Code after an unconditional branch is dead, and valid all the
// same: the stack there holds whatever is asked of it.
type function struct {
	*generator
	index  int // in the index space of functions
	code   []byte
	locals []wasm.ValueType // parameters first
	labels []label          // the last one is the innermost
	fuel   int              // constructs that may still be made
}

// label is a branch target: the type of the value that a branch takes along.
type label struct {
	typ  wasm.ValueType // 0 is none
	loop bool
}

func (f *function) body(t wasm.FuncType) wasm.Body {
	f.locals = append(f.locals, t.Params...)
	for range f.n(6) {
		f.locals = append(f.locals, f.valueType())
	}
	if f.chance(3) {
		for range f.n(60) {
			f.locals = append(f.locals, wasm.I64)
		}
	}
	result := wasm.ValueType(0)
	if len(t.Results) > 0 {
		result = t.Results[0]
	}
	f.block(label{typ: result}, result)
	body := wasm.Body{Code: append(f.code, byte(wasm.OpEnd))}
	for _, typ := range f.locals[len(t.Params):] {
		if n := len(body.Locals); n > 0 && body.Locals[n-1].Type == typ {
			body.Locals[n-1].Count++
		} else {
			body.Locals = append(body.Locals, wasm.LocalRun{Count: 1, Type: typ})
		}
	}
	return body
}

// block appends what is inside a construct: statements and, if result is not
// 0, an expression.
func (f *function) block(l label, result wasm.ValueType) {
	f.labels = append(f.labels, l)
	if len(f.labels) == 1 && f.chance(1) { // or few recursions would be as deep as they can be
		f.call(f.index)
		if result != 0 {
			f.op(wasm.OpDrop)
		}
	}
	for range f.n(5) {
		f.statement()
	}
	for len(f.labels) == 1 && f.fuel > 10 && f.chance(90) {
		f.statement()
	}
	switch {
	case f.fuel > 0 && f.chance(8):
		f.leave()
		for f.chance(30) {
			f.statement() // dead
		}
		if f.chance(30) {
			f.polymorphic()
		}
		if result != 0 && f.chance(50) {
			f.expression(result)
		}
	case result != 0:
		f.expression(result)
	}
	f.labels = f.labels[:len(f.labels)-1]
}

func (f *function) statement() {
	f.fuel--
	if f.fuel < 0 {
		f.op(wasm.OpNop)
		return
	}
	switch n := f.n(100); {
	case n < 14:
		t := f.valueType()
		f.expression(t)
		f.indexed(wasm.OpLocalSet, f.local(t))
	case n < 22:
		f.setGlobal()
	case n < 34:
		f.store()
	case n < 40:
		f.expression(f.valueType())
		f.op(wasm.OpDrop)
	case n < 56:
		f.ifElse(0)
	case n < 62:
		f.construct(wasm.OpBlock, 0)
	case n < 72:
		f.countedLoop()
	case n < 74:
		f.construct(wasm.OpLoop, 0)
	case n < 82:
		f.branchIf()
	case n < 85:
		f.branchTable()
	case n < 95:
		f.callStatement()
	case n < 96:
		f.op(wasm.OpNop)
	case n < 97 && f.chance(30):
		f.leave()
	default:
		f.tell()
	}
}

// leave appends something after which code is dead.
func (f *function) leave() {
	switch n := f.n(10); {
	case n < 5:
		f.branch(wasm.OpBr)
	case n < 7:
		f.branchTable()
		f.branch(wasm.OpBr)
	case n < 9:
		if t := f.labels[0].typ; t != 0 {
			f.expression(t)
		}
		f.op(wasm.OpReturn)
	default:
		f.op(wasm.OpUnreachable)
	}
}

// polymorphic appends dead code that uses operands nobody made.
func (f *function) polymorphic() {
	switch f.n(5) {
	case 0:
		f.op(wasm.OpDrop)
	case 1:
		f.op(wasm.OpI32Add, wasm.OpDrop)
	case 2:
		f.op(wasm.OpSelect, wasm.OpDrop)
	case 3:
		f.op(wasm.OpI64Eqz, wasm.OpIf)
		f.code = append(f.code, wasm.NoResult, byte(wasm.OpEnd))
	case 4:
		f.op(wasm.OpUnreachable)
	}
}

// construct appends a block or loop that leaves result.
func (f *function) construct(op wasm.Opcode, result wasm.ValueType) {
	f.op(op)
	f.blockType(result)
	l := label{typ: result}
	if op == wasm.OpLoop {
		l = label{loop: true}
	}
	f.block(l, result)
	f.op(wasm.OpEnd)
}

func (f *function) ifElse(result wasm.ValueType) {
	f.condition()
	f.op(wasm.OpIf)
	f.blockType(result)
	f.block(label{typ: result}, result)
	if result != 0 || f.chance(50) {
		f.op(wasm.OpElse)
		f.block(label{typ: result}, result)
	}
	f.op(wasm.OpEnd)
}

// countedLoop appends a loop that runs a few times, unless its body changes
// the counter.
func (f *function) countedLoop() {
	t := wasm.I32
	if f.chance(30) {
		t = wasm.I64
	}
	counter := f.local(t)
	if f.chance(70) { // one of its own
		counter = len(f.locals)
		f.locals = append(f.locals, t)
	}
	f.constant(t, int64(1+f.n(8)))
	f.indexed(wasm.OpLocalSet, counter)
	f.op(wasm.OpLoop)
	f.blockType(0)
	f.labels = append(f.labels, label{loop: true})
	for range 1 + f.n(4) {
		f.statement()
	}
	f.indexed(wasm.OpLocalGet, counter)
	f.constant(t, 1)
	f.op(sized(wasm.OpI32Sub, t))
	f.indexed(wasm.OpLocalTee, counter)
	switch {
	case f.chance(30):
		f.constant(t, 0)
		f.op(sized(wasm.OpI32Ne, t))
	case f.chance(50) || t == wasm.I64:
		f.op(sized(wasm.OpI32Eqz, t))
		f.op(wasm.OpI32Eqz)
	}
	f.indexed(wasm.OpBrIf, 0)
	f.labels = f.labels[:len(f.labels)-1]
	f.op(wasm.OpEnd)
}

// branch appends br or, with its condition, br_if, and leaves nothing.
func (f *function) branch(op wasm.Opcode) {
	depth := f.label()
	t := f.labels[len(f.labels)-1-depth].typ
	if t != 0 {
		f.expression(t)
	}
	if op == wasm.OpBrIf {
		f.condition()
	}
	f.indexed(op, depth)
	if t != 0 && op == wasm.OpBrIf {
		f.op(wasm.OpDrop)
	}
}

func (f *function) branchIf() { f.branch(wasm.OpBrIf) }

// label chooses a label, a loop's only sometimes: that makes endless loops.
func (f *function) label() int {
	depth := f.n(len(f.labels))
	if f.labels[len(f.labels)-1-depth].loop && f.chance(60) {
		depth = f.n(len(f.labels))
	}
	return depth
}

// branchTable appends a br_table inside a block of its own, so that code goes
// on after it.
func (f *function) branchTable() {
	t := f.labels[len(f.labels)-1-f.label()].typ
	depths := f.labelsOf(t)
	own := t == 0 && f.chance(70)
	if own {
		f.op(wasm.OpBlock)
		f.blockType(0)
		f.labels = append(f.labels, label{})
		depths = f.labelsOf(0)
	}
	if t != 0 {
		f.expression(t)
	}
	f.expression(wasm.I32)
	if f.chance(60) {
		f.constant(wasm.I32, int64(1<<f.n(4)-1))
		f.op(wasm.OpI32And)
	}
	targets := f.n(6)
	if f.chance(2) {
		targets = f.n(300)
	}
	f.indexed(wasm.OpBrTable, targets)
	for range targets + 1 {
		f.code = wasm.AppendUnsigned(f.code, uint64(depths[f.n(len(depths))]))
	}
	if own {
		f.labels = f.labels[:len(f.labels)-1]
		f.op(wasm.OpEnd)
	}
}

// labelsOf lists the distances of the labels that take a value of type t.
func (f *function) labelsOf(t wasm.ValueType) (depths []int) {
	for i := range f.labels {
		if f.labels[i].typ == t {
			depths = append(depths, len(f.labels)-1-i)
		}
	}
	return depths
}

func (f *function) setGlobal() {
	for range 3 {
		if len(f.m.Globals) == 0 {
			break
		}
		if i := f.n(len(f.m.Globals)); f.m.Globals[i].Mutable {
			f.expression(f.m.Globals[i].Type)
			f.indexed(wasm.OpGlobalSet, i)
			return
		}
	}
	f.tell()
}

// store appends a store.
func (f *function) store() {
	if f.m.Memory == nil {
		f.tell()
		return
	}
	stores := [...]wasm.Opcode{wasm.OpI32Store, wasm.OpI64Store, wasm.OpI32Store8, wasm.OpI32Store16, wasm.OpI64Store8, wasm.OpI64Store16, wasm.OpI64Store32}
	op := stores[f.n(len(stores))]
	_, value, _ := op.Signature()
	f.address()
	f.expression(value)
	f.access(op)
}

// tell appends a call that shows a number to the host.
func (f *function) tell() {
	f.expression(wasm.I64)
	f.indexed(wasm.OpCall, f.imported[hostTell])
}

func (f *function) callStatement() {
	to := f.callee()
	f.call(to)
	if len(f.signatures[to].Results) > 0 {
		f.op(wasm.OpDrop)
	}
}
