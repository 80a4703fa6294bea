package engine

import (
	"container/list"
	"context"
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero/api"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Instance is a running module with its own memory, globals and table. It may
// be called again after a trap and after an error of a host function; what a
// failed call left in memory and globals stays.
type Instance struct {
	engine *Engine
	code   *Code
	module api.Module
	memory api.Memory // nil if the module has none
	gas    api.MutableGlobal
	reason api.MutableGlobal

	functions []function // looked up so far, the last used first: looking up is slow
	words     [3]uint64  // parameters and results of the call under way
	running   bool
	failed    bool // the last call

	linear  *memory // nil if the module has none
	globals []api.MutableGlobal
	idle    *list.Element // among all that were released, nil if in use
}

// function is an exported function that was looked up. wazero gives it a stack
// of its own, which grows with the depth of its calls and never shrinks.
type function struct {
	index   uint32 // in the original module
	call    api.Function
	metered bool // takes gas and room, gives gas
	results int  // before the gas
}

// Instantiate makes an instance in its initial state. It fails with the error
// of keep if that refuses the memory, and with another one if a data or element
// segment does not fit: the contract is invalid then.
func (e *Engine) Instantiate(code *Code) (*Instance, error) {
	if err := e.memories.ask(code.memory); err != nil {
		return nil, err
	}
	if in := code.wake(); in != nil {
		return in, nil
	}
	in, err := e.instantiate(code)
	if err != nil {
		e.memories.giveBack(code.memory)
		return nil, err
	}
	if !code.imaged {
		code.image, code.imaged = takeImage(in), true
	} else if code.image != nil {
		in.findGlobals()
	}
	return in, nil
}

// instantiate makes a fresh instance.
func (e *Engine) instantiate(code *Code) (*Instance, error) {
	e.memories.newest = nil
	module, err := e.runtime.InstantiateModule(e.ctx, code.compiled, e.config)
	linear := e.memories.newest // nil if the module has none, or failed earlier
	if err != nil {
		if linear != nil {
			linear.Free()
		}
		return nil, fmt.Errorf("instantiate: %w", err)
	}
	if linear != nil {
		linear.live = true
		linear.count()
	}
	code.instances++
	return &Instance{
		engine: e,
		code:   code,
		module: module,
		memory: module.ExportedMemory(meter.MemoryExport),
		gas:    module.ExportedGlobal(meter.GasExport).(api.MutableGlobal),
		reason: module.ExportedGlobal(meter.ReasonExport).(api.MutableGlobal),
		linear: linear,
	}, nil
}

// Close frees the instance. Either Close or Release has to be called, once.
func (in *Instance) Close() error {
	in.code.instances--
	return in.module.Close(context.Background())
}

// Gas gives the gas that remains. It is negative if more was used. It is exact
// while a host function runs and after a call without an error; after an error
// it has no meaning.
func (in *Instance) Gas() int64 { return int64(in.gas.Get()) }

// SetGas sets the gas that remains.
func (in *Instance) SetGas(gas int64) { in.gas.Set(uint64(gas)) }

// Memory is a view of the whole memory, valid until it grows and as long as the
// instance is in use;
// nil if the module has none.
func (in *Instance) Memory() []byte {
	if in.memory == nil {
		return nil
	}
	view, _ := in.memory.Read(0, in.memory.Size()) // all of it is never out of range
	return view
}

// Grow adds pages to the memory, within its declared maximum and
// wasm.MaxMemoryPages, and says whether it could. It panics with the error of
// keep if that refuses, which a host function does not recover.
func (in *Instance) Grow(pages uint32) bool {
	if in.memory == nil || pages > wasm.MaxMemoryPages {
		return false
	}
	_, ok := in.memory.Grow(pages)
	return ok
}

// Call runs the exported function with that index in the original module. It
// takes no parameters; a result is dropped. Errors: ErrOutOfGas, a *Trap, or
// the error a host function panicked with.
//
// A function that is not exported or has parameters, or an instance that is
// running already, is a mistake of the caller, and Call panics.
func (in *Instance) Call(function uint32) error {
	if in.code.part && int(function) != in.code.only {
		panic(fmt.Sprintf("engine: function %d was left out", function))
	}
	f := in.function(function)
	if in.running {
		panic("engine: the instance is running already")
	}
	in.running, in.failed = true, true // if a panic goes through
	in.reason.Set(meter.ReasonNone)

	e := in.engine
	outer, outerHost := e.current, e.host
	e.current, e.host, e.direct = in, false, function < in.code.imports
	if f.metered {
		in.words[0], in.words[1] = in.gas.Get(), meter.StackLimit
	}
	err := f.call.CallWithStack(context.Background(), in.words[:])
	if f.metered && err == nil {
		in.gas.Set(in.words[f.results])
	}
	inHost := e.host
	e.current, e.host = outer, outerHost
	in.running = false

	switch {
	case err != nil:
		return in.outcome(err, inHost)
	case in.Gas() < 0:
		return ErrOutOfGas // used more than there was after the last test
	}
	in.failed = false
	return nil
}

// function looks up an exported function. What it gives is valid until the next
// one is looked up.
func (in *Instance) function(index uint32) *function {
	for i, f := range in.functions {
		if f.index == index {
			copy(in.functions[1:], in.functions[:i])
			in.functions[0] = f
			return &in.functions[0]
		}
	}
	call := in.module.ExportedFunction(meter.FunctionExport(index))
	if call == nil {
		panic(fmt.Sprintf("engine: function %d is not exported or has parameters", index))
	}
	f := function{index: index, call: call}
	if d := call.Definition(); len(d.ParamTypes()) > 0 {
		f.metered, f.results = true, len(d.ResultTypes())-1
	}
	in.functions = slices.Insert(in.functions, 0, f)
	return &in.functions[0]
}
