package scenario

import (
	"fmt"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Hook is what an executor asks that runs several scenarios one after the
// other: it answers from the world that it was given last. It implements
// vm.BlockchainHook.
type Hook struct{ *World }

// NewHook makes a hook that still has no world.
func NewHook() *Hook { return new(Hook) }

// BlockFacts implements vm.BlockchainHook.
func (w *World) BlockFacts() (vm.BlockFacts, error) { return w.facts, nil }

// BlockHash implements vm.BlockchainHook.
func (w *World) BlockHash(nonce uint64) ([]byte, error) {
	if nonce >= uint64(len(w.blockHashes)) {
		return nil, &vm.Refusal{Text: "blockhash offset exceeds the blockhashes slice"}
	}
	return w.blockHashes[nonce], nil
}

// Account implements vm.BlockchainHook. Accounts of other shards are not kept
// here.
func (w *World) Account(address vm.Address) (*vm.Account, error) {
	a, ok := w.accounts[address]
	if !ok {
		return nil, &vm.Refusal{Text: "account not found: " + address.String()}
	}
	if a.shard != w.here {
		return nil, nil
	}
	return &vm.Account{
		Nonce: a.nonce, Balance: new(big.Int).Set(a.balance),
		CodeHash: a.codeHash, CodeMetadata: a.metadata, Owner: a.owner,
	}, nil
}

// Code implements vm.BlockchainHook.
func (w *World) Code(address vm.Address, hash vm.Hash) ([]byte, error) {
	a, ok := w.accounts[address]
	if !ok || a.codeHash != hash {
		return nil, fmt.Errorf("scenario: %v has no code with hash %v", address, hash)
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

// NewAddress implements vm.BlockchainHook: the address that the scenario gives
// for creator and nonce, else ten zeros, four bytes 11, fifteen bytes of the
// creator, the last byte of the nonce, the last two bytes of the creator.
func (w *World) NewAddress(creator vm.Address, nonce uint64, _ []byte) (vm.Address, error) {
	for _, n := range w.newAddresses {
		if n.creator == creator && n.nonce == nonce {
			return n.address, nil
		}
	}
	var address vm.Address
	for i := 10; i < 14; i++ {
		address[i] = 0x11
	}
	copy(address[14:29], creator[:])
	address[29] = byte(nonce)
	copy(address[30:], creator[30:])
	return address, nil
}

// ShardOfAddress implements vm.BlockchainHook: an account that does not exist
// is where it is asked for.
func (w *World) ShardOfAddress(address vm.Address) (uint32, error) {
	if a, ok := w.accounts[address]; ok {
		return a.shard, nil
	}
	return w.here, nil
}

// IsSmartContract implements vm.BlockchainHook: a contract is an account with
// code, or an address that begins with eight zeros.
func (w *World) IsSmartContract(address vm.Address) (bool, error) {
	if a, ok := w.accounts[address]; ok && len(a.code) > 0 {
		return true, nil
	}
	return [contractZeros]byte(address[:contractZeros]) == [contractZeros]byte{}, nil
}

// IsPayable implements vm.BlockchainHook. A contract is payable if its
// metadata say so, and also if the scenario says nothing about them.
func (w *World) IsPayable(address vm.Address) (bool, error) {
	a, ok := w.accounts[address]
	return !ok || len(a.code) == 0 || len(a.metadata) != 2 || a.metadata[1]&vm.MetadataPayable != 0, nil
}

// ProcessBuiltinFunction implements vm.BlockchainHook. A world without
// built-in functions is not asked; it would answer that nothing happened.
func (w *World) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	if w.functions == nil {
		return new(vm.Output), nil
	}
	out, err := w.functions.Process(in)
	if err == nil {
		for i := range out.Accounts {
			w.credited.Add(w.credited, out.Accounts[i].BalanceDelta)
		}
	}
	return out, err
}
