package host

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Frame is one execution level: an input, an instance with gas, big integers,
// return data. Its methods are what bodies of imports call.
//
// Errors returned by a method end the guest when a body returns them. A body
// that is "soft" drops errors for which Soft is true and returns 1 instead.
type Frame struct{}

// ---- gas ----

// Charge takes gas. If it is more than what is left it is an error (out of
// gas, at once).
func (x *Frame) Charge(g uint64) error { panic("skeleton") }

// GasLeft is what remains.
func (x *Frame) GasLeft() uint64 { panic("skeleton") }

// BoundGas is min(limit as unsigned, GasLeft).
func (x *Frame) BoundGas(limit int64) uint64 { panic("skeleton") }

// Prices is the schedule in force.
func (x *Frame) Prices() *gas.Schedule { panic("skeleton") }

// ---- memory ----

// LoadMemory reads guest memory by the rules of the environment: zero filled
// beyond its end, errors for bad offsets and lengths. The result may be a view
// of guest memory: valid until the next store or nested call; whoever keeps it
// copies it.
func (x *Frame) LoadMemory(offset, length int32) ([]byte, error) { panic("skeleton") }

// StoreMemory writes guest memory; it may grow it by one page.
func (x *Frame) StoreMemory(offset int32, data []byte) error { panic("skeleton") }

// ---- context ----

// Input is the input of this level. Read only.
func (x *Frame) Input() *vm.CallInput { panic("skeleton") }

// Address is the executing contract.
func (x *Frame) Address() vm.Address { panic("skeleton") }

// BlockGasLimit is the configured limit.
func (x *Frame) BlockGasLimit() uint64 { panic("skeleton") }

// Block are the facts of the block.
func (x *Frame) Block() (*vm.BlockFacts, error) { panic("skeleton") }

// BlockHash gives the hash of a block, nil if the node refuses or nonce < 0.
func (x *Frame) BlockHash(nonce int64) ([]byte, error) { panic("skeleton") }

// Owner gives the owner of the executing contract, nil if it is not kept here.
func (x *Frame) Owner() ([]byte, error) { panic("skeleton") }

// ShardOf gives the shard of an address.
func (x *Frame) ShardOf(a vm.Address) (uint32, error) { panic("skeleton") }

// IsSmartContract says whether an address is one of a contract.
func (x *Frame) IsSmartContract(a vm.Address) (bool, error) { panic("skeleton") }

// Balance gives the balance including what this execution did. Not to be
// changed.
func (x *Frame) Balance(a vm.Address) (*big.Int, error) { panic("skeleton") }

// CodeOf gives the code of an account: errors "account does not exist",
// "invalid contract code (not found)".
func (x *Frame) CodeOf(a vm.Address) ([]byte, error) { panic("skeleton") }

// CodeSize gives the size of the code on the chain, 0 if there is none.
func (x *Frame) CodeSize(a vm.Address) (int, error) { panic("skeleton") }

// ---- storage: key and value are copied ----

// Store writes own storage by the write rule, charging by the byte; status 0
// unchanged, 1 modified, 2 added, 3 deleted.
func (x *Frame) Store(key, value []byte) (int32, error) { panic("skeleton") }

// Load reads own storage by the read rule, charging by the byte. Not to be
// changed.
func (x *Frame) Load(key []byte) ([]byte, error) { panic("skeleton") }

// LoadUnmetered reads own storage without charging.
func (x *Frame) LoadUnmetered(key []byte) ([]byte, error) { panic("skeleton") }

// LoadFrom reads foreign storage by the foreign read rule.
func (x *Frame) LoadFrom(a vm.Address, key []byte) ([]byte, error) { panic("skeleton") }

// ---- results ----

// Finish appends a copy of data to the return data.
func (x *Frame) Finish(data []byte) { panic("skeleton") }

// ReturnData is what was finished so far. Not to be changed.
func (x *Frame) ReturnData() [][]byte { panic("skeleton") }

// ClearReturnData empties it.
func (x *Frame) ClearReturnData() { panic("skeleton") }

// SignalError gives the error that ends the guest with UserError and message.
func (x *Frame) SignalError(message []byte) error { panic("skeleton") }

// WriteLog adds an entry (ignored in read-only mode). identifier and topics
// may be nil. Everything is copied.
func (x *Frame) WriteLog(identifier []byte, topics [][]byte, data []byte) { panic("skeleton") }

// ---- value and calls: 0 success, 1 failure that the contract sees ----

// TransferValue is the transfer of eei §5.1 steps 4 to 6.
func (x *Frame) TransferValue(to vm.Address, value *big.Int, data []byte) (int32, error) {
	panic("skeleton")
}

// ExecuteOnDestContext runs function at to with its own storage.
func (x *Frame) ExecuteOnDestContext(gasLimit int64, to vm.Address, value *big.Int, function []byte, args [][]byte) (int32, error) {
	panic("skeleton")
}

// ExecuteOnSameContext runs function of to on the caller's storage.
func (x *Frame) ExecuteOnSameContext(gasLimit int64, to vm.Address, value *big.Int, function []byte, args [][]byte) (int32, error) {
	panic("skeleton")
}

// DelegateExecution runs function of to on the caller's storage, as the
// caller's caller and seeing its value.
func (x *Frame) DelegateExecution(gasLimit int64, to vm.Address, function []byte, args [][]byte) (int32, error) {
	panic("skeleton")
}

// ExecuteReadOnly is DelegateExecution without any effect.
func (x *Frame) ExecuteReadOnly(gasLimit int64, to vm.Address, function []byte, args [][]byte) (int32, error) {
	panic("skeleton")
}

// CreateContract deploys code; the address is valid if the status is 0.
func (x *Frame) CreateContract(gasLimit int64, value *big.Int, code, metadata []byte, args [][]byte) (vm.Address, int32, error) {
	panic("skeleton")
}

// AsyncCall ends this guest with an asynchronous call (eei §5.6, from step 2).
func (x *Frame) AsyncCall(to vm.Address, value *big.Int, data []byte) error { panic("skeleton") }

// UpgradeContract ends this guest with an upgrade (eei §5.5, from step 3).
func (x *Frame) UpgradeContract(to vm.Address, gasLimit int64, value *big.Int, code, metadata []byte, args [][]byte) error {
	panic("skeleton")
}

// CreateAsyncCall registers a call in the context id.
func (x *Frame) CreateAsyncCall(id []byte, to vm.Address, value *big.Int, data, success, failure []byte, gasLimit int64) error {
	panic("skeleton")
}

// SetAsyncContextCallback names the callback of a whole context.
func (x *Frame) SetAsyncContextCallback(id, callback []byte) error { panic("skeleton") }

// ---- big integers ----

// NewBigInt stores v under a new handle.
func (x *Frame) NewBigInt(v *big.Int) int32 { panic("skeleton") }

// BigInt gives the number of a handle; one that does not exist yet is created
// with 0. Not to be changed: SetBigInt replaces it.
func (x *Frame) BigInt(handle int32) *big.Int { panic("skeleton") }

// SetBigInt replaces the number of a handle; takes ownership of v. It fails if
// v is larger than the ceiling ("big integer too large").
func (x *Frame) SetBigInt(handle int32, v *big.Int) error { panic("skeleton") }

// ---- failures ----

// Fault gives the error that ends the guest with ExecutionFailed and text.
func Fault(text string) error { panic("skeleton") }

// Soft says whether err is a fault that a body may answer with status 1 (bad
// memory), as opposed to out of gas or a failure of the node.
func Soft(err error) bool { panic("skeleton") }
