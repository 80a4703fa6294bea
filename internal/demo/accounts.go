package demo

import (
	"fmt"
	"math/big"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Names lists the accounts that have a balance from the start.
func Names() []string { return []string{"alice", "bob", "carol"} }

// startBalance is what each of them has.
const startBalance = 1_000_000_000_000

// Account gives the address of a name: its letters, filled up with '_'.
func Account(name string) vm.Address {
	var address vm.Address
	for i := range address {
		address[i] = '_'
	}
	copy(address[:], name)
	return address
}

// Genesis is the ledger's state before the first transaction.
func Genesis(now time.Time) ledger.Genesis {
	g := ledger.Genesis{Time: now}
	for _, name := range Names() {
		g.Accounts = append(g.Accounts, ledger.GenesisAccount{Address: Account(name), Balance: big.NewInt(startBalance)})
	}
	return g
}

// Resolve reads an address: 64 hex digits, the name of an account, or the name
// of a sample contract that is on the ledger exactly once; hash gives the
// SHA-256 of a sample contract's code and whether there is one of that name.
func Resolve(l *ledger.Ledger, text string, hash func(name string) (vm.Hash, bool)) (vm.Address, error) {
	for _, name := range Names() {
		if text == name {
			return Account(name), nil
		}
	}
	if want, ok := hash(text); ok {
		found, err := find(l, func(a *vm.Account) bool { return a.CodeHash == want })
		switch {
		case err != nil:
			return vm.Address{}, err
		case len(found) == 1:
			return found[0], nil
		case len(found) == 0:
			return vm.Address{}, fmt.Errorf("no %s is deployed", text)
		}
		return vm.Address{}, fmt.Errorf("%d contracts are %s; give one's address: %v", len(found), text, found)
	}
	var address vm.Address
	if err := address.UnmarshalText([]byte(text)); err != nil {
		return address, fmt.Errorf("%q is neither a known name nor an address of 64 hex digits", text)
	}
	return address, nil
}
