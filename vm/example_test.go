package vm_test

import (
	"context"
	"fmt"
	"log"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A deployment and what it gives. The executor runs in this process; in a node
// it is a driver.Driver, and nothing else changes.
func Example() {
	var executor vm.Executor
	executor, err := inprocess.New(chain{}, vm.Config{VMType: [2]byte{5, 0}})
	if err != nil {
		log.Fatal(err)
	}
	out, err := executor.Create(context.Background(), &vm.CreateInput{
		Input: vm.Input{Caller: vm.Address{1}, Arguments: [][]byte{{41}}, GasProvided: 5_000_000},
		Code:  contracts.Wasm("counter"), CodeMetadata: []byte{vm.MetadataUpgradeable, 0},
	})
	if err != nil {
		log.Fatal(err) // the chain could not answer: there is no output
	}
	fmt.Println(out.Code)
	for _, a := range out.Accounts {
		for _, u := range a.StorageUpdates {
			fmt.Printf("%v: %q = %x\n", a.Address, u.Key, u.Value)
		}
	}

	out, err = executor.Create(context.Background(), &vm.CreateInput{
		Input: vm.Input{Caller: vm.Address{1}, GasProvided: 5_000_000},
		Code:  []byte("no module"), CodeMetadata: []byte{0, 0},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Code, "-", out.Message) // a result like any other
	// Output:
	// ok
	// 0000000000000000050000000000000000000000000000000000000000000000: "counter" = 29
	// contract invalid - invalid contract code
}

// chain is a chain with one account. What is not asked for here is left out:
// the embedded interface would panic.
type chain struct{ vm.BlockchainHook }

func (chain) BlockFacts() (vm.BlockFacts, error) { return vm.BlockFacts{}, nil }

func (chain) Account(a vm.Address) (*vm.Account, error) {
	if a == (vm.Address{1}) {
		return &vm.Account{Nonce: 1}, nil
	}
	return nil, &vm.Refusal{Text: "account not found"}
}

func (chain) Storage(vm.Address, []byte) ([]byte, error) { return nil, nil }

func (chain) NewAddress(_ vm.Address, _ uint64, vmType []byte) (vm.Address, error) {
	return vm.Address{8: vmType[0], 9: vmType[1]}, nil
}
