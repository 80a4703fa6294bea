package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var _ vm.BlockchainHook = (*Ledger)(nil)

func user(name string) vm.Address {
	var a vm.Address
	copy(a[:], name)
	return a
}

func contractAddress(name string) vm.Address {
	var a vm.Address
	copy(a[8:], "\x05\x00"+name)
	return a
}

// newLedger has alice with 1000, bob with 500 and block 0 at time 1000.
func newLedger(t *testing.T) *Ledger {
	t.Helper()
	path := filepath.Join(t.TempDir(), "deep", "ledger.db")
	err := Create(path, Genesis{
		Time:     time.Unix(1000, 0),
		Accounts: []GenesisAccount{{user("bob"), big.NewInt(500)}, {user("alice"), big.NewInt(1000)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func begin(t *testing.T, l *Ledger, sender vm.Address, value int64) *Dialogue {
	t.Helper()
	d, err := l.Begin(Transaction{Sender: sender, Value: big.NewInt(value), Timestamp: 1006})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func commit(t *testing.T, l *Ledger, sender vm.Address, value int64, accounts ...vm.OutputAccount) {
	t.Helper()
	if _, err := begin(t, l, sender, value).Commit(vm.Hash{}, &vm.Output{Accounts: accounts}); err != nil {
		t.Fatal(err)
	}
}

func delta(address vm.Address, delta int64) vm.OutputAccount {
	return vm.OutputAccount{Address: address, BalanceDelta: big.NewInt(delta)}
}

func balance(t *testing.T, l *Ledger, address vm.Address) int64 {
	t.Helper()
	var b *big.Int
	err := l.View(func(v *View) (err error) { b, err = v.Balance(address); return err })
	if err != nil {
		t.Fatal(err)
	}
	return b.Int64()
}

// fingerprint is everything in the file.
func fingerprint(t *testing.T, l *Ledger) string {
	t.Helper()
	var b strings.Builder
	err := l.db.View(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			return bucket.ForEach(func(k, v []byte) error {
				_, err := fmt.Fprintf(&b, "%s %x = %x\n", name, k, v)
				return err
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func check(t *testing.T, l *Ledger) *Census {
	t.Helper()
	census, err := l.Check()
	if err != nil {
		t.Fatal(err)
	}
	return census
}

func TestAnOutputIsAppliedAsOneBlock(t *testing.T) {
	l := newLedger(t)
	shop := contractAddress("shop")
	deployed := delta(shop, 30)
	deployed.Nonce = 2
	deployed.Code, deployed.CodeMetadata = []byte("code"), []byte{1, 2}
	alice := user("alice")
	deployed.CodeDeployer = alice[:]
	deployed.StorageUpdates = []vm.StorageUpdate{
		{Key: []byte(""), Value: []byte("empty key"), Written: true},
		{Key: []byte("gone"), Written: true},
		{Key: []byte("price"), Value: []byte("7"), Written: true},
		{Key: []byte("seen"), Value: []byte("only read")},
		{Key: bytes.Repeat([]byte("k"), maxShortKey+1), Value: []byte("long key"), Written: true},
	}
	commit(t, l, alice, 100, deployed, delta(user("bob"), 70), delta(user("carol"), 0))

	err := l.View(func(v *View) error {
		a, err := v.Account(shop)
		if err != nil {
			return err
		}
		if a.Nonce != 2 || a.Balance.Int64() != 30 || !bytes.Equal(a.Owner, alice[:]) || !bytes.Equal(a.CodeMetadata, []byte{1, 2}) {
			t.Errorf("contract is %+v", a)
		}
		if a, err := v.Account(user("carol")); a != nil || err != nil {
			t.Errorf("an account that was merely looked at exists: %+v, %v", a, err)
		}
		if a, err := v.Account(alice); err != nil || a.Nonce != 1 || a.Balance.Int64() != 900 {
			t.Errorf("sender is %+v, %v", a, err)
		}
		pairs, err := v.Storage(shop)
		var keys []string
		for _, p := range pairs {
			keys = append(keys, fmt.Sprintf("%.8s=%s", p.Key, p.Value))
		}
		if got, want := strings.Join(keys, "|"), "=empty key|kkkkkkkk=long key|price=7"; got != want {
			t.Errorf("storage is %s, want %s", got, want)
		}
		b, lastErr := v.LastBlock()
		if b.Nonce != 1 || b.Timestamp != 1006 || len(b.RandomSeed) != 32 {
			t.Errorf("block is %+v", b)
		}
		return errors.Join(err, lastErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := check(t, l); got.Accounts != 3 || got.Contracts != 1 || got.Codes != 1 || got.Pairs != 3 || got.Height != 1 || got.Supply.Int64() != 1500 {
		t.Errorf("census %+v", got)
	}

	// An empty value deletes, whichever form the key has.
	again := delta(shop, 0)
	for _, u := range deployed.StorageUpdates {
		again.StorageUpdates = append(again.StorageUpdates, vm.StorageUpdate{Key: u.Key, Written: true})
	}
	again.Nonce = 1 // lower than before: not taken
	commit(t, l, user("bob"), 0, again)
	if got := check(t, l); got.Pairs != 0 || got.Height != 2 {
		t.Errorf("census %+v", got)
	}
	if err := l.View(func(v *View) error {
		a, err := v.Account(shop)
		if a.Nonce != 2 || a.CodeHash == (vm.Hash{}) {
			t.Errorf("contract is %+v", a)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestOutputsThatCannotBeTrueChangeNothing(t *testing.T) {
	code := func(a vm.OutputAccount, code, deployer string) vm.OutputAccount {
		a.Code, a.CodeMetadata, a.CodeDeployer = []byte(code), []byte{1, 0}, []byte(deployer)
		return a
	}
	for _, tt := range []struct {
		name string
		out  vm.Output
		want string
	}{
		{"value vanishes", vm.Output{Accounts: []vm.OutputAccount{delta(user("bob"), 9)}}, "balances change by 9, the value is 10"},
		{"value appears", vm.Output{Accounts: []vm.OutputAccount{delta(user("bob"), 11)}}, "balances change by 11"},
		{"a balance becomes negative", vm.Output{Accounts: []vm.OutputAccount{delta(user("alice"), 511), delta(user("bob"), -501)}}, "balance would be -1"},
		{"an unknown account pays", vm.Output{Accounts: []vm.OutputAccount{delta(user("alice"), 11), delta(user("zoe"), -1)}}, "balance would be -1"},
		{"accounts are out of order", vm.Output{Accounts: []vm.OutputAccount{delta(user("bob"), 10), delta(user("alice"), 0)}}, "not in order"},
		{"an account is named twice", vm.Output{Accounts: []vm.OutputAccount{delta(user("bob"), 5), delta(user("bob"), 5)}}, "not in order"},
		{"a user gets code", vm.Output{Accounts: []vm.OutputAccount{code(delta(user("bob"), 10), "c", "")}}, "not a contract's"},
		{"the deployer is half an address", vm.Output{Accounts: []vm.OutputAccount{code(delta(contractAddress("c"), 10), "c", "x")}}, "deployer has 1 bytes"},
		{"the execution failed", vm.Output{Code: vm.UserError}, "failed with code 4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLedger(t)
			before := fingerprint(t, l)
			_, err := begin(t, l, user("alice"), 10).Commit(vm.Hash{}, &tt.out)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if fingerprint(t, l) != before {
				t.Error("the ledger changed")
			}
			if d, err := l.Begin(Transaction{Timestamp: 1000}); err != nil {
				t.Error("the dialogue did not end:", err)
			} else if err := d.End(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBeginRefusesWhatCannotBePaidOrDated(t *testing.T) {
	l := newLedger(t)
	for _, tt := range []struct {
		name string
		tx   Transaction
		want string
	}{
		{"more than the sender has", Transaction{Sender: user("bob"), Value: big.NewInt(501), Timestamp: 1000}, ErrFunds.Error()},
		{"an unknown sender pays", Transaction{Sender: user("zoe"), Value: big.NewInt(1), Timestamp: 1000}, ErrFunds.Error()},
		{"a negative value", Transaction{Sender: user("bob"), Value: big.NewInt(-1), Timestamp: 1000}, "negative value"},
		{"a time before the last block", Transaction{Sender: user("bob"), Timestamp: 999}, "before the last block"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := l.Begin(tt.tx); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := l.Begin(Transaction{Sender: user("bob"), Value: big.NewInt(501), Timestamp: 1000}); !errors.Is(err, ErrFunds) {
		t.Errorf("%v is not ErrFunds", err)
	}
}

func TestADialogueKeepsTheLedgerStill(t *testing.T) {
	l := newLedger(t)
	before := fingerprint(t, l)
	d := begin(t, l, user("alice"), 100)
	if _, err := l.Begin(Transaction{Timestamp: 2000}); !errors.Is(err, ErrDialogueOpen) {
		t.Errorf("second dialogue: %v", err)
	}
	// The execution sees the transaction already counted and paid.
	a, err := l.Account(user("alice"))
	if err != nil || a.Nonce != 1 || a.Balance.Int64() != 900 {
		t.Errorf("sender in the dialogue: %+v, %v", a, err)
	}
	if d.SenderNonce() != 0 {
		t.Errorf("nonce %d is used up, want 0", d.SenderNonce())
	}
	if err := d.End(); err != nil {
		t.Fatal(err)
	}
	if fingerprint(t, l) != before {
		t.Error("a dialogue that ended without commit left a trace")
	}
	if _, err := l.Account(user("alice")); !errors.Is(err, ErrNoDialogue) {
		t.Errorf("question outside a dialogue: %v", err)
	}
	if _, err := d.Commit(vm.Hash{}, &vm.Output{}); !errors.Is(err, ErrNoDialogue) {
		t.Errorf("commit of an ended dialogue: %v", err)
	}
	if err := d.End(); err != nil {
		t.Errorf("ending twice: %v", err)
	}
}
