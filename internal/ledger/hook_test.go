package ledger

import (
	"bytes"
	"errors"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestHookAnswers(t *testing.T) {
	l := newLedger(t)
	open, closed := contractAddress("open"), contractAddress("closed")
	with := func(address vm.Address, metadata ...byte) vm.OutputAccount {
		a := delta(address, 0)
		a.Code, a.CodeMetadata = []byte("the code"), metadata
		a.StorageUpdates = []vm.StorageUpdate{{Key: []byte("k"), Value: []byte("v"), Written: true}}
		return a
	}
	commit(t, l, user("alice"), 0, with(closed, 5, 0), with(open, 1, 2))
	d := begin(t, l, user("alice"), 0)
	defer func() {
		if err := d.End(); err != nil {
			t.Error(err)
		}
	}()
	var refusal *vm.Refusal
	for _, tt := range []struct {
		name    string
		address vm.Address
		payable bool
		is      bool
	}{
		{"a user is payable", user("bob"), true, false},
		{"a payable contract", open, true, true},
		{"a contract without the flag", closed, false, true},
		{"a contract that does not exist", contractAddress("none"), false, true},
		{"the zero address counts as a contract's", vm.Address{}, false, true},
	} {
		if got, err := l.IsPayable(tt.address); err != nil || got != tt.payable {
			t.Errorf("%s: payable %v, %v", tt.name, got, err)
		}
		if got, err := l.IsSmartContract(tt.address); err != nil || got != tt.is {
			t.Errorf("%s: contract %v, %v", tt.name, got, err)
		}
	}
	if _, err := l.Account(user("zoe")); !errors.As(err, &refusal) {
		t.Errorf("unknown account: %v", err)
	}
	a, err := l.Account(open)
	if err != nil {
		t.Fatal(err)
	}
	if code, err := l.Code(open, a.CodeHash); err != nil || string(code) != "the code" {
		t.Errorf("code %q, %v", code, err)
	}
	if _, err := l.Code(open, vm.Hash{}); err == nil || errors.As(err, &refusal) {
		t.Errorf("code that does not exist: %v", err)
	}
	if v, err := l.Storage(open, []byte("k")); err != nil || string(v) != "v" {
		t.Errorf("storage %q, %v", v, err)
	}
	if v, err := l.Storage(user("zoe"), []byte("k")); err != nil || len(v) != 0 {
		t.Errorf("storage of nobody %q, %v", v, err)
	}
	facts, err := l.BlockFacts()
	if err != nil || facts.Current.Nonce != 2 || facts.Last.Nonce != 1 || facts.Current.Timestamp != 1006 {
		t.Errorf("facts %+v, %v", facts, err)
	}
	if hash, err := l.BlockHash(1); err != nil || !bytes.Equal(hash, facts.StateRootHash) {
		t.Errorf("hash %x, %v, want the state root %x", hash, err, facts.StateRootHash)
	}
	if _, err := l.BlockHash(2); !errors.As(err, &refusal) {
		t.Errorf("hash of the block being made: %v", err)
	}
	if _, err := l.ProcessBuiltinFunction(&vm.CallInput{}); !errors.As(err, &refusal) {
		t.Errorf("built-in: %v", err)
	}
}

// The expected address was computed with an independent Keccak-256.
func TestNewAddress(t *testing.T) {
	creator := user("alice___________________________")
	first, err := NewAddress(creator, 0, []byte{5, 0})
	if err != nil {
		t.Fatal(err)
	}
	if got := first.String(); got != newAddressOfAlice {
		t.Errorf("address %s, want %s", got, newAddressOfAlice)
	}
	second, err := NewAddress(creator, 1, []byte{5, 0})
	if err != nil || second == first {
		t.Errorf("two nonces give one address, %v", err)
	}
	var refusal *vm.Refusal
	if _, err := NewAddress(creator, 0, []byte{5}); !errors.As(err, &refusal) {
		t.Errorf("VM type of one byte: %v", err)
	}
}

const newAddressOfAlice = "00000000000000000500823fe0d59a898b0d671bee57fa0d8be3678843745f5f"
