package state

import (
	"crypto/sha256"
	"errors"
	"math/big"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chain is a hook that knows a few accounts and counts what it is asked.
type chain struct {
	vm.BlockchainHook
	accounts map[vm.Address]*vm.Account
	storage  map[string][]byte
	asked    map[string]int
	broken   error
}

func (c *chain) Account(a vm.Address) (*vm.Account, error) {
	c.asked["account"]++
	if c.broken != nil {
		return nil, c.broken
	}
	if account, ok := c.accounts[a]; ok {
		return account, nil
	}
	return nil, &vm.Refusal{Text: "account not found"}
}

func (c *chain) Storage(_ vm.Address, key []byte) ([]byte, error) {
	c.asked["storage"]++
	return c.storage[string(key)], c.broken
}

func newChain() *chain {
	return &chain{
		accounts: map[vm.Address]*vm.Account{{1}: {Nonce: 7, Balance: big.NewInt(100)}},
		storage:  map[string][]byte{"k": []byte("old")},
		asked:    make(map[string]int),
	}
}

func find(t *testing.T, s *State, a vm.Address) *vm.OutputAccount {
	t.Helper()
	for _, acc := range s.Accounts() {
		if acc.Address == a {
			return &acc
		}
	}
	return nil
}

func TestEveryQuestionIsAskedOnce(t *testing.T) {
	c := newChain()
	s := New(c)
	for range 3 {
		mark := s.Mark()
		if v, err := s.Read(vm.Address{1}, []byte("k")); err != nil || string(v) != "old" {
			t.Fatalf("read %q, %v", v, err)
		}
		if b, err := s.Balance(vm.Address{1}); err != nil || b.Int64() != 100 {
			t.Fatalf("balance %v, %v", b, err)
		}
		if _, err := s.ChainAccount(vm.Address{9}); err == nil {
			t.Fatal("an unknown account was found")
		}
		s.Revert(mark) // answers outlive what is taken back
	}
	if c.asked["account"] != 2 || c.asked["storage"] != 1 {
		t.Errorf("asked %v", c.asked)
	}
}

func TestRevertRestoresEverything(t *testing.T) {
	s := New(newChain())
	one, two := vm.Address{1}, vm.Address{2}
	s.AddBalance(one, big.NewInt(5))
	s.Write(one, []byte("k"), []byte("new"))
	s.AddTransfer(one, vm.Transfer{Data: []byte("first")})
	s.AddRefund(3)
	before, err := (&vm.Output{Accounts: s.Accounts(), Logs: s.Logs(), GasRefund: s.Refund()}).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := s.bytes

	mark := s.Mark()
	s.AddBalance(one, big.NewInt(-7))
	s.Write(one, []byte("k"), nil)
	s.Write(one, []byte("other"), []byte("x"))
	s.AddTransfer(one, vm.Transfer{Data: []byte("second")})
	s.AddLog(vm.LogEntry{Data: []byte("log")})
	s.AddRefund(^uint64(0))
	s.SetCode(two, &Code{Bytes: []byte("code")})
	s.SetNonce(one, 9)
	if _, err := s.Balance(two); err != nil {
		t.Fatal(err)
	}
	if s.Refund() != ^uint64(0) {
		t.Errorf("refund %d does not saturate", s.Refund())
	}
	s.Revert(mark)

	after, err := (&vm.Output{Accounts: s.Accounts(), Logs: s.Logs(), GasRefund: s.Refund()}).AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) || s.bytes != kept {
		t.Errorf("state differs after a revert:\n%x\n%x", before, after)
	}
	if find(t, s, two) != nil {
		t.Error("an account touched only in the reverted part is listed")
	}
}

func TestPairsThatWereOnlyReadAreListedAsRead(t *testing.T) {
	s := New(newChain())
	if _, err := s.Read(vm.Address{1}, []byte("k")); err != nil {
		t.Fatal(err)
	}
	s.Write(vm.Address{1}, []byte("a"), []byte("1"))
	updates := find(t, s, vm.Address{1}).StorageUpdates
	want := []vm.StorageUpdate{{Key: []byte("a"), Value: []byte("1"), Written: true}, {Key: []byte("k"), Value: []byte("old")}}
	if len(updates) != 2 {
		t.Fatalf("updates %v", updates)
	}
	for i := range want {
		if string(updates[i].Key) != string(want[i].Key) || string(updates[i].Value) != string(want[i].Value) || updates[i].Written != want[i].Written {
			t.Errorf("update %d is %v, want %v", i, updates[i], want[i])
		}
	}
}

func TestBalanceOfAnUnknownAccountIsItsDelta(t *testing.T) {
	s := New(newChain())
	s.AddBalance(vm.Address{9}, big.NewInt(4))
	if b, err := s.Balance(vm.Address{9}); err != nil || b.Int64() != 4 {
		t.Errorf("balance %v, %v", b, err)
	}
}

func TestAFailureOfTheNodeIsNoAnswer(t *testing.T) {
	c := newChain()
	c.broken = errors.New("disk on fire")
	s := New(c)
	if _, err := s.Balance(vm.Address{1}); !errors.Is(err, c.broken) {
		t.Errorf("balance: %v", err)
	}
	if _, err := s.Read(vm.Address{1}, []byte("k")); !errors.Is(err, c.broken) {
		t.Errorf("read: %v", err)
	}
	if _, err := s.KnownAccount(vm.Address{1}); !errors.Is(err, c.broken) {
		t.Errorf("known account: %v", err)
	}
}

// Looking code up costs a contract the price of a call, however long it is.
func TestDeployedCodeIsHashedOnce(t *testing.T) {
	code := &Code{Bytes: []byte("module")}
	if code.Hash() != sha256.Sum256([]byte("module")) {
		t.Error("the hash is not that of the bytes")
	}
	if code.Bytes = nil; code.Hash() != sha256.Sum256([]byte("module")) {
		t.Error("the hash is computed again")
	}
}

// An output belongs to the caller, what the hook gave does not.
func TestAnOutputSharesNoBalanceWithTheHook(t *testing.T) {
	c := newChain()
	s := New(c)
	if _, err := s.Balance(vm.Address{1}); err != nil {
		t.Fatal(err)
	}
	find(t, s, vm.Address{1}).Balance.SetInt64(5)
	if b := c.accounts[vm.Address{1}].Balance; b.Int64() != 100 {
		t.Errorf("the chain's balance became %v", b)
	}
}
