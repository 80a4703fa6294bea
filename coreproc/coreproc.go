// Package coreproc lets a program be Core.
//
// A program that starts a driver.Driver needs the program "core" beside it, or
// it can be its own: it calls Main first thing in main (and in TestMain), and
// the driver may then start the program itself a second time, as Core.
//
//	func main() {
//		coreproc.Main()
//		…
//	}
//
// The package is where Core is put together: it alone knows both the
// conversation with the node and the virtual machine.
package coreproc

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"

	"github.com/Dharitri-org/core-wasm-vm/internal/corepart"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/jail"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Main does not return in a process that was started as Core: it is Core until
// the node goes away. In every other process it returns at once and lets the
// driver know that this program can be started as Core.
func Main() {
	if len(os.Args) > 0 && os.Args[0] == protocol.ProcessName {
		Run()
	}
	// Part of the environment, not a variable, so that driver need not know
	// this package. The process id keeps other programs, which inherit the
	// environment, from believing it of themselves.
	if err := os.Setenv(protocol.SelfVariable, strconv.Itoa(os.Getpid())); err != nil {
		fmt.Fprintf(os.Stderr, "coreproc: %v\n", err)
	}
}

// Run is Core: it never returns. It is all that the program "core" does.
func Run() { os.Exit(corepart.Main(Build(), construct)) }

// Build identifies the build of this program: the version of its main module,
// which holds the revision where it is known.
func Build() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" {
		return build.Main.Version
	}
	return "devel"
}

func construct(init *protocol.Init, hook vm.BlockchainHook) (vm.Executor, corepart.Facts, error) {
	if init.Sandbox.Strict {
		init.Config.Engine = vm.EngineInterpreter
	}
	schedule, err := gas.New(init.Config.GasSchedule)
	if err != nil {
		return nil, corepart.Facts{}, err
	}
	executor, err := host.New(hook, init.Config, schedule, imports.All())
	if err != nil {
		return nil, corepart.Facts{}, err
	}
	if init.FreshInstances {
		executor.UseInstancesOnce()
	}
	if init.CompileWhole {
		executor.CompileWhole()
	}
	facts := corepart.Facts{
		Engine: executor.EngineName(), Schedule: schedule.Hash(),
		Compiled: executor.Compiled, Settle: executor.Settle,
	}
	if !init.Sandbox.Off {
		if err := executor.WarmUp(); err != nil {
			return nil, corepart.Facts{}, err
		}
		facts.Confine = func() (layers, missing []string) { return confine(executor.EngineName()) }
	}
	return executor, facts, nil
}

const (
	// dataBytes bounds the private writable memory of Core. It is never to be
	// what ends a contract, so it is far above the sum of what has limits: 256
	// MiB that an execution may keep, 640 MiB of compiled code in the cache, 1.25
	// GiB of memories of instances at rest (of which most is never touched) and
	// 200 MiB for what else they are, 300 MiB for a compilation, 384 MiB for each
	// of the copies of the largest message, and as much garbage as the collector
	// leaves.
	dataBytes = 6 << 30

	// collectBytes is where the collector no longer waits for garbage to add up.
	collectBytes = 3 << 30
)

// confine puts this process into the jail.
func confine(engine string) (layers, missing []string) {
	debug.SetMemoryLimit(collectBytes)
	state := jail.Enter(jail.Rules{Executable: engine == host.Compiler, DataBytes: dataBytes})
	if jail.Namespaced() {
		state.Layers = append(state.Layers, "namespaces")
	}
	return state.Layers, state.Missing
}
