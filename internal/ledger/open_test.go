package ledger

import (
	"errors"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

// made gives the path of a new ledger that nobody has open.
func made(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := Create(path, Genesis{Accounts: []GenesisAccount{{user("alice"), big.NewInt(1000)}}}); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnEmptyFileStaysEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(string) (*Ledger, error){Open, OpenReadOnly} {
		if _, err := open(path); err == nil || !strings.HasSuffix(err.Error(), "not a ledger: the file is empty") {
			t.Errorf("said %v", err)
		}
	}
	if stat, err := os.Stat(path); err != nil || stat.Size() != 0 {
		t.Errorf("the file was written: %v, %v", stat, err)
	}
}

// What stands where the ledger should be is named, and not as something that
// is missing or there.
func TestPathsThatCannotBeLookedAt(t *testing.T) {
	file := made(t)
	if _, err := Open(filepath.Dir(file)); err == nil || !strings.HasSuffix(err.Error(), "not a regular file") {
		t.Errorf("a directory: %v", err)
	}
	below := filepath.Join(file, "ledger.db")
	if _, err := Open(below); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("opening below a file: %v", err)
	}
	if err := Create(below, Genesis{}); err == nil || errors.Is(err, fs.ErrExist) {
		t.Errorf("creating below a file: %v", err)
	}
}

// bbolt panics over some damaged pages; whoever opens the file gets an error.
func TestDamagedPagesAreErrors(t *testing.T) {
	path := made(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := os.Getpagesize()
	refused := 0
	for page := range len(whole) / size {
		b := append([]byte{}, whole...)
		clear(b[page*size : (page+1)*size])
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(path)
		if err != nil {
			refused++
			continue
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if refused == 0 {
		t.Error("no page matters")
	}
}

func TestOnlyALedgerWithoutBlocksIsDiscarded(t *testing.T) {
	path := made(t)
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := l.Discard(); !done || err != nil {
		t.Errorf("a new ledger: %v, %v", done, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if exists, err := Exists(path); exists || err != nil {
		t.Errorf("it is still there: %v, %v", exists, err)
	}

	l = newLedger(t)
	err = l.db.Update(func(tx *bolt.Tx) error {
		_, err := appendBlock(tx, 1006, [32]byte{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if done, err := l.Discard(); done || err != nil {
		t.Errorf("a ledger with a block: %v, %v", done, err)
	}
	if exists, err := Exists(l.Path()); !exists || err != nil {
		t.Errorf("it is gone: %v, %v", exists, err)
	}
}

// A process that opens the file just before another one removes it must not
// go on with a file that nobody will find.
func TestAFileThatWasRemovedMeanwhileIsNotOpened(t *testing.T) {
	path := made(t)
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := mustBeAt(path, file); err != nil {
		t.Error(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := mustBeAt(path, file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: %v", err)
	}
	if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := mustBeAt(path, file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("replaced: %v", err)
	}
}
