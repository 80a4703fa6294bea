package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/internal/symbols"
	"github.com/Dharitri-org/core-wasm-vm/internal/trace"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// traceOptions are the flags of the command trace.
type traceOptions struct {
	lookInside
	brief bool
	json  bool
	limit int
}

func traceCommand(s *settings) *cobra.Command {
	o := new(traceOptions)
	cmd := &cobra.Command{
		Use:   "trace SCENARIO | --ledger CONTRACT FUNCTION [ARGUMENT...]",
		Short: "Show what happens inside executions",
		Long: `Show what happens inside the executions of a scenario, or inside a call on the
ledger, which stays as it is: the tree of calls across contracts with arguments
and results, host functions, storage reads and writes, logs and transfers, the
gas of each, and at a failure the stack of the guest with function names, and
source lines where the module has DWARF. The first column is gas.

Contracts are deployed without names. --symbols names a module with the same
code that still has them.`,
		Example: `  corenode trace erc20.scen.json
  corenode trace --step 'alice to bob' --brief erc20.scen.json
  corenode trace --symbols build/erc20.wasm erc20.scen.json
  corenode trace --ledger erc20 transfer bob 300 --from alice`,
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.trace(cmd, s, args)
		},
	}
	o.addFlags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.brief, "brief", false, "leave out host functions that only read or compute")
	flags.BoolVar(&o.json, "json", false, "write the traces as JSON")
	flags.IntVar(&o.limit, "events", trace.DefaultLimit, "how many events of one execution are kept")
	return cmd
}

func (o *traceOptions) trace(cmd *cobra.Command, s *settings, args []string) error {
	set, step, err := o.read(args)
	if err != nil {
		return err
	}
	if o.limit < 1 {
		return fmt.Errorf("--events %d: at least one event has to be kept", o.limit)
	}
	p := &tracePrinter{options: o, out: cmd.OutOrStdout(), recorder: trace.NewRecorder(set, o.limit), list: []tracedStep{}}
	if o.ledger {
		err = o.traceLedger(cmd, s, args, p)
	} else {
		err = o.runScenario(cmd, s, args[0], p.recorder, scenario.Options{
			Before: func(*scenario.Execution) { p.recorder.Take() },
			After: func(e *scenario.Execution) {
				if step.MatchString(e.Step.Label()) || step.MatchString(e.Step.ID) {
					p.print(e.Place+e.Step.Label(), nil)
				}
			},
		})
	}
	if o.json && p.err == nil {
		enc := json.NewEncoder(p.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		p.err = enc.Encode(p.list)
	}
	if err == nil {
		err = p.err
	}
	if err == nil && p.printed == 0 {
		err = o.nothing(args[0])
	}
	return err
}

// traceLedger traces a call on the ledger.
func (o *traceOptions) traceLedger(cmd *cobra.Command, s *settings, args []string, p *tracePrinter) error {
	return o.onLedger(cmd, s, args, p.recorder, func(c *chain, r *node.Receipt) {
		p.print("", c.names(args[0], r.Contract))
	})
}

// tracePrinter prints traces, or collects them for JSON.
type tracePrinter struct {
	options  *traceOptions
	out      io.Writer
	recorder *trace.Recorder
	printed  int
	list     []tracedStep
	err      error
}

// tracedStep is an element of the JSON form.
type tracedStep struct {
	Step      string      `json:"step,omitempty"`
	Truncated bool        `json:"truncated,omitempty"`
	Call      *trace.Call `json:"call"`
}

// print takes the trace of the last execution.
func (p *tracePrinter) print(title string, name func(vm.Address) string) {
	call, truncated := p.recorder.Take()
	if call == nil || p.err != nil {
		return
	}
	p.printed++
	if p.options.json {
		p.list = append(p.list, tracedStep{title, truncated, call})
		return
	}
	if title != "" {
		if _, p.err = fmt.Fprintf(p.out, "%s\n", title); p.err != nil {
			return
		}
	}
	if name == nil {
		name = scenario.NameAddress
	}
	text := &trace.Text{Out: p.out, Address: name, Bytes: scenario.NotateFreely, Brief: p.options.brief, Colour: colours(p.out)}
	p.err = text.Write(call, truncated)
}

// lookInside holds the flags that trace and profile share.
type lookInside struct {
	scenarioOptions
	terms
	ledger  bool
	step    string
	symbols []string
}

func (o *lookInside) addFlags(cmd *cobra.Command) {
	o.scenarioOptions.addFlags(cmd)
	o.terms.addFlags(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.ledger, "ledger", false, "look into a call on the ledger instead of a scenario")
	flags.StringVar(&o.step, "step", "", "only executions whose step matches this regular expression")
	flags.StringSliceVar(&o.symbols, "symbols", nil, "module to take names and source lines from, for contracts with the same code")
}

// read checks flags and arguments and reads the symbols.
func (o *lookInside) read(args []string) (*symbols.Set, *regexp.Regexp, error) {
	switch {
	case o.ledger && len(args) < 2:
		return nil, nil, fmt.Errorf("--ledger needs a contract and a function")
	case !o.ledger && len(args) != 1:
		return nil, nil, fmt.Errorf("one scenario is needed, there are %d arguments", len(args))
	}
	if err := o.scenarioOptions.check(); err != nil {
		return nil, nil, err
	}
	step, err := regexp.Compile(o.step)
	if err != nil {
		return nil, nil, fmt.Errorf("--step: %w", err)
	}
	set := new(symbols.Set)
	for _, path := range o.symbols {
		code, err := scenario.NewFiles().Content(path)
		if err != nil {
			return nil, nil, err
		}
		if err := set.Add(code); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return set, step, nil
}

// runScenario runs a scenario in this process with an observer.
func (o *lookInside) runScenario(cmd *cobra.Command, s *settings, path string, observer host.Observer, options scenario.Options) (err error) {
	if err := mustBeScenario(path); err != nil {
		return err
	}
	sc, err := scenario.Load(path)
	if err != nil {
		return err
	}
	config, err := s.scenarioConfig(o.features, sc.Builtins, sc.Schedule)
	if err != nil {
		return err
	}
	hook := scenario.NewHook()
	e, err := trace.NewExecutor(hook, config, observer)
	if err != nil {
		return err
	}
	defer closeQuietly(e, &err)
	m := &scenario.Machine{Executor: e, Hook: hook, Schedule: config.GasSchedule}
	p := newProgress(cmd.ErrOrStderr(), "executions")
	var count atomic.Int64
	defer p.follow(&count)()
	after := options.After
	options.After = func(e *scenario.Execution) {
		count.Add(1)
		p.hide()
		after(e)
	}
	return scenario.Run(cmd.Context(), sc, m, options)
}
