package meter

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// PositionExport is the export of a module that was instrumented by
// InstrumentTraced: i32, where in the original module the instruction is that
// may call, test the gas or trap next.
const PositionExport = "position"

// InstrumentTraced is Instrument for tools that want to know where a module
// stopped: it also writes down positions. Gas, stack and results are the same.
func InstrumentTraced(m *wasm.Module, prices *Prices) []byte {
	in := newInstrumenter(m, prices)
	in.traced = true
	return wasm.Encode(in.module())
}

// position is the index of the global of PositionExport.
func (in *instrumenter) position() uint32 { return in.reason + 1 }

// tracePosition writes the position of an instruction down if it can end the
// run or leave the function.
func (b *body) tracePosition(i *wasm.Instr) {
	if !b.traced || !stops(i.Op) {
		return
	}
	b.constant(opI32Const, int64(b.offset+i.Start))
	b.index(opGlobalSet, b.position())
}

// stops says whether an instruction calls, tests the gas or may trap, or may be
// refused memory.
func stops(op wasm.Opcode) bool {
	if tests(op) {
		return true
	}
	switch op {
	case wasm.OpUnreachable, wasm.OpMemoryGrow,
		wasm.OpI32DivS, wasm.OpI32DivU, wasm.OpI32RemS, wasm.OpI32RemU,
		wasm.OpI64DivS, wasm.OpI64DivU, wasm.OpI64RemS, wasm.OpI64RemU:
		return true
	}
	return op >= wasm.OpI32Load && op <= wasm.OpI64Store32 ||
		op >= wasm.OpI32TruncF32S && op <= wasm.OpI64TruncF64U
}
