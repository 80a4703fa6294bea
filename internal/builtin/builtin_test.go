package builtin_test

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chain is a chain of two users and a contract.
type chain struct {
	storage map[string][]byte
	broken  error
}

var (
	alice    = vm.Address{31: 1}
	bob      = vm.Address{0: 1, 31: 2}
	contract = vm.Address{31: 3}
)

func (c *chain) Account(a vm.Address) (*vm.Account, error) {
	if a == contract {
		return &vm.Account{CodeHash: vm.Hash{1}, CodeMetadata: []byte{1, 0}, Owner: alice[:]}, c.broken
	}
	return new(vm.Account), c.broken
}

func (c *chain) Code(vm.Address, vm.Hash) ([]byte, error) { return []byte("code"), c.broken }

func (c *chain) Storage(a vm.Address, key []byte) ([]byte, error) {
	return c.storage[string(a[:])+string(key)], c.broken
}

func (c *chain) IsSmartContract(a vm.Address) (bool, error) { return a == contract, c.broken }

func (c *chain) set(a vm.Address, key, value []byte) { c.storage[string(a[:])+string(key)] = value }

func (c *chain) give(a vm.Address, token string, amount int64) {
	c.set(a, builtin.TokenKey([]byte(token)), builtin.EncodeAmount(big.NewInt(amount)))
}

func newChain() *chain {
	c := &chain{storage: make(map[string][]byte)}
	c.give(alice, "GOLD", 100)
	c.give(contract, "GOLD", 5)
	c.set(bob, builtin.UserNameKey(), []byte("bob"))
	c.set(contract, builtin.RewardKey(), []byte{50})
	return c
}

// in is a call with plenty of gas.
func in(from, to vm.Address, function string, arguments ...string) *vm.CallInput {
	call := &vm.CallInput{Recipient: to, Function: function}
	call.Caller, call.GasProvided = from, 1000
	for _, a := range arguments {
		call.Arguments = append(call.Arguments, []byte(a))
	}
	return call
}

func TestWhatIsRefused(t *testing.T) {
	withValue := in(alice, bob, builtin.DCTTransfer, "GOLD", "\x01")
	withValue.Value = big.NewInt(1)
	withoutGas := in(alice, bob, builtin.DCTTransfer, "GOLD", "\x01")
	withoutGas.GasProvided = 6
	for _, tt := range []struct {
		name string
		in   *vm.CallInput
		want string
	}{
		{"an unknown function", in(alice, bob, "Mint"), "built-in function not found"},
		{"native value", withValue, "built-in function called with a value"},
		{"too little gas", withoutGas, "not enough gas for built-in function"},
		{"no amount", in(alice, bob, builtin.DCTTransfer, "GOLD"), "wrong number of arguments"},
		{"no token", in(alice, bob, builtin.DCTTransfer, "", "\x01"), "token identifier is empty"},
		{"an amount of nothing", in(alice, bob, builtin.DCTTransfer, "GOLD", ""), "token value is not positive"},
		{"more than there is", in(alice, bob, builtin.DCTTransfer, "GOLD", "\x65"), "insufficient funds"},
		{"more than there is, to oneself", in(alice, alice, builtin.DCTTransfer, "GOLD", "\x65"), "insufficient funds"},
		{"a function at a user", in(alice, bob, builtin.DCTTransfer, "GOLD", "\x01", "f"), "a function is called at an account that is no contract"},
		{"a pair of somebody else", in(alice, bob, builtin.SaveKeyValue, "k", "v"), "only the own storage can be written"},
		{"half a pair", in(alice, alice, builtin.SaveKeyValue, "k"), "wrong number of arguments"},
		{"no pair", in(alice, alice, builtin.SaveKeyValue), "wrong number of arguments"},
		{"a protected pair", in(alice, alice, builtin.SaveKeyValue, "k", "v", "DHARITRIx", "v"), "key is protected"},
		{"a name from a user", in(alice, bob, builtin.SetUserName, "b"), "only contracts give names"},
		{"a second name", in(contract, bob, builtin.SetUserName, "b"), "the account has a name already"},
		{"no name", in(contract, alice, builtin.SetUserName, ""), "wrong number of arguments"},
		{"an owner that is none", in(alice, contract, builtin.ChangeOwnerAddress, "bob"), "wrong arguments"},
		{"somebody else's contract", in(bob, contract, builtin.ChangeOwnerAddress, string(bob[:])), "only the owner of a contract can do this"},
		{"no contract", in(alice, bob, builtin.ChangeOwnerAddress, string(bob[:])), "only the owner of a contract can do this"},
		{"somebody else's reward", in(bob, contract, builtin.ClaimDeveloperRewards), "only the owner of a contract can do this"},
		{"a reward with arguments", in(alice, contract, builtin.ClaimDeveloperRewards, "1"), "wrong number of arguments"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := builtin.New(newChain(), vm.GasSchedule{"BuiltInCost": {builtin.DCTTransfer: 7}})
			out, err := f.Process(tt.in)
			var refusal *vm.Refusal
			if !errors.As(err, &refusal) || refusal.Text != tt.want || out != nil {
				t.Errorf("got %v, %v, want %q", out, err, tt.want)
			}
		})
	}
}

func TestABrokenNodeIsNoRefusal(t *testing.T) {
	c := newChain()
	c.broken = errors.New("the disk is gone")
	for _, call := range []*vm.CallInput{
		in(alice, bob, builtin.DCTTransfer, "GOLD", "\x01"),
		in(contract, bob, builtin.SetUserName, "b"),
		in(alice, contract, builtin.ChangeOwnerAddress, string(bob[:])),
		in(alice, contract, builtin.ClaimDeveloperRewards),
	} {
		if _, err := builtin.New(c, nil).Process(call); !errors.Is(err, c.broken) {
			t.Errorf("%s: %v", call.Function, err)
		}
	}
}

func TestWhatIsDone(t *testing.T) {
	f := builtin.New(newChain(), vm.GasSchedule{"BuiltInCost": {builtin.DCTTransfer: 7}})
	out, err := f.Process(in(alice, contract, builtin.DCTTransfer, "GOLD", "\x1e", "pay", "\x0a", ""))
	if err != nil || out.GasRemaining != 993 || len(out.Accounts) != 2 || out.Accounts[0].Address != alice || out.Accounts[1].Address != contract {
		t.Fatalf("%+v, %v", out, err)
	}
	if got := out.Accounts[1].Transfers; len(got) != 1 || string(got[0].Data) != "pay@0a@" {
		t.Errorf("transfers %+v", got)
	}
	for i, want := range []int64{70, 35} {
		u := out.Accounts[i].StorageUpdates
		if amount, err := builtin.DecodeAmount(u[0].Value); len(u) != 1 || err != nil || amount.Int64() != want || !u[0].Written {
			t.Errorf("balance %d is %v (%v), want %d", i, amount, err, want)
		}
	}

	out, err = f.Process(in(alice, contract, builtin.ChangeOwnerAddress, string(bob[:])))
	if err != nil || string(out.Accounts[0].Code) != "code" || string(out.Accounts[0].CodeDeployer) != string(bob[:]) || len(out.Accounts[0].CodeMetadata) != 2 {
		t.Errorf("new owner: %+v, %v", out, err)
	}
	out, err = f.Process(in(alice, contract, builtin.ClaimDeveloperRewards))
	if err != nil || out.Accounts[0].BalanceDelta.Int64() != 50 || len(out.Accounts[1].StorageUpdates[0].Value) != 0 {
		t.Errorf("rewards: %+v, %v", out, err)
	}
	if out, err = f.Process(in(alice, contract, builtin.ClaimDeveloperRewards)); err != nil || out.Accounts[0].BalanceDelta.Sign() != 0 {
		t.Errorf("rewards are paid twice: %+v, %v", out, err)
	}
	out, err = f.Process(in(contract, alice, builtin.SetUserName, "alice"))
	if err != nil || string(out.Accounts[0].StorageUpdates[0].Value) != "alice" {
		t.Errorf("name: %+v, %v", out, err)
	}
	out, err = f.Process(in(alice, alice, builtin.SaveKeyValue, "b", "1", "a", "2", "b", "3"))
	if u := out.Accounts[0].StorageUpdates; err != nil || len(u) != 2 || string(u[0].Key) != "a" || string(u[1].Value) != "3" {
		t.Errorf("pairs: %+v, %v", out, err)
	}
}

// Calls in one execution see each other; a new execution starts from the chain.
func TestCallsSeeEachOther(t *testing.T) {
	f := builtin.New(newChain(), nil)
	balance := func(out *vm.Output) int64 {
		for i := range out.Accounts {
			if out.Accounts[i].Address == alice {
				amount, err := builtin.DecodeAmount(out.Accounts[i].StorageUpdates[0].Value)
				if err != nil {
					t.Fatal(err)
				}
				return amount.Int64()
			}
		}
		return -1
	}
	for i, want := range []int64{60, 20} {
		out, err := f.Process(in(alice, bob, builtin.DCTTransfer, "GOLD", "\x28"))
		if err != nil || balance(out) != want {
			t.Fatalf("transfer %d: %v, %v", i, out, err)
		}
	}
	if _, err := f.Process(in(alice, bob, builtin.DCTTransfer, "GOLD", "\x28")); err == nil {
		t.Error("more was paid than there is")
	}
	f.Begin()
	if out, err := f.Process(in(alice, bob, builtin.DCTTransfer, "GOLD", "\x28")); err != nil || balance(out) != 60 {
		t.Errorf("the next execution: %v, %v", out, err)
	}
}

func TestAmountsAreStoredAsTheNetworkDoes(t *testing.T) {
	for _, tt := range []struct{ amount, want string }{
		{"0", ""}, {"1", "\x0a\x02\x00\x01"}, {"256", "\x0a\x03\x00\x01\x00"},
	} {
		n, _ := new(big.Int).SetString(tt.amount, 10)
		if got := builtin.EncodeAmount(n); string(got) != tt.want {
			t.Errorf("%s is %x", tt.amount, got)
		}
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		n := new(big.Int).Rsh(new(big.Int).SetBytes(bytesOf(random, 200)), uint(random.IntN(1600)))
		if back, err := builtin.DecodeAmount(builtin.EncodeAmount(n)); err != nil || back.Cmp(n) != 0 {
			t.Fatalf("%v is read as %v (%v)", n, back, err)
		}
	}
	for _, bad := range []string{"\x0a", "\x0a\x00", "\x0a\x01\x01", "\x0a\x02\x00", "\x0b\x02\x00\x01", "\x0a\x02\x00\x01\x00", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"} {
		if n, err := builtin.DecodeAmount([]byte(bad)); err == nil {
			t.Errorf("%x is %v", bad, n)
		}
	}
}

func bytesOf(random *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}
