package sandbox_test

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// disassemble lists the bodies of a module.
func disassemble(code []byte) string {
	m, err := wasm.Parse(code)
	if err != nil {
		return err.Error()
	}
	var s strings.Builder
	for i := range m.Bodies {
		index := len(m.Imports) + i
		t := m.FunctionType(uint32(index))
		fmt.Fprintf(&s, "func %d %s locals %v\n", index, t, m.Bodies[i].Locals)
		d := wasm.NewDecoder(m.Bodies[i].Code)
		var in wasm.Instr
		for indent := 1; d.Next(&in); {
			if in.Op == wasm.OpEnd || in.Op == wasm.OpElse {
				indent--
			}
			fmt.Fprintf(&s, "%s%s%s\n", strings.Repeat("  ", max(0, indent)), in.Op, immediates(&in))
			switch in.Op {
			case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpElse:
				indent++
			}
		}
	}
	return s.String()
}

func immediates(in *wasm.Instr) string {
	switch in.Op.Immediate() {
	case wasm.ImmBlock:
		if in.Block != wasm.NoResult {
			return " " + wasm.ValueType(in.Block).String()
		}
	case wasm.ImmLabels:
		return fmt.Sprintf(" %v", in.Table)
	case wasm.ImmLabel, wasm.ImmFunction, wasm.ImmType, wasm.ImmLocal, wasm.ImmGlobal, wasm.ImmMemArg:
		return fmt.Sprintf(" %d", in.Index)
	case wasm.ImmI32, wasm.ImmI64:
		return fmt.Sprintf(" %d", in.Const)
	}
	return ""
}
