package sandbox

import (
	_ "embed"
	"errors"
)

// warmUpModule has a memory with data in it and a function that counts in a
// loop and grows the memory.
//
//go:embed warmup.wasm
var warmUpModule []byte

// WarmUp compiles and runs a small module twice, so that nothing of the engine
// is used for the first time later.
func (s *Sandbox) WarmUp() error {
	code, err := s.Load(Key{}, warmUpModule)
	if err != nil {
		return err
	}
	f, ok := code.Function("main")
	if !ok {
		return errors.New("the module for warming up has no function main")
	}
	for range 2 {
		in, err := s.Start(code, 1<<40)
		if err != nil {
			return err
		}
		if err := in.Call(f.Index); err != nil {
			return err
		}
		s.Stop(in)
	}
	return s.cache.remove(Key{})
}
