package sandbox_test

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// statements appends statements, which leave the stack as it is.
func (g *generator) statements(depth int) {
	for range 1 + g.IntN(5) {
		if g.budget <= 0 {
			return
		}
		g.statement(depth)
	}
}

func (g *generator) statement(depth int) {
	switch n := g.IntN(40); {
	case depth == 0 || n < 8:
		g.assign(depth)
	case n < 11:
		g.value(g.valueType(), depth-1)
		g.op(wasm.OpDrop)
	case n < 14:
		g.store(depth - 1)
	case n < 17:
		g.value(wasm.I64, depth-1)
		g.op(wasm.OpCall, importTell)
	case n < 18:
		g.op(wasm.OpI64Const, uint32(g.IntN(40)))
		g.op(wasm.OpCall, importSpend)
	case n < 19:
		g.op(wasm.OpNop)
	case n < 22:
		g.block(0, depth-1)
	case n < 25:
		g.loop(depth - 1)
	case n < 28:
		g.choice(0, depth-1)
	case n < 34:
		g.conditional(depth - 1)
	case n < 36:
		g.jump(depth - 1)
	case n < 39:
		g.call(0, depth-1)
	default:
		if g.IntN(4) == 0 {
			g.op(wasm.OpUnreachable)
		} else if g.IntN(4) == 0 {
			g.op(wasm.OpCall, importGrow)
		}
	}
}

func (g *generator) assign(depth int) {
	t := g.valueType()
	if i, ok := g.local(t); ok && g.IntN(3) > 0 {
		g.value(t, depth-1)
		g.op(wasm.OpLocalSet, i)
	} else if i, ok := g.globalOf(t); ok {
		g.value(t, depth-1)
		g.op(wasm.OpGlobalSet, i)
	}
}

// block appends a block that leaves a value of type t, or nothing if t is 0.
func (g *generator) block(t wasm.ValueType, depth int) {
	g.op(wasm.OpBlock)
	g.inside(t, false, depth)
	g.op(wasm.OpEnd)
}

// loop appends a loop, which often ends by a branch back.
func (g *generator) loop(depth int) {
	counter, counted := g.local(wasm.I32)
	g.op(wasm.OpLoop)
	g.blockType(0)
	g.labels = append(g.labels, generatedLabel{loop: true})
	g.statements(depth)
	if counted && g.IntN(4) > 0 {
		g.op(wasm.OpLocalGet, counter)
		g.op(wasm.OpI32Const, 1)
		g.op(wasm.OpI32Add)
		g.op(wasm.OpLocalTee, counter)
		g.op(wasm.OpI32Const, uint32(g.IntN(20)))
		g.op(wasm.OpI32LtU)
		g.op(wasm.OpBrIf, 0)
	}
	g.labels = g.labels[:len(g.labels)-1]
	g.op(wasm.OpEnd)
}

// choice appends an if.
func (g *generator) choice(t wasm.ValueType, depth int) {
	g.value(wasm.I32, depth)
	g.op(wasm.OpIf)
	g.inside(t, false, depth)
	if t != 0 || g.IntN(2) == 0 {
		g.op(wasm.OpElse)
		g.labels = append(g.labels, generatedLabel{result: t})
		g.statements(depth)
		if t != 0 {
			g.value(t, depth)
		}
		g.labels = g.labels[:len(g.labels)-1]
	}
	g.op(wasm.OpEnd)
}

// inside appends the type and the content of a block.
func (g *generator) inside(t wasm.ValueType, loop bool, depth int) {
	g.blockType(t)
	g.labels = append(g.labels, generatedLabel{result: t, loop: loop})
	g.statements(depth)
	if t != 0 {
		g.value(t, depth)
	}
	g.labels = g.labels[:len(g.labels)-1]
}

func (g *generator) blockType(t wasm.ValueType) {
	if t == 0 {
		g.code = append(g.code, wasm.NoResult)
	} else {
		g.code = append(g.code, byte(t))
	}
}

// label gives the distance of a label, and what a branch to it carries.
func (g *generator) label() (uint32, wasm.ValueType) {
	distance := g.IntN(len(g.labels))
	if g.IntN(2) == 0 {
		distance = min(distance, g.IntN(len(g.labels)))
	}
	return uint32(distance), g.labels[len(g.labels)-1-distance].result
}

// conditional appends a br_if.
func (g *generator) conditional(depth int) {
	distance, t := g.label()
	if t != 0 {
		g.value(t, depth)
	}
	g.value(wasm.I32, depth)
	g.op(wasm.OpBrIf, distance)
	if t != 0 {
		g.op(wasm.OpDrop)
	}
}

// jump appends something that does not come back, and dead code.
func (g *generator) jump(depth int) {
	switch g.IntN(3) {
	case 0:
		if g.result != 0 {
			g.value(g.result, depth)
		}
		g.op(wasm.OpReturn)
	case 1:
		distance, t := g.label()
		if t != 0 {
			g.value(t, depth)
		}
		g.op(wasm.OpBr, distance)
	case 2:
		g.table0(depth)
	}
	if g.IntN(3) == 0 {
		g.statements(depth)
	}
}

// table0 appends a br_table whose labels carry the same.
func (g *generator) table0(depth int) {
	distance, t := g.label()
	targets := []uint32{distance}
	for range g.IntN(5) {
		if d, other := g.label(); other == t {
			targets = append(targets, d)
		}
	}
	if t != 0 {
		g.value(t, depth)
	}
	g.value(wasm.I32, depth)
	if g.IntN(2) == 0 {
		g.op(wasm.OpI32Const, 7)
		g.op(wasm.OpI32And)
	}
	g.op(wasm.OpBrTable, append([]uint32{uint32(len(targets) - 1)}, targets...)...)
}

// call appends a call of a function with result t, or any if t is 0, and drops
// the result then.
func (g *generator) call(t wasm.ValueType, depth int) bool {
	f, ok := g.pick(len(g.functions), func(i int) bool {
		r := g.functions[i].Results
		return t == 0 || len(r) > 0 && r[0] == t
	})
	if !ok {
		return false
	}
	if self := uint32(len(g.m.Imports) + len(g.m.Functions) - 1); g.IntN(6) == 0 && (t == 0 || g.result == t) {
		f = self // recursion, often without end
	}
	typ := g.functions[f]
	for _, p := range typ.Params {
		g.value(p, depth-1)
	}
	if g.IntN(3) > 0 {
		g.op(wasm.OpCall, f)
	} else {
		if g.IntN(8) > 0 {
			g.op(wasm.OpI32Const, uint32(1+g.IntN(5)))
		} else {
			g.value(wasm.I32, depth-1)
			g.op(wasm.OpI32Const, 7)
			g.op(wasm.OpI32And)
		}
		g.op(wasm.OpCallIndirect, g.typ(typ), 0)
	}
	if t == 0 && len(typ.Results) > 0 {
		g.op(wasm.OpDrop)
	}
	return true
}

// address appends an address, most often one inside memory.
func (g *generator) address(depth int) {
	g.value(wasm.I32, depth-1)
	if g.IntN(20) > 0 {
		g.op(wasm.OpI32Const)
		g.code = wasm.AppendSigned(g.code, 0x3ff8)
		g.op(wasm.OpI32And)
	}
}

// access appends a load or store.
func (g *generator) access(op wasm.Opcode) {
	offset := uint32(g.IntN(16))
	if g.IntN(100) == 0 {
		offset = g.Uint32()
	}
	g.op(op, 0, offset)
}

func (g *generator) store(depth int) {
	g.address(depth)
	if g.IntN(2) == 0 {
		g.value(wasm.I32, depth-1)
		g.access([]wasm.Opcode{wasm.OpI32Store, wasm.OpI32Store8, wasm.OpI32Store16}[g.IntN(3)])
		return
	}
	g.value(wasm.I64, depth-1)
	g.access([]wasm.Opcode{wasm.OpI64Store, wasm.OpI64Store8, wasm.OpI64Store16, wasm.OpI64Store32}[g.IntN(4)])
}

// value appends code that leaves a value of type t.
func (g *generator) value(t wasm.ValueType, depth int) {
	n := g.IntN(30)
	if depth <= 0 || g.budget <= 0 {
		n = g.IntN(12)
	}
	switch {
	case n < 6:
		if i, ok := g.local(t); ok {
			g.op(wasm.OpLocalGet, i)
			return
		}
	case n < 8:
		if i, ok := g.globalOf(t); ok {
			g.op(wasm.OpGlobalGet, i)
			return
		}
	case n < 12:
	case n < 20:
		g.compute(t, depth-1)
		return
	case n < 21:
		if i, ok := g.local(t); ok {
			g.value(t, depth-1)
			g.op(wasm.OpLocalTee, i)
			return
		}
	case n < 23:
		g.block(t, depth-1)
		return
	case n < 25:
		g.choice(t, depth-1)
		return
	case n < 27:
		if g.call(t, depth-1) {
			return
		}
	case n < 28:
		g.value(t, depth-1)
		g.value(t, depth-1)
		g.value(wasm.I32, depth-1)
		g.op(wasm.OpSelect)
		return
	default:
		g.load(t, depth-1)
		return
	}
	g.constant(t)
}

func (g *generator) load(t wasm.ValueType, depth int) {
	if t == wasm.I32 && g.IntN(6) == 0 {
		g.op(wasm.OpMemorySize, 0)
		return
	}
	if t == wasm.I32 && g.IntN(8) == 0 {
		g.op(wasm.OpI32Const, uint32(g.IntN(3)))
		g.op(wasm.OpMemoryGrow, 0)
		return
	}
	g.address(depth)
	if t == wasm.I32 {
		g.access([]wasm.Opcode{wasm.OpI32Load, wasm.OpI32Load8S, wasm.OpI32Load8U, wasm.OpI32Load16S, wasm.OpI32Load16U}[g.IntN(5)])
		return
	}
	g.access([]wasm.Opcode{wasm.OpI64Load, wasm.OpI64Load8S, wasm.OpI64Load8U, wasm.OpI64Load16S, wasm.OpI64Load16U,
		wasm.OpI64Load32S, wasm.OpI64Load32U}[g.IntN(7)])
}

// compute appends operands and an instruction that makes a t of them.
func (g *generator) compute(t wasm.ValueType, depth int) {
	switch g.IntN(10) {
	case 0, 1:
		g.unary(t, depth)
	case 2, 3:
		if t == wasm.I32 {
			g.compare(depth)
			return
		}
		fallthrough
	default:
		first := wasm.OpI32Add
		if t == wasm.I64 {
			first = wasm.OpI64Add
		}
		op := first + wasm.Opcode(g.IntN(int(wasm.OpI32Rotr-wasm.OpI32Add)+1))
		if g.IntN(4) == 0 {
			op = first + (wasm.OpI32And - wasm.OpI32Add)
		}
		g.value(t, depth)
		g.value(t, depth)
		g.op(op)
	}
}

// compare appends a comparison, often of an and with zero.
func (g *generator) compare(depth int) {
	t, first, and := wasm.I32, wasm.OpI32Eq, wasm.OpI32And
	if g.IntN(2) == 0 {
		t, first, and = wasm.I64, wasm.OpI64Eq, wasm.OpI64And
	}
	op := first + wasm.Opcode(g.IntN(int(wasm.OpI32GeU-wasm.OpI32Eq)+1))
	sides := []func(){
		func() { g.value(t, depth) },
		func() { g.value(t, depth) },
	}
	if g.IntN(2) == 0 {
		sides[0] = func() {
			if t == wasm.I32 {
				g.op(wasm.OpI32Const, 0)
			} else {
				g.op(wasm.OpI64Const, 0)
			}
		}
		sides[1] = func() { g.value(t, depth); g.value(t, depth); g.op(and) }
		if i := g.IntN(2); i == 0 {
			sides[0], sides[1] = sides[1], sides[0]
		}
	}
	sides[0]()
	sides[1]()
	g.op(op)
}

func (g *generator) unary(t wasm.ValueType, depth int) {
	from := t
	var op wasm.Opcode
	if t == wasm.I32 {
		op = []wasm.Opcode{wasm.OpI32Eqz, wasm.OpI32Clz, wasm.OpI32Ctz, wasm.OpI32Popcnt, wasm.OpI32Extend8S,
			wasm.OpI32Extend16S, wasm.OpI64Eqz, wasm.OpI32WrapI64}[g.IntN(8)]
		if op == wasm.OpI64Eqz || op == wasm.OpI32WrapI64 {
			from = wasm.I64
		}
	} else {
		op = []wasm.Opcode{wasm.OpI64Clz, wasm.OpI64Ctz, wasm.OpI64Popcnt, wasm.OpI64Extend8S, wasm.OpI64Extend16S,
			wasm.OpI64Extend32S, wasm.OpI64ExtendI32S, wasm.OpI64ExtendI32U}[g.IntN(8)]
		if op == wasm.OpI64ExtendI32S || op == wasm.OpI64ExtendI32U {
			from = wasm.I32
		}
	}
	g.value(from, depth)
	g.op(op)
}
