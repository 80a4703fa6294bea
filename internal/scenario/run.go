package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Machine is an executor with the hook that it asks. One machine runs any
// number of scenarios, one after the other.
type Machine struct {
	Executor vm.Executor
	Hook     *Hook

	// Schedule holds the prices that the executor was made with.
	Schedule vm.GasSchedule
}

// Options say how a scenario is run. The zero value is ready for use.
type Options struct {
	// Dump takes what dumpState steps print. Nil: nothing.
	Dump io.Writer

	// IgnoreGas leaves gas expectations out of the comparison.
	IgnoreGas bool

	// Before is called before each execution, After when it has an output,
	// before that is compared. They must not keep what they are shown.
	Before func(e *Execution)
	After  func(e *Execution)
}

// An Execution is one transaction that the machine runs.
type Execution struct {
	Step     *Step
	Place    string // "path:line:column: " of the step
	Function string
	From, To vm.Address // of a deployment To is the sender
	Gas      uint64     // provided
	Output   *vm.Output // nil before it ran

	// Expected is where the scenario says what gas remains; nil if it does
	// not, or accepts any.
	Expected *GasPlace
}

// GasUsed is what the execution cost.
func (e *Execution) GasUsed() uint64 { return e.Gas - min(e.Gas, e.Output.GasRemaining) }

// A GasPlace is a gas expectation in a file: the string from Offset to End,
// quotes included.
type GasPlace struct {
	Source      *Source
	Offset, End int
	Text        string
}

// Run runs a scenario on an empty world. It ends at the first step that does
// not give what the scenario expects, with an *Error that says what is
// different and where. Any other error is one of the machine or the context.
func Run(ctx context.Context, s *Scenario, m *Machine, o Options) error {
	r := &run{ctx: ctx, machine: m, options: o, world: NewWorld(s.Builtins, m.Schedule), checkGas: s.CheckGas}
	m.Hook.World = r.world
	return r.steps(s)
}

// run is a scenario that runs.
type run struct {
	ctx      context.Context
	machine  *Machine
	options  Options
	world    *World
	checkGas bool
}

func (r *run) steps(s *Scenario) error {
	for _, step := range s.Steps {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := step.action.run(r, step); err != nil {
			return err
		}
	}
	return nil
}

// fail makes an error about a step; offset 0 stands for the step itself.
func (s *Step) fail(offset int, format string, args ...any) error {
	if offset == 0 {
		offset = s.offset
	}
	e := s.source.errorAt(offset, format, args...)
	e.Step = s.Label()
	return e
}

// run runs an included scenario on the same world. Its checkGas counts for its
// own steps only.
func (i *include) run(r *run, s *Step) error {
	outer := r.checkGas
	r.checkGas = i.scenario.CheckGas
	err := r.steps(i.scenario)
	r.checkGas = outer
	var e *Error
	if errors.As(err, &e) {
		return e.includedBy(s.source, s.offset)
	}
	return err
}

func (state *setState) run(r *run, _ *Step) error {
	r.world.set(state)
	return nil
}

func (dumpState) run(r *run, _ *Step) error {
	if r.options.Dump == nil {
		return nil
	}
	return r.world.Dump(r.options.Dump)
}

// Dump writes all accounts with their storage, sorted.
func (w *World) Dump(out io.Writer) error {
	var err error
	print := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(out, format, args...)
		}
	}
	print("world state dump:\n")
	for _, address := range w.Addresses() {
		a := w.accounts[address]
		print("\t%s\n\t\tnonce: %d\n\t\tbalance: %d\n", show(address[:]), a.nonce, a.balance)
		keys := a.keys()
		if len(keys) > 0 {
			print("\t\tstorage:\n")
		}
		for _, key := range keys {
			print("\t\t\t%s => %s\n", show([]byte(key)), show(a.storage[key]))
		}
	}
	return err
}
