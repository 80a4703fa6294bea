package sandbox

import (
	"crypto/sha256"
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Code is loaded code. It stays usable while it has instances, and until the
// next Load otherwise: the cache may free it then.
type Code struct {
	hash      [sha256.Size]byte
	size      int // of the original code, in bytes
	functions []Function
	byName    map[string]int // index into functions
	memory    bool
	compiled  *engine.Code
}

// Function is an exported function.
type Function struct {
	Name  string
	Index uint32
	Type  FuncType
}

// Load gives the code ready to be instantiated. A *wasm.Error means that the
// module is refused; any other error is a gap in the checks before the engine.
// Results are cached by the SHA-256 of the bytes.
func (s *Sandbox) Load(code []byte) (*Code, error) {
	hash := sha256.Sum256(code)
	if c := s.cache.get(hash); c != nil {
		return c, nil
	}
	m, err := wasm.Parse(code)
	if err != nil {
		return nil, err
	}
	if err := wasm.Check(m, s.resolve); err != nil {
		return nil, err
	}
	compiled, err := s.engine.Compile(meter.Instrument(m, &s.prices))
	if err != nil {
		return nil, fmt.Errorf("code %x passed all checks: %w", hash, err)
	}
	c := &Code{hash: hash, size: len(code), compiled: compiled}
	c.export(m)
	if err := s.cache.add(c); err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Sandbox) resolve(module, name string) (FuncType, bool) {
	t, ok := s.offers[offer{module, name}]
	return t, ok
}

// export keeps what the host asks about exports. Nothing of m is kept, because
// m holds on to the original bytes.
func (c *Code) export(m *wasm.Module) {
	c.byName = make(map[string]int)
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
