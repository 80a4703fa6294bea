package state

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// account is what the execution did to an account. Big integers and slices are
// replaced, never changed in place, so the journal can keep the old ones.
type account struct {
	address     vm.Address
	delta       *big.Int
	balance     *big.Int // before the execution; nil until it is looked at
	nonce       uint64
	nonceLoaded bool
	pairs       map[string]pair
	code        *Code
	transfers   []vm.Transfer
	gasUsed     uint64
}

type pair struct {
	value   []byte
	written bool
}

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
	undoGasUsed
)

// undo is one entry of the journal: what to put back.
type undo struct {
	kind    undoKind
	flag    bool
	account *account
	big     *big.Int
	number  uint64
	key     string
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
	acc := s.accounts[a]
	if acc == nil {
		acc = &account{address: a, delta: new(big.Int)}
		s.record(undo{kind: undoTouch, account: acc})
		s.accounts[a] = acc
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
		delete(s.accounts, acc.address)
	case undoBalance:
		acc.balance = nil
	case undoDelta:
		acc.delta = u.big
	case undoNonce:
		acc.nonce, acc.nonceLoaded = u.number, u.flag
	case undoPair:
		if u.flag {
			acc.pairs[u.key] = u.pair
		} else {
			delete(acc.pairs, u.key)
		}
	case undoCode:
		acc.code = u.code
	case undoTransfer:
		acc.transfers = acc.transfers[:len(acc.transfers)-1]
	case undoLog:
		s.logs = s.logs[:len(s.logs)-1]
	case undoRefund:
		s.refund = u.number
	case undoGasUsed:
		acc.gasUsed = u.number
	}
	s.bytes = u.bytes
}
