// Package ledger keeps the committed state of a chain of one node in one
// bbolt file: accounts, their storage, code by hash, and the list of blocks.
//
// It is not a node: it runs nothing and decides nothing about transactions. It
// answers the VM's questions (Ledger implements vm.BlockchainHook) and applies
// what the VM gave back.
//
// All work happens in dialogues. Begin freezes the state that one execution
// sees; Commit applies the execution's output in one atomic, synced batch and
// ends the dialogue; End ends it without a trace. While a dialogue is open,
// nothing else can change the ledger.
//
// Invariants, verified again by Check: the sum of all balances never changes
// after Create; no balance is negative; each account's code is there and has
// the hash it is listed under; block n follows block n-1 and its hash covers
// the previous one and what was applied.
package ledger

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Errors that callers tell apart.
var (
	// ErrDialogueOpen refuses a change, or a second dialogue, while one is open.
	ErrDialogueOpen = errors.New("ledger: a dialogue is open")
	// ErrNoDialogue answers a question that was asked outside a dialogue.
	ErrNoDialogue = errors.New("ledger: no dialogue is open")
	// ErrFunds refuses a dialogue whose sender does not have the value.
	ErrFunds = errors.New("ledger: the sender has less than the value")
	// ErrInUse is returned by Open when another process has the ledger open.
	ErrInUse = errors.New("ledger: in use by another process")
)

// The buckets of the file and the keys of the first.
const (
	bucketMeta     = "meta"     // the keys below
	bucketAccounts = "accounts" // address → account record
	bucketStorage  = "storage"  // see storagePlace
	bucketCode     = "code"     // SHA-256 of the code → code
	bucketBlocks   = "blocks"   // height, 8 bytes big endian → block record

	metaFormat = "format" // formatVersion, 4 bytes big endian
	metaSupply = "supply" // sum of all balances, big endian
)

const (
	formatVersion = 1

	// lockTimeout is how long Open waits for another process to let go.
	lockTimeout = time.Second
)

func allBuckets() []string {
	return []string{bucketMeta, bucketAccounts, bucketStorage, bucketCode, bucketBlocks}
}

func bucket(tx *bolt.Tx, name string) *bolt.Bucket { return tx.Bucket([]byte(name)) }

// A Ledger is an open ledger file. It is safe for concurrent use.
type Ledger struct {
	db *bolt.DB

	mu       sync.Mutex
	dialogue *Dialogue // the open one, or nil
}

// Genesis is the state before the first transaction.
type Genesis struct {
	Time     time.Time // of block 0
	Accounts []GenesisAccount
}

// GenesisAccount is an account that has a balance from the start.
type GenesisAccount struct {
	Address vm.Address
	Balance *big.Int
}

// Exists says whether there is a ledger file at path.
func Exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Create makes a ledger file that does not exist yet. The file appears under
// its name only when it is complete, so a process that dies meanwhile leaves
// nothing that Open would find; the draft that it leaves is removed by the next
// Open of the ledger.
func Create(path string, genesis Genesis) error {
	if exists, err := Exists(path); err != nil {
		return fmt.Errorf("ledger: create: %w", err)
	} else if exists {
		return fmt.Errorf("ledger: create %s: %w", path, fs.ErrExist)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	draft, err := os.CreateTemp(dir, draftPrefix(path)+"*")
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	defer os.Remove(draft.Name()) // not there any more if all went well
	if err := draft.Close(); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	db, err := bolt.Open(draft.Name(), 0o644, nil)
	if err != nil {
		return fmt.Errorf("ledger: create: %w", err)
	}
	err = db.Update(func(tx *bolt.Tx) error { return writeGenesis(tx, genesis) })
	if err := errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("ledger: create: %w", err)
	}
	// Link, unlike Rename, does not replace a ledger that appeared meanwhile.
	if err := os.Link(draft.Name(), path); err != nil {
		if exists, _ := Exists(path); exists { // and its Open may have removed the draft
			err = fs.ErrExist
		}
		return fmt.Errorf("ledger: create: %w", err)
	}
	return syncDir(dir)
}

// draftPrefix begins the names of ledgers that are to be at path once they are
// complete.
func draftPrefix(path string) string { return "." + filepath.Base(path) + ".new-" }

// removeDrafts removes what processes have left that died in Create. There is a
// ledger at path, so no draft can become it any more.
func removeDrafts(path string) error {
	entries, err := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), draftPrefix(path)) && e.Type().IsRegular() {
			if removing := os.Remove(filepath.Join(filepath.Dir(path), e.Name())); !errors.Is(removing, fs.ErrNotExist) {
				err = errors.Join(err, removing)
			}
		}
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("ledger: sync %s: %w", dir, err)
	}
	return nil
}

func writeGenesis(tx *bolt.Tx, genesis Genesis) error {
	for _, name := range allBuckets() {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	supply := new(big.Int)
	accounts := slices.Clone(genesis.Accounts)
	slices.SortFunc(accounts, func(a, b GenesisAccount) int { return bytes.Compare(a.Address[:], b.Address[:]) })
	for i, a := range accounts {
		if i > 0 && a.Address == accounts[i-1].Address {
			return fmt.Errorf("genesis names %v twice", a.Address)
		}
		if a.Balance == nil || a.Balance.Sign() < 0 {
			return fmt.Errorf("genesis balance of %v is %v", a.Address, a.Balance)
		}
		supply.Add(supply, a.Balance)
		if err := putAccount(tx, a.Address, &account{balance: a.Balance}); err != nil {
			return err
		}
	}
	meta := bucket(tx, bucketMeta)
	if err := meta.Put([]byte(metaFormat), binary.BigEndian.AppendUint32(nil, formatVersion)); err != nil {
		return err
	}
	if err := meta.Put([]byte(metaSupply), supply.Bytes()); err != nil {
		return err
	}
	first := blockRecord{Timestamp: unixSeconds(genesis.Time), RandomSeed: seedAfter(vm.Hash{})}
	first.Hash = first.digest(vm.Hash{})
	return putBlock(tx, 0, &first)
}

func unixSeconds(t time.Time) uint64 { return uint64(max(0, t.Unix())) }

// Open opens an existing ledger file for reading and writing.
func Open(path string) (*Ledger, error) { return open(path, false) }

// OpenReadOnly opens an existing ledger file without the ability to change it.
func OpenReadOnly(path string) (*Ledger, error) { return open(path, true) }

// open recovers: bbolt panics over pages that are damaged, as by a disk, and
// whoever opens a ledger has to hear that like any other fault of the file.
func open(path string, readOnly bool) (l *Ledger, err error) {
	defer func() {
		if p := recover(); p != nil {
			l, err = nil, fmt.Errorf("ledger: open %s: the file is damaged: %v", path, p)
		}
	}()
	if err := mustBeFile(path); err != nil {
		return nil, fmt.Errorf("ledger: open %s: %w", path, err)
	}
	var file *os.File
	db, err := bolt.Open(path, 0o644, &bolt.Options{
		Timeout: lockTimeout, ReadOnly: readOnly,
		OpenFile: func(name string, flag int, mode fs.FileMode) (*os.File, error) {
			var err error
			file, err = os.OpenFile(name, flag&^os.O_CREATE, mode)
			return file, err
		},
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", ErrInUse, path)
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: open %s: %w", path, err)
	}
	if err := errors.Join(mustBeAt(path, file), db.View(checkFormat)); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: open %s: %w", path, err), db.Close())
	}
	if !readOnly {
		if err := removeDrafts(path); err != nil {
			return nil, errors.Join(fmt.Errorf("ledger: open %s: %w", path, err), db.Close())
		}
	}
	return &Ledger{db: db}, nil
}

// mustBeFile refuses what bbolt would turn into an empty ledger.
func mustBeFile(path string) error {
	stat, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist
	case err != nil:
		return err
	case !stat.Mode().IsRegular():
		return errors.New("not a regular file")
	case stat.Size() == 0:
		return errors.New("not a ledger: the file is empty")
	}
	return nil
}

// mustBeAt refuses a file that was removed, by Discard of another process,
// between its opening and its locking.
func mustBeAt(path string, file *os.File) error {
	opened, err := file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !os.SameFile(opened, there) {
		return fmt.Errorf("another file is there now: %w", fs.ErrNotExist)
	}
	return nil
}

func checkFormat(tx *bolt.Tx) error {
	for _, name := range allBuckets() {
		if bucket(tx, name) == nil {
			return fmt.Errorf("not a ledger: bucket %q is missing", name)
		}
	}
	format := bucket(tx, bucketMeta).Get([]byte(metaFormat))
	if len(format) != 4 || binary.BigEndian.Uint32(format) != formatVersion {
		return fmt.Errorf("format %x, this program knows %d", format, formatVersion)
	}
	return nil
}

// Path is where the ledger lies.
func (l *Ledger) Path() string { return l.db.Path() }

// Close ends an open dialogue without a trace and closes the file.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.endDialogue()
	if err := errors.Join(err, l.db.Close()); err != nil {
		return fmt.Errorf("ledger: close: %w", err)
	}
	return nil
}

// Discard removes the ledger if it has no block but the first, that is if it
// holds nothing but its Genesis, and says whether it did. The Ledger is still
// to be closed.
func (l *Ledger) Discard() (done bool, err error) {
	err = l.View(func(v *View) error {
		last, err := v.LastBlock()
		if err == nil && last.Nonce == 0 {
			done, err = true, os.Remove(l.Path())
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("ledger: discard: %w", err)
	}
	return done, nil
}
