package host

import (
	"crypto/sha256"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/state"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// contractCode is code that was found but not necessarily loaded. Its size is
// known before it is read, checked or compiled, since it has to be paid first.
type contractCode struct {
	key    vm.Hash // what the cache knows it by
	size   int
	bytes  []byte        // nil if it came from the cache
	loaded *sandbox.Code // nil if it did not
}

// newCode describes bytes that arrived with this request.
func newCode(code []byte) contractCode {
	return contractCode{key: sha256.Sum256(code), size: len(code), bytes: code}
}

// codeOf finds the code of an account: what this execution deployed, else what
// the chain has. Failures: the hook's text, "account does not exist", "invalid
// contract code (not found)".
func (x *Frame) codeOf(a vm.Address) (contractCode, error) {
	if deployed := x.state.Code(a); deployed != nil {
		return contractCode{key: deployed.Hash(), size: len(deployed.Bytes), bytes: deployed.Bytes}, nil
	}
	account, err := x.state.ChainAccount(a)
	if err != nil {
		return contractCode{}, refused(err)
	}
	if account == nil {
		return contractCode{}, failWith(textNoAccount)
	}
	if account.CodeHash == (vm.Hash{}) {
		return contractCode{}, failNoCode()
	}
	if loaded, ok := x.vm.sandbox.Cached(account.CodeHash); ok {
		return contractCode{key: account.CodeHash, size: loaded.Size(), loaded: loaded}, nil
	}
	code, err := x.vm.chainCode(a, account.CodeHash)
	if err != nil {
		return contractCode{}, refused(err)
	}
	if len(code) == 0 {
		return contractCode{}, failNoCode()
	}
	return contractCode{key: account.CodeHash, size: len(code), bytes: code}, nil
}

// maxFetched is how many bytes of fetched code are kept for the running request.
const maxFetched = 64 << 20

// chainCode gives the code with a hash that the chain reported for an account.
// What was fetched is kept until the request ends: code that is never paid for
// is never loaded, and would have to be fetched for each call.
func (v *VM) chainCode(a vm.Address, hash vm.Hash) ([]byte, error) {
	if code, ok := v.fetched[hash]; ok {
		return code, nil
	}
	code, err := v.hook.Code(a, hash)
	if err != nil || len(code) > maxFetched {
		return code, err
	}
	if v.fetchedBytes+len(code) > maxFetched {
		v.forgetFetched()
	}
	if v.fetched == nil {
		v.fetched = make(map[vm.Hash][]byte)
	}
	v.fetched[hash] = code
	v.fetchedBytes += len(code)
	return code, nil
}

func (v *VM) forgetFetched() { v.fetched, v.fetchedBytes = nil, 0 }

// CodeOf gives the code of an account. Its failures are faults.
func (x *Frame) CodeOf(a vm.Address) ([]byte, error) {
	code, err := x.codeOf(a)
	if f := asFailure(err); f != nil {
		return nil, Fault(f.text)
	}
	if err != nil {
		return nil, err
	}
	if err := x.ChargeCopy(int64(code.size)); err != nil {
		return nil, err
	}
	if code.bytes != nil {
		return code.bytes, nil
	}
	bytes, err := x.vm.chainCode(a, code.key)
	return bytes, refusedFault(err)
}

// CodeSize gives the size of the code that the chain has for an account, 0 if
// there is none.
func (x *Frame) CodeSize(a vm.Address) (int, error) {
	account, err := x.state.KnownAccount(a)
	if err != nil || account == nil || account.CodeHash == (vm.Hash{}) {
		return 0, err
	}
	if loaded, ok := x.vm.sandbox.Cached(account.CodeHash); ok {
		return loaded.Size(), nil
	}
	code, err := x.vm.chainCode(a, account.CodeHash)
	if f := asFailure(refused(err)); f != nil {
		return 0, nil
	}
	return len(code), err
}

// pay takes the initial cost of running code: base and the price of compiling
// it. Equality passes.
func (x *Frame) pay(base uint64, code contractCode) error {
	left := x.GasLeft()
	err := x.Charge(gas.Add(base, gas.Mul(x.vm.schedule.CompilePerByte, int64(code.size))))
	x.spent("price of the code", left)
	return err
}

// takeLock puts the gas of the callback of an arriving asynchronous call
// aside. The lock belongs to this level (DECISIONS.md, locks).
func (x *Frame) takeLock() error {
	if x.input.CallType != vm.AsyncCall {
		return nil
	}
	s := x.vm.schedule
	lock := gas.Add(s.AsyncCallStep, s.AsyncCallbackGasLock)
	if x.GasLeft() <= gas.Add(s.AsyncCallStep, lock) {
		return failOutOfGas()
	}
	left := x.GasLeft()
	x.take(s.AsyncCallStep + lock)
	x.spent("async lock", left)
	x.lock = lock
	return nil
}

// unlock gives the lock back at the successful end of a level.
func (x *Frame) unlock() {
	left := x.GasLeft()
	x.give(x.lock)
	x.spent("async lock", left)
	x.lock = 0
}

// start makes the instance, for one function or, if the name is empty, for any.
// fresh code has to obey the contract rules too.
func (x *Frame) start(code contractCode, function string, fresh bool) error {
	if x.vm.live >= maxInstances {
		return failWith("execution failed (max instances reached)")
	}
	left := x.GasLeft()
	loaded, err := x.load(code, function)
	if err != nil {
		return refusedCode(err)
	}
	pages := int64(loaded.MemoryBytes() / pageSize)
	if err := x.Charge(gas.Mul(x.vm.schedule.MemoryPerPage, pages)); err != nil {
		return err
	}
	instance, err := x.vm.sandbox.Start(loaded, x.GasLeft())
	if err != nil {
		return refusedCode(err)
	}
	if fresh && !x.vm.obeysContractRules(loaded) {
		x.vm.sandbox.Stop(instance)
		return failInvalidCode()
	}
	x.spent("price of the code", left)
	x.instance = instance
	x.limit = x.GasLeft()
	x.vm.live++
	x.code = loaded
	return nil
}

// load gives the code ready to be started, and charges for the work of
// compiling it, also if that was done before.
func (x *Frame) load(code contractCode, function string) (*sandbox.Code, error) {
	charge := func(work uint64) error {
		return x.Charge(gas.Mul(x.vm.schedule.CompilePerWork, int64(work)))
	}
	s, loaded := x.vm.sandbox, code.loaded
	if loaded != nil {
		if err := charge(loaded.Work()); err != nil {
			return nil, err
		}
		return loaded, s.ReadyFor(function, loaded)
	}
	if function == "" {
		return s.LoadIf(code.key, code.bytes, charge)
	}
	return s.LoadFor(function, code.key, code.bytes, charge)
}

// refusedCode is what becomes of an error of the sandbox: code that it refuses
// is invalid, anything else is no outcome of a contract.
func refusedCode(err error) error {
	if sandbox.Refused(err) {
		return failInvalidCode()
	}
	return err
}

// stop ends the level: its instance, if there is one, and what it holds.
func (x *Frame) stop() {
	if x.instance != nil {
		x.vm.sandbox.Stop(x.instance)
		x.instance = nil
		x.vm.live--
	}
	x.drop(x.held)
}

// maxFunctionName is the length of the longest name a contract may export.
const maxFunctionName = 255

// obeysContractRules checks what only contracts must obey, at deployment and
// upgrade: a memory is exported; exported functions have no parameters and no
// result and a name that is not reserved.
func (v *VM) obeysContractRules(code *sandbox.Code) bool {
	if !code.ExportsMemory() {
		return false
	}
	for _, f := range code.Functions() {
		if v.ExportFault(f.Name, f.Type) != "" {
			return false
		}
	}
	return true
}

// ExportFault says why a contract must not export a function, or "".
func (v *VM) ExportFault(name string, t sandbox.FuncType) string {
	switch {
	case len(t.Params) > 0:
		return "it has parameters"
	case len(t.Results) > 0:
		return "it has a result"
	case len(name) == 0:
		return "its name is empty"
	case len(name) > maxFunctionName:
		return "its name has more than 255 bytes"
	case v.reserved[name]:
		return "its name is reserved"
	}
	for i := range len(name) {
		if name[i] > 0x7F {
			return "its name is not ASCII"
		}
	}
	return ""
}

// record notes the code that a level deployed.
func (x *Frame) record(code, metadata []byte, deployer vm.Address) {
	x.state.SetCode(x.Address(), &state.Code{Bytes: code, Metadata: metadata, Deployer: deployer})
}
