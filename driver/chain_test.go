//go:build unix

package driver_test

import (
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chain is the hook of the tests: a small world, and a record of what was
// asked.
type chain struct {
	mu    sync.Mutex
	asked []string
	fail  error // if not nil: the answer to every question but those fetched beforehand
	block func()
}

var errDisk = errors.New("disk is gone")

func (c *chain) ask(format string, args ...any) error {
	c.mu.Lock()
	c.asked = append(c.asked, fmt.Sprintf(format, args...))
	block, fail := c.block, c.fail
	c.mu.Unlock()
	if block != nil {
		block()
	}
	return fail
}

// questions gives what was asked since the last time.
func (c *chain) questions() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := c.asked
	c.asked = nil
	return asked
}

func (c *chain) BlockFacts() (vm.BlockFacts, error) {
	return vm.BlockFacts{Current: vm.Block{Nonce: 11, Round: 12, RandomSeed: []byte{1}}, Last: vm.Block{Nonce: 10}}, nil
}

func (c *chain) BlockHash(nonce uint64) ([]byte, error) {
	if err := c.ask("blockhash %d", nonce); err != nil {
		return nil, err
	}
	if nonce > 10 {
		return nil, &vm.Refusal{Text: "unknown block \xff 100%d"}
	}
	return []byte{byte(nonce)}, nil
}

func (c *chain) Account(a vm.Address) (*vm.Account, error) {
	if a == address(4) {
		return nil, errDisk
	}
	switch a {
	case address(1):
		return &vm.Account{Nonce: 5, Balance: new(big.Int).Lsh(big.NewInt(3), 200), CodeHash: vm.Hash{9}}, nil
	case address(2):
		return &vm.Account{Nonce: 6}, nil
	case address(8): // more than fits into a message
		return &vm.Account{Balance: new(big.Int).Lsh(big.NewInt(1), 9000)}, nil
	case address(3):
		return nil, &vm.Refusal{Text: "account was not found"}
	}
	return nil, c.ask("account %d", a[31])
}

func (c *chain) Code(a vm.Address, _ vm.Hash) ([]byte, error) {
	return []byte("code"), c.ask("code %d", a[31])
}

func (c *chain) Storage(a vm.Address, key []byte) ([]byte, error) {
	if string(key) == "large" { // more than fits into a pipe
		return make([]byte, 300_000), c.ask("storage %d large", a[31])
	}
	return append([]byte("value of "), key...), c.ask("storage %d %s", a[31], key)
}

func (c *chain) NewAddress(creator vm.Address, nonce uint64, _ []byte) (vm.Address, error) {
	return address(100 + byte(nonce)), c.ask("newaddress %d %d", creator[31], nonce)
}

func (c *chain) ShardOfAddress(vm.Address) (uint32, error) { return 2, c.ask("shard") }

func (c *chain) IsSmartContract(vm.Address) (bool, error) { return true, c.ask("contract") }

func (c *chain) IsPayable(vm.Address) (bool, error) { return false, c.ask("payable") }

func (c *chain) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	if err := c.ask("builtin %s", in.Function); err != nil {
		return nil, err
	}
	if in.Function == "nothing" {
		return nil, nil
	}
	if in.Function == "wide" { // more than fits into a message
		value := new(big.Int).Lsh(big.NewInt(1), 9000)
		return &vm.Output{Accounts: []vm.OutputAccount{{Transfers: []vm.Transfer{{Value: value}}}}}, nil
	}
	return &vm.Output{Message: "done " + in.Function}, nil
}
