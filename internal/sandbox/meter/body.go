package meter

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// maxCharge bounds the sum of the prices of one function, and with it what a
// call can charge without a test in between: there is one on every way back in
// the code. No function with fewer than 2^20 bytes reaches it, whatever the
// prices. StackLimit such sums stay above the smallest i64, so the remaining
// gas cannot wrap before the next test or the end.
const maxCharge = 1 << 53

// label is an open block of the original body, or the body itself.
type label struct {
	op      wasm.Opcode // OpBlock, OpLoop, OpIf, OpElse; OpBlock for the body
	target  bool        // a branch goes to its end
	live    bool        // if: its then branch reaches else
	pending uint64      // if: what was pending before it
}

// body instruments one body.
//
// The new body is
//
//	block                  ;; no stack
//	  block                ;; out of gas
//	    take the weight from the room, test
//	    block (result …)   ;; the label of the original body
//	      the original body
//	    end
//	    gas, return
//	  end
//	  reason = out of gas, unreachable
//	end
//	reason = stack, unreachable
type body struct {
	*instrumenter
	params uint32 // of the original function; gas and room follow them
	locals uint32 // params and locals of the original function
	out    []byte
	offset int // of the original code in the module
	at     int // which instruction of the original code it is

	loops   int    // number of open loops
	pending uint64 // charges gathered, not yet subtracted
	total   uint64 // sum of all charges of the function
	dead    int    // 0: code is live; else 1 + open blocks inside dead code
	barrier byte   // type of the i32.and or i64.and just before, 0 if none
	held    byte   // a comparison that is still to be emitted, 0 if none

	selects []wasm.FloatSelect // of the original code, those that are to come
	extra   []wasm.LocalRun    // the additional locals that are used
	extraAt [scratchCount]int  // where they are: 1 + index into extra, 0 if not used
}

// scratch is an additional local.
type scratch int

const (
	scratchIndex scratch = iota // into a table, or a condition
	scratchF32A
	scratchF32B
	scratchF64A
	scratchF64B
	scratchPages
	scratchCount
)

// scratch gives the index of an additional local.
func (b *body) scratch(s scratch) uint32 {
	types := [scratchCount]wasm.ValueType{wasm.I32, wasm.F32, wasm.F32, wasm.F64, wasm.F64, wasm.I32}
	if b.extraAt[s] == 0 {
		b.extra = append(b.extra, wasm.LocalRun{Count: 1, Type: types[s]})
		b.extraAt[s] = len(b.extra)
	}
	return b.locals + 1 + uint32(b.extraAt[s])
}

// gasLocal and roomLocal are the additional parameters.
func (b *body) gasLocal() uint32  { return b.params }
func (b *body) roomLocal() uint32 { return b.params + 1 }

// function instruments the body of a function of type t.
func (in *instrumenter) function(t wasm.FuncType, old *wasm.Body) wasm.Body {
	const frame = 64 // bytes that every function gets
	if cap(in.code)-len(in.code) < 2*len(old.Code)+frame {
		in.code = make([]byte, 0, max(1<<16, 4*len(old.Code)+frame))
	}
	b := &body{
		instrumenter: in,
		params:       uint32(len(t.Params)),
		locals:       uint32(len(t.Params)),
		out:          in.code[len(in.code):],
		offset:       old.Offset,
		selects:      old.FloatSelects,
	}
	b.charge(in.prices.localsPrice(old))
	for _, run := range old.Locals {
		b.locals += run.Count
	}
	in.labels = append(in.labels[:0], label{op: wasm.OpBlock})
	b.prologue(t, weight(len(t.Params), old))
	in.outline.read(old.Code)
	decoder := wasm.NewDecoder(old.Code)
	var i wasm.Instr
	for ; decoder.Next(&i); b.at++ {
		b.instr(&i, old.Code)
	}
	b.epilogue()

	if len(b.out) <= cap(in.code)-len(in.code) {
		in.code = in.code[:len(in.code)+len(b.out)] // it was not moved
	}
	locals := old.Locals
	if len(b.extra) > 0 {
		locals = append(append([]wasm.LocalRun(nil), locals...), b.extra...)
	}
	return wasm.Body{Locals: locals, Code: b.out[:len(b.out):len(b.out)]}
}

func (b *body) prologue(t wasm.FuncType, weight uint32) {
	b.op(opBlock, noResult, opBlock, noResult)
	b.index(opLocalGet, b.roomLocal())
	b.constant(opI32Const, int64(weight))
	b.op(opI32Sub)
	b.index(opLocalTee, b.roomLocal())
	b.op(opI32Const, 0, opI32LtS)
	b.index(opBrIf, 1)
	result := byte(noResult)
	if len(t.Results) > 0 {
		result = byte(t.Results[0])
	}
	b.op(opBlock, result)
}

// epilogue comes after the end of the original body. What is pending here is
// pending on the only way to this place.
func (b *body) epilogue() {
	b.leave()
	b.op(opEnd)
	b.stop(ReasonOutOfGas)
	b.op(opEnd)
	b.stop(ReasonStack)
	b.op(opEnd)
}

// leave returns. The result of the original function is on the stack.
func (b *body) leave() {
	b.remaining()
	b.op(opReturn)
}

func (b *body) stop(reason int64) {
	b.constant(opI32Const, reason)
	b.index(opGlobalSet, b.reason)
	b.op(opUnreachable)
}

// instr instruments one instruction.
func (b *body) instr(i *wasm.Instr, code []byte) {
	if b.dead > 0 && !b.revive(i.Op) {
		return // charges in dead code are never paid, and it is not kept
	}
	if b.barrier != 0 {
		b.shield(i.Op)
	}
	if b.held != 0 && i.Op != wasm.OpBrIf {
		b.release()
	}
	if b.dead == 0 {
		b.charge(uint64(b.prices.Opcode[i.Op.Row()]))
		b.tracePosition(i)
	}
	switch i.Op {
	case wasm.OpLocalGet, wasm.OpLocalSet, wasm.OpLocalTee:
		if i.Index >= b.params {
			b.index(byte(i.Op), i.Index+2)
			return
		}
	case wasm.OpI32Eqz, wasm.OpI32Eq, wasm.OpI32Ne, wasm.OpI32LtS, wasm.OpI32LtU, wasm.OpI32GtS,
		wasm.OpI32GtU, wasm.OpI32LeS, wasm.OpI32LeU, wasm.OpI32GeS, wasm.OpI32GeU,
		wasm.OpI64Eqz, wasm.OpI64Eq, wasm.OpI64Ne, wasm.OpI64LtS, wasm.OpI64LtU, wasm.OpI64GtS,
		wasm.OpI64GtU, wasm.OpI64LeS, wasm.OpI64LeU, wasm.OpI64GeS, wasm.OpI64GeU:
		b.held = byte(i.Op)
		return
	case wasm.OpI32And:
		b.barrier = opI32Const
	case wasm.OpI64And:
		b.barrier = opI64Const
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpElse, wasm.OpEnd:
		b.structure(i.Op)
	case wasm.OpBr, wasm.OpBrIf, wasm.OpBrTable:
		b.branch(i)
	case wasm.OpReturn:
		b.leave()
		b.dead = 1
		return
	case wasm.OpUnreachable:
		b.pending = 0 // nobody sees it
		b.dead = 1
	case wasm.OpCall:
		b.call(i.Index)
		return
	case wasm.OpCallIndirect:
		b.callIndirect(code[i.Start:i.End])
		return
	case wasm.OpMemoryGrow:
		if b.prices.MemoryPage > 0 {
			b.grow(code[i.Start:i.End])
			return
		}
	case wasm.OpSelect:
		if t := b.floatSelect(i.Start); t != 0 {
			b.choose(t)
			return
		}
	}
	if prefix := i.Op >> 8; prefix != 0 {
		// All that have one and are accepted have no immediate. They are not copied:
		// the sub-opcode is a number, and wazero's interpreter reads one byte of it.
		b.op(byte(prefix), byte(i.Op))
		return
	}
	b.out = append(b.out, code[i.Start:i.End]...)
}

// release emits the comparison that was held back. It is held back because it
// may be followed by a br_if: then the test comes before it, and the compiler
// makes one instruction of the comparison and the br_if.
func (b *body) release() {
	if b.held != 0 {
		b.op(b.held)
		b.held = 0
	}
}

// revive follows the nesting of dead code and says whether op ends it.
func (b *body) revive(op wasm.Opcode) bool {
	switch op {
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf:
		b.dead++
	case wasm.OpElse:
		return b.dead == 1
	case wasm.OpEnd:
		if b.dead == 1 {
			return true
		}
		b.dead--
	}
	return false
}

// structure instruments what opens and closes labels, before the instruction.
func (b *body) structure(op wasm.Opcode) {
	switch op {
	case wasm.OpBlock:
		b.labels = append(b.labels, label{op: op})
	case wasm.OpLoop:
		b.flush() // branches come back to here
		b.labels = append(b.labels, label{op: op})
		b.loops++
	case wasm.OpIf:
		b.labels = append(b.labels, label{op: op, pending: b.pending})
	case wasm.OpElse:
		l := &b.labels[len(b.labels)-1]
		l.op = op
		l.live = b.dead == 0
		b.flush()
		b.pending = l.pending
		b.dead = 0
	case wasm.OpEnd:
		l := b.labels[len(b.labels)-1]
		b.labels = b.labels[:len(b.labels)-1]
		b.end(l)
		b.dead = 0
	}
}

// end makes the ways that meet at the end of a block agree: nothing may be
// pending on any of them, unless there is only one.
func (b *body) end(l label) {
	live := b.dead == 0
	switch l.op {
	case wasm.OpLoop:
		b.loops--
	case wasm.OpBlock:
		if l.target {
			b.flush()
		}
	case wasm.OpIf:
		// Without else, the other way is the one around it.
		if !live && !l.target {
			b.pending = l.pending
			break
		}
		b.flush()
		if l.pending > 0 {
			b.op(opElse)
			b.pending = l.pending
			b.flush()
		}
	case wasm.OpElse:
		if l.live || l.target {
			b.flush()
		}
	}
}
