package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	bolt "go.etcd.io/bbolt"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Census is what Check found.
type Census struct {
	Accounts  int
	Contracts int // accounts with code
	Pairs     int // of storage
	Codes     int // different ones, also those that upgrades have replaced
	Height    uint64
	Supply    *big.Int
}

// maxFindings bounds how many faults Check reports.
const maxFindings = 20

// Check reads everything that is kept and verifies it: the file's own
// structure, the form of every key and record, the sum of all balances, the
// hash of every code, and the chain of blocks. The error names what is wrong.
func (l *Ledger) Check() (*Census, error) {
	c := &checker{census: Census{Supply: new(big.Int)}}
	err := l.db.View(func(tx *bolt.Tx) error {
		for err := range tx.Check() {
			c.fault("file: %w", err)
		}
		if len(c.faults) > 0 {
			return nil // the rest could not be trusted
		}
		for _, step := range []func(*bolt.Tx) error{c.buckets, c.code, c.accounts, c.storage, c.blocks} {
			if err := step(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(append(c.faults, err)...); err != nil {
		return nil, fmt.Errorf("ledger: check: %w", err)
	}
	return &c.census, nil
}

type checker struct {
	census Census
	faults []error
}

func (c *checker) fault(format string, args ...any) {
	if len(c.faults) < maxFindings {
		c.faults = append(c.faults, fmt.Errorf(format, args...))
	}
}

// buckets looks for what does not belong into a ledger.
func (c *checker) buckets(tx *bolt.Tx) error {
	known := make(map[string]bool)
	for _, name := range allBuckets() {
		known[name] = true
	}
	err := tx.ForEach(func(name []byte, _ *bolt.Bucket) error {
		if !known[string(name)] {
			c.fault("unknown bucket %q", name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return bucket(tx, bucketMeta).ForEach(func(key, _ []byte) error {
		if k := string(key); k != metaFormat && k != metaSupply {
			c.fault("unknown key %q in %s", key, bucketMeta)
		}
		return nil
	})
}

func (c *checker) code(tx *bolt.Tx) error {
	return bucket(tx, bucketCode).ForEach(func(key, code []byte) error {
		c.census.Codes++
		if sum := sha256.Sum256(code); !bytes.Equal(sum[:], key) {
			c.fault("code listed under %x has hash %x", key, sum)
		}
		return nil
	})
}

func (c *checker) accounts(tx *bolt.Tx) error {
	err := bucket(tx, bucketAccounts).ForEach(func(key, record []byte) error {
		c.census.Accounts++
		address, err := vm.AddressOf(key)
		if err != nil {
			c.fault("key %x: %w", key, err)
			return nil
		}
		a, err := decodeAccount(record)
		if err != nil {
			c.fault("account %v: %w", address, err)
			return nil
		}
		c.census.Supply.Add(c.census.Supply, a.balance)
		if n := len(a.owner); n != 0 && n != vm.AddressLength {
			c.fault("account %v: owner of %d bytes", address, n)
		}
		if a.codeHash == (vm.Hash{}) {
			return nil
		}
		c.census.Contracts++
		if !isContract(address) {
			c.fault("account %v has code but is no contract's address", address)
		}
		if bucket(tx, bucketCode).Get(a.codeHash[:]) == nil {
			c.fault("account %v: its code %v is missing", address, a.codeHash)
		}
		return nil
	})
	supply := new(big.Int).SetBytes(bucket(tx, bucketMeta).Get([]byte(metaSupply)))
	if c.census.Supply.Cmp(supply) != 0 {
		c.fault("the balances sum up to %v, the supply is %v", c.census.Supply, supply)
	}
	return err
}

func (c *checker) storage(tx *bolt.Tx) error {
	return bucket(tx, bucketStorage).ForEach(func(place, record []byte) error {
		c.census.Pairs++
		address, key, value, err := decodePair(place, record)
		switch {
		case err != nil:
			c.fault("storage: %w", err)
		case len(value) == 0:
			c.fault("storage of %v: key %x has an empty value", address, key)
		case bucket(tx, bucketAccounts).Get(address[:]) == nil:
			c.fault("storage of %v: there is no such account", address)
		}
		return nil
	})
}

func (c *checker) blocks(tx *bolt.Tx) error {
	next := uint64(0)
	previous := new(blockRecord)
	err := bucket(tx, bucketBlocks).ForEach(func(key, record []byte) error {
		if len(key) != 8 || binary.BigEndian.Uint64(key) != next {
			c.fault("block key %x, expected height %d", key, next)
			return nil
		}
		r, err := decodeBlock(record)
		if err != nil {
			c.fault("block %d: %w", next, err)
			return nil
		}
		switch {
		case r.digest(previous.Hash) != r.Hash:
			c.fault("block %d: its hash is wrong", next)
		case r.RandomSeed != seedAfter(previous.Hash):
			c.fault("block %d: its seed is wrong", next)
		case r.Timestamp < previous.Timestamp:
			c.fault("block %d is older than the one before", next)
		}
		c.census.Height, previous = next, r
		next++
		return nil
	})
	if next == 0 {
		c.fault("there is no block")
	}
	return err
}
