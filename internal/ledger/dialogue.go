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

// A Transaction is what the ledger has to know of a request before the VM runs
// it: who sends how much, and when.
type Transaction struct {
	Sender vm.Address

	// Value is taken from the sender. Nil stands for 0.
	Value *big.Int

	// Timestamp is that of the block being made, in seconds since 1970. A
	// block is never older than the previous one.
	Timestamp uint64
}

// A Dialogue is one execution's view of the ledger: the committed state with
// the sender's nonce raised by one and the value taken from its balance. The
// hook methods of Ledger answer from it.
//
// A Dialogue ends with Commit or End; both may be called only once, and End
// after Commit does nothing.
type Dialogue struct {
	ledger *Ledger
	tx     *bolt.Tx // read-only: the state when the dialogue began
	facts  vm.BlockFacts
	sender *account // as the execution sees it
	change Transaction
}

// Begin opens a dialogue. It refuses with ErrDialogueOpen while another one is
// open and with ErrFunds if the sender does not have the value.
func (l *Ledger) Begin(t Transaction) (*Dialogue, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dialogue != nil {
		return nil, ErrDialogueOpen
	}
	tx, err := l.db.Begin(false)
	if err != nil {
		return nil, fmt.Errorf("ledger: begin: %w", err)
	}
	d := &Dialogue{ledger: l, tx: tx, change: t}
	if err := d.prepare(); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: begin: %w", err), tx.Rollback())
	}
	l.dialogue = d
	return d, nil
}

func (d *Dialogue) prepare() error {
	if d.change.Value == nil {
		d.change.Value = new(big.Int)
	}
	if d.change.Value.Sign() < 0 {
		return fmt.Errorf("negative value %v", d.change.Value)
	}
	height, last, err := lastBlock(d.tx)
	if err != nil {
		return err
	}
	if d.change.Timestamp < last.Timestamp {
		return fmt.Errorf("block time %d is before the last block's %d", d.change.Timestamp, last.Timestamp)
	}
	next := nextBlock(height, last, d.change.Timestamp)
	d.facts = vm.BlockFacts{
		Current:       next.vm(height + 1),
		Last:          last.vm(height),
		StateRootHash: bytes.Clone(last.Hash[:]),
	}
	if d.sender, err = accountAt(d.tx, d.change.Sender); err != nil {
		return err
	}
	if d.sender == nil {
		d.sender = &account{balance: new(big.Int)}
	}
	return d.sender.pay(d.change.Value)
}

// pay raises the nonce and takes the value.
func (a *account) pay(value *big.Int) error {
	if a.balance.Cmp(value) < 0 {
		return fmt.Errorf("%w: %v of %v", ErrFunds, a.balance, value)
	}
	a.nonce++
	a.balance = new(big.Int).Sub(a.balance, value)
	return nil
}

// nextBlock is the block after last, still without what is applied.
func nextBlock(height uint64, last *blockRecord, timestamp uint64) *blockRecord {
	return &blockRecord{Round: height + 1, Timestamp: timestamp, RandomSeed: seedAfter(last.Hash)}
}

// Facts describes the block being made and the last one.
func (d *Dialogue) Facts() vm.BlockFacts { return d.facts }

// SenderNonce is the nonce that the transaction uses up: the sender's before
// it was raised.
func (d *Dialogue) SenderNonce() uint64 { return d.sender.nonce - 1 }

// End ends the dialogue; the ledger stays as it was.
func (d *Dialogue) End() error {
	d.ledger.mu.Lock()
	defer d.ledger.mu.Unlock()
	if d.ledger.dialogue != d {
		return nil
	}
	return d.ledger.endDialogue()
}

// endDialogue needs the lock.
func (l *Ledger) endDialogue() error {
	d := l.dialogue
	if d == nil {
		return nil
	}
	l.dialogue = nil
	if err := d.tx.Rollback(); err != nil {
		return fmt.Errorf("ledger: end of dialogue: %w", err)
	}
	return nil
}

// Commit ends the dialogue and applies what the execution did as one block:
// everything or, with an error, nothing. It gives the new block.
//
// The output is checked, not trusted: its deltas must sum up to the value, no
// balance may become negative, code may only appear on addresses of contracts.
// An output whose code is not OK cannot be committed. The hash of the
// transaction goes into the block's hash.
func (d *Dialogue) Commit(transaction vm.Hash, out *vm.Output) (vm.Block, error) {
	l := d.ledger
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dialogue != d {
		return vm.Block{}, ErrNoDialogue
	}
	// The read transaction must end first: bbolt cannot grow its file under
	// an open one. The lock is held, so the state stays the same.
	if err := l.endDialogue(); err != nil {
		return vm.Block{}, err
	}
	var block vm.Block
	err := l.db.Update(func(tx *bolt.Tx) error {
		if err := apply(tx, &d.change, out); err != nil {
			return err
		}
		digest, err := d.digest(transaction, out)
		if err != nil {
			return err
		}
		block, err = appendBlock(tx, d.change.Timestamp, digest)
		return err
	})
	if err != nil {
		return vm.Block{}, fmt.Errorf("ledger: commit: %w", err)
	}
	return block, nil
}

// digest covers the transaction and all that it did.
func (d *Dialogue) digest(transaction vm.Hash, out *vm.Output) (vm.Hash, error) {
	b := append([]byte("change"), transaction[:]...)
	b = append(b, d.change.Sender[:]...)
	b = binary.AppendUvarint(b, uint64(len(d.change.Value.Bytes())))
	b = append(b, d.change.Value.Bytes()...)
	b, err := out.AppendBinary(b)
	return sha256.Sum256(b), err
}

func appendBlock(tx *bolt.Tx, timestamp uint64, applied vm.Hash) (vm.Block, error) {
	height, last, err := lastBlock(tx)
	if err != nil {
		return vm.Block{}, err
	}
	next := nextBlock(height, last, timestamp)
	next.Applied = applied
	next.Hash = next.digest(last.Hash)
	return next.vm(height + 1), putBlock(tx, height+1, next)
}
