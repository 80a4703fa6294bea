package meter

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// Instrument returns the instrumented module in the binary format. m must have
// been accepted by wasm.Check; it is not changed.
func Instrument(m *wasm.Module, prices *Prices) []byte {
	return wasm.Encode(instrument(m, prices))
}

func instrument(m *wasm.Module, prices *Prices) *wasm.Module {
	return newInstrumenter(m, prices).module()
}

func newInstrumenter(m *wasm.Module, prices *Prices) *instrumenter {
	return &instrumenter{
		prices: prices,
		old:    m,
		gas:    uint32(len(m.Globals)),
		reason: uint32(len(m.Globals)) + 1,
	}
}

// module makes the instrumented module. It shares slices with the old one.
func (in *instrumenter) module() *wasm.Module {
	m := in.old
	in.new = &wasm.Module{
		Functions: append(make([]uint32, 0, len(m.Functions)+8), m.Functions...),
		Bodies:    make([]wasm.Body, 0, len(m.Bodies)+8),
		Table:     m.Table,
		Memory:    m.Memory,
		Segments:  m.Segments,
	}
	in.types()
	in.globals()
	for i := range m.Bodies {
		in.new.Bodies = append(in.new.Bodies, in.function(m.Types[m.Functions[i]], &m.Bodies[i]))
	}
	in.elements()
	in.exports()
	return in.new
}

// instrumenter makes one instrumented module. The index spaces of functions,
// types and globals keep what the original has; what is new comes after it.
type instrumenter struct {
	prices *Prices
	old    *wasm.Module
	new    *wasm.Module

	gas, reason uint32 // indices of the globals
	traced      bool   // see InstrumentTraced

	code    []byte  // of all bodies, to allocate in big pieces
	labels  []label // of the body at hand, reused
	outline outline // of the body at hand
}

// types gives the types of defined functions their additional parameters and
// result, and adds the original types of imported functions.
func (in *instrumenter) types() {
	m := in.old
	words := 0
	for _, t := range m.Types {
		words += len(t.Params) + len(t.Results) + 3
	}
	pool := make([]wasm.ValueType, 0, words)
	in.new.Types = make([]wasm.FuncType, 0, len(m.Types)+len(m.Imports)+1)
	for _, t := range m.Types {
		start := len(pool)
		pool = append(append(pool, t.Params...), wasm.I64, wasm.I32)
		mid := len(pool)
		pool = append(append(pool, t.Results...), wasm.I64)
		in.new.Types = append(in.new.Types, wasm.FuncType{Params: pool[start:mid:mid], Results: pool[mid:len(pool):len(pool)]})
	}
	in.new.Imports = append([]wasm.Import(nil), m.Imports...)
	added := make(map[uint32]uint32) // original type → original type in the new module
	for i := range in.new.Imports {
		imported := &in.new.Imports[i]
		t, ok := added[imported.Type]
		if !ok {
			t = in.addType(m.Types[imported.Type])
			added[imported.Type] = t
		}
		imported.Type = t
	}
}

// addType gives the index of a type that was added, or adds it. There are no more
// of them than types of functions that the host offers.
func (in *instrumenter) addType(t wasm.FuncType) uint32 {
	types := in.new.Types
	for i := len(in.old.Types); i < len(types); i++ {
		if types[i].Equal(t) {
			return uint32(i)
		}
	}
	in.new.Types = append(types, t)
	return uint32(len(types))
}

func (in *instrumenter) globals() {
	in.new.Globals = append(append(make([]wasm.Global, 0, len(in.old.Globals)+2), in.old.Globals...),
		wasm.Global{Type: wasm.I64, Mutable: true, Init: []byte{opI64Const, 0, opEnd}},
		wasm.Global{Type: wasm.I32, Mutable: true, Init: []byte{opI32Const, 0, opEnd}})
	if in.traced {
		in.new.Globals = append(in.new.Globals, wasm.Global{Type: wasm.I32, Mutable: true, Init: []byte{opI32Const, 0, opEnd}})
	}
}

// addFunction adds a function that the original module does not have and
// gives its index.
func (in *instrumenter) addFunction(typ uint32, code []byte) uint32 {
	in.new.Functions = append(in.new.Functions, typ)
	in.new.Bodies = append(in.new.Bodies, wasm.Body{Code: code})
	return uint32(len(in.new.Imports) + len(in.new.Functions) - 1)
}

// elements puts thunks in the place of imported functions in the table: code
// that calls through the table passes gas and room as it does to any function.
func (in *instrumenter) elements() {
	m := in.old
	imports := uint32(len(m.Imports))
	thunks := make(map[uint32]uint32)
	in.new.Elements = append([]wasm.Element(nil), m.Elements...)
	for i := range in.new.Elements {
		element := &in.new.Elements[i]
		copied := false
		for j, function := range element.Functions {
			if function >= imports {
				continue
			}
			thunk, ok := thunks[function]
			if !ok {
				thunk = in.thunk(function)
				thunks[function] = thunk
			}
			if !copied {
				element.Functions = append([]uint32(nil), element.Functions...)
				copied = true
			}
			element.Functions[j] = thunk
		}
	}
}

// thunk adds a function that calls the imported function.
func (in *instrumenter) thunk(imported uint32) uint32 {
	typ := in.old.Imports[imported].Type
	params := len(in.old.Types[typ].Params)
	code := withIndex(nil, opLocalGet, uint32(params)) // gas
	code = withIndex(code, opGlobalSet, in.gas)
	for i := range params {
		code = withIndex(code, opLocalGet, uint32(i))
	}
	code = withIndex(code, opCall, imported)
	code = withIndex(code, opGlobalGet, in.gas)
	return in.addFunction(typ, append(code, opEnd))
}

// exports exports the mutable globals and the memory, and the exported functions
// that the host can call.
func (in *instrumenter) exports() {
	m := in.old
	in.new.Exports = append(in.new.Exports,
		wasm.Export{Name: GasExport, Kind: wasm.ExportGlobal, Index: in.gas},
		wasm.Export{Name: ReasonExport, Kind: wasm.ExportGlobal, Index: in.reason})
	if in.traced {
		in.new.Exports = append(in.new.Exports, wasm.Export{Name: PositionExport, Kind: wasm.ExportGlobal, Index: in.position()})
	}
	if m.Memory != nil {
		in.new.Exports = append(in.new.Exports, wasm.Export{Name: MemoryExport, Kind: wasm.ExportMemory})
	}
	mutable := 0
	for i := range m.Globals {
		if m.Globals[i].Mutable {
			in.new.Exports = append(in.new.Exports, wasm.Export{Name: GlobalExport(mutable), Kind: wasm.ExportGlobal, Index: uint32(i)})
			mutable++
		}
	}
	exported := make(map[uint32]bool)
	for _, e := range m.Exports {
		if e.Kind != wasm.ExportFunction || exported[e.Index] || len(m.FunctionType(e.Index).Params) > 0 {
			continue
		}
		exported[e.Index] = true
		in.new.Exports = append(in.new.Exports, wasm.Export{
			Name: FunctionExport(e.Index), Kind: wasm.ExportFunction, Index: in.callable(e.Index),
		})
	}
}

// callable gives the function by which the host calls an exported function. For
// one that the module imports it is new code, so that a module calls it as ever.
func (in *instrumenter) callable(function uint32) uint32 {
	if function >= uint32(len(in.old.Imports)) {
		return function
	}
	code := withIndex(nil, opCall, function)
	return in.addFunction(in.new.Imports[function].Type, append(code, opEnd))
}
