package hostile

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// The accounts that sources can name, see addresses.
var (
	user   = vm.Address{0: 0xA1, 31: 1} // who deploys and calls
	target = vm.Address{8: 5, 31: 1}    // the contract that is tried
	peer   = vm.Address{8: 5, 31: 2}    // another contract, see Contract.Peer
	twin   = vm.Address{8: 5, 31: 3}    // another account with the code of the target
	good   = vm.Address{8: 5, 31: 4}    // a contract that always works
)

// World is the chain around the contract that is tried: it is the hook of the
// executor, and begins anew with every contract.
type World struct {
	accounts  map[vm.Address]*account
	Questions int // that were asked

	// Cold, if it is not nil, is what the code of accounts begins with that are
	// not there otherwise. Each has code of its own, also in each generation.
	Cold       []byte
	Generation uint32
}

// coldCode is Cold with a custom section that makes it another code.
func (w *World) coldCode(a vm.Address) []byte {
	section := fmt.Appendf(nil, "\x01c%x%08x", a[:], w.Generation)
	return append(append(slices.Clone(w.Cold), 0, byte(len(section))), section...)
}

type account struct {
	nonce    uint64
	balance  *big.Int
	code     []byte
	hash     vm.Hash
	metadata []byte
	owner    []byte
	storage  map[string][]byte
}

const riches = 1 << 60 // what user, target, peer and twin have

func (w *World) reset() {
	w.Cold = nil
	w.accounts = make(map[vm.Address]*account)
	for _, a := range []vm.Address{user, target, peer, twin} {
		w.accounts[a] = &account{balance: big.NewInt(riches)}
	}
	w.accounts[user].nonce = 1
}

// Target is the account of the contract.
func Target() vm.Address { return target }

// User is who calls.
func User() vm.Address { return user }

// Begin makes the chain one with a contract at Target and, if it is not nil,
// another one that sources know as the peer.
func (w *World) Begin(code, other []byte) {
	w.reset()
	w.install(target, code)
	if other != nil {
		w.install(peer, other)
	}
}

// install puts code on the chain.
func (w *World) install(a vm.Address, code []byte) {
	acc := w.accounts[a]
	if acc == nil {
		acc = &account{balance: new(big.Int)}
		w.accounts[a] = acc
	}
	acc.code, acc.hash = code, sha256.Sum256(code)
	acc.metadata = []byte{vm.MetadataUpgradeable | vm.MetadataReadable, vm.MetadataPayable}
	acc.owner = target[:]
}

// take carries out an output.
func (w *World) take(out *vm.Output) {
	for i := range out.Accounts {
		change := &out.Accounts[i]
		acc := w.accounts[change.Address]
		if acc == nil {
			acc = &account{balance: new(big.Int)}
			w.accounts[change.Address] = acc
		}
		acc.balance = new(big.Int).Add(acc.balance, change.BalanceDelta)
		acc.nonce = max(acc.nonce, change.Nonce)
		if len(change.Code) > 0 {
			w.install(change.Address, change.Code)
		}
		for _, u := range change.StorageUpdates {
			if acc.storage == nil {
				acc.storage = make(map[string][]byte)
			}
			acc.storage[string(u.Key)] = u.Value
		}
	}
}

// BlockFacts implements vm.BlockchainHook.
func (w *World) BlockFacts() (vm.BlockFacts, error) {
	w.Questions++
	block := vm.Block{Nonce: 100, Round: 100, Timestamp: 1_600_000_000, RandomSeed: make([]byte, 48)}
	return vm.BlockFacts{Current: block, Last: block, StateRootHash: make([]byte, 32)}, nil
}

// BlockHash implements vm.BlockchainHook.
func (w *World) BlockHash(nonce uint64) ([]byte, error) {
	w.Questions++
	hash := sha256.Sum256(binary.LittleEndian.AppendUint64(nil, nonce))
	return hash[:], nil
}

// Account implements vm.BlockchainHook.
func (w *World) Account(a vm.Address) (*vm.Account, error) {
	w.Questions++
	acc := w.accounts[a]
	if acc == nil && w.Cold != nil {
		return &vm.Account{CodeHash: sha256.Sum256(w.coldCode(a))}, nil
	}
	if acc == nil {
		return nil, &vm.Refusal{Text: "account was not found"}
	}
	return &vm.Account{Nonce: acc.nonce, Balance: acc.balance, CodeHash: acc.hash,
		CodeMetadata: acc.metadata, Owner: acc.owner}, nil
}

// Code implements vm.BlockchainHook.
func (w *World) Code(a vm.Address, hash vm.Hash) ([]byte, error) {
	w.Questions++
	acc := w.accounts[a]
	if acc == nil && w.Cold != nil {
		return w.coldCode(a), nil
	}
	if acc == nil || acc.hash != hash {
		return nil, fmt.Errorf("%x has no code with the hash %x", a, hash)
	}
	return acc.code, nil
}

// Storage implements vm.BlockchainHook.
func (w *World) Storage(a vm.Address, key []byte) ([]byte, error) {
	w.Questions++
	if acc := w.accounts[a]; acc != nil {
		return acc.storage[string(key)], nil
	}
	return nil, nil
}

// NewAddress implements vm.BlockchainHook. What user deploys is the target.
func (w *World) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (a vm.Address, err error) {
	w.Questions++
	if creator == user {
		return target, nil
	}
	a = sha256.Sum256(binary.LittleEndian.AppendUint64(creator[:], nonce))
	clear(a[:8])
	copy(a[8:10], vmType)
	return a, nil
}

// ShardOfAddress implements vm.BlockchainHook.
func (w *World) ShardOfAddress(vm.Address) (uint32, error) { w.Questions++; return 0, nil }

// IsSmartContract implements vm.BlockchainHook.
func (w *World) IsSmartContract(a vm.Address) (bool, error) {
	w.Questions++
	return [8]byte(a[:8]) == [8]byte{}, nil
}

// IsPayable implements vm.BlockchainHook.
func (w *World) IsPayable(vm.Address) (bool, error) { w.Questions++; return true, nil }

// ProcessBuiltinFunction implements vm.BlockchainHook.
func (w *World) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	return nil, fmt.Errorf("built-in function %q: this chain has none", in.Function)
}
