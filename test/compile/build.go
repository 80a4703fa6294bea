package compile

import (
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Build gives a valid module of about size bytes, its bodies without limits
// other than those of their number and size.
func (s *Shape) Build(size int) []byte {
	b := &builder{random: rand.New(rand.NewPCG(s.Seed, uint64(len(s.Kinds))))}
	left := b.declare(s, size)
	shares := 0
	for i := range s.Kinds {
		shares += max(1, s.Kinds[i][Share])
	}
	m := &b.module
	for i := range s.Kinds {
		b.kind, b.typ, b.first = &s.Kinds[i], uint32(i+2), len(m.Imports)+len(m.Functions)
		part := left * max(1, b.kind[Share]) / shares
		for part > 0 && len(m.Imports)+len(m.Functions) < wasm.MaxFunctions {
			part -= b.function(min(max(1, b.kind[Bytes]), part))
		}
	}
	b.finish()
	return wasm.Encode(m)
}

type builder struct {
	random *rand.Rand
	module wasm.Module

	bare     int    // the first import without parameters
	typed    uint32 // the first type that nothing here needs
	exported int    // functions

	importsInTable, functionsInTable int
	elements                         int // segments of the table besides the first

	kind  *Kind
	typ   uint32
	first int // function of the kind
	code  []byte

	locals int // with parameters
	narrow int // locals up to this one are i32
	next   int // local that is used next
	floats int // the first of two locals of type f32
	spare  int // the first of two locals of type i64, then two of f64, for Operate
	mixed  int // the first of the locals of types f32 and f64
	most   int // how many of them there are
	turn   int // of what is used in turn
	open   []frame
	held   int // operands on the stack of the innermost block
}

type frame struct {
	op     wasm.Opcode
	result bool
	held   int // operands on the stack of the block outside
}

// function adds a function with about size bytes of code and gives its size.
func (b *builder) function(size int) int {
	k := b.kind
	wide := k[Locals] * k[Wide] / 100
	b.narrow = max(1, k[Params]+k[Locals]-wide)
	body := wasm.Body{Locals: []wasm.LocalRun{
		{Count: uint32(k[Locals] - wide), Type: wasm.I32},
		{Count: uint32(wide), Type: wasm.I64},
	}}
	b.locals = k[Params] + k[Locals]
	if b.locals == wide { // there is an i32 always
		body.Locals[0].Count++
		b.locals++
	}
	b.floats = b.locals
	body.Locals = append(body.Locals, wasm.LocalRun{Count: 2, Type: wasm.F32})
	b.spare, b.mixed = b.locals+2, b.locals+2
	if k[Operate] > 0 {
		body.Locals = append(body.Locals, wasm.LocalRun{Count: 2, Type: wasm.I64}, wasm.LocalRun{Count: 2, Type: wasm.F64})
		b.mixed += 4
	}
	b.most = min(k[Floats], wasm.MaxLocals+k[Params]-b.mixed)
	for i := range b.most {
		t := wasm.F32
		if i%2 != 0 {
			t = wasm.F64
		}
		body.Locals = append(body.Locals, wasm.LocalRun{Count: 1, Type: t})
	}
	b.code, b.open, b.held = nil, b.open[:0], 0
	total := 0
	for _, w := range k[:statements] {
		total += w
	}
	// What has to be closed needs bytes too.
	for total > 0 && len(b.code)+5*len(b.open)+b.held+3*b.heldBelow() < size {
		before := len(b.code)
		b.statement(b.choose(total))
		if len(b.code) == before { // there is no room for it
			b.op(wasm.OpNop)
		}
		if len(b.open) > 0 && b.random.IntN(100) < k[Closing] {
			b.end()
		}
	}
	for len(b.open) > 0 {
		b.end()
	}
	for ; b.held > 0; b.held-- {
		b.op(wasm.OpDrop)
	}
	b.get()
	b.op(wasm.OpEnd)
	body.Code = b.code
	b.module.Functions = append(b.module.Functions, b.typ)
	b.module.Bodies = append(b.module.Bodies, body)
	return len(b.code) + 8
}

func (b *builder) heldBelow() int {
	if len(b.open) == 0 {
		return 0
	}
	return b.open[len(b.open)-1].held
}

func (b *builder) choose(total int) Statement {
	n := b.random.IntN(total)
	for s, w := range b.kind[:statements] {
		if n < w {
			return Statement(s)
		}
		n -= w
	}
	panic("compile: weights do not add up")
}

func (b *builder) op(op wasm.Opcode) { b.code = append(b.code, byte(op)) }

func (b *builder) index(op wasm.Opcode, n int) {
	b.code = wasm.AppendUnsigned(append(b.code, byte(op)), uint64(n))
}

// inTurn gives the numbers below n one after the other.
func (b *builder) inTurn(n int) int {
	b.turn++
	return b.turn % n
}

// local gives the next local of type i32.
func (b *builder) local() int {
	window := min(max(1, b.kind[Window]), b.narrow)
	b.next = (b.next + 1) % window
	return b.next
}

// wide gives a local of type i64, -1 if there is none.
func (b *builder) wide() int {
	if b.locals <= b.narrow {
		return -1
	}
	window := min(max(1, b.kind[Window]), b.locals-b.narrow)
	b.next++
	return b.narrow + b.next%window
}

func (b *builder) get() { b.index(wasm.OpLocalGet, b.local()) }
func (b *builder) set() { b.index(wasm.OpLocalSet, b.local()) }

// label chooses a label that a branch can go to.
func (b *builder) label() int {
	switch n := len(b.open); {
	case n == 0 || b.random.IntN(100) >= b.kind[Far]:
		return 0
	case b.random.IntN(2) == 0:
		return n - 1
	default:
		return b.random.IntN(n)
	}
}

// takes says whether a branch to the label takes an operand. The body does.
func (b *builder) takes(label int) bool {
	if label >= len(b.open) {
		return true
	}
	f := &b.open[len(b.open)-1-label]
	return f.result && f.op != wasm.OpLoop
}

func (b *builder) begin(op wasm.Opcode) {
	f := frame{op: op, result: b.random.IntN(100) < b.kind[Results], held: b.held}
	b.op(op)
	if f.result {
		b.code = append(b.code, byte(wasm.I32))
	} else {
		b.code = append(b.code, wasm.NoResult)
	}
	b.open = append(b.open, f)
	b.held = 0
}

// leave brings the operands of the innermost block to what its end expects.
func (b *builder) leave(f *frame) {
	for ; b.held > 0; b.held-- {
		b.op(wasm.OpDrop)
	}
	if f.result {
		b.get()
	}
}

func (b *builder) end() {
	f := b.open[len(b.open)-1]
	b.leave(&f)
	if f.op == wasm.OpIf && (f.result || b.random.IntN(2) == 0) {
		b.op(wasm.OpElse)
		b.get()
		b.set()
		b.leave(&f)
	}
	b.op(wasm.OpEnd)
	if f.result {
		b.set()
	}
	b.open = b.open[:len(b.open)-1]
	b.held = f.held
}
