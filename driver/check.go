package driver

import (
	"bytes"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// defaultProtectedPrefix stands for an empty vm.Config.ProtectedKeyPrefix.
const defaultProtectedPrefix = "DHARITRI"

// verdict holds one output against the request and the answers that led to it.
// A Core that is broken or taken over can then lie about no more than what
// contracts could have done: it cannot make value or take it from an account
// that is no contract, speak for one, or change what contracts may not change.
// Which contracts had a part in the request it says itself, by what it asks.
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
		if len(out.Accounts)+len(out.Logs)+len(out.ReturnData) > 0 || out.GasRefund > 0 {
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
	if len(a.Transfers) > 0 {
		return v.transfers(a)
	}
	return nil
}

// transfers: contracts send them, and who is no contract has got what they
// bring, because it cannot have passed it on. What built-in functions sent is
// theirs.
func (v *verdict) transfers(a *vm.OutputAccount) error {
	got := new(big.Int).Set(a.BalanceDelta)
	var senders map[vm.Address]bool // for which built-in functions sent something
	for _, b := range v.witness.answers(a.Address) {
		if b.BalanceDelta != nil && b.BalanceDelta.Sign() < 0 {
			got.Sub(got, b.BalanceDelta)
		}
		for i := range b.Transfers {
			if senders == nil {
				senders = make(map[vm.Address]bool)
			}
			senders[b.Transfers[i].Sender] = true
			if b.Transfers[i].Value != nil {
				got.Add(got, b.Transfers[i].Value)
			}
		}
	}
	for i := range a.Transfers {
		t := &a.Transfers[i]
		if t.Value != nil && t.Value.Sign() < 0 || t.CallType > vm.AsyncCallback {
			return broken("a transfer to %s has value %v and call type %d", a.Address, t.Value, t.CallType)
		}
		if !v.witness.contract(t.Sender) && !senders[t.Sender] {
			return broken("a transfer to %s is sent by %s, which is no contract of the dialogue", a.Address, t.Sender)
		}
		if t.Value != nil {
			got.Sub(got, t.Value)
		}
	}
	if got.Sign() < 0 && !v.witness.contract(a.Address) {
		return broken("the transfers to %s bring more than it gets", a.Address)
	}
	return nil
}

// balance: no account ends below zero, and only contracts spend. What built-in
// functions took is theirs.
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
	spent := a.BalanceDelta
	if spent.Sign() >= 0 {
		return nil
	}
	for _, b := range v.witness.answers(a.Address) {
		if b.BalanceDelta != nil && b.BalanceDelta.Sign() < 0 {
			spent = new(big.Int).Sub(spent, b.BalanceDelta)
		}
	}
	if spent.Sign() < 0 && !v.witness.contract(a.Address) {
		return broken("account %s is no contract and loses %v", a.Address, new(big.Int).Neg(spent))
	}
	if before.Add(before, spent).Sign() < 0 {
		return broken("account %s ends below zero", a.Address)
	}
	return nil
}

// nonce: it never falls, 0 says nothing, and only contracts raise their own, by
// one with each address that was derived. What built-in functions said is
// theirs.
func (v *verdict) nonce(a *vm.OutputAccount) error {
	if a.Nonce == 0 {
		return nil
	}
	var before uint64
	if known := v.witness.accounts[a.Address]; known != nil {
		before = known.Nonce
	}
	if a.Nonce == before {
		return nil
	}
	highest := before
	for _, b := range v.witness.answers(a.Address) {
		if b.Nonce == a.Nonce {
			return nil
		}
		highest = max(highest, b.Nonce)
	}
	if a.Nonce < before {
		return broken("the nonce of %s falls from %d to %d", a.Address, before, a.Nonce)
	}
	if !v.witness.contract(a.Address) || a.Nonce > highest && a.Nonce-highest > uint64(len(v.witness.derived)) {
		return broken("the nonce of %s rises from %d to %d", a.Address, highest, a.Nonce)
	}
	return nil
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
	if u.Written && v.witness.contract(a.Address) && !bytes.HasPrefix(u.Key, prefix) {
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
