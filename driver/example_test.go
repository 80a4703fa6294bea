package driver_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log"
	"math/big"
	"os"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A node starts Core, deploys a token in it and moves some. The main function
// of a real node begins with coreproc.Main().
func Example() {
	node := newNode()
	d, err := driver.New(node, driver.Options{
		Self:   true, // this program itself is Core when it is started as such
		Config: vm.Config{VMType: [2]byte{5, 0}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()

	alice, bob := vm.Address{1}, vm.Address{2}
	node.accounts[alice] = &account{Account: vm.Account{Nonce: 1, Balance: big.NewInt(10)}}
	out, err := d.Create(context.Background(), &vm.CreateInput{
		Input: vm.Input{Caller: alice, Arguments: [][]byte{{100}}, GasProvided: 10_000_000},
		Code:  contracts.Wasm("erc20"), CodeMetadata: []byte{vm.MetadataUpgradeable, 0},
	})
	token := node.apply(out, err)

	out, err = d.Call(context.Background(), &vm.CallInput{
		Input:     vm.Input{Caller: alice, Arguments: [][]byte{bob[:], {30}}, GasProvided: 10_000_000},
		Recipient: token, Function: "transfer",
	})
	node.apply(out, err)
	fmt.Println("transfer:", out.Code)

	for _, owner := range []vm.Address{alice, bob} {
		out, err = d.Call(context.Background(), &vm.CallInput{
			Input:     vm.Input{Caller: alice, Arguments: [][]byte{owner[:]}, GasProvided: 10_000_000},
			Recipient: token, Function: "balanceOf",
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("balance:", new(big.Int).SetBytes(out.ReturnData[0]))
	}
	// Output:
	// transfer: ok
	// balance: 70
	// balance: 30
}

// node is the smallest node: accounts in a map.
type node struct{ accounts map[vm.Address]*account }

type account struct {
	vm.Account
	code    []byte
	storage map[string][]byte
}

func newNode() *node {
	os.Unsetenv(storyVariable) // not for real nodes: lets this test program be a real Core
	return &node{accounts: make(map[vm.Address]*account)}
}

func (n *node) Account(a vm.Address) (*vm.Account, error) {
	if acc, ok := n.accounts[a]; ok {
		return &acc.Account, nil
	}
	return nil, &vm.Refusal{Text: "account not found"}
}

func (n *node) Code(a vm.Address, _ vm.Hash) ([]byte, error) { return n.accounts[a].code, nil }

func (n *node) Storage(a vm.Address, key []byte) ([]byte, error) {
	if acc, ok := n.accounts[a]; ok {
		return acc.storage[string(key)], nil
	}
	return nil, nil
}

func (n *node) BlockFacts() (vm.BlockFacts, error) {
	return vm.BlockFacts{Current: vm.Block{Nonce: 2, Timestamp: 1600000006}, Last: vm.Block{Nonce: 1, Timestamp: 1600000000}}, nil
}

func (n *node) BlockHash(uint64) ([]byte, error) { return nil, &vm.Refusal{Text: "unknown block"} }

func (n *node) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	a := vm.Address(sha256.Sum256(binary.LittleEndian.AppendUint64(creator[:], nonce)))
	clear(a[:8]) // contract addresses begin with eight zeros
	copy(a[8:], vmType)
	return a, nil
}

func (n *node) ShardOfAddress(vm.Address) (uint32, error)  { return 0, nil }
func (n *node) IsPayable(vm.Address) (bool, error)         { return true, nil }
func (n *node) IsSmartContract(a vm.Address) (bool, error) { return [8]byte(a[:8]) == [8]byte{}, nil }

func (n *node) ProcessBuiltinFunction(*vm.CallInput) (*vm.Output, error) {
	return nil, &vm.Refusal{Text: "no built-in functions"}
}

// apply takes over what an execution did, and gives the contract it deployed.
func (n *node) apply(out *vm.Output, err error) (deployed vm.Address) {
	var critical *driver.CriticalError
	switch {
	case errors.As(err, &critical): // Core died twice, hung or lied: no result
		log.Fatal(critical)
	case err != nil: // the hook failed: no result
		log.Fatal(err)
	case out.Code != vm.OK: // the contract failed: a result without effects
		return vm.Address{}
	}
	for _, o := range out.Accounts {
		acc := n.accounts[o.Address]
		if acc == nil {
			acc = &account{Account: vm.Account{Balance: new(big.Int)}}
			n.accounts[o.Address] = acc
		}
		acc.Balance = new(big.Int).Add(acc.Balance, o.BalanceDelta)
		acc.Nonce = max(acc.Nonce, o.Nonce)
		if len(o.Code) > 0 {
			acc.code, acc.CodeHash, acc.CodeMetadata, acc.Owner = o.Code, sha256.Sum256(o.Code), o.CodeMetadata, o.CodeDeployer
			deployed = o.Address
		}
		for _, u := range o.StorageUpdates {
			if acc.storage == nil {
				acc.storage = make(map[string][]byte)
			}
			if u.Written {
				acc.storage[string(u.Key)] = u.Value
			}
		}
	}
	return deployed
}
