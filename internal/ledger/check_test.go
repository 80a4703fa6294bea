package ledger

import (
	"bytes"
	"errors"
	"math/big"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"
)

func TestCheckFindsDamage(t *testing.T) {
	shop := contractAddress("shop")
	put := func(name string, key, value []byte) func(*bolt.Tx) error {
		return func(tx *bolt.Tx) error { return bucket(tx, name).Put(key, value) }
	}
	for _, tt := range []struct {
		name   string
		damage func(tx *bolt.Tx) error
		want   string
	}{
		{"a balance out of nothing", func(tx *bolt.Tx) error {
			return putAccount(tx, user("zoe"), &account{balance: big.NewInt(1)})
		}, "sum up to 1501, the supply is 1500"},
		{"other code under a hash", func(tx *bolt.Tx) error {
			a, err := accountAt(tx, shop)
			return errors.Join(err, bucket(tx, bucketCode).Put(a.codeHash[:], []byte("other")))
		}, "has hash"},
		{"missing code", func(tx *bolt.Tx) error {
			a, err := accountAt(tx, shop)
			return errors.Join(err, bucket(tx, bucketCode).Delete(a.codeHash[:]))
		}, "is missing"},
		{"code on a user", func(tx *bolt.Tx) error {
			a, err := accountAt(tx, shop)
			a.balance = new(big.Int)
			return errors.Join(err, putAccount(tx, user("zoe"), a))
		}, "is no contract's address"},
		{"an address of three bytes", put(bucketAccounts, []byte("abc"), nil), "address has 3 bytes"},
		{"half a record", put(bucketAccounts, shop[:], []byte("abc")), "record is damaged"},
		{"a padded record", func(tx *bolt.Tx) error {
			return put(bucketAccounts, shop[:], append(bytes.Clone(bucket(tx, bucketAccounts).Get(shop[:])), 0))(tx)
		}, "record is damaged"},
		{"storage of nobody", func(tx *bolt.Tx) error {
			return putPair(tx, user("zoe"), []byte("k"), []byte("v"))
		}, "there is no such account"},
		{"an empty value", put(bucketStorage, storagePlace(shop, []byte("e")), nil), "empty value"},
		{"a storage key without form", put(bucketStorage, shop[:], []byte("v")), "storage key of 32 bytes"},
		{"a short key in the long form", func(tx *bolt.Tx) error {
			place := append(shop[:], formLong)
			return put(bucketStorage, place, append([]byte{1, 0, 0, 0}, "kv"...))(tx)
		}, "not in its form"},
		{"a long key cut off", put(bucketStorage, append(shop[:], formLong), []byte{9, 0, 0, 0, 1}), "record is damaged"},
		{"a missing block", func(tx *bolt.Tx) error {
			return bucket(tx, bucketBlocks).Delete(make([]byte, 8))
		}, "expected height 0"},
		{"a block changed afterwards", func(tx *bolt.Tx) error {
			b, err := blockAt(tx, 1)
			b.Timestamp++
			return errors.Join(err, putBlock(tx, 1, b))
		}, "block 1: its hash is wrong"},
		{"no block at all", func(tx *bolt.Tx) error {
			b := bucket(tx, bucketBlocks)
			return errors.Join(b.Delete([]byte{7: 0}), b.Delete([]byte{7: 1}))
		}, "there is no block"},
		{"a bucket that does not belong here", func(tx *bolt.Tx) error {
			_, err := tx.CreateBucket([]byte("extra"))
			return err
		}, `unknown bucket "extra"`},
		{"a key that does not belong here", put(bucketMeta, []byte("extra"), nil), `unknown key "extra"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLedger(t)
			deployed := delta(shop, 0)
			deployed.Code, deployed.CodeMetadata = []byte("code"), []byte{1, 0}
			commit(t, l, user("alice"), 0, deployed)
			check(t, l)
			if err := l.db.Update(tt.damage); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}
