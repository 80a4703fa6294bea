// Package differential makes valid modules from numbers and judges whether
// everything that runs contracts agrees about them: the compiler and the
// interpreter behind the sandbox, on the instrumented module, and the oracle,
// which counts gas by itself, on the original one.
//
// Compared are how a run ends (returned, out of gas, the trap, the host's
// error), the gas that is left, every call of the host with its arguments and
// the gas at that moment, the memory, and the globals.
//
// It is for tests and campaigns and no part of Core. A module, its prices and
// its limits depend only on two numbers, so that everything found can be found
// again.
package differential

import (
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Main is the exported function that a run calls.
const Main = "main"

// report is the exported function that tells the host all globals.
const report = "report"

// Random gives the numbers that case number of the campaign with that seed is
// made from.
func Random(seed, number uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, number)) }

// The functions of the host, by their place in hostFunctions.
const (
	hostTell = iota
	hostGas
	hostSpend
	hostFail
	hostPoke
	hostGrow
	hostMix
	hostCount
)

// hostTypes are the names and types of the host's functions:
//
//	tell i64             notes a number
//	gas -> i64           gives the gas that remains
//	spend i64            takes gas, less than 2^20 of it
//	fail                 ends the run with an error, rarely
//	poke i32 i64         writes a number to the memory, or fails beyond it
//	grow i32 -> i32      grows the memory by up to 3 pages
//	mix i32 i64 f32 f64 i32 i64 -> i64   depends on all its parameters
var hostTypes = [hostCount]struct {
	name string
	typ  wasm.FuncType
}{
	hostTell:  {"tell", wasm.FuncType{Params: []wasm.ValueType{wasm.I64}}},
	hostGas:   {"gas", wasm.FuncType{Results: []wasm.ValueType{wasm.I64}}},
	hostSpend: {"spend", wasm.FuncType{Params: []wasm.ValueType{wasm.I64}}},
	hostFail:  {"fail", wasm.FuncType{Params: []wasm.ValueType{wasm.I32}}},
	hostPoke:  {"poke", wasm.FuncType{Params: []wasm.ValueType{wasm.I32, wasm.I64}}},
	hostGrow:  {"grow", wasm.FuncType{Params: []wasm.ValueType{wasm.I32}, Results: []wasm.ValueType{wasm.I32}}},
	hostMix: {"mix", wasm.FuncType{
		Params:  []wasm.ValueType{wasm.I32, wasm.I64, wasm.F32, wasm.F64, wasm.I32, wasm.I64},
		Results: []wasm.ValueType{wasm.I64}}},
}

// A Function is one that the host offers. What it gives depends on all its
// parameters and on nothing else.
type Function struct {
	Module, Name string
	Type         wasm.FuncType
}

// functions lists those of hostTypes, then more.
func functions(more []Function) []Function {
	var all []Function
	for i := range hostTypes {
		all = append(all, Function{"env", hostTypes[i].name, hostTypes[i].typ})
	}
	return append(all, more...)
}
