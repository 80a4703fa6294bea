package oracle

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// invoke calls a function. Its parameters are on the stack; it leaves its
// results there.
func (in *Instance) invoke(index uint32) error {
	if int(index) < len(in.imports) {
		return in.invokeHost(&in.imports[index])
	}
	f := &in.functions[int(index)-len(in.imports)]
	in.depth += f.weight
	if in.depth > StackLimit {
		return TrapStack
	}
	r := run{in: in, f: f, pending: f.localsCost, locals: make([]uint64, f.params+f.locals)}
	base := len(in.stack) - f.params
	copy(r.locals, in.stack[base:])
	in.stack = in.stack[:base]
	if err := r.execute(base); err != nil {
		return err
	}
	in.depth -= f.weight
	return nil
}

func (in *Instance) invokeHost(h *HostFunction) error {
	params, results := len(h.Type.Params), len(h.Type.Results)
	base := len(in.stack) - params
	words := make([]uint64, max(params, results))
	copy(words, in.stack[base:])
	if err := h.Call(in, words); err != nil {
		return err
	}
	in.stack = append(in.stack[:base], words[:results]...)
	return nil
}

// run is one run of a function.
type run struct {
	in      *Instance
	f       *function
	locals  []uint64
	labels  []label
	pc      int
	pending uint64 // prices of the segment so far
}

// label is where a branch goes.
type label struct {
	target int // index of an instruction
	height int // of the stack where the construct began
	arity  int // how many operands a branch takes along
	loop   bool
}

// execute runs the body. base is the height of the stack without parameters.
func (r *run) execute(base int) error {
	// A branch to the outermost label goes behind the final end, and so does
	// not pay for it.
	r.labels = []label{{target: len(r.f.code), height: base, arity: r.f.results}}
	for r.pc < len(r.f.code) {
		i := &r.f.code[r.pc]
		r.pc++
		if err := r.meter(i.Op); err != nil {
			return err
		}
		if err := r.step(i); err != nil {
			return err
		}
	}
	return nil
}

// meter adds the price of an instruction to its segment, and charges the
// segment before its last instruction.
func (r *run) meter(op wasm.Opcode) error {
	r.pending += uint64(r.in.prices.Opcode[op.Row()])
	switch op {
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpElse, wasm.OpEnd, wasm.OpReturn, wasm.OpUnreachable:
		r.in.used += r.pending
		r.pending = 0
	case wasm.OpBr, wasm.OpBrIf, wasm.OpBrTable, wasm.OpCall, wasm.OpCallIndirect:
		r.in.used += r.pending
		r.pending = 0
		if r.in.used >= r.in.limit {
			return ErrOutOfGas
		}
	}
	return nil
}

func (r *run) step(i *instruction) error {
	in := r.in
	switch i.Op {
	case wasm.OpNop:
	case wasm.OpUnreachable:
		return TrapUnreachable
	case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpElse, wasm.OpEnd:
		r.structure(i)
	case wasm.OpBr:
		r.branch(i.Index)
	case wasm.OpBrIf:
		if in.pop32() != 0 {
			r.branch(i.Index)
		}
	case wasm.OpBrTable:
		last := len(i.Table) - 1
		r.branch(i.Table[min(uint64(in.pop32()), uint64(last))])
	case wasm.OpReturn:
		r.branch(uint32(len(r.labels) - 1))
	case wasm.OpCall:
		return in.invoke(i.Index)
	case wasm.OpCallIndirect:
		return in.invokeIndirect(i.Index)
	case wasm.OpDrop:
		in.pop()
	case wasm.OpSelect:
		c, b, a := in.pop32(), in.pop(), in.pop()
		if c == 0 {
			a = b
		}
		in.push(a)
	case wasm.OpLocalGet:
		in.push(r.locals[i.Index])
	case wasm.OpLocalSet:
		r.locals[i.Index] = in.pop()
	case wasm.OpLocalTee:
		r.locals[i.Index] = in.stack[len(in.stack)-1]
	case wasm.OpGlobalGet:
		in.push(in.globals[i.Index])
	case wasm.OpGlobalSet:
		in.globals[i.Index] = in.pop()
	case wasm.OpI32Const:
		in.push(uint64(uint32(i.Const)))
	case wasm.OpI64Const:
		in.push(uint64(i.Const))
	default:
		return in.compute(i)
	}
	return nil
}

// structure enters and leaves blocks.
func (r *run) structure(i *instruction) {
	switch i.Op {
	case wasm.OpLoop:
		r.labels = append(r.labels, label{target: r.pc, height: len(r.in.stack), loop: true})
	case wasm.OpBlock, wasm.OpIf:
		enter := i.Op == wasm.OpBlock || r.in.pop32() != 0
		if !enter && i.other == 0 {
			r.pc = i.end + 1 // the end is not paid
			return
		}
		if !enter {
			r.pc = i.other + 1 // the else is not paid
		}
		arity := 1
		if i.Block == wasm.NoResult {
			arity = 0
		}
		r.labels = append(r.labels, label{target: i.end + 1, height: len(r.in.stack), arity: arity})
	case wasm.OpElse: // reached at the end of the first branch, which does not pay the end
		r.labels = r.labels[:len(r.labels)-1]
		r.pc = i.end + 1
	case wasm.OpEnd:
		r.labels = r.labels[:len(r.labels)-1]
	}
}

// branch goes to the label with that distance from the innermost.
func (r *run) branch(distance uint32) {
	at := len(r.labels) - 1 - int(distance)
	l := r.labels[at]
	stack := r.in.stack
	n := copy(stack[l.height:], stack[len(stack)-l.arity:])
	r.in.stack = stack[:l.height+n]
	r.pc = l.target
	if l.loop {
		at++ // a loop stays open
	}
	r.labels = r.labels[:at]
}

func (in *Instance) invokeIndirect(t uint32) error {
	at := in.pop32()
	if uint64(at) >= uint64(len(in.table)) {
		return TrapTable
	}
	f := in.table[at]
	if f < 0 {
		return TrapUninitialized
	}
	if !in.module.FunctionType(uint32(f)).Equal(in.module.Types[t]) {
		return TrapSignature
	}
	return in.invoke(uint32(f))
}

func (in *Instance) push(v uint64) { in.stack = append(in.stack, v) }

func (in *Instance) pop() uint64 {
	v := in.stack[len(in.stack)-1]
	in.stack = in.stack[:len(in.stack)-1]
	return v
}

func (in *Instance) pop32() uint32 { return uint32(in.pop()) }
