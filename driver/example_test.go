//go:build unix

package driver_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log"
	"os"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// ledger is the smallest node that can run contracts: accounts in a map. It
// implements vm.BlockchainHook, which is all that Core ever asks of a node.
type ledger struct {
	accounts map[vm.Address]*entry
}

type entry struct {
	vm.Account
	code    []byte
	storage map[string][]byte
}

func (l *ledger) BlockFacts() (vm.BlockFacts, error) {
	return vm.BlockFacts{Current: vm.Block{Nonce: 1, Round: 1}}, nil
}

func (l *ledger) BlockHash(uint64) ([]byte, error) {
	return nil, &vm.Refusal{Text: "unknown block"} // a no that contracts may see
}

func (l *ledger) Account(a vm.Address) (*vm.Account, error) {
	e, ok := l.accounts[a]
	if !ok {
		return nil, &vm.Refusal{Text: "account was not found"}
	}
	return &e.Account, nil
}

func (l *ledger) Code(a vm.Address, _ vm.Hash) ([]byte, error) { return l.accounts[a].code, nil }

func (l *ledger) Storage(a vm.Address, key []byte) ([]byte, error) {
	if e, ok := l.accounts[a]; ok {
		return e.storage[string(key)], nil
	}
	return nil, nil
}

// NewAddress derives the address of a contract. That of a contract begins with
// eight zeros.
func (l *ledger) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	a := vm.Address(sha256.Sum256(fmt.Appendf(nil, "%s %d", creator, nonce)))
	clear(a[:8])
	copy(a[8:10], vmType)
	return a, nil
}

func (l *ledger) ShardOfAddress(vm.Address) (uint32, error) { return 0, nil }

func (l *ledger) IsSmartContract(a vm.Address) (bool, error) { return [8]byte(a[:8]) == [8]byte{}, nil }

func (l *ledger) IsPayable(vm.Address) (bool, error) { return true, nil }

func (l *ledger) ProcessBuiltinFunction(*vm.CallInput) (*vm.Output, error) {
	return nil, &vm.Refusal{Text: "there are no built-in functions"}
}

// apply carries an output out. Until then nothing has changed.
func (l *ledger) apply(out *vm.Output) {
	for _, a := range out.Accounts {
		e, ok := l.accounts[a.Address]
		if !ok {
			e = &entry{storage: map[string][]byte{}}
			l.accounts[a.Address] = e
		}
		if len(a.Code) > 0 {
			e.code, e.CodeHash = a.Code, sha256.Sum256(a.Code)
			e.CodeMetadata, e.Owner = a.CodeMetadata, a.CodeDeployer
		}
		for _, u := range a.StorageUpdates {
			e.storage[string(u.Key)] = u.Value
		}
	}
}

// A node in one file: it starts Core, deploys a contract and calls it.
//
// A program does so with "core" in its working directory, with CORE_PATH, or,
// as here, by being its own Core: its main begins with coreproc.Main().
func Example() {
	defer beCore()() // what coreproc.Main() does in a program
	code, err := os.ReadFile("../test/contracts/counter/counter.wasm")
	if err != nil {
		log.Fatal(err)
	}

	user := vm.Address{31: 1}
	chain := &ledger{accounts: map[vm.Address]*entry{user: {Account: vm.Account{Nonce: 1}}}}
	d, err := driver.New(chain, driver.Options{Self: true, Config: vm.Config{VMType: [2]byte{5, 0}}})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()

	create := &vm.CreateInput{Code: code, CodeMetadata: []byte{vm.MetadataUpgradeable, 0}}
	create.Caller = user
	create.Arguments = [][]byte{{41}} // the number that the counter starts with
	create.GasProvided = 100_000_000
	out, err := d.Create(context.Background(), create)
	if err != nil {
		log.Fatal(err) // Core or the node failed: there is no result at all
	}
	fmt.Println("deployed:", out.Code)
	chain.apply(out)

	var counter vm.Address
	for _, a := range out.Accounts {
		if len(a.Code) > 0 {
			counter = a.Address
		}
	}
	for _, function := range []string{"increment", "get", "reset"} {
		call := &vm.CallInput{Recipient: counter, Function: function}
		call.Caller = user
		call.GasProvided = 100_000_000
		out, err := d.Call(context.Background(), call)
		if err != nil {
			log.Fatal(err)
		}
		if out.Code == vm.OK {
			chain.apply(out)
		}
		fmt.Println(function+":", out.Code, out.Message, out.ReturnData)
	}
	// Output:
	// deployed: ok
	// increment: ok  [[42]]
	// get: ok  [[42]]
	// reset: function not found invalid function (not found) []
}
