package sandbox

import (
	"bytes"
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Compiling takes nearly all the time of a deployment, and of the first call of
// a contract, which run one function only. So what that function cannot reach
// is left out at first. The whole follows when something else of it is to run,
// or before, while no request waits. No outcome depends on it: what a function
// does, and the gas that it takes, follow from the functions that it can reach.

// minLeftOut is how much code has to be left out for two compilations to be
// better than one.
const minLeftOut = 1 << 10

// made is what becomes of a compilation beside the requests.
type made struct {
	compiled *engine.Code
	err      error
}

// LoadFor is LoadIf for code of which Start will run only the exported function
// with that name, or nothing if there is none. The name is not empty.
func (s *Sandbox) LoadFor(name string, key Key, code []byte, admit func(work uint64) error) (*Code, error) {
	if s.cache.get(key) == nil {
		code = bytes.Clone(code) // the whole is made of it later
	}
	c, err := s.load(key, code, admit, func(c *Code, m *wasm.Module) error {
		only := -1
		if f, ok := c.Function(name); ok {
			only = int(f.Index)
		}
		part, leftOut := wasm.Part(m, only)
		if leftOut < minLeftOut || s.noParts || s.listener != nil {
			return s.compileWhole(c, m)
		}
		compiled, err := s.engine.CompilePart(meter.Instrument(part, &s.prices), only)
		if err != nil {
			return err
		}
		compiled.Holds(c.holds)
		c.part, c.partOf, c.rest, s.unfinished = compiled, name, m, c
		return nil
	})
	if err == nil {
		err = s.ReadyFor(name, c)
	}
	return c, err
}

// ReadyFor makes sure that loaded code has what the function with that name
// reaches.
func (s *Sandbox) ReadyFor(name string, c *Code) error {
	if c.whole != nil || c.partOf == name {
		return nil
	}
	return s.complete(c)
}

// CompileWhole lets LoadFor compile all of a code from now on.
func (s *Sandbox) CompileWhole() { s.noParts = true }

// complete compiles the whole of code, unless it was.
func (s *Sandbox) complete(c *Code) error {
	if c.whole != nil {
		return nil
	}
	s.compiled = true // also if it is not by us
	if c.making != nil {
		return c.take(<-c.making)
	}
	compiled, err := s.engine.Compile(meter.Instrument(c.rest, &s.prices))
	return c.take(made{compiled, err})
}

// take takes the whole over. A part that runs stays until the code is freed.
func (c *Code) take(m made) error {
	c.making = nil
	if m.err != nil {
		return passedAllChecks(c.key, m.err)
	}
	m.compiled.Holds(c.holds)
	c.whole, c.rest = m.compiled, nil
	if c.part.Instances() > 0 {
		return nil
	}
	part := c.part
	c.part, c.partOf = nil, ""
	return part.Close()
}

func passedAllChecks(key Key, err error) error {
	return fmt.Errorf("code %x passed all checks: %w", key, err)
}

// Compiled says whether anything was compiled since the last time.
func (s *Sandbox) Compiled() bool {
	compiled := s.compiled
	s.compiled = false
	return compiled
}

// Settle begins to compile what the last LoadFor left out. It is for when
// nothing is waited for; everything else may go on meanwhile.
func (s *Sandbox) Settle() {
	c := s.unfinished
	if c == nil || s.busy.Load() {
		return
	}
	s.unfinished = nil
	if c.rest == nil {
		return // it was needed meanwhile, or was freed
	}
	making, m := make(chan made, 1), c.rest
	c.making = making
	s.busy.Store(true)
	go func() {
		compiled, err := s.engine.Compile(meter.Instrument(m, &s.prices))
		making <- made{compiled, err}
		s.busy.Store(false)
	}()
}
