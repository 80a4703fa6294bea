// Package bench measures whole contract calls, in this process and across the
// pipe, on a node that keeps its accounts in memory.
package bench

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chain is a node that keeps its accounts in memory and applies each output
// at once: a ledger's cache without its file.
type chain struct{ accounts map[vm.Address]*account }

type account struct {
	vm.Account
	code    []byte
	storage map[string][]byte
}

func newChain() *chain { return &chain{accounts: make(map[vm.Address]*account)} }

func (c *chain) account(a vm.Address) *account {
	acc := c.accounts[a]
	if acc == nil {
		acc = &account{Account: vm.Account{Balance: new(big.Int)}, storage: make(map[string][]byte)}
		c.accounts[a] = acc
	}
	return acc
}

func (c *chain) BlockFacts() (vm.BlockFacts, error) {
	return vm.BlockFacts{Current: vm.Block{Nonce: 7, Round: 7, Timestamp: 1000}, Last: vm.Block{Nonce: 6, Round: 6, Timestamp: 994}}, nil
}

func (c *chain) BlockHash(uint64) ([]byte, error) { return nil, &vm.Refusal{Text: "no such block"} }

func (c *chain) Account(a vm.Address) (*vm.Account, error) {
	if acc, ok := c.accounts[a]; ok {
		return &acc.Account, nil
	}
	return nil, &vm.Refusal{Text: "account not found"}
}

func (c *chain) Code(a vm.Address, _ vm.Hash) ([]byte, error) { return c.account(a).code, nil }

func (c *chain) Storage(a vm.Address, key []byte) ([]byte, error) {
	if acc, ok := c.accounts[a]; ok {
		return acc.storage[string(key)], nil
	}
	return nil, nil
}

func (c *chain) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	a := vm.Address(sha256.Sum256(binary.LittleEndian.AppendUint64(creator[:], nonce)))
	clear(a[:8])
	copy(a[8:10], vmType)
	return a, nil
}

func (c *chain) ShardOfAddress(vm.Address) (uint32, error)  { return 0, nil }
func (c *chain) IsSmartContract(a vm.Address) (bool, error) { return [8]byte(a[:8]) == [8]byte{}, nil }
func (c *chain) IsPayable(vm.Address) (bool, error)         { return true, nil }
func (c *chain) ProcessBuiltinFunction(*vm.CallInput) (*vm.Output, error) {
	return nil, &vm.Refusal{Text: "no built-in functions"}
}

func (c *chain) apply(out *vm.Output) {
	for i := range out.Accounts {
		o := &out.Accounts[i]
		acc := c.account(o.Address)
		if o.BalanceDelta.Sign() != 0 {
			acc.Balance = new(big.Int).Add(acc.Balance, o.BalanceDelta)
		}
		acc.Nonce = max(acc.Nonce, o.Nonce)
		if len(o.Code) > 0 {
			acc.code, acc.CodeHash = o.Code, sha256.Sum256(o.Code)
			acc.CodeMetadata, acc.Owner = o.CodeMetadata, o.CodeDeployer
		}
		for _, u := range o.StorageUpdates {
			if u.Written {
				acc.storage[string(u.Key)] = u.Value
			}
		}
	}
}
