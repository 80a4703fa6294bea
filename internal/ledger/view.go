package ledger

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A View is the committed state at one moment, for tools. It is valid only
// inside the function that View calls.
type View struct{ tx *bolt.Tx }

// View calls f with the committed state. A dialogue may be open meanwhile, but
// f itself must not commit one.
func (l *Ledger) View(f func(*View) error) error {
	return l.db.View(func(tx *bolt.Tx) error { return f(&View{tx}) })
}

// LastBlock gives the last committed block.
func (v *View) LastBlock() (vm.Block, error) {
	height, r, err := lastBlock(v.tx)
	if err != nil {
		return vm.Block{}, fmt.Errorf("ledger: %w", err)
	}
	return r.vm(height), nil
}

// Account gives an account, nil if there is none.
func (v *View) Account(address vm.Address) (*vm.Account, error) {
	a, err := accountAt(v.tx, address)
	if err != nil || a == nil {
		return nil, err
	}
	return a.vm(), nil
}

// Balance gives the balance of an account, 0 if there is none.
func (v *View) Balance(address vm.Address) (*big.Int, error) {
	a, err := accountAt(v.tx, address)
	if err != nil || a == nil {
		return new(big.Int), err
	}
	return a.balance, nil
}

// Addresses gives all accounts in order.
func (v *View) Addresses() ([]vm.Address, error) {
	var list []vm.Address
	err := bucket(v.tx, bucketAccounts).ForEach(func(key, _ []byte) error {
		address, err := vm.AddressOf(key)
		list = append(list, address)
		return err
	})
	return list, err
}

// Storage gives all pairs of an account, sorted by key.
func (v *View) Storage(address vm.Address) ([]vm.StorageUpdate, error) {
	var list []vm.StorageUpdate
	cursor := bucket(v.tx, bucketStorage).Cursor()
	for place, record := cursor.Seek(address[:]); bytes.HasPrefix(place, address[:]); place, record = cursor.Next() {
		_, key, value, err := decodePair(place, record)
		if err != nil {
			return nil, fmt.Errorf("ledger: storage of %v: %w", address, err)
		}
		list = append(list, vm.StorageUpdate{Key: bytes.Clone(key), Value: bytes.Clone(value)})
	}
	slices.SortFunc(list, func(a, b vm.StorageUpdate) int { return bytes.Compare(a.Key, b.Key) })
	return list, nil
}
