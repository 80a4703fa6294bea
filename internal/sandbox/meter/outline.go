package meter

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// outline finds the tests of a body that nobody can miss: those after which,
// whichever way control goes, the next thing that anybody could notice is
// another test. In between there is no call, no trap, no change of a global or
// of memory, and no way back, so that whoever has no gas at the first test stops
// at the second one, and it looks the same.
//
// Its slices are used again for the next body.
type outline struct {
	ops   []wasm.Opcode
	link  []int32 // block, loop, else: the end; if: else or end; br, br_if: the label, -1 the body
	open  []int32
	quiet []bool // from here on, the next thing that can be noticed is a test
}

// read reads a body.
func (o *outline) read(code []byte) {
	o.ops, o.link, o.open = o.ops[:0], o.link[:0], o.open[:0]
	decoder := wasm.NewDecoder(code)
	var i wasm.Instr
	for decoder.Next(&i) {
		link := int32(-1)
		at := int32(len(o.ops))
		top := len(o.open) - 1
		switch i.Op {
		case wasm.OpBlock, wasm.OpLoop, wasm.OpIf:
			o.open = append(o.open, at)
		case wasm.OpElse:
			o.link[o.open[top]] = at
			o.open[top] = at
		case wasm.OpEnd:
			if top >= 0 {
				o.link[o.open[top]] = at
				o.open = o.open[:top]
			}
		case wasm.OpBr, wasm.OpBrIf:
			if depth := int(i.Index); depth <= top {
				link = o.open[top-depth]
			}
		}
		o.ops, o.link = append(o.ops, i.Op), append(o.link, link)
	}
	o.judge()
}

// judge fills quiet, from the end to the beginning.
func (o *outline) judge() {
	n := len(o.ops)
	if cap(o.quiet) < n+1 {
		o.quiet = make([]bool, n+1)
	}
	o.quiet = o.quiet[:n+1]
	o.quiet[n] = false // the caller goes on, or the host
	for k := n - 1; k >= 0; k-- {
		next := o.quiet[k+1]
		switch op := o.ops[k]; {
		case op == wasm.OpIf:
			next = next && o.quiet[o.otherwise(k)]
		case op == wasm.OpElse: // the first branch ends here
			next = o.quiet[o.link[k]]
		case tests(op):
			next = true
		case op == wasm.OpReturn, op == wasm.OpGlobalSet, stops(op):
			next = false
		}
		o.quiet[k] = next
	}
}

// otherwise is where the if at k goes if not to what follows it.
func (o *outline) otherwise(k int) int32 {
	other := o.link[k]
	if o.ops[other] == wasm.OpElse {
		other++
	}
	return other
}

// needless says whether nobody can miss the test before instruction k, a
// branch.
func (o *outline) needless(k int) bool {
	label := o.link[k]
	if label < 0 || o.ops[label] == wasm.OpLoop {
		return false
	}
	end := o.link[label]
	if o.ops[end] == wasm.OpElse {
		end = o.link[end]
	}
	return o.quiet[end] && (o.ops[k] == wasm.OpBr || o.quiet[k+1])
}

// tests says whether there is a test before an instruction.
func tests(op wasm.Opcode) bool {
	switch op {
	case wasm.OpBr, wasm.OpBrIf, wasm.OpBrTable, wasm.OpCall, wasm.OpCallIndirect:
		return true
	}
	return false
}
