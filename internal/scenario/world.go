package scenario

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A World is the chain that a scenario describes and changes. It answers the
// VM's questions (see hook.go). It is not safe for concurrent use.
type World struct {
	accounts     map[vm.Address]*Account
	newAddresses []newAddress
	facts        vm.BlockFacts
	blockHashes  [][]byte

	functions *builtin.Functions // nil: there are no built-in functions

	// Of the transaction that runs:
	here     uint32   // the shard in which it runs
	credited *big.Int // what built-in functions have paid out of nothing
}

// NewWorld makes an empty world. With builtins it has the functions of package
// builtin, at the prices of the schedule.
func NewWorld(builtins bool, schedule vm.GasSchedule) *World {
	w := &World{accounts: make(map[vm.Address]*Account), credited: new(big.Int)}
	if builtins {
		w.functions = builtin.New(w, schedule)
	}
	return w
}

// Account is an account of a World.
type Account struct {
	nonce     uint64
	balance   *big.Int
	storage   map[string][]byte // entries may be empty, which is the same as none
	code      []byte
	codeHash  vm.Hash
	metadata  []byte // two bytes, or none: then the scenario says nothing about them
	owner     []byte
	shard     uint32
	asyncData []byte // data of the last message to it

	// seen marks an account that exists only because an execution looked at
	// it.
	seen bool
}

func newAccount() *Account {
	return &Account{balance: new(big.Int), storage: make(map[string][]byte)}
}

func (a *Account) clone() *Account {
	c := *a
	c.balance = new(big.Int).Set(a.balance)
	c.storage = maps.Clone(a.storage)
	return &c
}

func (a *Account) setCode(code []byte) {
	a.code, a.codeHash = code, vm.Hash{}
	if len(code) > 0 {
		a.codeHash = sha256.Sum256(code)
	}
}

func (a *Account) setName(name []byte) { a.storage[string(builtin.UserNameKey())] = name }

func (a *Account) name() []byte { return a.storage[string(builtin.UserNameKey())] }

func (a *Account) setReward(amount *big.Int) { a.storage[string(builtin.RewardKey())] = amount.Bytes() }

func (a *Account) reward() []byte { return a.storage[string(builtin.RewardKey())] }

func (a *Account) setToken(token []byte, amount *big.Int) {
	a.storage[string(builtin.TokenKey(token))] = builtin.EncodeAmount(amount)
}

// isProtocols says whether a pair is one that package builtin keeps. Checks of
// storage leave them out: there are fields of their own for them.
func isProtocols(key []byte) bool {
	_, token := builtin.TokenOf(key)
	return token || bytes.Equal(key, builtin.UserNameKey()) || bytes.Equal(key, builtin.RewardKey())
}

// Addresses lists all accounts, sorted.
func (w *World) Addresses() []vm.Address {
	return slices.SortedFunc(maps.Keys(w.accounts), func(a, b vm.Address) int { return bytes.Compare(a[:], b[:]) })
}

// keys lists the keys of an account that have a value, sorted.
func (a *Account) keys() []string {
	var keys []string
	for key, value := range a.storage {
		if len(value) > 0 {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// set carries out a setState step.
func (w *World) set(s *setState) {
	for _, a := range s.accounts {
		w.accounts[a.address] = a.account.clone()
	}
	w.newAddresses = append(w.newAddresses, s.newAddresses...)
	w.facts = vm.BlockFacts{Current: s.current.block(), Last: s.previous.block()}
	w.blockHashes = s.blockHashes
}

func (b *blockInfo) block() vm.Block {
	return vm.Block{Nonce: b.nonce, Round: b.round, Timestamp: b.timestamp, Epoch: b.epoch, RandomSeed: b.seed}
}

// begin readies the world for one execution in a shard.
func (w *World) begin(shard uint32) {
	w.here = shard
	w.credited.SetInt64(0)
	if w.functions != nil {
		w.functions.Begin()
	}
}

var errBalance = errors.New("the balance would be negative")

// apply applies the output of an execution that sender paid value for. The
// value has been taken from the sender.
func (w *World) apply(sender vm.Address, value *big.Int, out *vm.Output) error {
	sum := new(big.Int)
	tokens := make(map[string]*big.Int)
	for i := range out.Accounts {
		change := &out.Accounts[i]
		if err := w.applyAccount(sender, change, tokens); err != nil {
			return fmt.Errorf("account %s: %w", NameAddress(change.Address), err)
		}
		sum.Add(sum, change.BalanceDelta)
	}
	if sum.Cmp(value) != 0 && sum.Cmp(new(big.Int).Add(value, w.credited)) != 0 {
		return fmt.Errorf("sum of balance deltas should equal call value. Sum of balance deltas: %d (0x%x). Call value: %d (0x%x)",
			sum, sum, value, value)
	}
	for _, token := range slices.Sorted(maps.Keys(tokens)) {
		if tokens[token].Sign() != 0 {
			return fmt.Errorf("balances of token %s change by %d in all: a part of the execution in which a built-in function had moved some was taken back",
				show([]byte(token)), tokens[token])
		}
	}
	return nil
}

func (w *World) applyAccount(sender vm.Address, change *vm.OutputAccount, tokens map[string]*big.Int) error {
	a, there := w.accounts[change.Address]
	if !there {
		a = newAccount()
		a.owner, a.shard, a.seen = bytes.Clone(sender[:]), w.here, true
		w.accounts[change.Address] = a
	}
	before := a.clone()
	a.balance.Add(a.balance, change.BalanceDelta)
	if a.balance.Sign() < 0 {
		return fmt.Errorf("%w: %d", errBalance, a.balance)
	}
	a.nonce = max(a.nonce, change.Nonce)
	if len(change.Code) > 0 {
		a.setCode(change.Code)
		a.metadata = change.CodeMetadata
		if len(change.CodeDeployer) > 0 {
			a.owner = change.CodeDeployer
		}
	}
	if len(change.Transfers) > 0 && len(change.Transfers[0].Data) > 0 {
		a.asyncData = change.Transfers[0].Data
	}
	for _, u := range change.StorageUpdates {
		if token, ok := builtin.TokenOf(u.Key); ok {
			if err := countTokens(tokens, token, a.storage[string(u.Key)], u.Value); err != nil {
				return err
			}
		}
		a.storage[string(u.Key)] = u.Value
	}
	if a.seen && (a.balance.Cmp(before.balance) != 0 || a.nonce != before.nonce || len(a.code) > 0 || len(a.asyncData) > 0 || len(a.keys()) > 0) {
		a.seen = false
	}
	return nil
}

// countTokens adds the change of a token balance to the sum of all changes.
func countTokens(sums map[string]*big.Int, token, before, after []byte) error {
	was, err := builtin.DecodeAmount(before)
	if err != nil {
		return err
	}
	is, err := builtin.DecodeAmount(after)
	if err != nil {
		return err
	}
	if sums[string(token)] == nil {
		sums[string(token)] = new(big.Int)
	}
	sum := sums[string(token)]
	sum.Add(sum, is.Sub(is, was))
	return nil
}
