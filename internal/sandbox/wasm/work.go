package wasm

import "math/bits"

// Work is a measure of what compiling a module takes at most: a unit stands for
// 100 ns of one core. Check bounds it by MaxWork.
//
// The engine's compiler takes a time that grows with the square of a function,
// in more than one direction: its blocks with each other, with what is alive
// where they meet, with pairs of locals that come there with several values. It
// follows each use of a local back through the blocks to the definition, and
// keeps for each block which accesses to memory were found to be in bounds
// before it. What is compiled is the instrumented form: a call or a branch
// begins a block more there. So each instruction adds to the work what it may
// cost together with what came before it in its body. That is one pass, and it
// stops at the instruction that is too much.
//
// The numbers are found by measuring and searching (test/compile): no module
// was found that takes longer than MaxWork says.
func Work(m *Module) uint64 {
	total := uint64(len(m.Types))*typeWork + uint64(len(m.Exports))*exportWork
	added := addedFunctions(m)
	total += added * addedWork
	total += (uint64(len(m.Bodies)) + added) * (beyond(len(m.Types))*declaredTypeWork + beyond(len(m.Globals))*declaredGlobalWork)
	for i := range m.Bodies {
		total = saturatingAdd(total, m.Bodies[i].work)
	}
	return total / workUnit
}

// addedFunctions bounds how many functions the instrumented module has that the
// module has not: one for each imported function in the table, and one for each
// that is exported.
func addedFunctions(m *Module) uint64 {
	imports := len(m.Imports)
	inTable, exported := 0, 0
	for i := range m.Elements {
		for _, f := range m.Elements[i].Functions {
			if int64(f) < int64(imports) {
				inTable++
			}
		}
	}
	for i := range m.Exports {
		if e := &m.Exports[i]; e.Kind == ExportFunction && int64(e.Index) < int64(imports) {
			exported++
		}
	}
	return uint64(min(inTable, imports) + min(exported, imports))
}

// beyond is how many of n types or globals make functions dearer: the compiler
// goes through all of them for each function, of which functionWork has room for
// freeDeclared.
func beyond(n int) uint64 {
	const freeDeclared = 1_000
	return uint64(max(n, freeDeclared) - freeDeclared)
}

// Prices of work, in nanoseconds.
const (
	workUnit = 100

	typeWork     = 15_000 // for each type, for which there is code that enters functions
	exportWork   = 20_000 // for each export, for which there may be a function that enters it
	functionWork = 20_000 // for each function
	addedWork    = 40_000 // for each function that the instrumentation adds, which calls the host

	declaredTypeWork   = 10 // for each function and each type, see beyond
	declaredGlobalWork = 6  // for each function and each global

	localWork = 160 // for each local, of which the engine writes down the type, and the interpreter a zero
	byteWork  = 500 // for each byte of code

	checkWork = 6_000 // for each place where an instruction may trap
	sizeWork  = 1     // for each pair of pieces of a body, see finishWork

	blockWork = 4_000 // for each block
	pairWork  = 10    // for each block and each block before it
	liveWork  = 80    // for each block and each local or operand that may be alive in it
	phiWork   = 10    // for each way to a label and each pair of locals that are used
	loopWork  = 20    // for each way to a label, each local that is used and each loop around another
	nestWork  = 30    // for each block and each block around it
	boundWork = 180   // for each block and each access to memory before it begins
	useWork   = 15    // for each use of a local and each block before it

	globalWork = 2_400 // for each call and each mutable global beyond freeGlobals, which are loaded again

	targetWork     = 10_000 // for each target of a br_table, which is a small block too
	targetLiveWork = 550    // for each target and each local or operand that may have to be moved for it
	targetLoopWork = 3_000  // instead, in a loop: up to 600 bytes
	targetPairWork = 1      // for each target and each target before it
)

// freeGlobals is for how many mutable globals the price of a call leaves room.
const freeGlobals = 8

// maxBodyWork is MaxWork in nanoseconds.
const maxBodyWork = MaxWork * workUnit

// effort adds up the work of a body.
type effort struct {
	work     uint64 // in nanoseconds
	blocks   uint64 // of the instrumented body, so far
	accesses uint64 // to memory, so far
	checks   uint64 // before something that may trap, so far
	bulk     uint64 // bytes of code that would take as much memory as what is computed, so far
	targets  uint64 // of tables of branches, so far
	uses     uint64 // of locals, so far
	ways     uint64 // to labels, so far
	loops    int    // that are open
	depth    uint64 // of loops in loops, the greatest
}

// reloaded counts the mutable globals that make a call dearer. Of each of them the
// compiler makes a value of its own after each call, which it drops again if
// nobody uses it: 4,000 globals and 1,600 calls take three seconds and 1.4 GB.
func reloaded(globals []Global) uint64 {
	n := uint64(0)
	for i := range globals {
		if globals[i].Mutable {
			n++
		}
	}
	return n - min(n, freeGlobals)
}

// add adds n times a price.
func (e *effort) add(n, price uint64) {
	high, low := bits.Mul64(n, price)
	if high != 0 {
		low = ^uint64(0)
	}
	e.work = saturatingAdd(e.work, low)
}

func saturatingAdd(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return ^uint64(0)
	}
	return sum
}

// beginWork is the work of a body before its first instruction.
func (c *bodyChecker) beginWork(body *Body) {
	c.effort = effort{blocks: 1}
	c.add(1, functionWork)
	c.add(uint64(len(c.locals)), localWork)
	c.add(uint64(len(body.Code)), byteWork)
}

// weigh adds the work of the instruction at hand. It comes before its check, so
// while its operands are on the stack.
func (c *bodyChecker) weigh() {
	switch c.in.Op {
	case OpLocalGet, OpLocalSet, OpLocalTee:
		c.uses++
		c.add(c.blocks, useWork)
	case OpBlock:
		c.enter(1)
		c.ways++
	case OpLoop:
		c.enter(2)
		c.ways++
		c.loops++
		c.depth = max(c.depth, uint64(c.loops))
	case OpIf:
		c.enter(3)
		c.ways += 2
	case OpEnd:
		c.weighEnd()
	case OpBr, OpBrIf:
		c.test()
		c.begin(1)
		c.ways++
	case OpReturn:
		c.begin(1)
	case OpCall, OpCallIndirect:
		c.test()
		c.add(c.reloaded, globalWork)
	case OpBrTable:
		c.test()
		n := uint64(len(c.in.Table))
		c.begin(min(n, 8))
		c.targets += n
		c.ways += n
		move := uint64(targetLiveWork)
		if c.loops > 0 {
			move = targetLoopWork
		}
		c.add(n, targetWork+c.targets*targetPairWork+c.alive()*move)
	case OpMemoryGrow, OpI32DivS, OpI32DivU, OpI32RemS, OpI32RemU, OpI64DivS, OpI64DivU, OpI64RemS, OpI64RemU:
		c.trap(1)
	default:
		c.weighComputation()
	}
}

// weighComputation adds the work of what computes. Of straight code it is the
// memory that counts: up to 800 bytes for an instruction of one byte, twice as
// much where the engine or the instrumentation makes two or three of it.
func (c *bodyChecker) weighComputation() {
	const (
		ordinary = 6
		several  = 14
	)
	r := &table[c.in.Op.Row()]
	switch {
	case r.imm == ImmMemArg:
		c.accesses++
		c.trap(1)
	case r.a == F32 || r.a == F64: // truncation, the longest code of all
		c.trap(3)
	case r.op == OpMemorySize, r.op == OpI32And, r.op == OpI64And:
		c.bulk += several
	case r.a != 0:
		c.bulk += ordinary
	}
}

// trap adds the work of n tests before something that may trap.
func (c *bodyChecker) trap(n uint64) {
	c.checks += n
	c.add(n, checkWork)
}

// finishWork adds what can be told only at the end of a body. Each local that is
// used somewhere may come to each label with several values, also if it never
// changes: the engine finds that out only later, from loop to loop. A long body needs
// memory, which is used again for other functions, so that is by pairs too.
func (c *bodyChecker) finishWork(body *Body) {
	const (
		piece = 64 // bytes of code
		check = 48 // as many bytes of code take as much memory
	)
	locals := min(c.uses, uint64(len(c.locals))) + 1 // and the gas
	c.add(c.ways, locals*locals*(phiWork+c.depth/4)+locals*c.depth*loopWork)
	n := (uint64(len(body.Code)) + c.checks*check + c.bulk) / piece
	c.add(n, n*sizeWork)
}

// test adds the work of a test of the gas, in a loop one of more blocks, which
// uses the local that holds it a few times.
func (c *bodyChecker) test() {
	if c.loops > 0 {
		c.begin(3)
	} else {
		c.begin(1)
	}
	c.add(3*c.blocks, useWork)
}

// weighChoice adds the work of a select of floats, which becomes an if.
func (c *bodyChecker) weighChoice() {
	c.begin(3)
	c.ways += 2
	c.add(8*c.blocks, useWork)
}

// begin adds the work of n blocks.
func (c *bodyChecker) begin(n uint64) {
	c.enter(n)
	c.add(c.accesses, boundWork)
}

// enter adds the work of n blocks of a construct, of which the last one begins
// where the construct ends, see weighEnd.
func (c *bodyChecker) enter(n uint64) {
	c.blocks += n
	c.add(n, blockWork+c.blocks*pairWork+c.alive()*liveWork+uint64(len(c.frames))*nestWork)
	c.add(n-min(n, 1), c.accesses*boundWork)
}

// weighEnd adds what the end of a construct makes of its last block, which knows
// of the accesses to memory in the construct too.
func (c *bodyChecker) weighEnd() {
	n := len(c.frames)
	if n < 2 {
		return // of the body
	}
	if c.frames[n-1].op == OpLoop {
		c.loops--
	}
	c.add(c.accesses, boundWork)
}

// alive is how many values may be needed later.
func (c *bodyChecker) alive() uint64 { return uint64(len(c.locals) + len(c.stack)) }
