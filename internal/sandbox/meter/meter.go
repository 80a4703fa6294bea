// Package meter rewrites a checked module so that it counts gas, bounds its
// stack and avoids an engine defect, exactly as DECISIONS.md says under
// metering, stack and engine.
//
// It does not know prices (they are given as an array) nor engines (the result
// is plain WebAssembly).
//
// The counter holds the gas that remains, as a signed i64 global that the host
// reads and writes through the export names below. Exports of the contract are
// renamed, so no contract can reach it.
package meter

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// Prices are what instructions cost.
type Prices struct {
	Opcode          [wasm.Opcodes]uint32 // by wasm.Opcode.Row()
	LocalAllocate   uint32               // per local beyond LocalsUnmetered in a run
	LocalsUnmetered uint32
}

// Names of the exports of an instrumented module. Function i of the original
// module, if it was exported, is exported as FunctionExport(i).
const (
	GasExport    = "gas"    // i64, remaining gas
	DepthExport  = "depth"  // i32, sum of the weights of live functions
	ReasonExport = "reason" // i32, why the module stopped itself: one of Reason…
	MemoryExport = "memory"
)

// Values of the reason global.
const (
	ReasonNone     = 0
	ReasonOutOfGas = 1
	ReasonStack    = 2
)

// StackLimit bounds the sum of weights of the functions that are live in one
// instance (DECISIONS.md, stack).
const StackLimit = 1024

// Instrument returns the instrumented module in the binary format. m must have
// been accepted by wasm.Check; it is not changed.
func Instrument(m *wasm.Module, prices *Prices) []byte { panic("skeleton") }
