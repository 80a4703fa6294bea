package contracts_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A chain is the smallest node that contracts can live on: accounts in a map,
// one transaction at a time, and every output applied and checked by rules
// written here, not shared with the code under test.
type chain struct {
	t        *testing.T
	exec     vm.Executor
	now      uint64
	accounts map[vm.Address]*account
	names    map[vm.Address]string
}

type account struct {
	nonce    uint64
	balance  *big.Int
	code     []byte
	metadata []byte
	owner    []byte
	storage  map[string][]byte
}

const (
	startTime = 1000
	gasLimit  = 2_000_000_000
)

// newChain makes a chain with three funded users: alice, bob, carol.
func newChain(t *testing.T) *chain {
	t.Helper()
	c := &chain{t: t, now: startTime, accounts: map[vm.Address]*account{}, names: map[vm.Address]string{}}
	for _, name := range []string{"alice", "bob", "carol"} {
		c.accounts[address(name)] = &account{balance: big.NewInt(1000)}
		c.names[address(name)] = name
	}
	c.exec = newExecutor(t, c)
	return c
}

// address gives the address of a user: the name, padded.
func address(name string) vm.Address {
	var a vm.Address
	copy(a[:], name+strings.Repeat("_", vm.AddressLength))
	return a
}

func isContract(a vm.Address) bool { return [8]byte(a[:8]) == [8]byte{} }

// ---- vm.BlockchainHook ----

func (c *chain) BlockFacts() (vm.BlockFacts, error) {
	return vm.BlockFacts{
		Current: vm.Block{Nonce: 8, Round: 8, Timestamp: c.now, RandomSeed: []byte("seed")},
		Last:    vm.Block{Nonce: 7, Round: 7, Timestamp: startTime - 1, RandomSeed: []byte("last")},
	}, nil
}

func (c *chain) BlockHash(uint64) ([]byte, error) { return nil, &vm.Refusal{Text: "no such block"} }

func (c *chain) Account(a vm.Address) (*vm.Account, error) {
	acc := c.accounts[a]
	if acc == nil {
		return nil, &vm.Refusal{Text: "account was not found"}
	}
	facts := &vm.Account{Nonce: acc.nonce, Balance: new(big.Int).Set(acc.balance), CodeMetadata: acc.metadata, Owner: acc.owner}
	if len(acc.code) > 0 {
		facts.CodeHash = sha256.Sum256(acc.code)
	}
	return facts, nil
}

func (c *chain) Code(a vm.Address, hash vm.Hash) ([]byte, error) {
	acc := c.accounts[a]
	if acc == nil || sha256.Sum256(acc.code) != hash {
		return nil, fmt.Errorf("code of %s asked for by a hash that it does not have", c.name(a))
	}
	return acc.code, nil
}

func (c *chain) Storage(a vm.Address, key []byte) ([]byte, error) {
	if acc := c.accounts[a]; acc != nil {
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
func (c *chain) IsSmartContract(a vm.Address) (bool, error) { return isContract(a), nil }

func (c *chain) IsPayable(a vm.Address) (bool, error) {
	if !isContract(a) {
		return true, nil
	}
	acc := c.accounts[a]
	return acc != nil && len(acc.metadata) == 2 && acc.metadata[1]&vm.MetadataPayable != 0, nil
}

func (c *chain) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	return nil, fmt.Errorf("built-in function %q asked for, this chain has none", in.Function)
}

// ---- transactions ----

// deploy creates a contract and gives it a name.
func (c *chain) deploy(name, from string, code []byte, metadata string, args ...any) (*vm.Output, vm.Address) {
	c.t.Helper()
	sender := c.accounts[address(from)]
	sender.nonce++
	out, err := c.exec.Create(context.Background(), &vm.CreateInput{
		Input:        c.input(from, 0, args),
		Code:         code,
		CodeMetadata: unhex(metadata),
	})
	if err != nil {
		c.t.Fatalf("deploying %s: %v", name, err)
	}
	contract, err := c.NewAddress(address(from), sender.nonce-1, vmType[:])
	if err != nil {
		c.t.Fatal(err)
	}
	if out.Code == vm.OK {
		c.apply(out, big.NewInt(0))
		c.names[contract] = name
	}
	return out, contract
}

// mustDeploy is deploy where it has to succeed.
func (c *chain) mustDeploy(name, from string, code []byte, metadata string, args ...any) vm.Address {
	c.t.Helper()
	out, contract := c.deploy(name, from, code, metadata, args...)
	if out.Code != vm.OK {
		c.t.Fatalf("deploying %s: %v %q", name, out.Code, out.Message)
	}
	return contract
}

// call runs a function; value leaves the caller only if it succeeds.
func (c *chain) call(from string, contract vm.Address, value int64, function string, args ...any) *vm.Output {
	c.t.Helper()
	sender := c.accounts[address(from)]
	sender.nonce++
	out, err := c.exec.Call(context.Background(), &vm.CallInput{
		Input:     c.input(from, value, args),
		Recipient: contract,
		Function:  function,
	})
	if err != nil {
		c.t.Fatalf("%s calls %s of %s: %v", from, function, c.name(contract), err)
	}
	if out.Code == vm.OK {
		sender.balance.Sub(sender.balance, big.NewInt(value))
		c.apply(out, big.NewInt(value))
	}
	return out
}

func (c *chain) input(from string, value int64, args []any) vm.Input {
	return vm.Input{
		Caller:         address(from),
		Arguments:      c.encode(args),
		Value:          big.NewInt(value),
		GasProvided:    gasLimit,
		OriginalTxHash: make([]byte, 32),
		CurrentTxHash:  make([]byte, 32),
	}
}

// apply carries out an output: the deltas make up the value that came in, and
// nobody ends below zero.
func (c *chain) apply(out *vm.Output, value *big.Int) {
	c.t.Helper()
	sum := new(big.Int)
	for _, oa := range out.Accounts {
		acc := c.accounts[oa.Address]
		if acc == nil {
			acc = &account{balance: new(big.Int)}
			c.accounts[oa.Address] = acc
		}
		sum.Add(sum, oa.BalanceDelta)
		acc.balance.Add(acc.balance, oa.BalanceDelta)
		if acc.balance.Sign() < 0 {
			c.t.Errorf("%s ends with %d", c.name(oa.Address), acc.balance)
		}
		acc.nonce = max(acc.nonce, oa.Nonce)
		if len(oa.Code) > 0 {
			acc.code, acc.metadata, acc.owner = oa.Code, oa.CodeMetadata, oa.CodeDeployer
		}
		for _, u := range oa.StorageUpdates {
			switch {
			case len(u.Value) == 0:
				delete(acc.storage, string(u.Key))
			case acc.storage == nil:
				acc.storage = map[string][]byte{string(u.Key): u.Value}
			default:
				acc.storage[string(u.Key)] = u.Value
			}
		}
	}
	if sum.Cmp(value) != 0 {
		c.t.Errorf("balance deltas sum to %d, value was %d", sum, value)
	}
}
