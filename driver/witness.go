package driver

import (
	"bytes"
	"errors"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// witness is the node's hook, remembering what it answered to the present
// request: what an output says is held against it. It lives through the death
// of a Core, as the answers do.
type witness struct {
	hook vm.BlockchainHook

	caller   vm.Address
	accounts map[vm.Address]*vm.Account // those that the dialogue introduced; nil: nothing is known of it
	derived  map[vm.Address]bool        // addresses for new contracts of contracts and of the caller
	storage  map[pairName][]byte
	builtins []*vm.Output

	askedBuiltin bool // also if it was refused
}

// pairName names one pair of the storage of all accounts.
type pairName struct {
	address vm.Address
	key     string
}

// keptAnswers is up to how many answers it is cheaper to clear the maps than to
// make new ones.
const keptAnswers = 64

// begin forgets everything. The first address is the caller's.
func (w *witness) begin(introduced ...vm.Address) {
	if w.accounts == nil || len(w.accounts)+len(w.derived)+len(w.storage) > keptAnswers {
		*w = witness{
			hook: w.hook, accounts: make(map[vm.Address]*vm.Account),
			derived: make(map[vm.Address]bool), storage: make(map[pairName][]byte),
		}
	}
	clear(w.accounts)
	clear(w.derived)
	clear(w.storage)
	w.builtins, w.askedBuiltin = nil, false
	w.caller = introduced[0]
	for _, a := range introduced {
		w.introduce(a)
	}
}

func (w *witness) introduce(a vm.Address) {
	if _, known := w.accounts[a]; !known {
		w.accounts[a] = nil
	}
}

// contract says whether an account can have run: it has code, or got some in
// this dialogue.
func (w *witness) contract(a vm.Address) bool {
	if known := w.accounts[a]; known != nil && known.CodeHash != (vm.Hash{}) || w.derived[a] {
		return true
	}
	for _, b := range w.answers(a) {
		if len(b.Code) > 0 {
			return true
		}
	}
	return false
}

// BlockFacts implements vm.BlockchainHook.
func (w *witness) BlockFacts() (vm.BlockFacts, error) { return w.hook.BlockFacts() }

// BlockHash implements vm.BlockchainHook.
func (w *witness) BlockHash(nonce uint64) ([]byte, error) { return w.hook.BlockHash(nonce) }

// Account implements vm.BlockchainHook.
func (w *witness) Account(a vm.Address) (*vm.Account, error) {
	account, err := w.hook.Account(a)
	w.introduce(a)
	if err == nil && account != nil && account.Balance != nil && (account.Balance.Sign() < 0 || tooWide(account.Balance)) {
		return nil, errors.New("the balance is out of range")
	}
	if err == nil && account != nil {
		w.accounts[a] = account
	}
	return account, err
}

// Code implements vm.BlockchainHook.
func (w *witness) Code(a vm.Address, hash vm.Hash) ([]byte, error) {
	w.introduce(a)
	return w.hook.Code(a, hash)
}

// Storage implements vm.BlockchainHook.
func (w *witness) Storage(a vm.Address, key []byte) ([]byte, error) {
	value, err := w.hook.Storage(a, key)
	w.introduce(a)
	w.storage[pairName{a, string(key)}] = value // a refusal reads as empty
	return value, err
}

// NewAddress implements vm.BlockchainHook.
func (w *witness) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	a, err := w.hook.NewAddress(creator, nonce, vmType)
	if err == nil {
		w.introduce(a)
		if creator == w.caller || w.contract(creator) {
			w.derived[a] = true
		}
	}
	return a, err
}

// ShardOfAddress implements vm.BlockchainHook.
func (w *witness) ShardOfAddress(a vm.Address) (uint32, error) {
	w.introduce(a)
	return w.hook.ShardOfAddress(a)
}

// IsSmartContract implements vm.BlockchainHook.
func (w *witness) IsSmartContract(a vm.Address) (bool, error) {
	w.introduce(a)
	return w.hook.IsSmartContract(a)
}

// IsPayable implements vm.BlockchainHook.
func (w *witness) IsPayable(a vm.Address) (bool, error) {
	w.introduce(a)
	return w.hook.IsPayable(a)
}

// ProcessBuiltinFunction implements vm.BlockchainHook.
func (w *witness) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	w.askedBuiltin = true
	out, err := w.hook.ProcessBuiltinFunction(in)
	w.introduce(in.Recipient)
	if err == nil && out != nil && hasTooWide(out) {
		return nil, errors.New("an integer of the output is out of range")
	}
	if err == nil && out != nil {
		w.builtins = append(w.builtins, out)
		for i := range out.Accounts {
			w.introduce(out.Accounts[i].Address)
		}
	}
	return out, err
}

func hasTooWide(out *vm.Output) bool {
	for i := range out.Accounts {
		a := &out.Accounts[i]
		if tooWide(a.Balance) || tooWide(a.BalanceDelta) {
			return true
		}
		for k := range a.Transfers {
			if tooWide(a.Transfers[k].Value) {
				return true
			}
		}
	}
	return false
}

// answered says whether an answer of a built-in function holds the pair.
func (w *witness) answered(a vm.Address, u *vm.StorageUpdate) bool {
	for _, account := range w.answers(a) {
		for i := range account.StorageUpdates {
			b := &account.StorageUpdates[i]
			if bytes.Equal(b.Key, u.Key) && bytes.Equal(b.Value, u.Value) {
				return true
			}
		}
	}
	return false
}

// answers lists what answers of built-in functions say of an account.
func (w *witness) answers(a vm.Address) []*vm.OutputAccount {
	var list []*vm.OutputAccount
	for _, out := range w.builtins {
		for i := range out.Accounts {
			if out.Accounts[i].Address == a {
				list = append(list, &out.Accounts[i])
			}
		}
	}
	return list
}
