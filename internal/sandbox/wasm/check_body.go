package wasm

import (
	"fmt"
	"slices"
)

// unknown is the type of an operand that dead code made up.
const unknown ValueType = 0

// bodyChecker type-checks bodies with the validation algorithm of the
// specification's appendix. It is reused from body to body. Its methods return
// the reason of a refusal, or "".
type bodyChecker struct {
	module    *Module
	functions int
	reloaded  uint64 // see reloaded

	in     Instr
	locals []ValueType // parameters first
	stack  []ValueType
	frames []frame // the last one is the innermost
	height int     // greatest height of stack
	values uint64  // see Body.Values
	sets   uint32  // of locals, so far

	selects []FloatSelect // of the body
	effort
}

// frame is a control construct that is open. It is small because two bytes of
// code open one.
type frame struct {
	op     Opcode    // block, loop, if, else; end for the body itself
	result ValueType // 0 is none
	dead   bool      // the rest of it cannot be reached
	height uint32    // of the operand stack where it began
	sets   uint32    // of locals, before it
}

// label is the type of the operand that a branch to the frame takes.
func (f *frame) label() ValueType {
	if f.op == OpLoop {
		return 0
	}
	return f.result
}

func newBodyChecker(m *Module, functions int) *bodyChecker {
	return &bodyChecker{module: m, functions: functions, reloaded: reloaded(m.Globals)}
}

func (c *bodyChecker) check(body *Body, t FuncType) string {
	c.in.Start = 0
	if reason := c.declare(body, t); reason != "" {
		return reason
	}
	c.stack, c.frames, c.height, c.selects = c.stack[:0], c.frames[:0], 0, c.selects[:0]
	c.values, c.sets = 0, 0
	c.beginWork(body)
	c.open(OpEnd, result(t))
	for pos := 0; ; pos = c.in.End {
		if pos == len(body.Code) {
			c.in.Start = pos
			return "unexpected end of the body"
		}
		if reason := decode(body.Code, pos, &c.in); reason != "" {
			return reason
		}
		if c.weigh(); c.work > maxBodyWork {
			return tooMuchWork("the function")
		}
		if reason := c.instruction(); reason != "" {
			return c.in.Op.String() + ": " + reason
		}
		c.height = max(c.height, len(c.stack))
		c.values++
		if len(c.frames) == 0 {
			break
		}
	}
	if c.in.End != len(body.Code) {
		c.in.Start = c.in.End
		return "instructions after the end of the body"
	}
	if c.finishWork(body); c.work > maxBodyWork {
		return tooMuchWork("the function")
	}
	body.MaxHeight = uint32(c.height)
	body.Values = c.values
	body.work = c.work
	body.FloatSelects = slices.Clone(c.selects)
	return ""
}

// declare lists the types of the locals.
func (c *bodyChecker) declare(body *Body, t FuncType) string {
	if n := len(body.Locals); n > MaxLocalRuns {
		return tooMany("runs of locals", n, MaxLocalRuns)
	}
	count := uint64(0)
	for _, run := range body.Locals {
		count += uint64(run.Count)
	}
	if count > MaxLocals {
		return tooMany("locals", int(count), MaxLocals)
	}
	c.locals = append(c.locals[:0], t.Params...)
	for _, run := range body.Locals {
		for range run.Count {
			c.locals = append(c.locals, run.Type)
		}
	}
	return ""
}

// instruction checks the decoded instruction.
func (c *bodyChecker) instruction() string {
	r := &table[c.in.Op.Row()]
	switch r.imm {
	case ImmLocal:
		return c.local()
	case ImmGlobal:
		return c.global()
	case ImmMemArg:
		if c.in.Align > uint32(r.align) {
			return fmt.Sprintf("alignment 2^%d is greater than the natural one", c.in.Align)
		}
		fallthrough
	case ImmMemory:
		if c.module.Memory == nil {
			return "there is no memory"
		}
	case ImmNone, ImmBlock, ImmLabel, ImmLabels, ImmFunction, ImmType:
		if r.a == 0 {
			return c.control()
		}
	}
	if r.b != 0 {
		if reason := c.pop(r.b); reason != "" {
			return reason
		}
	}
	if r.a != 0 {
		if reason := c.pop(r.a); reason != "" {
			return reason
		}
	}
	c.push(r.result)
	return ""
}

func (c *bodyChecker) local() string {
	if int64(c.in.Index) >= int64(len(c.locals)) {
		return fmt.Sprintf("there is no local %d", c.in.Index)
	}
	t := c.locals[c.in.Index]
	if c.in.Op != OpLocalGet {
		c.sets++
		if reason := c.pop(t); reason != "" {
			return reason
		}
	}
	if c.in.Op != OpLocalSet {
		c.push(t)
	}
	return ""
}

func (c *bodyChecker) global() string {
	if int64(c.in.Index) >= int64(len(c.module.Globals)) {
		return fmt.Sprintf("there is no global %d", c.in.Index)
	}
	g := &c.module.Globals[c.in.Index]
	if c.in.Op == OpGlobalGet {
		c.push(g.Type)
		return ""
	}
	if !g.Mutable {
		return fmt.Sprintf("global %d is not mutable", c.in.Index)
	}
	return c.pop(g.Type)
}

// result is the result type of a function type, 0 if it has none.
func result(t FuncType) ValueType {
	if len(t.Results) == 0 {
		return 0
	}
	return t.Results[0]
}

// push pushes a type; 0 is none.
func (c *bodyChecker) push(t ValueType) {
	if t != 0 {
		c.stack = append(c.stack, t)
	}
}

// pop pops an operand of type t.
func (c *bodyChecker) pop(t ValueType) string {
	found, reason := c.popAny()
	if reason != "" {
		return fmt.Sprintf("%s, %s expected", reason, t)
	}
	if found != t && found != unknown {
		return fmt.Sprintf("operand is %s, %s expected", found, t)
	}
	return ""
}

// popAny pops an operand of any type. Dead code makes operands up.
func (c *bodyChecker) popAny() (ValueType, string) {
	f := &c.frames[len(c.frames)-1]
	if len(c.stack) == int(f.height) {
		if f.dead {
			return unknown, ""
		}
		return unknown, "an operand is missing"
	}
	t := c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
	return t, ""
}

func (c *bodyChecker) open(op Opcode, result ValueType) {
	c.frames = append(c.frames, frame{op: op, result: result, height: uint32(len(c.stack)), sets: c.sets})
}

// kill says that the rest of the innermost frame cannot be reached.
func (c *bodyChecker) kill() {
	f := &c.frames[len(c.frames)-1]
	f.dead = true
	c.stack = c.stack[:f.height]
}
