package sandbox

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// The engine keeps tables for what a module declares in a few bytes. The numbers
// below are what was measured, rounded up.

// codeBytes is what code counts in the cache beyond what every code does: its
// bytes, and a tenth of the tables that are kept for what its bytes declare.
func codeBytes(m *wasm.Module) int {
	const (
		part    = 24 // a type, an import, a function, an export
		element = 4  // an entry of an element segment
	)
	return m.Size + part*(len(m.Types)+len(m.Imports)+len(m.Functions)+len(m.Exports)) + element*entries(m) +
		locals(m) + imageBytes(m)/10
}

// instanceBytes is what an instance holds besides its memory and what every
// instance does.
func instanceBytes(m *wasm.Module) int {
	const (
		slot     = 8 // of the table
		element  = 40
		function = 200
		imported = 48
		export   = 24
		global   = 128
		segment  = 64 // of either kind
	)
	n := element*entries(m) + function*len(m.Functions) + imported*len(m.Imports) + export*len(m.Exports) +
		global*len(m.Globals) + segment*(len(m.Elements)+len(m.Segments))
	if m.Table != nil {
		n += slot * int(m.Table.Min)
	}
	return n
}

// imageBytes bounds what the engine keeps of the memory that an instance begins
// with: all between the first and the last byte of data, in pages of the system.
func imageBytes(m *wasm.Module) int {
	const page = 4096
	first, end := -1, 0
	for i := range m.Segments {
		if n := len(m.Segments[i].Init); n > 0 {
			at := int(uint32(wasm.Constant(m.Segments[i].Offset)))
			if first < 0 || at < first {
				first = at
			}
			end = max(end, at+n)
		}
	}
	if first < 0 {
		return 0
	}
	return (end+page-1)/page*page - first/page*page
}

// locals counts the locals of all functions, parameters apart: the engine keeps 8
// bytes for the type of each.
func locals(m *wasm.Module) int {
	n := 0
	for i := range m.Bodies {
		for _, run := range m.Bodies[i].Locals {
			n += int(run.Count)
		}
	}
	return n
}

// entries counts the entries of all element segments.
func entries(m *wasm.Module) int {
	n := 0
	for i := range m.Elements {
		n += len(m.Elements[i].Functions)
	}
	return n
}
