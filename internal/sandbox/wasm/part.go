package wasm

import "slices"

// Part gives a checked module without the code that a function cannot reach,
// and how many bytes that is. A negative function reaches nothing. The part is
// as valid as m and has the same functions under the same indices; what was
// left out would trap.
func Part(m *Module, function int) (part *Module, leftOut int) {
	reached := reach(m, function)
	p := *m
	p.Bodies = slices.Clone(m.Bodies)
	for i := range p.Bodies {
		if !reached[i] {
			leftOut += len(p.Bodies[i].Code)
			p.Bodies[i] = Body{Code: []byte{byte(OpUnreachable), byte(OpEnd)}}
		}
	}
	return &p, leftOut
}

// reach says of each defined function whether a function can reach it: whatever
// is called, and all of the table if anything is called by it.
func reach(m *Module, function int) []bool {
	reached := make([]bool, len(m.Bodies))
	var open []int
	add := func(index int) {
		if i := index - len(m.Imports); i >= 0 && !reached[i] {
			reached[i] = true
			open = append(open, i)
		}
	}
	add(function)
	indirect := false
	var in Instr
	for len(open) > 0 {
		d := NewDecoder(m.Bodies[open[len(open)-1]].Code)
		open = open[:len(open)-1]
		for d.Next(&in) {
			switch in.Op {
			case OpCall:
				add(int(in.Index))
			case OpCallIndirect:
				if indirect {
					break
				}
				indirect = true
				for i := range m.Elements {
					for _, index := range m.Elements[i].Functions {
						add(int(index))
					}
				}
			}
		}
	}
	return reached
}
