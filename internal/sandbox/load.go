package sandbox

import (
	"bytes"
	"errors"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Key is what the cache knows code by: whoever loads code says which bytes are
// the same. The host uses the hash that the node gave, or that of the bytes.
type Key = [32]byte

// Code is loaded code. It stays usable while it has instances, and until the
// next Load otherwise: the cache may free it then.
type Code struct {
	key       Key
	size      int // of the original code, in bytes
	counted   int // by the cache, see codeBytes
	holds     int // an instance, see instanceBytes
	functions []Function
	byName    map[string]int // index into functions
	memory    bool           // is exported
	pages     int            // of memory that an instance starts with
	work      uint64
	original  []byte // kept only if there is a listener

	whole  *engine.Code // nil as long as only a part is needed
	part   *engine.Code // may be there besides the whole while it runs
	partOf string       // name of the function that it is for
	rest   *wasm.Module // what the whole is made of, nil once it is
	making chan made    // the whole, if it is being made
}

// Function is an exported function.
type Function struct {
	Name  string
	Index uint32
	Type  FuncType
}

// Refused says whether an error of Load means that the module is refused. Any
// other error is a gap in the checks before the engine.
func Refused(err error) bool {
	var refusal *wasm.Error
	return errors.As(err, &refusal)
}

// Cached gives loaded code by its key.
func (s *Sandbox) Cached(key Key) (*Code, bool) {
	c := s.cache.get(key)
	return c, c != nil
}

// Load gives the code ready to be instantiated, and keeps it under key. Of its
// errors Refused tells which mean that the module is refused.
func (s *Sandbox) Load(key Key, code []byte) (*Code, error) {
	return s.LoadIf(key, code, func(uint64) error { return nil })
}

// LoadIf is Load that asks admit before the code is compiled, and also if it
// was compiled before, with the work of compiling it; its error is returned.
func (s *Sandbox) LoadIf(key Key, code []byte, admit func(work uint64) error) (*Code, error) {
	c, err := s.load(key, code, admit, s.compileWhole)
	if err != nil {
		return nil, err
	}
	return c, s.complete(c)
}

// load gives code with what compile makes of it, or as it is in the cache.
func (s *Sandbox) load(key Key, code []byte, admit func(uint64) error, compile func(*Code, *wasm.Module) error) (*Code, error) {
	if c := s.cache.get(key); c != nil {
		return c, admit(c.work)
	}
	m, err := wasm.Parse(code)
	if err != nil {
		return nil, err
	}
	if err := wasm.Check(m, s.resolve); err != nil {
		return nil, err
	}
	work := wasm.Work(m)
	if err := admit(work); err != nil {
		return nil, err
	}
	s.compiled = true
	c := &Code{key: key, size: len(code), counted: codeBytes(m), holds: instanceBytes(m), work: work}
	c.export(m)
	if err := compile(c, m); err != nil {
		return nil, passedAllChecks(key, err)
	}
	if s.listener != nil {
		c.original = bytes.Clone(code)
	}
	if err := s.cache.add(c); err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Sandbox) compileWhole(c *Code, m *wasm.Module) (err error) {
	if s.listener == nil {
		c.whole, err = s.engine.Compile(meter.Instrument(m, &s.prices))
	} else {
		functions := uint32(len(m.Imports) + len(m.Functions))
		c.whole, err = s.engine.CompileTraced(meter.InstrumentTraced(m, &s.prices), functions, s.listener)
	}
	if err == nil {
		c.whole.Holds(c.holds)
	}
	return err
}

// instances is how many are in use.
func (c *Code) instances() int {
	n := 0
	for _, e := range []*engine.Code{c.whole, c.part} {
		if e != nil {
			n += e.Instances()
		}
	}
	return n
}

// close frees code that has no instances.
func (c *Code) close() error {
	var errs []error
	if c.making != nil {
		errs = append(errs, c.take(<-c.making))
	}
	for _, e := range []*engine.Code{c.whole, c.part} {
		if e != nil {
			errs = append(errs, e.Close())
		}
	}
	c.whole, c.part, c.rest = nil, nil, nil
	return errors.Join(errs...)
}

// Original gives the original bytes if there is a listener, else nil. Not to be
// changed.
func (c *Code) Original() []byte { return c.original }

// Size is the size of the original bytes.
func (c *Code) Size() int { return c.size }

func (s *Sandbox) resolve(module, name string) (FuncType, bool) {
	t, ok := s.offers[offer{module, name}]
	return t, ok
}

// export keeps what the host asks about exports. Nothing of m is kept, because
// m holds on to the original bytes.
func (c *Code) export(m *wasm.Module) {
	c.byName = make(map[string]int)
	if m.Memory != nil {
		c.pages = int(m.Memory.Min)
	}
	for _, e := range m.Exports {
		switch e.Kind {
		case wasm.ExportFunction:
			c.byName[e.Name] = len(c.functions)
			c.functions = append(c.functions, Function{Name: e.Name, Index: e.Index, Type: m.FunctionType(e.Index)})
		case wasm.ExportMemory:
			c.memory = true
		}
	}
}

// Work is the work of compiling it, see wasm.Work.
func (c *Code) Work() uint64 { return c.work }

// MemoryBytes is the size of the memory that an instance starts with.
func (c *Code) MemoryBytes() int { return c.pages * wasm.PageBytes }

// Functions lists the exported functions in module order. Not to be changed.
func (c *Code) Functions() []Function { return c.functions }

// Function finds an exported function by name.
func (c *Code) Function(name string) (Function, bool) {
	i, ok := c.byName[name]
	if !ok {
		return Function{}, false
	}
	return c.functions[i], true
}

// ExportsMemory says whether a memory is exported, under any name.
func (c *Code) ExportsMemory() bool { return c.memory }
