package host

import (
	"encoding/hex"
	"errors"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// asyncCall is an asynchronous call that a contract made.
type asyncCall struct {
	to    vm.Address
	value *big.Int
	data  []byte
	gas   uint64
}

// errAsync stops a guest that made an asynchronous call; run then carries it
// out. It never leaves the level.
var errAsync = errors.New("the guest ended with an asynchronous call")

// minAsyncGas is what an asynchronous call has to have at least.
func (x *Frame) minAsyncGas() uint64 {
	s := x.vm.schedule
	return gas.Add(gas.Add(s.AsyncCallStep, s.AsyncCallStep), s.AsyncCallbackGasLock)
}

// AsyncCall ends this guest with an asynchronous call that gets all gas that
// is left. It copies data and takes ownership of value.
func (x *Frame) AsyncCall(to vm.Address, value *big.Int, data []byte) error {
	if err := x.hold(int64(len(data))); err != nil {
		return err
	}
	return x.endWith(&asyncCall{to: to, value: value, data: append([]byte{}, data...), gas: x.GasLeft()})
}

func (x *Frame) endWith(call *asyncCall) error {
	if x.readOnly {
		return Fault(textReadOnly)
	}
	if call.gas < x.minAsyncGas() {
		return failOutOfGas()
	}
	x.async = call
	return errAsync
}

// UpgradeContract ends this guest with an upgrade of another contract. The
// arguments are put into the message as they are: contracts write them in hex.
func (x *Frame) UpgradeContract(to vm.Address, gasLimit int64, value *big.Int, code, metadata []byte, args [][]byte) error {
	size := 2 * int64(len(code)+len(metadata))
	for _, arg := range args {
		size += int64(1 + len(arg))
	}
	if err := x.hold(size); err != nil {
		return err
	}
	data := append([]byte(upgradeFunction), '@')
	data = hex.AppendEncode(data, code)
	data = appendHexArgument(data, metadata)
	for _, arg := range args {
		data = append(append(data, '@'), arg...)
	}
	return x.endWith(&asyncCall{to: to, value: value, data: data, gas: x.BoundGas(gasLimit)})
}

// carryOut routes the asynchronous call that ended the guest: at once if the
// destination can run here, else as a message.
func (x *Frame) carryOut(call *asyncCall) error {
	function, args, err := x.parse(call.data)
	if err != nil {
		return err
	}
	here, err := x.runsHere(call.to)
	if err != nil {
		return err
	}
	if !here && x.vm.builtins[function] {
		sameShard, err := x.sameShard(call.to)
		if err != nil {
			return err
		}
		if !sameShard {
			// The protocol function runs at the source; the answer comes later.
			out, err := x.callAsync(call, function, args)
			if err == nil && out.failed() {
				err = &failure{code: out.code, text: out.message}
			}
			return err
		}
		here = true
	}
	if !here {
		return x.send(call)
	}
	out, err := x.callAsync(call, function, args)
	if err != nil {
		return err
	}
	return x.callBack(&out, call.to, callbackFunction)
}

// runsHere says whether there is code to run for an address.
func (x *Frame) runsHere(a vm.Address) (bool, error) {
	_, err := x.codeOf(a)
	if asFailure(err) != nil {
		return false, nil
	}
	return err == nil, err
}

func (x *Frame) sameShard(a vm.Address) (bool, error) {
	theirs, err := x.state.Shard(a)
	if err != nil {
		return false, refused(err)
	}
	ours, err := x.state.Shard(x.Address())
	return theirs == ours, refused(err)
}

// send lets the call leave as a message with its gas.
func (x *Frame) send(call *asyncCall) error {
	if err := x.transfer(call.to, call.value, call.gas, call.data, vm.AsyncCall); err != nil {
		return err
	}
	left := x.GasLeft()
	x.take(call.gas)
	x.spent("sent along", left)
	return nil
}

// callAsync runs the destination of an asynchronous call now.
func (x *Frame) callAsync(call *asyncCall, function string, args [][]byte) (outcome, error) {
	step := x.vm.schedule.AsyncCallStep
	if call.gas <= gas.Add(step, step) {
		return outcome{code: vm.OutOfGas, message: failOutOfGas().text}, nil
	}
	return x.nest(vm.CallInput{
		Input: vm.Input{
			Caller: x.Address(), Arguments: args, Value: call.value, CallType: vm.AsyncCall,
			GasProvided:    call.gas - step,
			OriginalTxHash: x.input.OriginalTxHash, CurrentTxHash: x.input.CurrentTxHash,
		},
		Recipient: call.to, Function: function,
	}, nesting{})
}

// callBack runs a callback of this contract with the answer of a call. A
// callback that fails or cannot start costs all gas, but the execution that
// made the call goes on: what the callee did stays done.
func (x *Frame) callBack(answer *outcome, from vm.Address, function string) error {
	args := [][]byte{big.NewInt(int64(answer.code)).Bytes()}
	if answer.failed() {
		args = append(args, []byte(answer.message))
	} else {
		args = append(args, answer.data...)
	}
	return x.runCallback(answer.gas, from, x.Address(), function, args)
}

func (x *Frame) runCallback(available uint64, from, to vm.Address, function string, args [][]byte) error {
	size := int64(len(function) + len(args))
	for _, arg := range args {
		size += int64(len(arg))
	}
	s := x.vm.schedule
	cost := gas.Add(s.AsyncCallStep, gas.Mul(s.DataCopyPerByte, size))
	var back outcome
	if available <= cost {
		f := failOutOfGas()
		back = outcome{code: f.code, message: x.message(f)}
	} else {
		var err error
		back, err = x.nest(vm.CallInput{
			Input: vm.Input{
				Caller: from, Arguments: args, CallType: vm.AsyncCallback, GasProvided: available - cost,
				OriginalTxHash: x.input.OriginalTxHash, CurrentTxHash: x.input.CurrentTxHash,
			},
			Recipient: to, Function: function,
		}, nesting{})
		if err != nil {
			return err
		}
	}
	if back.failed() {
		left := x.GasLeft()
		x.take(x.limit) // what was provided is gone, what was used stays used
		x.spent("failed callback", left)
		x.setMessage(back.message)
		x.addItem([]byte(back.code.String()))
		x.addItem(append([]byte{}, x.input.CurrentTxHash...))
	}
	return nil
}

// answer sends the result of an asynchronous call that arrived from elsewhere
// back to its caller.
func (x *Frame) answer() error {
	if err := x.hold(2 * x.result.bytes); err != nil {
		return err
	}
	data := appendHexArgument(nil, []byte(vm.OK.String()))
	for _, item := range x.result.data {
		data = appendHexArgument(data, item)
	}
	return x.transfer(x.input.Caller, new(big.Int), x.GasLeft(), data, vm.AsyncCallback)
}
