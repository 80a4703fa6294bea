// Package meter rewrites a checked module so that it counts gas, bounds its
// stack and avoids an engine defect, exactly as DECISIONS.md says under
// metering, stack and engine.
//
// It does not know prices (they are given as an array) nor engines (the result
// is plain WebAssembly with multiple results).
//
// # What the result looks like
//
// Inside the module, the gas that remains and the room that is left on the
// stack travel as values: every defined function takes them as two more
// parameters, and gives the gas that remains as its last result. So gas is in
// a register most of the time, and the room needs no undoing after a call. Whoever
// runs the module calls its functions in the same way. Around host functions gas
// is in an exported global, which the host reads and writes. Exports of the
// contract are renamed, so no contract can reach it. Whoever runs the module
// makes the test before a host function: the module does not.
//
// # What is exact
//
// The rule (DECISIONS.md, metering) charges a segment at its last instruction
// and tests the counter only before br, br_if, br_table, call and
// call_indirect. Between two tests nobody can see the counter: a trap consumes
// all gas. So charges are gathered while control can go only one way, and are
// subtracted, as one constant, before a test, before control meets other
// control, and at the end of the function. A test that nobody can miss (see
// outline) is left out where that pays, unless the module is traced.
package meter

import (
	"strconv"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Prices are what instructions cost.
type Prices struct {
	Opcode          [wasm.Opcodes]uint32 // by wasm.Opcode.Row()
	LocalAllocate   uint32               // per local beyond LocalsUnmetered in a run
	LocalsUnmetered uint32
	MemoryPage      uint32 // per page by which the memory grows, charged once it has
}

// Names of the exports of an instrumented module.
const (
	GasExport    = "gas"    // i64, remaining gas; a host function must not run unless it is positive
	ReasonExport = "reason" // i32, why the module stopped itself: one of Reason…
	MemoryExport = "memory" // if the module has a memory
)

// FunctionExport is the name under which function i of the original module can
// be called, if it was exported and has no parameters. It has two: gas (i64), and
// the room on the stack, StackLimit (i32); its last result is the gas that remains
// (i64). One that the module imports has neither, but for its own result.
func FunctionExport(i uint32) string { return "f" + strconv.FormatUint(uint64(i), 10) }

// GlobalExport is the name under which the n-th mutable global of the original
// module is exported, so that an instance can be put back into its first state.
func GlobalExport(n int) string { return "g" + strconv.Itoa(n) }

// Values of the reason global. The module never sets it back to ReasonNone.
const (
	ReasonNone     = 0
	ReasonOutOfGas = 1
	ReasonStack    = 2
)

// StackLimit bounds the sum of weights of the functions that are live in one
// instance (DECISIONS.md, stack).
const StackLimit = 1024

// valuesPerWeight makes the native frame of a function of weight n smaller than
// n times 16 KiB and a little, since no frame was found that has more places of 8
// bytes than the body has values; so all frames together take less than 17 MiB.
const valuesPerWeight = 2048

// weight is what a function weighs on the stack.
func weight(params int, body *wasm.Body) uint32 {
	slots := uint64(params) + uint64(body.MaxHeight)
	for _, run := range body.Locals {
		slots += uint64(run.Count)
	}
	return uint32(1 + max(slots/16, body.Values/valuesPerWeight))
}

// localsPrice is the price of the locals of a function.
func (p *Prices) localsPrice(body *wasm.Body) uint64 {
	var price uint64
	for _, run := range body.Locals {
		if run.Count > p.LocalsUnmetered {
			price += uint64(p.LocalAllocate) * uint64(run.Count-p.LocalsUnmetered)
		}
	}
	return price
}
