package host

import (
	"bytes"
	"context"
	"fmt"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Function names with a meaning of their own.
const (
	initFunction     = "init"
	solidityInit     = "solidity.ctor" // refused like init, never run as one
	callbackFunction = "callBack"
	upgradeFunction  = "upgradeContract"
)

// newFrame makes a level with storage and numbers of its own.
func (v *VM) newFrame(input vm.CallInput) *Frame {
	if input.Value == nil {
		input.Value = new(big.Int)
	}
	l := v.levels.next()
	l.frame = Frame{
		vm: v, state: v.state, input: input, origin: input.OriginalTxHash, storage: input.Recipient,
		numbers: &l.numbers, result: &l.result,
	}
	l.frame.setGas(input.GasProvided)
	return &l.frame
}

// level is a frame and what it points to.
type level struct {
	frame   Frame
	numbers numbers
	result  result
}

// levels are those of the running request, in the order in which they began.
// They are used again by the next request: levels of one request may share
// numbers and results.
type levels struct {
	kept [maxInstances]*level
	used int
}

// next gives an empty level.
func (l *levels) next() *level {
	if l.used == len(l.kept) {
		return new(level)
	}
	if l.kept[l.used] == nil {
		l.kept[l.used] = new(level)
	}
	l.used++
	return l.kept[l.used-1]
}

// reset empties the levels of the last request.
func (l *levels) reset() {
	for _, used := range l.kept[:l.used] {
		dense := used.numbers.dense
		clear(dense)
		if cap(dense) > keptNumbers {
			dense = nil
		}
		*used = level{numbers: numbers{dense: dense[:0]}}
	}
	l.used = 0
}

// keptNumbers is how much room for big integers a level keeps.
const keptNumbers = 64

// Call implements vm.Executor.
func (v *VM) Call(ctx context.Context, input *vm.CallInput) (*vm.Output, error) {
	if err := v.begin(ctx); err != nil {
		return nil, err
	}
	x := v.newFrame(*input)
	v.enterLevel(x, nesting{})
	x.state.AddBalance(x.Address(), x.input.Value)
	err := x.holdInput()
	switch {
	case err != nil:
	case input.Function == upgradeFunction:
		err = x.upgradeDirectly()
	default:
		err = x.callDirectly()
	}
	return v.end(x, err)
}

// callDirectly is a call from outside.
func (x *Frame) callDirectly() error {
	code, err := x.codeOf(x.Address())
	if f := asFailure(err); f != nil {
		return failNoCode() // whatever the reason
	}
	if err != nil {
		return err
	}
	if err := x.pay(0, code); err != nil {
		return err
	}
	if err := x.takeLock(); err != nil {
		return err
	}
	name, only := x.input.Function, x.input.Function
	if x.input.CallType == vm.AsyncCallback {
		only = "" // which it is follows from what is stored
	}
	if err := x.start(code, only, false); err != nil {
		return asInvalidCode(err)
	}
	if name == initFunction || name == solidityInit {
		return failInitForbidden()
	}
	isCallback := x.input.CallType == vm.AsyncCallback
	if name == callbackFunction && !isCallback {
		return failCallbackForbidden()
	}
	if isCallback {
		return x.arriveCallback()
	}
	function, ok := x.code.Function(name)
	if !ok {
		return failNotFound()
	}
	if err := x.run(function); err != nil {
		return err
	}
	pending, err := x.processContexts()
	if err != nil {
		return err
	}
	if x.input.CallType == vm.AsyncCall && !pending {
		if err := x.answer(); err != nil {
			return err
		}
	}
	x.unlock()
	return nil
}

// upgradeDirectly is an upgrade from outside. Permission is the node's matter.
func (x *Frame) upgradeDirectly() error {
	code, metadata, err := x.takeUpgradeArguments()
	if err != nil {
		return err
	}
	if err := x.install(code, metadata, true); err != nil {
		return err
	}
	if x.input.CallType == vm.AsyncCall {
		if err := x.answer(); err != nil {
			return err
		}
	}
	x.unlock()
	return nil
}

// takeUpgradeArguments splits the arguments of an upgrade into code, metadata
// and what is left for init.
func (x *Frame) takeUpgradeArguments() (code, metadata []byte, err error) {
	args := x.input.Arguments
	if len(args) < 2 {
		return nil, nil, failUpgradeArguments()
	}
	x.input.Arguments = args[2:]
	return args[0], args[1], nil
}

// Create implements vm.Executor.
func (v *VM) Create(ctx context.Context, input *vm.CreateInput) (*vm.Output, error) {
	if err := v.begin(ctx); err != nil {
		return nil, err
	}
	x := v.newFrame(vm.CallInput{Input: input.Input}) // no function name, as contracts see it
	v.enterLevel(x, nesting{creating: true})
	err := x.holdInput()
	if err == nil {
		err = x.hold(int64(len(input.Code)))
	}
	if err == nil {
		err = x.createDirectly(input)
	}
	return v.end(x, err)
}

func (x *Frame) createDirectly(input *vm.CreateInput) error {
	nonce, err := x.state.Nonce(input.Caller)
	if err != nil {
		return refused(err)
	}
	// The transaction has already increased the nonce of its sender.
	if nonce > 0 {
		nonce--
	}
	address, err := x.vm.hook.NewAddress(input.Caller, nonce, x.vm.config.VMType[:])
	if err != nil {
		return refused(err)
	}
	x.input.Recipient, x.storage = address, address
	x.state.AddBalance(address, x.input.Value)
	return x.install(input.Code, input.CodeMetadata, false)
}

// install pays for new code of this level's account, starts it, runs its init
// if there is one, and records the code. The instance stays. answers says that
// an asynchronous installation is answered, for which gas is locked.
func (x *Frame) install(code, metadata []byte, answers bool) error {
	c := newCode(code)
	if err := x.pay(x.vm.schedule.CreateContract, c); err != nil {
		return err
	}
	if answers {
		if err := x.takeLock(); err != nil {
			return err
		}
	}
	if err := x.start(c, initFunction, true); err != nil {
		return asInvalidCode(err)
	}
	if function, ok := x.code.Function(initFunction); ok {
		if err := x.run(function); err != nil {
			return err
		}
	}
	if err := x.vm.fits(int64(len(code))); err != nil {
		return err
	}
	// Arguments of a nested upgrade are views of the memory of its caller.
	x.record(bytes.Clone(code), bytes.Clone(metadata), x.input.Caller)
	return nil
}

// asInvalidCode makes every failure to start invalid code, whatever its reason
// but for a limit of the execution.
func asInvalidCode(err error) error {
	if f := asFailure(err); f != nil && !f.limit {
		return failInvalidCode()
	}
	return err
}

// run runs an exported function in this level's instance, and what it ends
// with if that is an asynchronous call.
func (x *Frame) run(function sandbox.Function) error {
	if n := len(function.Type.Params); n > 0 {
		// The name is missing from the recorded text too.
		return failWith(fmt.Sprintf("Missing %d argument(s) when calling the `%%s` exported function; Expect %d argument(s), given 0.", n, n))
	}
	outer := x.vm.top
	x.vm.top = x
	x.instance.SetGas(x.gas)
	err := x.instance.Call(function.Index)
	x.vm.top = outer
	if err == nil {
		x.gas = x.instance.Gas()
		return nil
	}
	if call := x.async; call != nil {
		x.async = nil
		return x.carryOut(call)
	}
	x.stopped(err)
	return engineFailure(err, function.Name)
}
