package host

import (
	"bytes"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/internal/state"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// dctTransfer is the built-in that moves tokens; its arguments are a token
// name and an amount.
const dctTransfer = "DCTTransfer"

// enterBuiltin asks the node what a protocol function would do, takes the
// answer over into the state and, if the answer asks for it, runs a contract
// at the recipient. A refusal costs all gas of the call.
func (x *Frame) enterBuiltin(child *Frame, n nesting) error {
	if err := child.takeLock(); err != nil {
		return err
	}
	provided := child.input.GasProvided
	question := child.input
	out, err := x.vm.hook.ProcessBuiltinFunction(&question)
	if err != nil {
		err = refused(err)
		if asFailure(err) != nil {
			x.take(provided)
		}
		return err
	}
	next, err := child.followUp(out)
	if err != nil {
		x.take(provided)
		return err
	}
	left := min(out.GasRemaining, provided)
	x.take(provided - left)
	if out.Code != vm.OK {
		return &failure{code: out.Code, text: out.Message}
	}
	child.merge(out, next != nil)
	child.lock = 0 // nothing was taken for it
	child.setGas(left)
	if next == nil {
		return nil
	}
	x.take(left)
	if err := child.runFollowUp(next, n); err != nil {
		return err
	}
	x.give(child.GasLeft())
	return nil
}

// followUp gives the call that a built-in's answer asks for: exactly one
// transfer to the recipient, if that is a contract. Nil if there is none.
func (x *Frame) followUp(out *vm.Output) (*vm.CallInput, error) {
	if out.Code != vm.OK {
		return nil, nil
	}
	i := slices.IndexFunc(out.Accounts, func(a vm.OutputAccount) bool { return a.Address == x.Address() })
	if i < 0 || len(out.Accounts[i].Transfers) != 1 {
		return nil, nil
	}
	if is, err := x.state.IsSmartContract(x.Address()); err != nil || !is {
		return nil, refused(err)
	}
	data := out.Accounts[i].Transfers[0].Data
	if x.input.CallType == vm.AsyncCallback {
		data = append([]byte(callbackFunction), data...)
	}
	function, args, err := x.parse(data)
	if err != nil {
		return nil, err
	}
	next := x.input
	next.Function, next.Arguments, next.Value = function, args, new(big.Int)
	if x.input.Function == dctTransfer && len(x.input.Arguments) >= 2 {
		next.DCTTokenName = x.input.Arguments[0]
		next.DCTValue = new(big.Int).SetBytes(x.input.Arguments[1])
	}
	return &next, nil
}

// runFollowUp runs the contract on its own storage with the gas that the
// built-in left, without paying for the code again.
func (x *Frame) runFollowUp(next *vm.CallInput, n nesting) error {
	x.input, x.storage = *next, next.Recipient
	if next.Function == initFunction || next.Function == solidityInit {
		return failInitForbidden()
	}
	code, err := x.codeOf(x.Address())
	if err != nil {
		return err
	}
	return x.executeCode(code, n)
}

// merge takes the answer of a built-in over: it is part of this level from now
// on and reverted with it. The transfer that a follow-up carries out is not
// listed again.
func (x *Frame) merge(out *vm.Output, consumed bool) {
	for i := range out.Accounts {
		a := &out.Accounts[i]
		x.state.Touch(a.Address)
		if a.BalanceDelta != nil {
			x.state.AddBalance(a.Address, a.BalanceDelta)
		}
		if a.Nonce > 0 {
			x.state.RaiseNonce(a.Address, a.Nonce)
		}
		for _, u := range a.StorageUpdates {
			x.state.Write(a.Address, bytes.Clone(u.Key), bytes.Clone(u.Value))
		}
		if len(a.Code) > 0 {
			code := &state.Code{Bytes: bytes.Clone(a.Code), Metadata: bytes.Clone(a.CodeMetadata)}
			copy(code.Deployer[:], a.CodeDeployer)
			x.state.SetCode(a.Address, code)
		}
		if consumed && a.Address == x.Address() {
			continue
		}
		for _, t := range a.Transfers {
			x.state.AddTransfer(a.Address, t)
		}
	}
	for _, entry := range out.Logs {
		x.state.AddLog(entry)
	}
	x.state.AddRefund(out.GasRefund)
	for _, item := range out.ReturnData {
		x.addItem(item)
	}
	x.setMessage(out.Message)
}
