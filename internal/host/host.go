// Package host is what deploying, calling, upgrading and transferring mean.
//
// It does not know pipes, processes or the engine below the sandbox. Code and
// its memory are the sandbox's business, single imports are rows of package
// imports, accounts are package state's. Here is what happens to gas, value,
// return data and accounts when one execution contains others.
//
// Invariants: a Frame is one execution level, nested calls are nested Go calls;
// whatever a failed level did is reverted to the mark taken before it; an error
// that is not a failure of the contract ends all levels and has no output;
// nothing here recovers from a panic.
package host

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/state"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// VM runs contracts against a hook. It implements vm.Executor. It is not safe
// for concurrent use: one request at a time.
type VM struct {
	hook     vm.BlockchainHook
	config   vm.Config
	schedule *gas.Schedule
	sandbox  *sandbox.Sandbox
	builtins map[string]bool
	reserved map[string]bool // names that no contract may export
	observer Observer        // nil but for tools

	world  *state.State // of every request in turn
	levels levels

	// Of the running request:
	state *state.State
	top   *Frame // the level whose guest runs
	live  int    // instances
	held  int64  // bytes that count for the memory budget, but for the state's

	fetched      map[vm.Hash][]byte // code that the hook gave, see chainCode
	fetchedBytes int
}

// maxInstances bounds how many instances are live at once: the top level and
// nine nested ones.
const maxInstances = 10

// New makes a VM. schedule comes from config.GasSchedule; rows are what
// contracts may import (the ethereum rows are dropped unless config asks for
// them).
func New(hook vm.BlockchainHook, config vm.Config, schedule *gas.Schedule, rows []Import) (*VM, error) {
	return newVM(hook, config, schedule, rows, nil)
}

func newVM(hook vm.BlockchainHook, config vm.Config, schedule *gas.Schedule, rows []Import, o Observer) (*VM, error) {
	if len(config.ProtectedKeyPrefix) == 0 {
		config.ProtectedKeyPrefix = []byte("DHARITRI")
	}
	v := &VM{hook: hook, config: config, schedule: schedule, observer: o, world: state.New(hook),
		builtins: make(map[string]bool), reserved: map[string]bool{upgradeFunction: true}}
	for _, name := range config.BuiltinFunctions {
		v.builtins[name], v.reserved[name] = true, true
	}
	for _, name := range config.Features {
		if name != vm.FeatureEthereum { // a misspelt one would be off without a word
			return nil, fmt.Errorf("unknown feature %q: want %s", name, vm.FeatureEthereum)
		}
	}
	ethereum := slices.Contains(config.Features, vm.FeatureEthereum)
	var functions []engine.HostFunction
	for i := range rows {
		row := &rows[i]
		if row.Module == "ethereum" && !ethereum {
			continue
		}
		if row.Module == "env" && !row.Unreserved {
			v.reserved[row.Name] = true
		}
		function, err := v.bind(row)
		if err != nil {
			return nil, err
		}
		functions = append(functions, function)
	}
	prices, err := opcodePrices(schedule)
	if err != nil {
		return nil, err
	}
	v.sandbox, err = sandbox.New(sandbox.Options{
		Interpreter: config.Engine == vm.EngineInterpreter || runtime.GOARCH != "amd64",
		Prices:      *prices,
		Functions:   functions,
		Keep:        v.keepMemory,
		Listener:    listenerOf(o),
	})
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return v, nil
}

// Compiler is the name of the engine that makes executable memory.
const Compiler = sandbox.Compiler

// EngineName says what runs contracts: Compiler or "interpreter".
func (v *VM) EngineName() string { return v.sandbox.EngineName() }

// Prepare compiles code that is likely to be called, which the chain knows by
// that hash. Code that is invalid is passed over.
func (v *VM) Prepare(hash vm.Hash, code []byte) error {
	_, err := v.sandbox.Load(hash, code)
	if sandbox.Refused(err) {
		return nil
	}
	return err
}

// UseInstancesOnce makes a new instance of a contract for each level of
// execution from now on, which changes nothing but the time that it takes.
func (v *VM) UseInstancesOnce() { v.sandbox.UseInstancesOnce() }

// CompileWhole compiles all of a contract at once from now on, which changes
// nothing but the time that it takes.
func (v *VM) CompileWhole() { v.sandbox.CompileWhole() }

// Compiled says whether anything was compiled since the last time.
func (v *VM) Compiled() bool { return v.sandbox.Compiled() }

// Settle begins what was put off while a request waited: to compile what that
// did not need. It comes after an answer; the next request may come meanwhile.
func (v *VM) Settle() { v.sandbox.Settle() }

// WarmUp compiles and runs a small module, so that nothing of the engine is
// used for the first time later. It is called before any request.
func (v *VM) WarmUp() error {
	v.held, v.state = 0, state.New(v.hook) // memory is counted, as in a request
	defer func() { v.state = nil }()
	return v.sandbox.WarmUp()
}

// Close frees everything.
func (v *VM) Close() error { return v.sandbox.Close() }

// begin readies the VM for one request. Nothing of an earlier request is left
// behind, also if that one ended in the middle.
func (v *VM) begin(ctx context.Context) error {
	v.world.Reset() // if the last request did not come to its end
	v.levels.reset()
	v.state, v.top, v.live, v.held = v.world, nil, 0, 0
	v.forgetFetched()
	return ctx.Err()
}

// end ends the top level and builds the output of the request. err is what
// ended it, or nil.
func (v *VM) end(x *Frame, err error) (*vm.Output, error) {
	defer func() {
		v.state, v.top = nil, nil
		v.forgetFetched()
		v.world.Reset()
		v.levels.reset()
	}()
	if err == nil {
		err = v.fits(0)
	}
	x.stop()
	if err == nil {
		v.leaveLevel(x, nil)
		return &vm.Output{
			Code: vm.OK, Message: x.result.message, ReturnData: x.result.data,
			GasRemaining: x.GasLeft(), GasRefund: v.state.Refund(),
			Accounts: v.state.Accounts(), Logs: v.state.Logs(),
		}, nil
	}
	f := asFailure(err)
	if f == nil {
		return nil, err
	}
	v.leaveLevel(x, f)
	return &vm.Output{Code: f.code, Message: x.message(f), GasRemaining: x.lock}, nil
}

// message chooses the message of a failed level: what was spoken, else a
// message that a failed callback left behind, else the failure's own text.
func (x *Frame) message(f *failure) string {
	if !f.spoken && x.result.message != "" {
		return x.result.message
	}
	return f.text
}

func opcodePrices(schedule *gas.Schedule) (*meter.Prices, error) {
	prices := new(meter.Prices)
	for row := range prices.Opcode {
		key := sandbox.PriceKey(row)
		if key == "" {
			continue // refused by the validator
		}
		price, err := schedule.Opcode(key)
		if err != nil {
			return nil, err
		}
		prices.Opcode[row] = price
	}
	var err error
	if prices.LocalAllocate, err = schedule.Opcode("LocalAllocate"); err != nil {
		return nil, err
	}
	prices.MemoryPage = uint32(min(schedule.MemoryPerPage, math.MaxUint32))
	prices.LocalsUnmetered, err = schedule.Opcode("LocalsUnmetered")
	return prices, err
}

// bind makes the function that guests call for a row: charge the price, run
// the body, and turn an error into the one panic of the program, which ends
// the guest and comes back from Instance.Call as that error.
func (v *VM) bind(row *Import) (engine.HostFunction, error) {
	var price uint64
	if row.Price != "" {
		section, key, _ := strings.Cut(row.Price, ".")
		var err error
		if price, err = v.schedule.Price(section, key); err != nil {
			return engine.HostFunction{}, fmt.Errorf("import %s.%s: %w", row.Module, row.Name, err)
		}
	}
	body := row.Body
	call := func(stack []uint64) {
		x := v.top
		x.gas = x.instance.Gas()
		err := x.Charge(price)
		if err == nil {
			err = body(x, stack)
		}
		x.dropScratch()
		if err == nil {
			err = v.fits(0)
		}
		if err != nil {
			panic(&engine.Stop{Err: err})
		}
		x.instance.SetGas(x.gas)
	}
	if v.observer != nil {
		call = v.observed(row, call)
	}
	return engine.HostFunction{Module: row.Module, Name: row.Name, Type: row.FuncType(), Call: call}, nil
}
