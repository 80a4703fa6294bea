package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/internal/profile"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/internal/symbols"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// plainRun keeps the outputs of a run without an observer, for comparison with
// one that has one.
type plainRun struct {
	outputs [][]byte
	next    int
}

func (p *plainRun) keep(out *vm.Output) error {
	b, err := out.AppendBinary(nil)
	p.outputs = append(p.outputs, b)
	return err
}

// same says whether the next output is that of the plain run.
func (p *plainRun) same(step string, out *vm.Output) error {
	b, err := out.AppendBinary(nil)
	if err != nil {
		return err
	}
	if p.next >= len(p.outputs) || !bytes.Equal(b, p.outputs[p.next]) {
		return fmt.Errorf("%s: the output is another one than without a profile", step)
	}
	p.next++
	return nil
}

// profileScenario runs a scenario twice, without and with a profile.
func (o *profileOptions) profileScenario(cmd *cobra.Command, s *settings, path string, set *symbols.Set, step *regexp.Regexp) (*profile.Node, error) {
	plain := new(plainRun)
	var failure error
	fail := func(err error) {
		if failure == nil {
			failure = err
		}
	}
	err := o.runScenario(cmd, s, path, nil, scenario.Options{
		After: func(e *scenario.Execution) { fail(plain.keep(e.Output)) },
	})
	if err != nil {
		return nil, err
	}
	p := profile.New(set, scenario.NameAddress)
	matched := false
	err = o.runScenario(cmd, s, path, p, scenario.Options{
		Before: func(e *scenario.Execution) { p.Begin(e.Step.Label()) },
		After: func(e *scenario.Execution) {
			label := e.Step.Label()
			fail(plain.same(label, e.Output))
			fail(p.Check(e.GasUsed()))
			if step.MatchString(label) || step.MatchString(e.Step.ID) {
				matched = true
			} else {
				p.Drop()
			}
		},
	})
	if err := errors.Join(err, failure); err != nil {
		return nil, err
	}
	if !matched {
		return nil, o.nothing(path)
	}
	return p.Tree(), nil
}

// profileLedger runs a call on the ledger twice.
func (o *profileOptions) profileLedger(cmd *cobra.Command, s *settings, args []string, set *symbols.Set) (*profile.Node, error) {
	plain := new(plainRun)
	var failure error
	var name func(vm.Address) string
	err := o.onLedger(cmd, s, args, nil, func(c *chain, r *node.Receipt) {
		failure = plain.keep(r.Output)
		name = c.names(args[0], r.Contract)
	})
	if err := errors.Join(err, failure); err != nil {
		return nil, err
	}
	p := profile.New(set, name)
	label := args[0] + "." + args[1]
	p.Begin(label)
	err = o.onLedger(cmd, s, args, p, func(_ *chain, r *node.Receipt) {
		failure = errors.Join(plain.same(label, r.Output), p.Check(o.gas-min(o.gas, r.Output.GasRemaining)))
	})
	return p.Tree(), errors.Join(err, failure)
}
