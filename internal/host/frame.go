package host

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/state"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Frame is one execution level: an input, an instance with gas, big integers,
// return data. Its exported methods are what bodies of imports call.
//
// Errors returned by a method end the guest when a body returns them. A body
// that is "soft" drops errors for which Soft is true and returns 1 instead.
type Frame struct {
	vm       *VM
	state    *state.State
	input    vm.CallInput // this level's own; slices are shared with the caller
	origin   []byte       // hash of the transaction, which plain nested levels do not show
	storage  vm.Address   // whose storage is "own"
	readOnly bool

	instance *sandbox.Instance // nil while no guest of this level exists
	code     *sandbox.Code     // what the instance is made of

	// gas is what remains, negative if more was used than provided. While the
	// guest runs the instance holds it; bind copies it in and out.
	gas   int64
	spare uint64 // what does not fit into gas, used up before it
	limit uint64 // gas when the instance was made
	lock  uint64 // gas kept for the callback of an arriving asynchronous call

	held    int64 // bytes that it counts for the memory budget
	scratch int64 // of them, until the running host function ends

	numbers *numbers // big integers; shared in same-context calls
	result  *result  // return data and message; shared in same-context calls

	async    *asyncCall // the call that ended the guest
	contexts []*asyncContext
	pending  bool // asynchronous calls of this level wait for answers
}

// result is what a level hands back.
type result struct {
	data    [][]byte
	message string // left by a failed callback
	bytes   int64  // of the data, counted for the memory budget
}

// held is what it counts for the memory budget.
func (r *result) held() int64 { return r.bytes + int64(len(r.message)) }

// setMessage leaves a message, which is counted: there may be one for each
// level, long after who said it is gone.
func (x *Frame) setMessage(message string) {
	x.vm.held += int64(len(message) - len(x.result.message))
	x.result.message = message
}

// ---- gas ----

// maxGas bounds what a counter can hold: gas is a signed number in the guest.
const maxGas = uint64(1<<63 - 1)

// setGas provides gas.
func (x *Frame) setGas(g uint64) { x.gas, x.spare = int64(min(g, maxGas)), g-min(g, maxGas) }

// take takes gas without a test; what remains may become negative, but not less
// than the most that a counter can hold.
func (x *Frame) take(g uint64) {
	spare := min(g, x.spare)
	x.spare -= spare
	left := x.gas - int64(min(g-spare, maxGas))
	if x.gas < 0 && left > 0 {
		left = -int64(maxGas) // it has wrapped
	}
	x.gas = left
}

// give gives gas back.
func (x *Frame) give(g uint64) {
	if x.gas < 0 {
		x.gas += int64(min(g, maxGas))
		return
	}
	room := min(g, maxGas-uint64(x.gas))
	x.gas += int64(room)
	x.spare += g - room
}

// Charge takes gas. More than what is left is out of gas at once, without the
// work (DECISIONS.md, overshoot).
func (x *Frame) Charge(g uint64) error {
	if g > x.GasLeft() {
		return failOutOfGas()
	}
	x.take(g)
	return nil
}

// GasLeft is what remains.
func (x *Frame) GasLeft() uint64 { return uint64(max(x.gas, 0)) + x.spare }

// BoundGas is min(limit as unsigned, GasLeft).
func (x *Frame) BoundGas(limit int64) uint64 { return min(uint64(limit), x.GasLeft()) }

// Prices is the schedule in force.
func (x *Frame) Prices() *gas.Schedule { return x.vm.schedule }

// ---- context ----

// Input is the input of this level. Read only.
func (x *Frame) Input() *vm.CallInput { return &x.input }

// Address is the executing contract.
func (x *Frame) Address() vm.Address { return x.input.Recipient }

// BlockGasLimit is the configured limit.
func (x *Frame) BlockGasLimit() uint64 { return x.vm.config.BlockGasLimit }

// Block are the facts of the block.
func (x *Frame) Block() (*vm.BlockFacts, error) {
	facts, err := x.state.Facts()
	return facts, refusedFault(err)
}

// BlockHash gives the hash of a block, nil if the node refuses or nonce < 0.
func (x *Frame) BlockHash(nonce int64) ([]byte, error) {
	if nonce < 0 {
		return nil, nil
	}
	hash, err := x.vm.hook.BlockHash(uint64(nonce))
	if f := asFailure(refused(err)); f != nil {
		return nil, nil
	}
	return hash, err
}

// Owner gives the owner of the executing contract as the chain knows it, nil
// if the account is not kept here.
func (x *Frame) Owner() ([]byte, error) {
	account, err := x.state.ChainAccount(x.Address())
	if err != nil || account == nil {
		return nil, refusedFault(err)
	}
	return account.Owner, nil
}

// ShardOf gives the shard of an address.
func (x *Frame) ShardOf(a vm.Address) (uint32, error) {
	shard, err := x.state.Shard(a)
	return shard, refusedFault(err)
}

// IsSmartContract says whether an address is one of a contract.
func (x *Frame) IsSmartContract(a vm.Address) (bool, error) {
	is, err := x.state.IsSmartContract(a)
	return is, refusedFault(err)
}

// Balance gives the balance including what this execution did. Not to be
// changed.
func (x *Frame) Balance(a vm.Address) (*big.Int, error) { return x.state.Balance(a) }

// ---- results ----

// Finish appends a copy of data to the return data.
func (x *Frame) Finish(data []byte) error {
	if err := x.vm.fits(int64(itemBytes + len(data))); err != nil {
		return err
	}
	x.addItem(x.state.Copy(data))
	return nil
}

// ReturnData is what was finished so far. Not to be changed.
func (x *Frame) ReturnData() [][]byte { return x.result.data }

// ReturnDataBytes is the length of all items together.
func (x *Frame) ReturnDataBytes() int64 {
	return x.result.bytes - itemBytes*int64(len(x.result.data))
}

// ClearReturnData empties it.
func (x *Frame) ClearReturnData() {
	x.vm.held -= x.result.bytes
	x.result.data, x.result.bytes = nil, 0
}

// SignalError gives the error that ends the guest with UserError and message.
func (x *Frame) SignalError(message []byte) error {
	if err := x.ChargeCopy(int64(len(message))); err != nil {
		return err
	}
	if err := x.hold(int64(len(message))); err != nil {
		return err
	}
	return &failure{code: vm.UserError, text: string(message), spoken: true}
}

// WriteLog adds an entry (ignored in read-only mode). identifier and topics
// may be nil. Everything is copied.
func (x *Frame) WriteLog(identifier []byte, topics [][]byte, data []byte) error {
	if x.readOnly {
		return nil
	}
	if err := x.vm.fits(state.LogBytes(identifier, topics, data)); err != nil {
		return err
	}
	entry := vm.LogEntry{Address: x.Address(), Data: x.state.Copy(data), Identifier: x.state.Copy(identifier)}
	if len(topics) > 0 {
		entry.Topics = make([][]byte, len(topics))
	}
	for i, topic := range topics {
		entry.Topics[i] = x.state.Copy(topic)
	}
	x.state.AddLog(entry)
	if o := x.vm.observer; o != nil {
		o.Log(x, &entry)
	}
	return nil
}
