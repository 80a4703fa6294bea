// Package oracle is the judge in tests of metering: a slow, simple interpreter
// of checked modules that counts gas while it runs, one instruction after the
// other, exactly as DECISIONS.md says under metering, overshoot, locals-leak
// and stack. Whatever instruments modules or runs instrumented ones has to come
// to the same outcome, gas, memory and globals.
//
// It is not part of Core and not fast. It runs original modules, so it shares
// no idea with the instrumenter, and no code but the decoder.
package oracle

import (
	"errors"
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Prices are what instructions cost.
type Prices struct {
	Opcode          [wasm.Opcodes]uint32 // by wasm.Opcode.Row()
	LocalAllocate   uint32               // per local beyond LocalsUnmetered in a run
	LocalsUnmetered uint32
	MemoryPage      uint32 // per page by which the memory grows, charged once it has
}

// StackLimit bounds the sum of the weights of the functions that are running.
const StackLimit = 1024

// HostFunction is a function that guests can import. Call finds the parameters
// in stack, and leaves the result, if there is one, in stack[0]; an i32 is
// zero-extended, a float given by its bits. An error ends the run.
type HostFunction struct {
	Module, Name string
	Type         wasm.FuncType
	Call         func(in *Instance, stack []uint64) error
}

// ErrOutOfGas ends a run because of gas when a host function returns it.
var ErrOutOfGas = errors.New("out of gas")

// Trap ends a run because the guest did something that it must not.
type Trap string

func (t Trap) Error() string { return "trap: " + string(t) }

// The traps.
const (
	TrapUnreachable   Trap = "unreachable"
	TrapDivideByZero  Trap = "integer divide by zero"
	TrapOverflow      Trap = "integer overflow"
	TrapConversion    Trap = "invalid conversion to integer"
	TrapMemory        Trap = "out of bounds memory access"
	TrapTable         Trap = "undefined element"
	TrapUninitialized Trap = "uninitialized element"
	TrapSignature     Trap = "indirect call type mismatch"
	TrapStack         Trap = "call stack exhausted"
)

// Kind says how a run ended.
type Kind int

// The kinds.
const (
	Returned  Kind = iota
	OutOfGas       // in the code, at its end, or because a host function said so
	Trapped        // Outcome.Err is a Trap
	HostError      // Outcome.Err is what a host function returned
)

func (k Kind) String() string {
	return [...]string{"returned", "out of gas", "trapped", "host error"}[k]
}

// Outcome is how a run ended.
type Outcome struct {
	Kind    Kind
	Err     error    // nil if Kind is Returned
	Results []uint64 // if Kind is Returned

	// GasLeft is what was provided minus what was charged. It is negative if
	// more was charged.
	GasLeft int64
}

// Instance is a module with its memory, globals and table.
type Instance struct {
	module    *wasm.Module
	prices    *Prices
	imports   []HostFunction
	functions []function // defined ones
	table     []int64    // function indices, -1 is none
	globals   []uint64
	memory    []byte

	stack       []uint64
	depth       uint64 // sum of the weights of the running functions
	used, limit uint64 // gas
}

// New makes an instance of a module that wasm.Check has accepted. It fails if
// an import is not among the functions.
func New(m *wasm.Module, prices *Prices, functions []HostFunction) (*Instance, error) {
	in := &Instance{module: m, prices: prices}
	for _, im := range m.Imports {
		f, ok := find(functions, im.Module, im.Name)
		if !ok || !f.Type.Equal(m.Types[im.Type]) {
			return nil, fmt.Errorf("oracle: no function %s.%s of type %s", im.Module, im.Name, m.Types[im.Type])
		}
		in.imports = append(in.imports, f)
	}
	for i := range m.Bodies {
		in.functions = append(in.functions, newFunction(&m.Bodies[i], m.Types[m.Functions[i]], prices))
	}
	for _, g := range m.Globals {
		in.globals = append(in.globals, word(g.Type, wasm.Constant(g.Init)))
	}
	if m.Memory != nil {
		in.memory = make([]byte, int(m.Memory.Min)*wasm.PageBytes)
	}
	if m.Table != nil {
		in.table = make([]int64, m.Table.Min)
		for i := range in.table {
			in.table[i] = -1
		}
	}
	for _, e := range m.Elements {
		for i, f := range e.Functions {
			in.table[int(uint32(wasm.Constant(e.Offset)))+i] = int64(f)
		}
	}
	for _, s := range m.Segments {
		copy(in.memory[uint32(wasm.Constant(s.Offset)):], s.Init)
	}
	return in, nil
}

func find(functions []HostFunction, module, name string) (HostFunction, bool) {
	for _, f := range functions {
		if f.Module == module && f.Name == name {
			return f, true
		}
	}
	return HostFunction{}, false
}

// word makes a constant a word of the stack.
func word(t wasm.ValueType, v int64) uint64 {
	if t == wasm.I32 || t == wasm.F32 {
		return uint64(uint32(v))
	}
	return uint64(v)
}

// Run calls the function with that index, imports included, as a host calls an
// exported function. There must be as many args as it has parameters. Memory
// and globals stay as they are for the next run.
//
// It ends only if all prices are greater than 0.
func (in *Instance) Run(function uint32, gas uint64, args ...uint64) Outcome {
	in.used, in.limit = 0, gas
	in.depth = 0
	in.stack = append(in.stack[:0], args...)
	err := in.invoke(function)
	// There is no check between the last branch or call and the end, so the
	// end has its own. Unlike at the others, equality is enough here.
	if err == nil && in.used > in.limit {
		err = ErrOutOfGas
	}
	o := Outcome{Err: err, GasLeft: in.Gas()}
	var trap Trap
	switch {
	case err == nil:
		o.Results = append(o.Results, in.stack...)
	case errors.Is(err, ErrOutOfGas):
		o.Kind = OutOfGas
	case errors.As(err, &trap):
		o.Kind = Trapped
	default:
		o.Kind = HostError
	}
	return o
}

// Gas gives the gas that is left, negative if more was used.
func (in *Instance) Gas() int64 { return int64(in.limit - in.used) }

// SetGas sets the gas that is left.
func (in *Instance) SetGas(gas int64) { in.used = in.limit - uint64(gas) }

// Charge is for host functions: it takes gas, or returns ErrOutOfGas if less
// is left.
func (in *Instance) Charge(gas uint64) error {
	if in.used+gas > in.limit || in.used+gas < gas {
		in.used = in.limit
		return ErrOutOfGas
	}
	in.used += gas
	return nil
}

// Memory is a view of the memory, valid until it grows; nil if there is none.
func (in *Instance) Memory() []byte { return in.memory }

// Globals gives all globals by index. Not to be changed.
func (in *Instance) Globals() []uint64 { return in.globals }

// Grow adds pages to the memory, within its declared maximum and
// wasm.MaxMemoryPages, and says whether it could.
func (in *Instance) Grow(pages uint32) bool {
	m := in.module.Memory
	if m == nil {
		return false
	}
	limit := uint64(wasm.MaxMemoryPages)
	if m.HasMax {
		limit = min(limit, uint64(m.Max))
	}
	if uint64(len(in.memory)/wasm.PageBytes)+uint64(pages) > limit {
		return false
	}
	in.memory = append(in.memory, make([]byte, int(pages)*wasm.PageBytes)...)
	return true
}
