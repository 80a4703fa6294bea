package main

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/demo"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chain is an open ledger and, once started, a VM that asks it.
type chain struct {
	settings *settings
	config   vm.Config
	ledger   *ledger.Ledger
	executor executor // nil until start
	made     bool     // the ledger is new
	madeDir  bool     // so is its directory
}

// openChain opens the ledger. If there is none it is made, or that is an error.
func (s *settings) openChain(make bool) (*chain, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	if _, err := s.sandboxOption(); err != nil {
		return nil, err
	}
	c := &chain{settings: s, config: config}
	exists, err := ledger.Exists(s.ledgerPath())
	switch {
	case err != nil:
		return nil, err
	case exists:
	case !make:
		return nil, fmt.Errorf("there is no ledger in %s: deploy something first", s.data)
	default:
		_, missing := os.Stat(s.data)
		err := ledger.Create(s.ledgerPath(), demo.Genesis(time.Now()))
		if err != nil && !errors.Is(err, fs.ErrExist) { // another process was faster
			return nil, err
		}
		c.made, c.madeDir = err == nil, err == nil && errors.Is(missing, fs.ErrNotExist)
	}
	c.ledger, err = ledger.Open(s.ledgerPath())
	if err != nil {
		return nil, err
	}
	return c, nil
}

// start starts the VM.
func (c *chain) start() (*node.Node, error) {
	e, err := c.settings.startExecutor(c.ledger, c.config)
	if err != nil {
		return nil, err
	}
	c.executor = e
	return node.New(c.ledger, e, node.Options{VMType: c.config.VMType}), nil
}

// close ends the VM first: it may still ask the ledger. A ledger that was made
// for a command that then did nothing is removed, so that wrong input leaves no
// trace.
func (c *chain) close() error {
	var err error
	if c.executor != nil {
		err = c.executor.Close()
	}
	if !c.made {
		return errors.Join(err, c.ledger.Close())
	}
	gone, discarding := c.ledger.Discard()
	err = errors.Join(err, discarding, c.ledger.Close())
	if !gone || !c.madeDir {
		return err
	}
	removing := os.Remove(c.settings.data)
	if errors.Is(removing, fs.ErrExist) { // another process makes a ledger in it
		removing = nil
	}
	return errors.Join(err, removing)
}

// address reads an address or a name.
func (c *chain) address(text string) (vm.Address, error) {
	return demo.Resolve(c.ledger, text, func(name string) (vm.Hash, bool) {
		if !slices.Contains(contracts.Names(), name) {
			return vm.Hash{}, false
		}
		return sha256.Sum256(contracts.Wasm(name)), true
	})
}

// arguments reads arguments of a contract's function.
func (c *chain) arguments(texts []string) ([][]byte, error) {
	var list [][]byte
	for i, text := range texts {
		b, err := node.ParseBytes(text)
		if err != nil {
			address, unknown := c.address(text)
			if unknown != nil {
				return nil, fmt.Errorf("argument %d: %w", i+1, err)
			}
			b = address[:]
		}
		list = append(list, b)
	}
	return list, nil
}

func (s *settings) config() (vm.Config, error) {
	config := vm.Config{VMType: [2]byte{5, 0}, BlockGasLimit: node.DefaultGasLimit}
	var err error
	if config.Engine, err = engineNamed(s.engine); err != nil {
		return config, err
	}
	config.GasSchedule, err = s.gasSchedule()
	return config, err
}

func engineNamed(name string) (vm.Engine, error) {
	switch name {
	case "default", "compiler":
		return vm.EngineDefault, nil
	case "interpreter":
		return vm.EngineInterpreter, nil
	}
	return 0, fmt.Errorf("unknown engine %q: want default or interpreter", name)
}

// defaultSchedule is the calibrated one.
const defaultSchedule = "core"

// gasSchedule reads a schedule by name or from a file.
func (s *settings) gasSchedule() (vm.GasSchedule, error) {
	if name := cmp.Or(s.schedule, defaultSchedule); filepath.Ext(name) == "" && !strings.ContainsRune(name, filepath.Separator) {
		return gas.Named(name)
	}
	text, err := scenario.NewFiles().Content(s.schedule)
	if err != nil {
		return nil, err
	}
	schedule, err := gas.Parse(text)
	if err == nil {
		_, err = gas.New(schedule) // Core would not say which file lacks a price
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.schedule, err)
	}
	return schedule, nil
}
