package ledger

import (
	"bytes"
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestFilesThatAreNoLedgers(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing")
	if _, err := Open(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Error("opening made a file")
	}
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no ledger "), 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(text); err == nil {
		t.Error("a text file opens")
	}
	other := filepath.Join(dir, "other")
	db, err := bolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(other); err == nil || !strings.Contains(err.Error(), "not a ledger") {
		t.Errorf("someone else's file: %v", err)
	}
	if err := Create(text, Genesis{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("creating over a file: %v", err)
	}
	for name, accounts := range map[string][]GenesisAccount{
		"negative": {{user("a"), big.NewInt(-1)}},
		"nil":      {{user("a"), nil}},
		"twice":    {{user("a"), big.NewInt(1)}, {user("a"), big.NewInt(1)}},
	} {
		if err := Create(filepath.Join(dir, name), Genesis{Accounts: accounts}); err == nil {
			t.Errorf("%s: genesis accepted", name)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("%d files left, %v; want only the two made here", len(left), err)
	}
}

func TestDraftsOfProcessesThatDiedAreRemoved(t *testing.T) {
	l := newLedger(t)
	path := l.Path()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	for _, name := range []string{".ledger.db.new-1", ".ledger.db.new-2", ".other.db.new-1", "ledger.db.new-1"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half a ledger"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names := func() (names []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return names
	}
	read, err := OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
	if got := names(); len(got) != 5 {
		t.Errorf("who only reads has removed something: %q", got)
	}
	l, err = Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := names(), []string{".other.db.new-1", "ledger.db", "ledger.db.new-1"}; !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	l := newLedger(t)
	if _, err := Open(l.Path()); !errors.Is(err, ErrInUse) {
		t.Errorf("second opening: %v", err)
	}
}

func TestWhatWasCommittedIsThereAfterReopening(t *testing.T) {
	l := newLedger(t)
	commit(t, l, user("alice"), 10, delta(user("bob"), 10))
	begin(t, l, user("alice"), 10) // left open: closing ends it without a trace
	before, path := fingerprint(t, l), l.Path()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	read, err := OpenReadOnly(path)
	if err != nil {
		t.Fatal(err)
	}
	if fingerprint(t, read) != before || balance(t, read, user("bob")) != 510 {
		t.Error("the ledger changed")
	}
	check(t, read)
	if _, err := read.dialogueForTest().Commit(vm.Hash{}, &vm.Output{}); err == nil {
		t.Error("a ledger opened for reading was changed")
	}
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
}

func (l *Ledger) dialogueForTest() *Dialogue {
	d, err := l.Begin(Transaction{Timestamp: 5000})
	if err != nil {
		panic(err)
	}
	return d
}
