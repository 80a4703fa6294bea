package driver

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// world answers the questions of the tests below: 1 is a contract, 2 a user, 3
// a contract that 1 owns and may upgrade, 4 one that it may not, 5 nobody.
type world struct{}

func at(n byte) vm.Address { return vm.Address{31: n} }

func (world) BlockFacts() (vm.BlockFacts, error) { return vm.BlockFacts{}, nil }

func (world) Account(a vm.Address) (*vm.Account, error) {
	owner := at(1)
	account := &vm.Account{Nonce: 7, Balance: big.NewInt(100), CodeHash: vm.Hash{1}, Owner: owner[:]}
	switch a {
	case at(1):
		user := at(2)
		account.Owner = user[:]
		account.CodeMetadata = []byte{vm.MetadataUpgradeable, 0}
	case at(2):
		return &vm.Account{Nonce: 7, Balance: big.NewInt(100)}, nil
	case at(3):
		account.CodeMetadata = []byte{vm.MetadataUpgradeable, 0}
	case at(4):
		account.CodeMetadata = []byte{0, 0}
	case at(5):
		return nil, nil
	}
	return account, nil
}

func (world) Storage(a vm.Address, key []byte) ([]byte, error) { return []byte("v"), nil }

func (world) NewAddress(vm.Address, uint64, []byte) (vm.Address, error) { return at(9), nil }

func (world) IsPayable(vm.Address) (bool, error) { return true, nil }

func (world) IsSmartContract(vm.Address) (bool, error) { return true, nil }

func (world) ShardOfAddress(vm.Address) (uint32, error) { return 0, nil }

func (world) BlockHash(uint64) ([]byte, error) { return nil, &vm.Refusal{Text: "unknown block"} }

func (world) Code(vm.Address, vm.Hash) ([]byte, error) { return []byte("code"), nil }

func (world) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	return &vm.Output{Accounts: []vm.OutputAccount{
		{Address: at(2), Nonce: 3, BalanceDelta: big.NewInt(-150)},
		{Address: at(7), Transfers: []vm.Transfer{{Sender: at(2), Value: big.NewInt(4)}}},
		{Address: at(8), BalanceDelta: big.NewInt(160), StorageUpdates: []vm.StorageUpdate{
			{Key: []byte("DHARITRItoken"), Value: []byte("10"), Written: true}}},
	}}, nil
}

// account makes an account of an output.
func account(n byte, delta int64) vm.OutputAccount {
	return vm.OutputAccount{Address: at(n), BalanceDelta: big.NewInt(delta)}
}

func with(a vm.OutputAccount, change func(*vm.OutputAccount)) vm.OutputAccount {
	change(&a)
	return a
}

func stores(n byte, key, value string, written bool) vm.OutputAccount {
	a := account(n, 0)
	a.StorageUpdates = []vm.StorageUpdate{{Key: []byte(key), Value: []byte(value), Written: written}}
	return a
}

func code(n byte) vm.OutputAccount {
	a := account(n, 0)
	a.Code = []byte("code")
	return a
}

// TestWhatAnOutputMaySay gives outputs of a call from 2 to 1 with value 10 and
// 1,000 gas, in which storage "k" of 1 and 2 and "DHARITRIk" of 1, the accounts
// 3, 4 and 5 and a new address (9) were asked for.
func TestWhatAnOutputMaySay(t *testing.T) {
	balanced := account(1, 10)
	for _, row := range []struct {
		name      string
		accounts  []vm.OutputAccount
		change    func(*vm.Output)
		builtin   bool // a built-in function was asked: 2 loses 150, 8 gets 160
		upgrade   bool // the request is an upgrade of 1
		complaint string
	}{
		{name: "nothing but the value moves", accounts: []vm.OutputAccount{balanced}},
		{name: "the value is passed on", accounts: []vm.OutputAccount{account(1, 0), account(5, 10)}},
		{name: "the contract pays all that it has", accounts: []vm.OutputAccount{account(1, -100), account(5, 110)}},

		{name: "a code that does not exist", change: func(o *vm.Output) { o.Code = 12 }, complaint: "unknown code 12"},
		{name: "all gas is left", accounts: []vm.OutputAccount{balanced}, change: func(o *vm.Output) { o.GasRemaining = 1000 }},
		{name: "more gas is left than there was", change: func(o *vm.Output) { o.GasRemaining = 1001 }, complaint: "1001 gas left of 1000"},
		{name: "more gas is left of a failed execution", change: func(o *vm.Output) { o.Code, o.GasRemaining = 4, 1001 }, complaint: "1001 gas left"},
		{name: "a failed execution", change: func(o *vm.Output) { o.Code = 4 }},
		{name: "a failed execution with accounts", accounts: []vm.OutputAccount{balanced}, change: func(o *vm.Output) { o.Code = 4 }, complaint: "has effects"},
		{name: "a failed execution with a result", change: func(o *vm.Output) { o.Code, o.ReturnData = 4, make([][]byte, 1) }, complaint: "has effects"},
		{name: "a failed execution with a refund", change: func(o *vm.Output) { o.Code, o.GasRefund = 4, 1 }, complaint: "has effects"},
		{name: "a failed execution with logs", change: func(o *vm.Output) { o.Code, o.Logs = 4, make([]vm.LogEntry, 1) }, complaint: "has effects"},

		{name: "an account of nowhere", accounts: []vm.OutputAccount{balanced, account(8, 0)}, complaint: "did not introduce"},
		{name: "the account that null makes", accounts: []vm.OutputAccount{{}}, complaint: "did not introduce"},
		{name: "an account twice", accounts: []vm.OutputAccount{account(1, 5), account(1, 5)}, complaint: "not sorted"},
		{name: "accounts out of order", accounts: []vm.OutputAccount{account(2, 0), balanced}, complaint: "not sorted"},
		{name: "a log of nowhere", accounts: []vm.OutputAccount{balanced}, change: func(o *vm.Output) { o.Logs = []vm.LogEntry{{Address: at(8)}} }, complaint: "did not introduce"},

		{name: "value is made", accounts: []vm.OutputAccount{account(1, 11)}, complaint: "change by 11"},
		{name: "value is lost", accounts: []vm.OutputAccount{account(1, 9)}, complaint: "change by 9"},
		{name: "the value is forgotten", complaint: "change by 0"},
		{name: "an account ends below zero", accounts: []vm.OutputAccount{account(1, -101), account(2, 111)}, complaint: "below zero"},
		{name: "an unknown account ends below zero", accounts: []vm.OutputAccount{account(1, 11), account(5, -1)}, complaint: "no contract and loses 1"},
		{name: "a user pays", accounts: []vm.OutputAccount{account(1, 11), account(2, -1)}, complaint: "no contract and loses 1"},
		{name: "another contract pays", accounts: []vm.OutputAccount{account(1, 11), account(3, -1)}},
		{name: "no delta", accounts: []vm.OutputAccount{{Address: at(1)}}, complaint: "no balance delta"},
		{name: "the balance before is another", accounts: []vm.OutputAccount{with(balanced, func(a *vm.OutputAccount) { a.Balance = big.NewInt(99) })}, complaint: "said to have had 99"},

		{name: "a nonce rises", accounts: []vm.OutputAccount{with(balanced, func(a *vm.OutputAccount) { a.Nonce = 8 })}},
		{name: "a nonce rises by more than was created", accounts: []vm.OutputAccount{with(balanced, func(a *vm.OutputAccount) { a.Nonce = 9 })}, complaint: "rises from 7 to 9"},
		{name: "the nonce of a user rises", accounts: []vm.OutputAccount{balanced, with(account(2, 0), func(a *vm.OutputAccount) { a.Nonce = 8 })}, complaint: "rises from 7 to 8"},
		{name: "the nonce of an unknown account", accounts: []vm.OutputAccount{balanced, with(account(5, 0), func(a *vm.OutputAccount) { a.Nonce = 1 })}, complaint: "rises from 0 to 1"},
		{name: "the nonce of a new contract", accounts: []vm.OutputAccount{balanced, with(account(9, 0), func(a *vm.OutputAccount) { a.Nonce = 1 })}},
		{name: "a nonce falls", accounts: []vm.OutputAccount{with(balanced, func(a *vm.OutputAccount) { a.Nonce = 6 })}, complaint: "falls from 7 to 6"},

		{name: "a read", accounts: []vm.OutputAccount{balanced, stores(2, "k", "v", false)}},
		{name: "a read of another value", accounts: []vm.OutputAccount{balanced, stores(2, "k", "w", false)}, complaint: "said to have been read"},
		{name: "a read that was not asked for", accounts: []vm.OutputAccount{balanced, stores(2, "j", "v", false)}, complaint: "said to have been read"},
		{name: "a write of the same", accounts: []vm.OutputAccount{balanced, stores(2, "k", "v", true)}},
		{name: "a write of a contract", accounts: []vm.OutputAccount{with(stores(1, "k", "w", true), func(a *vm.OutputAccount) { a.BalanceDelta = big.NewInt(10) })}},
		{name: "a write of a new contract", accounts: []vm.OutputAccount{balanced, stores(9, "k", "w", true)}},
		{name: "a write of a user", accounts: []vm.OutputAccount{balanced, stores(2, "k", "w", true)}, complaint: "no contract may do"},
		{name: "a protected key of a contract", accounts: []vm.OutputAccount{with(stores(1, "DHARITRIk", "w", true), func(a *vm.OutputAccount) { a.BalanceDelta = big.NewInt(10) })}, complaint: "no contract may do"},
		{name: "a protected key of a new contract", accounts: []vm.OutputAccount{balanced, stores(9, "DHARITRIk", "w", true)}, complaint: "no contract may do"},
		{name: "a protected key that is read", accounts: []vm.OutputAccount{with(stores(1, "DHARITRIk", "v", true), func(a *vm.OutputAccount) { a.BalanceDelta = big.NewInt(10) })}},
		{name: "a key twice", accounts: []vm.OutputAccount{with(stores(1, "k", "w", true), func(a *vm.OutputAccount) {
			a.StorageUpdates = append(a.StorageUpdates, a.StorageUpdates[0])
		})}, complaint: "not sorted"},

		{name: "code at a new address", accounts: []vm.OutputAccount{balanced, code(9)}},
		{name: "code for a user", accounts: []vm.OutputAccount{balanced, code(2)}, complaint: "neither created nor a contract"},
		{name: "code for a contract that belongs to one of the dialogue", accounts: []vm.OutputAccount{balanced, code(3)}},
		{name: "code for a contract that may not be upgraded", accounts: []vm.OutputAccount{balanced, code(4)}, complaint: "may not be upgraded"},
		{name: "code for a contract that belongs to a user", accounts: []vm.OutputAccount{with(code(1), func(a *vm.OutputAccount) { a.BalanceDelta = big.NewInt(10) })}, complaint: "no part in the request"},
		{name: "code for the recipient of an upgrade", upgrade: true, accounts: []vm.OutputAccount{with(code(1), func(a *vm.OutputAccount) { a.BalanceDelta = big.NewInt(10) })}},
		{name: "metadata without code", accounts: []vm.OutputAccount{balanced, with(account(2, 0), func(a *vm.OutputAccount) { a.CodeMetadata = []byte{1, 0} })}, complaint: "gets code"},

		{name: "a transfer", accounts: []vm.OutputAccount{account(1, 0), with(account(5, 10), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(1), Value: big.NewInt(10)}}
		})}},
		{name: "a transfer of less than nothing", accounts: []vm.OutputAccount{account(1, 0), with(account(5, 10), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(1), Value: big.NewInt(-10)}}
		})}, complaint: "value -10"},
		{name: "a transfer from nowhere", accounts: []vm.OutputAccount{account(1, 0), with(account(5, 10), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(8), Value: big.NewInt(10)}}
		})}, complaint: "no contract of the dialogue"},
		{name: "a transfer from a user", accounts: []vm.OutputAccount{account(1, 0), with(account(5, 10), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(2), Data: []byte("all of it")}}
		})}, complaint: "no contract of the dialogue"},
		{name: "transfers of more than arrives", accounts: []vm.OutputAccount{account(1, 0), with(account(5, 10), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(1), Value: big.NewInt(6)}, {Sender: at(1), Value: big.NewInt(5)}}
		})}, complaint: "bring more than it gets"},
		{name: "a contract passes on what arrives", accounts: []vm.OutputAccount{account(1, 0), with(account(3, 0), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(1), Value: big.NewInt(10)}}
		}), account(5, 10)}},
		{name: "a transfer that a built-in sent", builtin: true, accounts: []vm.OutputAccount{balanced, with(account(7, 0), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(2), Value: big.NewInt(4)}}
		})}},
		{name: "a transfer of more than a built-in sent", builtin: true, accounts: []vm.OutputAccount{balanced, with(account(7, 0), func(a *vm.OutputAccount) {
			a.Transfers = []vm.Transfer{{Sender: at(2), Value: big.NewInt(5)}}
		})}, complaint: "bring more than it gets"},

		{name: "what a built-in said", builtin: true, accounts: []vm.OutputAccount{
			balanced, with(account(2, -150), func(a *vm.OutputAccount) { a.Nonce = 3 }), with(stores(8, "DHARITRItoken", "10", true), func(a *vm.OutputAccount) { a.BalanceDelta = big.NewInt(160) })}},
		{name: "what a built-in said, taken back", builtin: true, accounts: []vm.OutputAccount{balanced}},
		{name: "more than a built-in made", builtin: true, accounts: []vm.OutputAccount{balanced, account(2, -150), account(8, 161)}, complaint: "change by 21"},
		{name: "less than a built-in left", builtin: true, accounts: []vm.OutputAccount{balanced, account(2, -251), account(8, 251)}, complaint: "no contract and loses 101"},
		{name: "another token than a built-in wrote", builtin: true, accounts: []vm.OutputAccount{balanced, stores(8, "DHARITRItoken", "11", true)}, complaint: "no contract may do"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newReplier(world{})
			r.fetch(at(2), at(1))
			w := r.witness
			asked := errors.Join(
				second(w.Storage(at(1), []byte("k"))), second(w.Storage(at(1), []byte("DHARITRIk"))), second(w.Storage(at(2), []byte("k"))),
				second(w.Account(at(3))), second(w.Account(at(4))), second(w.IsPayable(at(5))), second(w.NewAddress(at(1), 7, nil)))
			if row.builtin {
				asked = errors.Join(asked, second(w.ProcessBuiltinFunction(&vm.CallInput{})))
			}
			if asked != nil {
				t.Fatal(asked)
			}
			v := verdict{witness: w, input: &vm.Input{Value: big.NewInt(10), GasProvided: 1000}, config: &vm.Config{}}
			if row.upgrade {
				v.upgrade = at(1)
			}
			out := &vm.Output{Accounts: row.accounts}
			if row.change != nil {
				row.change(out)
			}
			err := v.check(out)
			var broken *ipc.ProtocolError
			switch {
			case row.complaint == "" && err != nil:
				t.Error(err)
			case row.complaint != "" && (err == nil || !strings.Contains(err.Error(), row.complaint) || !errors.As(err, &broken)):
				t.Errorf("got %v, want %q", err, row.complaint)
			}
		})
	}
}

// Core asks for addresses in the name of whom it wants.
func TestNobodyButContractsAndTheCallerCreatesContracts(t *testing.T) {
	for creator, complaint := range map[byte]string{1: "", 2: "", 3: "", 5: "neither created", 6: "neither created"} {
		r := newReplier(world{})
		r.fetch(at(2), at(1))
		w := r.witness
		if err := errors.Join(second(w.Account(at(3))), second(w.Account(at(5))), second(w.NewAddress(at(creator), 7, nil))); err != nil {
			t.Fatal(err)
		}
		v := verdict{witness: w, input: &vm.Input{}, config: &vm.Config{}}
		err := v.check(&vm.Output{Accounts: []vm.OutputAccount{code(9)}})
		if (err == nil) != (complaint == "") || err != nil && !strings.Contains(err.Error(), complaint) {
			t.Errorf("for %d: got %v, want %q", creator, err, complaint)
		}
	}
}

func second[T any](_ T, err error) error { return err }
