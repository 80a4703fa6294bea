package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/demo"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// executor runs contracts, here or in a process of its own.
type executor interface {
	vm.Executor
	Close() error

	// process is the process of its own, nil if there is none.
	process() demo.Process
}

func (s *settings) startExecutor(hook vm.BlockchainHook, config vm.Config) (executor, error) {
	if s.inprocess {
		e, err := inprocess.New(hook, config)
		if err != nil {
			return nil, err
		}
		return &here{e}, nil
	}
	sandbox, err := s.sandboxOption()
	if err != nil {
		return nil, err
	}
	d, err := driver.New(hook, driver.Options{Self: true, Config: config, Codec: driver.Binary, Sandbox: sandbox, Strict: s.strict})
	if err != nil {
		return nil, err
	}
	return &piped{d}, nil
}

func (s *settings) sandboxOption() (driver.Sandbox, error) {
	for _, o := range []driver.Sandbox{driver.SandboxBest, driver.SandboxRequire, driver.SandboxOff} {
		if s.sandbox == o.String() {
			return o, nil
		}
	}
	return 0, fmt.Errorf("--sandbox is best, require or off, not %q", s.sandbox)
}

// protection says in a line what protects the machine from Core.
func (p *piped) protection() string {
	layers, missing := p.Sandbox()
	text := "none"
	if len(layers) > 0 {
		text = strings.Join(layers, ", ")
	}
	if len(missing) > 0 {
		text += fmt.Sprintf("; missing: %q", missing)
	}
	return text
}

// here runs contracts in this process.
type here struct{ *inprocess.Executor }

func (*here) process() demo.Process { return nil }

// piped runs contracts in Core's process.
type piped struct{ *driver.Driver }

func (p *piped) process() demo.Process { return p }

// killTime is how long a killed process may take to be gone.
const killTime = 2 * time.Second

// Kill implements demo.Process.
func (p *piped) Kill() error {
	core, err := os.FindProcess(p.Pid())
	if err != nil {
		return err
	}
	if err := core.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	for deadline := time.Now().Add(killTime); !p.IsClosed(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not end", core.Pid)
		}
	}
	return nil
}

// Constructors for the vector runner.

func startHere(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
	return inprocess.New(hook, config)
}

// vectorTimeout is for cases that spend all their gas in loops, on the
// interpreter.
const vectorTimeout = time.Minute

func startPiped(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
	return driver.New(hook, driver.Options{Self: true, Config: config, Codec: driver.Binary, CallTimeout: vectorTimeout})
}
