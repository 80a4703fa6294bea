package wasm

import "math/bits"

// Work is a measure of what compiling a module takes at most: a unit stands for
// 100 ns of one core. Check bounds it by MaxWork.
//
// The engine's compiler takes a time that grows with the square of a function,
// in more than one direction: its blocks with each other, with what is alive
// where they meet, with the square of the locals that come there with several values, and with the uses of locals, which it follows back through
// the blocks to the definition, and it keeps for each block which accesses to
// memory were found to be in bounds before it. The instrumented form is what is compiled: a
// call or a branch begins a block more there. So each instruction adds to the
// work what it may cost together with what came before it in its body. That is
// one pass, and it stops at the instruction that is too much.
//
// The numbers are found by measuring and searching (test/compile): they are
// such that no module was found which takes longer than its work says.
func Work(m *Module) uint64 {
	var total uint64
	for i := range m.Bodies {
		total = saturatingAdd(total, m.Bodies[i].work)
	}
	return total / workUnit
}

// Prices of work, in nanoseconds.
const (
	workUnit = 100

	functionWork = 20_000 // for each function
	localWork    = 20     // for each local, which is set to zero
	byteWork     = 500    // for each byte of code

	blockWork = 4_000 // for each block
	pairWork  = 10    // for each block and each block before it
	liveWork  = 80    // for each block and each local or operand that may be alive in it
	phiWork   = 12    // for each way to a label and each pair of locals that are used in its block
	nestWork  = 30    // for each block and each block around it
	boundWork = 200   // for each block and each access to memory before it
	useWork   = 15    // for each use of a local and each block before it

	targetWork     = 10_000 // for each target of a br_table, which is a small block too
	targetPairWork = 1      // for each target and each target before it
)

// maxBodyWork is MaxWork in nanoseconds.
const maxBodyWork = MaxWork * workUnit

// effort adds up the work of a body.
type effort struct {
	work     uint64 // in nanoseconds
	blocks   uint64 // of the instrumented body, so far
	accesses uint64 // to memory, so far
	targets  uint64 // of tables of branches, so far
	uses     uint32 // of locals, so far
	loops    int    // that are open
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
		c.begin(1)
	case OpLoop:
		c.begin(2)
		c.loops++
	case OpIf:
		c.begin(3)
	case OpEnd:
		if n := len(c.frames); n > 0 && c.frames[n-1].op == OpLoop {
			c.loops--
		}
	case OpBr, OpBrIf:
		c.test()
		c.begin(1)
	case OpCall, OpCallIndirect:
		c.test()
	case OpBrTable:
		c.test()
		n := uint64(len(c.in.Table))
		c.targets += n
		c.add(n, targetWork+c.targets*targetPairWork+c.alive()*liveWork)
	default:
		if c.in.Op.Immediate() == ImmMemArg {
			c.accesses++
		}
	}
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

// begin adds the work of n blocks.
func (c *bodyChecker) begin(n uint64) {
	c.blocks += n
	c.add(n, blockWork+c.blocks*pairWork+c.alive()*liveWork+c.accesses*boundWork+uint64(len(c.frames))*nestWork)
}

// meet adds the work of what meets at the label of a block, a loop or an if
// that ends: each local that is used in it may come there with several values.
func (c *bodyChecker) meet(f *frame) {
	ways := uint64(f.branches) + 1
	if f.op == OpIf {
		ways++ // around it
	}
	locals := min(uint64(c.uses-f.uses), uint64(len(c.locals))) + 1 // and the gas
	c.add(ways, locals*locals*phiWork)
}

// alive is how many values may be needed later.
func (c *bodyChecker) alive() uint64 { return uint64(len(c.locals) + len(c.stack)) }
