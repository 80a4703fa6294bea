package wasm

import "fmt"

// control checks the control and parametric instructions.
func (c *bodyChecker) control() string {
	switch c.in.Op {
	case OpNop:
	case OpUnreachable:
		c.kill()
	case OpBlock, OpLoop:
		c.open(c.in.Op, blockResult(c.in.Block))
	case OpIf:
		if reason := c.pop(I32); reason != "" {
			return reason
		}
		c.open(OpIf, blockResult(c.in.Block))
	case OpElse:
		f := c.frames[len(c.frames)-1]
		if f.op != OpIf {
			return "there is no if"
		}
		if reason := c.close(); reason != "" {
			return reason
		}
		c.open(OpElse, f.result)
		c.frames[len(c.frames)-1].sets = f.sets
	case OpEnd:
		return c.end()
	case OpBr:
		return c.branch(c.in.Index, true)
	case OpBrIf:
		if reason := c.pop(I32); reason != "" {
			return reason
		}
		return c.branch(c.in.Index, false)
	case OpBrTable:
		return c.branchTable()
	case OpReturn:
		return c.branch(uint32(len(c.frames)-1), true)
	case OpCall:
		if int64(c.in.Index) >= int64(c.functions) {
			return fmt.Sprintf("there is no function %d", c.in.Index)
		}
		return c.call(c.module.FunctionType(c.in.Index))
	case OpCallIndirect:
		return c.callIndirect()
	case OpDrop:
		_, reason := c.popAny()
		return reason
	case OpSelect:
		return c.choose()
	default:
		// A row that is allowed but not known here is a mistake of ours.
		panic("wasm: no rule for " + c.in.Op.String())
	}
	return ""
}

// end closes a frame and leaves its result.
func (c *bodyChecker) end() string {
	f := c.frames[len(c.frames)-1]
	if f.op == OpIf && f.result != 0 {
		return fmt.Sprintf("an if without else cannot leave an %s", f.result)
	}
	if reason := c.close(); reason != "" {
		return reason
	}
	if f.op != OpEnd {
		c.values += min(uint64(c.sets-f.sets), uint64(len(c.locals)))
	}
	c.push(f.result)
	return ""
}

// close closes the innermost frame: its result, and nothing else, must be on
// the stack.
func (c *bodyChecker) close() string {
	f := c.frames[len(c.frames)-1]
	if f.result != 0 {
		if reason := c.pop(f.result); reason != "" {
			return reason
		}
	}
	if n := len(c.stack) - int(f.height); n != 0 {
		return fmt.Sprintf("%d operands are left on the stack", n)
	}
	c.frames = c.frames[:len(c.frames)-1]
	return ""
}

// branch checks a branch that is always taken, after which code is dead, or
// may be taken.
func (c *bodyChecker) branch(label uint32, always bool) string {
	t, reason := c.label(label)
	if reason != "" {
		return reason
	}
	if t != 0 {
		if reason := c.pop(t); reason != "" {
			return reason
		}
	}
	if always {
		c.kill()
	} else {
		c.push(t)
	}
	return ""
}

func (c *bodyChecker) branchTable() string {
	if reason := c.pop(I32); reason != "" {
		return reason
	}
	last := c.in.Table[len(c.in.Table)-1]
	want, reason := c.label(last)
	if reason != "" {
		return reason
	}
	for _, l := range c.in.Table {
		t, reason := c.label(l)
		if reason != "" {
			return reason
		}
		if t != want {
			return fmt.Sprintf("labels %d and %d take operands of different types", l, last)
		}
	}
	return c.branch(last, true)
}

// label gives the type of the operand that a branch to the label takes.
func (c *bodyChecker) label(label uint32) (ValueType, string) {
	if int64(label) >= int64(len(c.frames)) {
		return 0, fmt.Sprintf("there is no label %d", label)
	}
	return c.frames[len(c.frames)-1-int(label)].label(), ""
}

func (c *bodyChecker) call(t FuncType) string {
	for i := len(t.Params) - 1; i >= 0; i-- {
		if reason := c.pop(t.Params[i]); reason != "" {
			return fmt.Sprintf("parameter %d: %s", i, reason)
		}
	}
	c.push(result(t))
	return ""
}

func (c *bodyChecker) callIndirect() string {
	if c.module.Table == nil {
		return "there is no table"
	}
	if int64(c.in.Index) >= int64(len(c.module.Types)) {
		return fmt.Sprintf("there is no type %d", c.in.Index)
	}
	if reason := c.pop(I32); reason != "" {
		return reason
	}
	return c.call(c.module.Types[c.in.Index])
}

// choose checks select. An operand that dead code made up takes the type of
// the other one; if both are made up, the type of the result stays unknown.
func (c *bodyChecker) choose() string {
	if reason := c.pop(I32); reason != "" {
		return reason
	}
	b, reason := c.popAny()
	if reason != "" {
		return reason
	}
	a, reason := c.popAny()
	if reason != "" {
		return reason
	}
	if a != b && a != unknown && b != unknown {
		return fmt.Sprintf("operands are %s and %s", a, b)
	}
	t := max(a, b)
	if t == F32 || t == F64 {
		c.selects = append(c.selects, FloatSelect{c.in.Start, t})
		c.weighChoice()
	}
	c.stack = append(c.stack, t)
	return ""
}

func blockResult(block byte) ValueType {
	if block == NoResult {
		return 0
	}
	return ValueType(block)
}
