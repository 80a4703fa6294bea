package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/demo"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
	"github.com/Dharitri-org/core-wasm-vm/internal/trace"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// mustBeScenario says what is wrong with a path that is no scenario.
func mustBeScenario(path string) error {
	stat, err := os.Stat(path)
	switch {
	case err != nil:
		return plainPath(err)
	case stat.IsDir():
		return fmt.Errorf("%s: is a directory, one scenario is needed", path)
	case !suite.IsScenario(path):
		return fmt.Errorf("%s: not a scenario: its name does not end with %s", path, strings.Join(suite.Suffixes(), ", "))
	}
	return nil
}

// closeQuietly closes c and adds its error to err.
func closeQuietly(c io.Closer, err *error) { *err = errors.Join(*err, c.Close()) }

// onLedger runs a call on the ledger in this process with an observer, and
// shows the receipt. Nothing is changed.
func (o *lookInside) onLedger(cmd *cobra.Command, s *settings, args []string, observer host.Observer, show func(*chain, *node.Receipt)) (err error) {
	c, err := s.openChain(false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	call := &node.Call{Function: args[1], Gas: o.gas}
	if call.Sender, call.Value, err = o.terms.read(c); err != nil {
		return err
	}
	if call.Contract, err = c.address(args[0]); err != nil {
		return err
	}
	if call.Arguments, err = c.arguments(args[2:]); err != nil {
		return err
	}
	e, err := trace.NewExecutor(c.ledger, c.config, observer)
	if err != nil {
		return err
	}
	defer closeQuietly(e, &err)
	r, err := node.New(c.ledger, e, node.Options{VMType: c.config.VMType}).Query(cmd.Context(), call)
	if err != nil {
		return err
	}
	show(c, r)
	return nil
}

// names gives a function that writes addresses as people know them: accounts of
// the demonstration and the contract that was named by its sample.
func (c *chain) names(named string, contract vm.Address) func(vm.Address) string {
	known := make(map[vm.Address]string)
	for _, name := range demo.Names() {
		known[demo.Account(name)] = name
	}
	if slices.Contains(contracts.Names(), named) {
		known[contract] = named
	}
	return func(a vm.Address) string {
		if name, ok := known[a]; ok {
			return name
		}
		return "0x" + a.String()
	}
}
