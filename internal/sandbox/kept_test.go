package sandbox

import (
	"crypto/sha256"
	"runtime"
	"strconv"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// declaring is a module that declares many things and does nothing, different
// for every id.
type declaring struct{ types, imports, functions, exports, globals, table, elements, entries, segments, locals, pages int }

func (d declaring) encode(id int) []byte {
	m := &wasm.Module{Memory: &wasm.Limits{Min: 1}, Table: &wasm.Limits{Min: uint32(d.table)}}
	zero := []byte{byte(wasm.OpI32Const), 0, byte(wasm.OpEnd)}
	for range d.types + 1 {
		m.Types = append(m.Types, wasm.FuncType{})
	}
	for range d.imports {
		m.Imports = append(m.Imports, wasm.Import{Module: "env", Name: "nothing"})
	}
	for range d.functions + 1 {
		m.Functions = append(m.Functions, 0)
		m.Bodies = append(m.Bodies, wasm.Body{Locals: []wasm.LocalRun{{Count: uint32(d.locals), Type: wasm.I64}}, Code: []byte{byte(wasm.OpEnd)}})
	}
	for i := range d.exports + 1 {
		m.Exports = append(m.Exports, wasm.Export{Name: strconv.Itoa(i), Index: uint32(d.imports + i%(d.functions+1))})
	}
	for range d.globals {
		m.Globals = append(m.Globals, wasm.Global{Type: wasm.I32, Init: zero})
	}
	for range d.elements {
		e := wasm.Element{Offset: zero}
		for range d.entries {
			e.Functions = append(e.Functions, uint32(d.imports))
		}
		m.Elements = append(m.Elements, e)
	}
	for range d.segments + 1 {
		m.Segments = append(m.Segments, wasm.DataSegment{Offset: zero, Init: []byte(strconv.Itoa(id))})
	}
	if d.pages > 0 {
		m.Memory.Min = uint32(d.pages)
		last := wasm.AppendSigned([]byte{byte(wasm.OpI32Const)}, int64(d.pages)*wasm.PageBytes-1)
		m.Segments = append(m.Segments, wasm.DataSegment{Offset: append(last, byte(wasm.OpEnd)), Init: []byte{1}})
	}
	return wasm.Encode(m)
}

// use loads the module and leaves an instance of it at rest.
func use(t *testing.T, s *Sandbox, code []byte) {
	t.Helper()
	c, err := s.Load(sha256.Sum256(code), code)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.Start(c, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Call(c.Functions()[0].Index); err != nil {
		t.Fatal(err)
	}
	s.Stop(in)
}

func newWithNothing(t *testing.T) *Sandbox {
	t.Helper()
	s, err := New(Options{Functions: []engine.HostFunction{{Module: "env", Name: "nothing", Call: func([]uint64) {}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// collected is what the garbage collector finds in use.
func collected() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// What the engine keeps for code and for an instance at rest is not much more
// than what both count for, whatever the code declares.
func TestWhatIsKeptIsCounted(t *testing.T) {
	for name, d := range map[string]declaring{
		"nothing":               {},
		"types":                 {types: 1000},
		"imports":               {imports: 1000},
		"functions":             {functions: 1000},
		"exports":               {exports: 1000},
		"functions and exports": {functions: 1000, exports: 1000},
		"globals":               {globals: 1000},
		"a table":               {table: 100_000},
		"a segment of elements": {table: 10_000, elements: 1, entries: 10_000},
		"segments of elements":  {table: 100, elements: 1000, entries: 1},
		"segments of data":      {segments: 1000},
		"data far apart":        {pages: 64},
		"locals":                {functions: 100, locals: 4000},
	} {
		t.Run(name, func(t *testing.T) {
			const many = 5
			s := newWithNothing(t)
			use(t, s, d.encode(0))
			before, counted, held := collected(), s.cache.bytes, 0
			for id := range many {
				code := d.encode(id + 1)
				use(t, s, code)
				m, err := wasm.Parse(code)
				if err != nil {
					t.Fatal(err)
				}
				held += instanceBytes(m)
			}
			const instance = 32 << 10 // what every instance holds
			kept, most := collected()-before, 10*(s.cache.bytes-counted)+held+many*instance
			if kept > most {
				t.Errorf("%d bytes are kept, at most %d are counted", kept/many, most/many)
			}
		})
	}
}

// A few bytes of code can declare a large table; instances that have one do not
// pile up.
func TestInstancesAtRestWithTables(t *testing.T) {
	s := newWithNothing(t)
	before := collected()
	const contracts = 300 // with 800 kB each
	for id := range contracts {
		use(t, s, declaring{table: 100_000}.encode(id))
	}
	if kept := collected() - before; kept > 160<<20 {
		t.Errorf("%d contracts keep %d MB", contracts, kept>>20)
	}
}

// An instance that rested, was used again and then closed is forgotten, though
// its code stays.
func TestClosedInstancesAreForgotten(t *testing.T) {
	s := newWithNothing(t)
	before := collected()
	const contracts = 50 // with 800 kB each
	for id := range contracts {
		code := declaring{table: 100_000}.encode(id)
		use(t, s, code)
		in, err := s.Start(load(t, s, code), 1000)
		if err != nil {
			t.Fatal(err)
		}
		if !in.Grow(1) {
			t.Fatal("the memory cannot grow")
		}
		s.Stop(in)
	}
	if kept := collected() - before; kept > 10<<20 {
		t.Errorf("%d contracts keep %d MB", contracts, kept>>20)
	}
}
