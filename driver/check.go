package driver

import (
	"bytes"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// defaultProtectedPrefix stands for an empty vm.Config.ProtectedKeyPrefix.
const defaultProtectedPrefix = "DHARITRI"

// verdict holds one output against the request and the answers that led to it.
// A Core that is broken or taken over can then lie about no more than the
// contracts of this one request: it cannot make value, touch accounts that the
// request has nothing to do with, or change what contracts may not change.
type verdict struct {
	witness *witness
	input   *vm.Input
	config  *vm.Config
	upgrade vm.Address // the recipient of a request for an upgrade; else zero, which no contract has
}

// check says what is wrong with an output. Its result is nil or a
// *ipc.ProtocolError.
func (v *verdict) check(out *vm.Output) error {
	if out.Code > vm.UpgradeFailed {
		return broken("the output has the unknown code %d", out.Code)
	}
	if out.GasRemaining > v.input.GasProvided {
		return broken("the output has %d gas left of %d", out.GasRemaining, v.input.GasProvided)
	}
	if out.Code != vm.OK {
		if len(out.Accounts) > 0 || len(out.Logs) > 0 {
			return broken("a failed execution has effects")
		}
		return nil
	}
	sum := new(big.Int)
	for i := range out.Accounts {
		a := &out.Accounts[i]
		if i > 0 && bytes.Compare(out.Accounts[i-1].Address[:], a.Address[:]) >= 0 {
			return broken("the accounts of the output are not sorted at %s", a.Address)
		}
		if err := v.account(a); err != nil {
			return err
		}
		sum.Add(sum, a.BalanceDelta)
	}
	for i := range out.Logs {
		if err := v.introduced(out.Logs[i].Address); err != nil {
			return err
		}
	}
	return v.sum(sum)
}

func (v *verdict) introduced(a vm.Address) error {
	if _, ok := v.witness.accounts[a]; !ok {
		return broken("the output names account %s, which the dialogue did not introduce", a)
	}
	return nil
}

// account checks what an output says of one account.
func (v *verdict) account(a *vm.OutputAccount) error {
	if err := v.introduced(a.Address); err != nil {
		return err
	}
	if err := v.balance(a); err != nil {
		return err
	}
	if err := v.nonce(a); err != nil {
		return err
	}
	if err := v.code(a); err != nil {
		return err
	}
	for i := range a.StorageUpdates {
		u := &a.StorageUpdates[i]
		if i > 0 && bytes.Compare(a.StorageUpdates[i-1].Key, u.Key) >= 0 {
			return broken("the storage of %s is not sorted at %.*x", a.Address, maxToldBytes, u.Key)
		}
		if err := v.pair(a, u); err != nil {
			return err
		}
	}
	for i := range a.Transfers {
		t := &a.Transfers[i]
		if t.Value != nil && t.Value.Sign() < 0 || t.CallType > vm.AsyncCallback {
			return broken("a transfer to %s has value %v and call type %d", a.Address, t.Value, t.CallType)
		}
		if err := v.introduced(t.Sender); err != nil {
			return err
		}
	}
	return nil
}

// balance: no account ends below zero. What built-in functions took is theirs.
func (v *verdict) balance(a *vm.OutputAccount) error {
	if a.BalanceDelta == nil {
		return broken("account %s has no balance delta", a.Address)
	}
	before := new(big.Int)
	if known := v.witness.accounts[a.Address]; known != nil && known.Balance != nil {
		before.Set(known.Balance)
	}
	if a.Balance != nil && a.Balance.Cmp(before) != 0 {
		return broken("account %s is said to have had %v, and had %v", a.Address, a.Balance, before)
	}
	after := before.Add(before, a.BalanceDelta)
	for _, b := range v.witness.answers(a.Address) {
		if b.BalanceDelta != nil && b.BalanceDelta.Sign() < 0 {
			after.Sub(after, b.BalanceDelta)
		}
	}
	if after.Sign() < 0 {
		return broken("account %s ends below zero", a.Address)
	}
	return nil
}

// nonce: it never falls, and 0 says nothing.
func (v *verdict) nonce(a *vm.OutputAccount) error {
	known := v.witness.accounts[a.Address]
	if a.Nonce == 0 || known == nil || a.Nonce >= known.Nonce {
		return nil
	}
	for _, b := range v.witness.answers(a.Address) {
		if b.Nonce == a.Nonce {
			return nil
		}
	}
	return broken("the nonce of %s falls from %d to %d", a.Address, known.Nonce, a.Nonce)
}

// code: only an address derived for it gets code, the recipient of an upgrade
// (who may ask for one the node has decided), and a contract that belongs to
// another contract of the dialogue and may be upgraded.
func (v *verdict) code(a *vm.OutputAccount) error {
	w := v.witness
	if len(a.Code)+len(a.CodeMetadata)+len(a.CodeDeployer) == 0 || w.derived[a.Address] || a.Address == v.upgrade {
		return nil
	}
	for _, b := range w.answers(a.Address) {
		if bytes.Equal(b.Code, a.Code) && bytes.Equal(b.CodeMetadata, a.CodeMetadata) {
			return nil
		}
	}
	known := w.accounts[a.Address]
	if known == nil || known.CodeHash == (vm.Hash{}) {
		return broken("account %s gets code and was neither created nor a contract before", a.Address)
	}
	if len(known.CodeMetadata) != 2 || known.CodeMetadata[0]&vm.MetadataUpgradeable == 0 {
		return broken("the code of %s changes and may not be upgraded", a.Address)
	}
	if owner, err := vm.AddressOf(known.Owner); err == nil {
		if account := w.accounts[owner]; account != nil && account.CodeHash != (vm.Hash{}) {
			return nil // a contract of the dialogue has asked for it
		}
	}
	return broken("the code of %s changes and its owner %x has no part in the request", a.Address, known.Owner)
}

// pair: a value that is the node's own is a read, which is fine anywhere. A
// changed one is fine in a contract under a key that contracts may write, and
// anywhere if a built-in function has said so.
func (v *verdict) pair(a *vm.OutputAccount, u *vm.StorageUpdate) error {
	prefix := v.config.ProtectedKeyPrefix
	if len(prefix) == 0 {
		prefix = []byte(defaultProtectedPrefix)
	}
	known := v.witness.accounts[a.Address]
	contract := v.witness.derived[a.Address] || known != nil && known.CodeHash != (vm.Hash{})
	if u.Written && contract && !bytes.HasPrefix(u.Key, prefix) {
		return nil
	}
	before, asked := v.witness.storage[pairName{a.Address, string(u.Key)}]
	if asked && bytes.Equal(before, u.Value) || v.witness.answered(a.Address, u) {
		return nil
	}
	if !u.Written {
		return broken("storage %.*x of %s is said to have been read, and is another", maxToldBytes, u.Key, a.Address)
	}
	return broken("storage %.*x of %s is changed, which no contract may do", maxToldBytes, u.Key, a.Address)
}

// sum: value is neither made nor lost. Each answer of a built-in function may
// have made some, if it was not taken back with the call that asked for it.
func (v *verdict) sum(sum *big.Int) error {
	low, high := new(big.Int), new(big.Int)
	if v.input.Value != nil {
		low.Set(v.input.Value)
		high.Set(v.input.Value)
	}
	for _, out := range v.witness.builtins {
		made := new(big.Int)
		for i := range out.Accounts {
			if d := out.Accounts[i].BalanceDelta; d != nil {
				made.Add(made, d)
			}
		}
		if made.Sign() > 0 {
			high.Add(high, made)
		} else {
			low.Add(low, made)
		}
	}
	if sum.Cmp(low) < 0 || sum.Cmp(high) > 0 {
		return broken("the balances change by %v in all, and the request brought %v", sum, v.input.Value)
	}
	return nil
}
