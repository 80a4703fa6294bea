package state

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

type undoKind uint8

const (
	undoTouch undoKind = iota
	undoBalance
	undoDelta
	undoNonce
	undoPair
	undoCode
	undoTransfer
	undoLog
	undoRefund
)

// undo is one entry of the journal: what to put back.
type undo struct {
	kind    undoKind
	flag    bool
	account *account
	big     *big.Int
	number  uint64
	entry   int // of the pairs of the account
	pair    pair
	code    *Code
	bytes   int64
}

// record appends to the journal, which is kept until the end: its entries
// count.
func (s *State) record(u undo) {
	u.bytes = s.bytes
	s.bytes += entryBytes
	s.journal = append(s.journal, u)
}

func (s *State) touch(a vm.Address) *account {
	acc := s.mention(a)
	if !acc.listed {
		s.record(undo{kind: undoTouch, account: acc})
		acc.listed = true
	}
	return acc
}

// Mark is a point of the journal.
type Mark int

// Mark gives the present point.
func (s *State) Mark() Mark { return Mark(len(s.journal)) }

// Revert takes everything back that was done since mark.
func (s *State) Revert(mark Mark) {
	for i := len(s.journal) - 1; i >= int(mark); i-- {
		s.undo(&s.journal[i])
		s.journal[i] = undo{}
	}
	s.journal = s.journal[:mark]
}

func (s *State) undo(u *undo) {
	acc := u.account
	switch u.kind {
	case undoTouch:
		acc.listed = false
	case undoBalance:
		acc.balance = nil
	case undoDelta:
		acc.delta = u.big
	case undoNonce:
		acc.nonce, acc.nonceLoaded = u.number, u.flag
	case undoPair:
		acc.pairs.entries[u.entry].pair = u.pair
	case undoCode:
		acc.code = u.code
	case undoTransfer:
		acc.transfers = acc.transfers[:len(acc.transfers)-1]
	case undoLog:
		s.logs = s.logs[:len(s.logs)-1]
	case undoRefund:
		s.refund = u.number
	}
	s.bytes = u.bytes
}
