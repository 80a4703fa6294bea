package host

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// nesting says how a nested level differs from an ordinary one.
type nesting struct {
	sameContext bool // on the storage, numbers and results of the caller
	readOnly    bool
	noValue     bool // the value is only shown, not moved
	creating    bool // init of code that this execution has just recorded
}

// outcome is what a nested level ended with.
type outcome struct {
	code    vm.ReturnCode
	message string
	data    [][]byte
	gas     uint64 // what it left; of a failed level only its lock
	pending bool   // it left asynchronous calls without an answer
}

func (o *outcome) failed() bool { return o.code != vm.OK }

func (o *outcome) status() int32 {
	if o.failed() {
		return 1
	}
	return 0
}

// nest runs a nested level. A level that fails leaves no trace but the gas it
// took. An error is one of the node, or this level cannot pay for the table of
// numbers that a same-context level works on.
func (x *Frame) nest(input vm.CallInput, n nesting) (outcome, error) {
	if n.sameContext {
		if err := x.ChargeCopy(x.numbers.tableBytes()); err != nil {
			return outcome{}, err
		}
	}
	child := x.vm.newFrame(input)
	child.origin, child.readOnly = x.origin, x.readOnly || n.readOnly
	x.vm.enterLevel(child, n)
	mark := x.state.Mark()
	before := *x.result
	err := child.holdInput()
	if err == nil && n.sameContext {
		err = x.lend(child)
	}
	if err == nil {
		err = x.enter(child, n)
	}
	if err == nil {
		err = x.vm.fits(0)
	}
	child.stop()
	if err != nil {
		f := asFailure(err)
		if f == nil {
			return outcome{}, err
		}
		message := child.message(f)
		x.vm.leaveLevel(child, f)
		x.state.Revert(mark)
		x.vm.held -= child.numbers.bytes + child.result.held()
		if child.result == x.result {
			*x.result = before
			x.vm.held += before.held()
		}
		return outcome{code: f.code, message: message, gas: child.lock}, nil
	}
	x.vm.leaveLevel(child, nil)
	if n.sameContext {
		x.vm.held -= x.numbers.bytes
		x.numbers = child.numbers
	} else {
		x.vm.held -= child.numbers.bytes + int64(len(child.result.message))
		x.result.bytes += child.result.bytes
		x.result.data = append(x.result.data, child.result.data...)
		x.setMessage(child.result.message)
	}
	return outcome{data: child.result.data, gas: child.GasLeft(), pending: child.pending}, nil
}

// lend lets a same-context level run on storage and results of this one, and on
// a copy of its numbers.
func (x *Frame) lend(child *Frame) error {
	if err := x.vm.fits(x.numbers.bytes); err != nil {
		return err
	}
	child.storage, child.result, child.numbers = x.storage, x.result, x.numbers.clone()
	x.vm.held += child.numbers.bytes
	return nil
}

// enter moves the value and runs the child. Whatever the child left of its gas
// goes back to this level; a failed child leaves nothing.
func (x *Frame) enter(child *Frame, n nesting) error {
	in := &child.input
	if child.readOnly && (in.Function == upgradeFunction || !n.noValue && in.Value.Sign() > 0) {
		return failWith(textReadOnly)
	}
	if !n.noValue {
		if err := x.moveValue(in.Caller, in.Recipient, in.Value); err != nil {
			return err
		}
	}
	if x.vm.builtins[in.Function] {
		return x.enterBuiltin(child, n)
	}
	x.take(in.GasProvided)
	if err := child.execute(n); err != nil {
		return err
	}
	child.unlock()
	x.give(child.GasLeft())
	return nil
}

// execute runs a nested call or upgrade of a contract, with all its costs.
func (x *Frame) execute(n nesting) error {
	name := x.input.Function
	if (name == initFunction || name == solidityInit) && !n.creating {
		return failInitForbidden()
	}
	if name == upgradeFunction {
		return x.upgradeNested()
	}
	code, err := x.codeOf(x.Address())
	if err != nil {
		return err
	}
	if err := x.pay(0, code); err != nil {
		return err
	}
	if err := x.takeLock(); err != nil {
		return err
	}
	return x.executeCode(code, n)
}

// executeCode starts code and runs the function of the input.
func (x *Frame) executeCode(code contractCode, n nesting) error {
	if err := x.start(code, x.input.Function, n.creating); err != nil {
		return err
	}
	name := x.input.Function
	function, ok := x.code.Function(name)
	if !ok {
		if name == callbackFunction || n.creating {
			return nil // optional
		}
		return failNotFound()
	}
	if err := x.run(function); err != nil {
		return err
	}
	if n.sameContext {
		return nil // asynchronous contexts of a same-context level are dropped
	}
	var err error
	x.pending, err = x.processContexts()
	return err
}

// upgradeNested is an upgrade made by a contract: the caller has to own the
// target, and the target has to be upgradeable, by what the chain knows.
func (x *Frame) upgradeNested() error {
	account, err := x.state.ChainAccount(x.Address())
	if err != nil {
		return refused(err)
	}
	if account == nil {
		return failWith("nil contract")
	}
	if !hasMetadata(account.CodeMetadata, 0, vm.MetadataUpgradeable) ||
		string(account.Owner) != string(x.input.Caller[:]) {
		return failWith("upgrade not allowed")
	}
	code, metadata, err := x.takeUpgradeArguments()
	if err != nil {
		return err
	}
	return x.install(code, metadata, false)
}

// nestedInput is the input of a call made by a host function: no hashes, no
// gas price, a direct call.
func nestedInput(caller, to vm.Address, value *big.Int, gas uint64, args [][]byte) vm.CallInput {
	return vm.CallInput{
		Input:     vm.Input{Caller: caller, Arguments: args, Value: value, GasProvided: gas},
		Recipient: to,
	}
}

// nestNamed runs the function that a contract named.
func (x *Frame) nestNamed(input vm.CallInput, function []byte, n nesting) (int32, error) {
	if err := x.ChargeCopy(int64(len(function))); err != nil {
		return 1, err
	}
	if err := x.vm.fits(int64(len(function))); err != nil {
		return 1, err
	}
	input.Function = string(function)
	out, err := x.nest(input, n)
	return out.status(), err
}

// ExecuteOnDestContext runs function at to with its own storage.
func (x *Frame) ExecuteOnDestContext(gasLimit int64, to vm.Address, value *big.Int, function []byte, args [][]byte) (int32, error) {
	input := nestedInput(x.Address(), to, value, x.BoundGas(gasLimit), args)
	return x.nestNamed(input, function, nesting{})
}

// ExecuteOnSameContext runs function of to on the caller's storage.
func (x *Frame) ExecuteOnSameContext(gasLimit int64, to vm.Address, value *big.Int, function []byte, args [][]byte) (int32, error) {
	input := nestedInput(x.Address(), to, value, x.BoundGas(gasLimit), args)
	return x.nestNamed(input, function, nesting{sameContext: true})
}

// DelegateExecution runs function of to on the caller's storage, as the
// caller's caller and seeing its value, which does not move again.
func (x *Frame) DelegateExecution(gasLimit int64, to vm.Address, function []byte, args [][]byte) (int32, error) {
	return x.delegate(gasLimit, to, function, args, false)
}

// ExecuteReadOnly is DelegateExecution without any effect.
func (x *Frame) ExecuteReadOnly(gasLimit int64, to vm.Address, function []byte, args [][]byte) (int32, error) {
	return x.delegate(gasLimit, to, function, args, true)
}

func (x *Frame) delegate(gasLimit int64, to vm.Address, function []byte, args [][]byte, readOnly bool) (int32, error) {
	input := nestedInput(x.input.Caller, to, x.input.Value, x.BoundGas(gasLimit), args)
	return x.nestNamed(input, function, nesting{sameContext: true, readOnly: readOnly, noValue: true})
}
