package ledger

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	bolt "go.etcd.io/bbolt"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// apply carries out a transaction inside tx.
func apply(tx *bolt.Tx, t *Transaction, out *vm.Output) error {
	if out.Code != vm.OK {
		return fmt.Errorf("the execution failed with code %d", out.Code)
	}
	if err := checkSum(t, out); err != nil {
		return err
	}
	sender, err := accountAt(tx, t.Sender)
	if err != nil {
		return err
	}
	if sender == nil {
		sender = &account{balance: new(big.Int)}
	}
	if err := sender.pay(t.Value); err != nil {
		return err
	}
	// The sender is written first; if the output names it, it is read again.
	if err := putAccount(tx, t.Sender, sender); err != nil {
		return err
	}
	var previous *vm.Address
	for i := range out.Accounts {
		change := &out.Accounts[i]
		if previous != nil && bytes.Compare(previous[:], change.Address[:]) >= 0 {
			return errors.New("accounts of the output are not in order")
		}
		previous = &change.Address
		if err := applyAccount(tx, change); err != nil {
			return fmt.Errorf("account %v: %w", change.Address, err)
		}
	}
	return nil
}

// checkSum requires that the execution neither made nor destroyed value.
func checkSum(t *Transaction, out *vm.Output) error {
	sum := new(big.Int)
	for i := range out.Accounts {
		if delta := out.Accounts[i].BalanceDelta; delta != nil {
			sum.Add(sum, delta)
		}
	}
	if sum.Cmp(t.Value) != 0 {
		return fmt.Errorf("balances change by %v, the value is %v", sum, t.Value)
	}
	return nil
}

func applyAccount(tx *bolt.Tx, change *vm.OutputAccount) error {
	a, err := accountAt(tx, change.Address)
	if err != nil {
		return err
	}
	if a == nil {
		if !hasEffect(change) {
			return nil // merely looked at
		}
		a = &account{balance: new(big.Int)}
	}
	if change.BalanceDelta != nil {
		a.balance.Add(a.balance, change.BalanceDelta)
	}
	if a.balance.Sign() < 0 {
		return fmt.Errorf("the balance would be %v", a.balance)
	}
	a.nonce = max(a.nonce, change.Nonce)
	if err := applyCode(tx, a, change); err != nil {
		return err
	}
	for _, u := range change.StorageUpdates {
		if !u.Written {
			continue
		}
		if err := putPair(tx, change.Address, u.Key, u.Value); err != nil {
			return fmt.Errorf("storage key %x: %w", u.Key, err)
		}
	}
	return putAccount(tx, change.Address, a)
}

func hasEffect(change *vm.OutputAccount) bool {
	if change.Nonce != 0 || len(change.Code) > 0 {
		return true
	}
	if change.BalanceDelta != nil && change.BalanceDelta.Sign() != 0 {
		return true
	}
	for _, u := range change.StorageUpdates {
		if u.Written && len(u.Value) > 0 {
			return true
		}
	}
	return false
}

// applyCode takes new code. As on the network, code without metadata is not
// taken.
func applyCode(tx *bolt.Tx, a *account, change *vm.OutputAccount) error {
	if len(change.Code) == 0 || len(change.CodeMetadata) == 0 {
		return nil
	}
	if !isContract(change.Address) {
		return errors.New("code on an address that is not a contract's")
	}
	if n := len(change.CodeDeployer); n != 0 && n != vm.AddressLength {
		return fmt.Errorf("the deployer has %d bytes", n)
	}
	a.codeHash = sha256.Sum256(change.Code)
	a.metadata = bytes.Clone(change.CodeMetadata)
	a.owner = bytes.Clone(change.CodeDeployer)
	return bucket(tx, bucketCode).Put(a.codeHash[:], change.Code)
}
