package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// scenarioOptions are the flags of all commands that run scenarios.
type scenarioOptions struct {
	features []string
	timeout  time.Duration
}

func (o *scenarioOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&o.features, "feature", nil, "optional part of the VM to switch on: ethereum")
	cmd.Flags().DurationVar(&o.timeout, "timeout", testTimeout, "how long one step may take in Core's process")
}

// scenarioConfig is what a VM that runs scenarios is built from.
func (s *settings) scenarioConfig(features []string, builtins bool, schedule string) (vm.Config, error) {
	config := vm.Config{BlockGasLimit: scenarioBlockGas, Features: features}
	if builtins {
		config.BuiltinFunctions = builtin.Names()
	}
	var err error
	if config.Engine, err = engineNamed(s.engine); err != nil {
		return config, err
	}
	config.GasSchedule, err = s.scenarioSchedule(schedule)
	return config, err
}

// scenarioBlockGas is what contracts read as the gas limit of a block.
const scenarioBlockGas = 10_000_000

// scenarioSchedule finds the schedule that a scenario names: "default" and no
// name stand for --schedule, and that for v3.
func (s *settings) scenarioSchedule(name string) (vm.GasSchedule, error) {
	switch name {
	case "", "default":
		if s.schedule != "" {
			return s.gasSchedule()
		}
		name = "v3"
	case "dummy":
		name = "v3"
	}
	schedule, err := gas.Named(name)
	if err != nil {
		return nil, &suite.UnknownScheduleError{Err: err}
	}
	return schedule, nil
}

// starter gives the constructor of executors. What is wrong with the flags is
// found at once.
func (o *scenarioOptions) starter(s *settings) (func(vm.BlockchainHook, bool, string) (suite.Executor, vm.GasSchedule, error), error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if _, err := s.scenarioConfig(o.features, false, ""); err != nil {
		return nil, err
	}
	sandbox, err := s.sandboxOption()
	if err != nil {
		return nil, err
	}
	return func(hook vm.BlockchainHook, builtins bool, schedule string) (suite.Executor, vm.GasSchedule, error) {
		config, err := s.scenarioConfig(o.features, builtins, schedule)
		if err != nil {
			return nil, nil, err
		}
		var e suite.Executor
		if s.inprocess {
			e, err = inprocess.New(hook, config)
		} else {
			e, err = driver.New(hook, driver.Options{Self: true, Config: config, Codec: driver.Binary, CallTimeout: o.timeout,
				Sandbox: sandbox, Strict: s.strict})
		}
		return e, config.GasSchedule, err
	}, nil
}

// check says what is wrong with the flags.
func (o *scenarioOptions) check() error {
	for _, name := range o.features {
		if name != vm.FeatureEthereum {
			return fmt.Errorf("unknown feature %q: want %s", name, vm.FeatureEthereum)
		}
	}
	if o.timeout <= 0 {
		return fmt.Errorf("--timeout %v is not positive", o.timeout)
	}
	return nil
}

// completeScenarios completes paths of scenarios and directories.
func completeScenarios(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	names, err := filepath.Glob(typed + "*")
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var list []string
	for _, name := range names {
		if stat, err := os.Stat(name); err == nil && stat.IsDir() {
			list = append(list, name+"/")
		} else if suite.IsScenario(name) {
			list = append(list, name)
		}
	}
	return list, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// finishGas updates gas expectations and writes or compares the snapshot. It
// says whether the gas is different from the snapshot's.
func (o *testOptions) finishGas(cmd *cobra.Command, results []*suite.Result, before []byte) (different bool, err error) {
	out := cmd.ErrOrStderr()
	if o.updateGas {
		changed, err := suite.UpdateGas(results)
		if err != nil {
			return false, err
		}
		for _, path := range changed {
			fmt.Fprintf(out, "gas updated in %s\n", path)
		}
	}
	if o.snapshot == "" {
		return false, nil
	}
	now, err := suite.Snapshot(results, filepath.Dir(o.snapshot))
	if err != nil {
		return false, err
	}
	if !o.check {
		return false, writeFiles(newFile{o.snapshot, func(f *os.File) error { _, err := f.Write(now); return err }})
	}
	lines := suite.CompareSnapshots(before, now)
	if len(lines) > 0 {
		fmt.Fprintf(out, "gas is not that of %s:\n  %s\n", o.snapshot, strings.Join(lines, "\n  "))
	}
	return len(lines) > 0, nil
}
