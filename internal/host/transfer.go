package host

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// moveValue moves value between two accounts, and lists both also if it is 0.
func (x *Frame) moveValue(from, to vm.Address, value *big.Int) error {
	if value.Sign() < 0 {
		return failWith("failed transfer (negative value)")
	}
	balance, err := x.state.Balance(from)
	if err != nil {
		return err
	}
	if balance.Cmp(value) < 0 {
		return failFunds()
	}
	payable, err := x.state.IsPayable(to)
	if err != nil {
		return refused(err)
	}
	if !payable && value.Sign() > 0 {
		return failWith("sending value to non payable contract")
	}
	x.state.AddBalance(from, new(big.Int).Neg(value))
	x.state.AddBalance(to, value)
	return nil
}

// transfer moves value from the executing contract and lists it as outgoing.
func (x *Frame) transfer(to vm.Address, value *big.Int, gasLimit uint64, data []byte, callType vm.CallType) error {
	if err := x.moveValue(x.Address(), to, value); err != nil {
		return err
	}
	t := vm.Transfer{Sender: x.Address(), Value: value, GasLimit: gasLimit, Data: data, CallType: callType}
	x.state.AddTransfer(to, t)
	if o := x.vm.observer; o != nil {
		o.Transfer(x, to, &t)
	}
	return nil
}

// TransferValue sends value with data from the executing contract; the code of
// the recipient does not run. Status 1: data names a built-in function. It
// copies data and takes ownership of value.
func (x *Frame) TransferValue(to vm.Address, value *big.Int, data []byte) (int32, error) {
	if x.readOnly {
		return 1, Fault(textReadOnly)
	}
	if err := x.vm.fits(parsedBytes(data)); err != nil {
		return 1, err
	}
	if function, _, err := parseCallData(data); err == nil && x.vm.builtins[function] {
		return 1, nil
	}
	data = append([]byte{}, data...)
	err := x.transfer(to, value, 0, data, vm.DirectCall)
	if f := asFailure(err); f != nil {
		// A transfer that fails inside a contract fails the contract, whatever
		// its reason.
		return 1, Fault(f.text)
	}
	return 0, err
}
