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

// account is the record of one account. Its encoding is canonical: equal
// accounts have equal bytes.
type account struct {
	nonce    uint64
	balance  *big.Int // at least 0
	codeHash vm.Hash  // zero if it has no code
	metadata []byte
	owner    []byte // 32 bytes, or empty
}

// encode gives nonce (8 bytes little endian), code hash (32 bytes), then
// balance, metadata and owner, each after its length (uvarint).
func (a *account) encode() []byte {
	b := binary.LittleEndian.AppendUint64(nil, a.nonce)
	b = append(b, a.codeHash[:]...)
	for _, part := range [][]byte{a.balance.Bytes(), a.metadata, a.owner} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return b
}

var errRecord = errors.New("record is damaged")

// decodeAccount reads what encode wrote and refuses anything else. The result
// does not alias b.
func decodeAccount(b []byte) (*account, error) {
	a := new(account)
	rest := b
	if len(rest) < 8+len(a.codeHash) {
		return nil, errRecord
	}
	a.nonce = binary.LittleEndian.Uint64(rest)
	rest = rest[8+copy(a.codeHash[:], rest[8:]):]
	var balance []byte
	for _, part := range []*[]byte{&balance, &a.metadata, &a.owner} {
		n, size := binary.Uvarint(rest)
		if size <= 0 || n > uint64(len(rest)-size) {
			return nil, errRecord
		}
		*part = bytes.Clone(rest[size : size+int(n)])
		rest = rest[size+int(n):]
	}
	a.balance = new(big.Int).SetBytes(balance)
	if !bytes.Equal(a.encode(), b) {
		return nil, errRecord
	}
	return a, nil
}

func putAccount(tx *bolt.Tx, address vm.Address, a *account) error {
	return bucket(tx, bucketAccounts).Put(address[:], a.encode())
}

// accountAt gives nil if there is no such account.
func accountAt(tx *bolt.Tx, address vm.Address) (*account, error) {
	b := bucket(tx, bucketAccounts).Get(address[:])
	if b == nil {
		return nil, nil
	}
	a, err := decodeAccount(b)
	if err != nil {
		return nil, fmt.Errorf("account %v: %w", address, err)
	}
	return a, nil
}

// Storage keys come in two forms, because bbolt bounds the length of a key and
// contracts do not: short keys are kept as they are, long ones under their
// hash, with the key itself in front of the value.
const (
	formShort = 0
	formLong  = 1

	maxShortKey = 1024
)

// storagePlace gives where a pair is kept.
func storagePlace(address vm.Address, key []byte) []byte {
	if len(key) <= maxShortKey {
		return append(append(address[:], formShort), key...)
	}
	sum := sha256.Sum256(key)
	return append(append(address[:], formLong), sum[:]...)
}

// storageRecord gives what is kept there.
func storageRecord(key, value []byte) []byte {
	if len(key) <= maxShortKey {
		return value
	}
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(key)))
	return append(append(b, key...), value...)
}

// decodePair reads one entry of the storage bucket. The results alias the
// arguments.
func decodePair(place, record []byte) (address vm.Address, key, value []byte, err error) {
	if len(place) <= len(address) {
		return address, nil, nil, fmt.Errorf("storage key of %d bytes", len(place))
	}
	form := place[copy(address[:], place)]
	key, value = place[len(address)+1:], record
	if form == formLong {
		if len(record) < 4 || uint64(binary.LittleEndian.Uint32(record)) > uint64(len(record)-4) {
			return address, nil, nil, errRecord
		}
		n := int(binary.LittleEndian.Uint32(record))
		key, value = record[4:4+n], record[4+n:]
	}
	if !bytes.Equal(storagePlace(address, key), place) {
		return address, nil, nil, fmt.Errorf("storage key %x is not in its form", place)
	}
	return address, key, value, nil
}

func putPair(tx *bolt.Tx, address vm.Address, key, value []byte) error {
	place := storagePlace(address, key)
	if len(value) == 0 {
		return bucket(tx, bucketStorage).Delete(place)
	}
	return bucket(tx, bucketStorage).Put(place, storageRecord(key, value))
}

// pairAt gives a copy of the value, empty if there is none.
func pairAt(tx *bolt.Tx, address vm.Address, key []byte) ([]byte, error) {
	place := storagePlace(address, key)
	record := bucket(tx, bucketStorage).Get(place)
	if record == nil {
		return nil, nil
	}
	_, _, value, err := decodePair(place, record)
	return bytes.Clone(value), err
}

// blockRecord is what is kept of a block besides its height.
type blockRecord struct {
	Round      uint64
	Timestamp  uint64
	Epoch      uint32
	RandomSeed vm.Hash
	Applied    vm.Hash // digest of what the block's transaction did
	Hash       vm.Hash // digest of the above and of the previous block's Hash
}

const blockRecordSize = 8 + 8 + 4 + 3*32

func (r *blockRecord) encode() []byte {
	b := binary.BigEndian.AppendUint64(nil, r.Round)
	b = binary.BigEndian.AppendUint64(b, r.Timestamp)
	b = binary.BigEndian.AppendUint32(b, r.Epoch)
	b = append(b, r.RandomSeed[:]...)
	b = append(b, r.Applied[:]...)
	return append(b, r.Hash[:]...)
}

func decodeBlock(b []byte) (*blockRecord, error) {
	if len(b) != blockRecordSize {
		return nil, errRecord
	}
	r := &blockRecord{
		Round:     binary.BigEndian.Uint64(b),
		Timestamp: binary.BigEndian.Uint64(b[8:]),
		Epoch:     binary.BigEndian.Uint32(b[16:]),
	}
	copy(r.RandomSeed[:], b[20:])
	copy(r.Applied[:], b[52:])
	copy(r.Hash[:], b[84:])
	return r, nil
}

// digest computes Hash.
func (r *blockRecord) digest(previous vm.Hash) vm.Hash {
	b := append([]byte("block"), previous[:]...)
	encoded := r.encode()
	return sha256.Sum256(append(b, encoded[:blockRecordSize-len(r.Hash)]...))
}

// seedAfter gives the random seed of the block after the one with that hash.
// Whoever knows the chain can compute it: it is for repeatable tests.
func seedAfter(previous vm.Hash) vm.Hash {
	return sha256.Sum256(append([]byte("seed"), previous[:]...))
}

func putBlock(tx *bolt.Tx, height uint64, r *blockRecord) error {
	return bucket(tx, bucketBlocks).Put(binary.BigEndian.AppendUint64(nil, height), r.encode())
}

// blockAt gives nil if there is no such block.
func blockAt(tx *bolt.Tx, height uint64) (*blockRecord, error) {
	b := bucket(tx, bucketBlocks).Get(binary.BigEndian.AppendUint64(nil, height))
	if b == nil {
		return nil, nil
	}
	r, err := decodeBlock(b)
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", height, err)
	}
	return r, nil
}

// lastBlock gives the highest block.
func lastBlock(tx *bolt.Tx) (uint64, *blockRecord, error) {
	key, value := bucket(tx, bucketBlocks).Cursor().Last()
	if len(key) != 8 {
		return 0, nil, errors.New("there is no block")
	}
	height := binary.BigEndian.Uint64(key)
	r, err := decodeBlock(value)
	if err != nil {
		return 0, nil, fmt.Errorf("block %d: %w", height, err)
	}
	return height, r, nil
}

func (r *blockRecord) vm(height uint64) vm.Block {
	return vm.Block{
		Nonce:      height,
		Round:      r.Round,
		Timestamp:  r.Timestamp,
		Epoch:      r.Epoch,
		RandomSeed: bytes.Clone(r.RandomSeed[:]),
	}
}
