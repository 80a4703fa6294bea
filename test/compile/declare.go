package compile

import (
	"strconv"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// HostType is the type of the function "host" of "env" that built modules
// import; they import "bare" too, which has no parameters and no result.
var HostType = wasm.FuncType{Params: []wasm.ValueType{wasm.I32, wasm.I64}, Results: []wasm.ValueType{wasm.I32}}

// declare declares what functions share. Of the bytes of the module each of
// these things takes at most half of what the ones before it left; it gives what
// is left for bodies.
func (b *builder) declare(s *Shape, size int) (left int) {
	d, m := &s.Module, &b.module
	take := func(n, bytes int) int {
		n = min(n, size/2/bytes)
		size -= n * bytes
		return n
	}
	m.Memory = &wasm.Limits{Min: 1, Max: 1, HasMax: true}
	m.Table = &wasm.Limits{Min: 1}
	m.Types = []wasm.FuncType{{}, HostType}
	for i := range s.Kinds {
		t := wasm.FuncType{Results: []wasm.ValueType{wasm.I32}}
		for range s.Kinds[i][Params] {
			t.Params = append(t.Params, wasm.I32)
		}
		m.Types = append(m.Types, t)
	}
	b.typed = uint32(len(m.Types))
	for i := range take(d[Types], 4+d[TypeParams]) {
		m.Types = append(m.Types, numberedType(i, d[TypeParams]))
	}
	b.globals(take(d[Globals], 5), take(d[Constants], 5))
	b.imports(take(d[Imports], 11), take(d[BareImports], 11), d[TypeParams] == 0)
	m.Exports = []wasm.Export{{Name: "memory", Kind: wasm.ExportMemory}}
	for i := range take(min(d[ExportedGlobals], len(m.Globals)), 8) {
		m.Exports = append(m.Exports, wasm.Export{Name: "g" + strconv.Itoa(i), Kind: wasm.ExportGlobal, Index: uint32(i)})
	}
	for i := range take(min(d[ExportedImports], len(m.Imports)-b.bare), 8) {
		m.Exports = append(m.Exports, wasm.Export{Name: "i" + strconv.Itoa(i), Index: uint32(b.bare + i)})
	}
	b.exported = take(d[ExportedFunctions], 8)
	b.importsInTable, b.functionsInTable = take(min(d[ImportsInTable], len(m.Imports)), 2), take(d[FunctionsInTable], 2)
	b.elements = take(d[Elements], 6+2*(b.importsInTable+b.functionsInTable))
	for range take(d[Segments], 6+d[SegmentBytes]) {
		length := min(d[SegmentBytes], wasm.PageBytes)
		m.Segments = append(m.Segments, wasm.DataSegment{Offset: zero(wasm.OpI32Const), Init: make([]byte, length)})
	}
	return size
}

// numberedType gives a type of n parameters that follows from its number. Without
// parameters it is that of the host.
func numberedType(number, n int) wasm.FuncType {
	if n == 0 {
		return HostType
	}
	var t wasm.FuncType
	for i := range n {
		p := wasm.I32
		if number>>i&1 != 0 {
			p = wasm.I64
		}
		t.Params = append(t.Params, p)
	}
	return t
}

func zero(op wasm.Opcode) []byte { return []byte{byte(op), 0, byte(wasm.OpEnd)} }

// globals declares an i32 and an i64, and more of the first.
func (b *builder) globals(mutable, constants int) {
	g := wasm.Global{Type: wasm.I32, Mutable: true, Init: zero(wasm.OpI32Const)}
	b.module.Globals = []wasm.Global{g, {Type: wasm.I64, Mutable: true, Init: zero(wasm.OpI64Const)}}
	for range mutable {
		b.module.Globals = append(b.module.Globals, g)
	}
	g.Mutable = false
	for range min(constants, wasm.MaxGlobals-len(b.module.Globals)) {
		b.module.Globals = append(b.module.Globals, g)
	}
}

// imports imports the host's function once and more often, and then the one
// without parameters. If types are the host's, each import has its own.
func (b *builder) imports(host, bare int, own bool) {
	const most = wasm.MaxFunctions - 10 // there is something else too
	m := &b.module
	m.Imports = []wasm.Import{{Module: "env", Name: "host", Type: 1}}
	for i := range min(host, most-len(m.Imports)) {
		next := wasm.Import{Module: "env", Name: "host", Type: 1}
		if t := b.typed + uint32(i); own && t < uint32(len(m.Types)) {
			next.Type = t
		}
		m.Imports = append(m.Imports, next)
	}
	b.bare = len(m.Imports)
	for range min(bare, most-len(m.Imports)) {
		m.Imports = append(m.Imports, wasm.Import{Module: "env", Name: "bare"})
	}
}

// finish declares what comes after functions: exports of them, and the table.
func (b *builder) finish() {
	m := &b.module
	for i := range min(b.exported, len(m.Functions)) {
		m.Exports = append(m.Exports, wasm.Export{Name: "f" + strconv.Itoa(i), Index: uint32(len(m.Imports) + i)})
	}
	e := wasm.Element{Offset: zero(wasm.OpI32Const)}
	for i := range b.importsInTable {
		e.Functions = append(e.Functions, uint32(i))
	}
	for i := range min(b.functionsInTable, len(m.Functions), wasm.MaxSegmentElements-len(e.Functions)) {
		e.Functions = append(e.Functions, uint32(len(m.Imports)+i))
	}
	if n := len(e.Functions); n > 0 || b.elements > 0 {
		m.Table.Min = uint32(max(n, 1))
		for range b.elements + 1 {
			m.Elements = append(m.Elements, e)
		}
	}
}
