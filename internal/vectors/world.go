package vectors

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"

	"golang.org/x/crypto/sha3"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A World is the chain of one case. It answers as the hook of the recording
// did. It is not safe for concurrent use.
type World struct {
	facts       vm.BlockFacts
	blockHashes map[uint64]hexBytes
	accounts    map[vm.Address]*account
}

type account struct {
	nonce      uint64
	balance    *big.Int
	code       []byte
	codeHash   vm.Hash
	metadata   []byte
	owner      []byte
	storage    map[string][]byte
	shard      uint32
	notPayable bool
}

func (a *account) setCode(code []byte) {
	a.code, a.codeHash = code, vm.Hash{}
	if len(code) > 0 {
		a.codeHash = sha256.Sum256(code)
	}
}

// NewWorld makes the world in which the case's first step runs.
func NewWorld(c *Case) (*World, error) {
	w := &World{
		facts: vm.BlockFacts{
			Current:       c.Start.CurrentBlock.vm(),
			Last:          c.Start.LastBlock.vm(),
			StateRootHash: c.Start.StateRootHash,
		},
		blockHashes: c.Start.BlockHashes,
		accounts:    make(map[vm.Address]*account),
	}
	for address, s := range c.Start.Accounts {
		a := w.account(vm.Address(address))
		a.nonce, a.metadata, a.owner = s.Nonce, s.CodeMetadata, s.Owner
		a.balance.Set(&s.Balance.Int)
		a.shard, a.notPayable = s.Shard, s.NotPayable
		if s.Contract != "" {
			code, err := c.code(s.Contract)
			if err != nil {
				return nil, err
			}
			a.setCode(code)
		}
		stored, err := pairs(s.Storage)
		if err != nil {
			return nil, err
		}
		for _, p := range stored {
			a.storage[string(p.Key)] = p.Value
		}
	}
	return w, nil
}

func (b *block) vm() vm.Block {
	return vm.Block{Nonce: b.Nonce, Round: b.Round, Timestamp: b.Timestamp, Epoch: b.Epoch, RandomSeed: b.RandomSeed}
}

// account gives the account, making an empty one if there is none.
func (w *World) account(address vm.Address) *account {
	a, ok := w.accounts[address]
	if !ok {
		a = &account{balance: new(big.Int), storage: make(map[string][]byte)}
		w.accounts[address] = a
	}
	return a
}

// take applies a recorded output. The sender is not debited. Code that the
// recording only measured is taken from got, the output just computed, if that
// has it; else the account stays without.
func (w *World) take(c *Case, r *recorded, got *vm.Output) error {
	if r.ReturnCode != vm.OK {
		return nil
	}
	for i := range r.Accounts {
		change := &r.Accounts[i]
		a := w.account(vm.Address(change.Address))
		a.nonce = max(a.nonce, change.Nonce)
		a.balance.Add(a.balance, &change.BalanceDelta.Int)
		updates, err := pairs(change.StorageUpdates)
		if err != nil {
			return err
		}
		for _, u := range updates {
			if len(u.Value) == 0 {
				delete(a.storage, string(u.Key))
			} else {
				a.storage[string(u.Key)] = u.Value
			}
		}
		if change.CodeLength == 0 {
			continue
		}
		a.metadata, a.owner = change.CodeMetadata, change.CodeDeployer
		code, err := change.code(c, got)
		if err != nil {
			return err
		}
		a.setCode(code)
	}
	return nil
}

// code finds the new code of an account.
func (r *recordedAccount) code(c *Case, got *vm.Output) ([]byte, error) {
	if r.CodeContract != "" {
		return c.code(r.CodeContract)
	}
	if got != nil {
		for i := range got.Accounts {
			if a := &got.Accounts[i]; a.Address == vm.Address(r.Address) && len(a.Code) == r.CodeLength {
				return a.Code, nil
			}
		}
	}
	return nil, nil
}

// BlockFacts implements vm.BlockchainHook.
func (w *World) BlockFacts() (vm.BlockFacts, error) { return w.facts, nil }

// BlockHash implements vm.BlockchainHook.
func (w *World) BlockHash(nonce uint64) ([]byte, error) {
	hash, ok := w.blockHashes[nonce]
	if !ok {
		return nil, &vm.Refusal{Text: "block hash not found"}
	}
	return hash, nil
}

// Account implements vm.BlockchainHook.
func (w *World) Account(address vm.Address) (*vm.Account, error) {
	a, ok := w.accounts[address]
	if !ok {
		return nil, &vm.Refusal{Text: "account not found"}
	}
	return &vm.Account{
		Nonce:        a.nonce,
		Balance:      new(big.Int).Set(a.balance),
		CodeHash:     a.codeHash,
		CodeMetadata: a.metadata,
		Owner:        a.owner,
	}, nil
}

// Code implements vm.BlockchainHook.
func (w *World) Code(address vm.Address, hash vm.Hash) ([]byte, error) {
	a, ok := w.accounts[address]
	if !ok || a.codeHash != hash {
		return nil, fmt.Errorf("%v has no code with hash %v", address, hash)
	}
	return a.code, nil
}

// Storage implements vm.BlockchainHook.
func (w *World) Storage(address vm.Address, key []byte) ([]byte, error) {
	a, ok := w.accounts[address]
	if !ok {
		return nil, nil
	}
	return a.storage[string(key)], nil
}

// NewAddress implements vm.BlockchainHook: eight zero bytes, the VM type,
// twenty bytes of a hash, and the creator's last two bytes.
func (w *World) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	if len(vmType) != 2 {
		return vm.Address{}, fmt.Errorf("VM type has %d bytes, want 2", len(vmType))
	}
	h := sha3.NewLegacyKeccak256()
	h.Write(creator[:])
	h.Write(binary.LittleEndian.AppendUint64(nil, nonce))
	address := vm.Address(h.Sum(nil))
	clear(address[:8])
	copy(address[8:], vmType)
	copy(address[30:], creator[30:])
	return address, nil
}

// ShardOfAddress implements vm.BlockchainHook.
func (w *World) ShardOfAddress(address vm.Address) (uint32, error) {
	if a, ok := w.accounts[address]; ok {
		return a.shard, nil
	}
	return 0, nil
}

// IsSmartContract implements vm.BlockchainHook: an address with code is one.
func (w *World) IsSmartContract(address vm.Address) (bool, error) {
	a, ok := w.accounts[address]
	return ok && len(a.code) > 0, nil
}

// IsPayable implements vm.BlockchainHook.
func (w *World) IsPayable(address vm.Address) (bool, error) {
	a, ok := w.accounts[address]
	return !ok || !a.notPayable, nil
}
