package targets

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// world is a small chain: the accounts of one case. It answers as a node does,
// and takes over what executions did. It also refuses, keeps some accounts in
// another shard, and fails to answer about one.
type world struct {
	accounts map[vm.Address]*account
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

func (a *account) clone() *account {
	c := *a
	c.balance = new(big.Int).Set(a.balance)
	c.storage = maps.Clone(a.storage)
	return &c
}

func (w *world) clone() *world {
	c := &world{accounts: make(map[vm.Address]*account, len(w.accounts))}
	for address, a := range w.accounts {
		c.accounts[address] = a.clone()
	}
	return c
}

// The accounts of the world. Contracts begin with eight zero bytes.
const (
	puppetA = iota
	puppetB
	sample // a contract that does something sensible
	user
	rich    // a user with more than fits into 32 bytes
	nobody  // no account at all
	distant // a contract of another shard
	silent  // an account that the node fails to answer about
	accountCount
)

// address gives the address of one of the accounts above.
func address(i int) (a vm.Address) {
	a[31] = byte(i)
	a[30] = 0x77
	switch i {
	case user, rich, nobody, silent:
		a[0] = 0xC0 + byte(i)
	default:
		a[8] = 5 // the VM's type
		a[10] = 0xA0 + byte(i)
	}
	return a
}

// errNode is the node's failure to answer.
var errNode = errors.New("the node cannot answer")

// The names that ProcessBuiltinFunction knows.
var builtins = []string{"builtinFine", "builtinRefused", "builtinFailed"}

// newWorld makes the world before the first step of a case.
func newWorld(puppet, other []byte) *world {
	w := &world{accounts: make(map[vm.Address]*account)}
	add := func(i int, balance int64, code []byte, metadata ...byte) *account {
		a := &account{balance: big.NewInt(balance), storage: make(map[string][]byte)}
		if code != nil {
			a.setCode(code, metadata)
			owner := address(puppetA)
			a.owner = owner[:]
		}
		w.accounts[address(i)] = a
		return a
	}
	for _, i := range []int{puppetA, puppetB} {
		a := add(i, 1000, puppet, vm.MetadataUpgradeable|vm.MetadataReadable, vm.MetadataPayable)
		a.nonce = uint64(i)
		a.storage["a"] = []byte{1}
		a.storage["b"] = bytes.Repeat([]byte{7}, 40)
		a.storage["DHARITRIx"] = []byte("protected")
	}
	add(sample, 0, other, vm.MetadataReadable, 0)
	add(user, 1_000_000, nil).nonce = 4
	add(rich, 0, nil).balance.Lsh(big.NewInt(1), 300)
	return w
}

func (a *account) setCode(code, metadata []byte) {
	a.code, a.hash, a.metadata = code, sha256.Sum256(code), metadata
}

// take applies an output and says what is wrong with it, given the value of
// the request.
func (w *world) take(out *vm.Output, value *big.Int) error {
	sum := new(big.Int)
	for i := range out.Accounts {
		change := &out.Accounts[i]
		a := w.accounts[change.Address]
		if a == nil {
			a = &account{balance: new(big.Int), storage: make(map[string][]byte)}
			w.accounts[change.Address] = a
		}
		sum.Add(sum, change.BalanceDelta)
		if err := a.take(change); err != nil {
			return fmt.Errorf("account %v: %w", change.Address, err)
		}
	}
	if sum.Cmp(value) != 0 {
		return fmt.Errorf("balances change by %v, the value of the request is %v", sum, value)
	}
	return nil
}

func (a *account) take(change *vm.OutputAccount) error {
	if a.balance.Add(a.balance, change.BalanceDelta).Sign() < 0 {
		return fmt.Errorf("the balance is %v", a.balance)
	}
	if change.Nonce != 0 && change.Nonce < a.nonce {
		return fmt.Errorf("the nonce falls from %d to %d", a.nonce, change.Nonce)
	}
	a.nonce = max(a.nonce, change.Nonce)
	for _, u := range change.StorageUpdates {
		key := string(u.Key)
		switch {
		case !u.Written && !bytes.Equal(a.storage[key], u.Value):
			return fmt.Errorf("storage %x was read as %x, the node has %x", u.Key, u.Value, a.storage[key])
		case u.Written && bytes.HasPrefix(u.Key, []byte("DHARITRI")) && !bytes.Equal(a.storage[key], u.Value):
			return fmt.Errorf("the protected key %x is written", u.Key)
		case len(u.Value) == 0:
			delete(a.storage, key)
		default:
			a.storage[key] = u.Value
		}
	}
	if len(change.Code) > 0 {
		a.setCode(change.Code, change.CodeMetadata)
		a.owner = change.CodeDeployer
	}
	return nil
}

// BlockFacts implements vm.BlockchainHook.
func (w *world) BlockFacts() (vm.BlockFacts, error) {
	return vm.BlockFacts{
		Current:       vm.Block{Nonce: 100, Round: 1 << 63, Timestamp: 1_600_000_000, Epoch: 3, RandomSeed: []byte("seed of this block, which is long")},
		Last:          vm.Block{Nonce: 99, Round: 98, Timestamp: 1_599_999_994, Epoch: 3},
		StateRootHash: []byte{1, 2, 3},
	}, nil
}

// BlockHash implements vm.BlockchainHook.
func (w *world) BlockHash(nonce uint64) ([]byte, error) {
	if nonce > 99 {
		return nil, &vm.Refusal{Text: "block hash not found"}
	}
	hash := sha256.Sum256(binary.BigEndian.AppendUint64(nil, nonce))
	return hash[:], nil
}

// Account implements vm.BlockchainHook.
func (w *world) Account(a vm.Address) (*vm.Account, error) {
	switch a {
	case address(silent):
		return nil, errNode
	case address(distant):
		return nil, nil
	}
	found, ok := w.accounts[a]
	if !ok {
		return nil, &vm.Refusal{Text: "account not found"}
	}
	return &vm.Account{Nonce: found.nonce, Balance: new(big.Int).Set(found.balance), CodeHash: found.hash,
		CodeMetadata: found.metadata, Owner: found.owner}, nil
}

// Code implements vm.BlockchainHook.
func (w *world) Code(a vm.Address, hash vm.Hash) ([]byte, error) {
	if found, ok := w.accounts[a]; ok && found.hash == hash {
		return found.code, nil
	}
	return nil, fmt.Errorf("%v has no code with hash %v", a, hash)
}

// Storage implements vm.BlockchainHook.
func (w *world) Storage(a vm.Address, key []byte) ([]byte, error) {
	if a == address(silent) {
		return nil, errNode
	}
	if found, ok := w.accounts[a]; ok {
		return found.storage[string(key)], nil
	}
	return nil, nil
}

// NewAddress implements vm.BlockchainHook. In time it gives an address twice.
func (w *world) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (a vm.Address, err error) {
	if nonce > 1<<62 {
		return a, &vm.Refusal{Text: "nonce too large"}
	}
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(creator[:], nonce%64))
	a = sum
	clear(a[:8])
	copy(a[8:10], vmType)
	return a, nil
}

// ShardOfAddress implements vm.BlockchainHook.
func (w *world) ShardOfAddress(a vm.Address) (uint32, error) {
	if a == address(distant) {
		return 1, nil
	}
	return 0, nil
}

// IsSmartContract implements vm.BlockchainHook.
func (w *world) IsSmartContract(a vm.Address) (bool, error) { return [8]byte(a[:8]) == [8]byte{}, nil }

// IsPayable implements vm.BlockchainHook.
func (w *world) IsPayable(a vm.Address) (bool, error) {
	found, ok := w.accounts[a]
	return !ok || len(found.code) == 0 || len(found.metadata) == 2 && found.metadata[1]&vm.MetadataPayable != 0, nil
}

// ProcessBuiltinFunction implements vm.BlockchainHook.
func (w *world) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	switch in.Function {
	case builtins[1]:
		return nil, &vm.Refusal{Text: "refused"}
	case builtins[2]:
		return &vm.Output{Code: vm.UserError, Message: "no", GasRemaining: in.GasProvided / 2}, nil
	}
	if in.GasProvided < 10 {
		return nil, &vm.Refusal{Text: "not enough gas"}
	}
	return &vm.Output{GasRemaining: in.GasProvided - 10, ReturnData: [][]byte{[]byte("fine")}}, nil
}

// faults says what is wrong with an output whatever the request was.
func faults(out *vm.Output, provided uint64) error {
	if out.GasRemaining > provided {
		return fmt.Errorf("%d gas is left of %d", out.GasRemaining, provided)
	}
	if out.Code != vm.OK {
		if len(out.Accounts)+len(out.Logs)+len(out.ReturnData) > 0 || out.GasRefund != 0 {
			return errors.New("an execution that failed has effects")
		}
		if out.Code > vm.UpgradeFailed {
			return fmt.Errorf("unknown code %d", out.Code)
		}
		return nil
	}
	byAddress := func(a, b vm.OutputAccount) int { return bytes.Compare(a.Address[:], b.Address[:]) }
	if !slices.IsSortedFunc(out.Accounts, byAddress) {
		return errors.New("accounts are not sorted")
	}
	for i := range out.Accounts {
		a := &out.Accounts[i]
		switch {
		case i > 0 && a.Address == out.Accounts[i-1].Address:
			return fmt.Errorf("account %v is there twice", a.Address)
		case a.BalanceDelta == nil:
			return fmt.Errorf("account %v has no delta", a.Address)
		case len(a.Code) == 0 && len(a.CodeDeployer) > 0:
			return fmt.Errorf("account %v has a deployer and no code", a.Address)
		}
		for k := 1; k < len(a.StorageUpdates); k++ {
			if bytes.Compare(a.StorageUpdates[k-1].Key, a.StorageUpdates[k].Key) >= 0 {
				return fmt.Errorf("storage of %v is not sorted", a.Address)
			}
		}
		for _, t := range a.Transfers {
			if t.Value == nil || t.Value.Sign() < 0 {
				return fmt.Errorf("transfer of %v to %v", t.Value, a.Address)
			}
		}
	}
	return nil
}
