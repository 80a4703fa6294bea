package state

import (
	"bytes"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// account is what the execution did to an account, and what the chain says of
// it. Big integers and slices are replaced, never changed in place, so the
// journal can keep the old ones.
type account struct {
	address vm.Address
	listed  bool // it is part of the output
	known   bool // answers were asked for; they count

	delta       *big.Int
	balance     *big.Int // before the execution; nil until it is looked at
	nonce       uint64
	nonceLoaded bool
	pairs       pairs
	code        *Code
	transfers   []vm.Transfer

	chain answers
}

// answers are those of the hook about one account. They outlive reverts, since
// equal questions have equal answers within one execution.
type answers struct {
	asked   bool
	account *vm.Account
	refusal *vm.Refusal

	shardKnown, contractKnown, payableKnown bool
	shard                                   uint32
	isContract, isPayable                   bool
	payableRefusal                          *vm.Refusal
}

// pairs is the storage of an account as far as it was mentioned.
type pairs struct {
	entries []entry
	byKey   map[string]int // of all entries, once there are many
}

// entry is one storage pair.
type entry struct {
	key  []byte
	pair pair // what the execution sees; part of the output if listed

	answered bool // by the hook
	answer   []byte
}

type pair struct {
	value   []byte
	written bool
	listed  bool
}

// fewPairs is up to how many pairs it is faster to look at each.
const fewPairs = 12

// find gives the index of a key, -1 if it was not mentioned.
func (p *pairs) find(key []byte) int {
	if p.byKey != nil {
		if i, ok := p.byKey[string(key)]; ok {
			return i
		}
		return -1
	}
	for i := range p.entries {
		if bytes.Equal(p.entries[i].key, key) {
			return i
		}
	}
	return -1
}

// add adds a key that is not there; it takes ownership of it.
func (p *pairs) add(key []byte) int {
	i := len(p.entries)
	p.entries = append(p.entries, entry{key: key})
	switch {
	case p.byKey != nil:
		p.byKey[string(key)] = i
	case len(p.entries) > fewPairs:
		p.byKey = make(map[string]int, 4*fewPairs)
		for j := range p.entries {
			p.byKey[string(p.entries[j].key)] = j
		}
	}
	return i
}

// reset makes the account one that was never mentioned, and keeps a little
// room.
func (acc *account) reset() {
	entries := acc.pairs.entries
	clear(entries)
	if cap(entries) > 4*fewPairs {
		entries = nil
	}
	*acc = account{pairs: pairs{entries: entries[:0]}}
}

// fewAccounts is up to how many accounts it is faster to look at each, and how
// many are kept for the next execution.
const fewAccounts = 8

// find gives an account, nil if it was not mentioned.
func (s *State) find(a vm.Address) *account {
	if s.byAddress != nil {
		return s.byAddress[a]
	}
	for _, acc := range s.accounts {
		if acc.address == a {
			return acc
		}
	}
	return nil
}

// mention gives an account, whether it was mentioned before or not.
func (s *State) mention(a vm.Address) *account {
	if acc := s.find(a); acc != nil {
		return acc
	}
	var acc *account
	if n := len(s.accounts); n < cap(s.accounts) && s.accounts[:n+1][n] != nil {
		s.accounts = s.accounts[:n+1] // of an execution before
		acc = s.accounts[n]
	} else {
		acc = new(account)
		s.accounts = append(s.accounts, acc)
	}
	acc.address, acc.delta = a, &s.zero
	switch {
	case s.byAddress != nil:
		s.byAddress[a] = acc
	case len(s.accounts) > fewAccounts:
		s.byAddress = make(map[vm.Address]*account, 4*fewAccounts)
		for _, other := range s.accounts {
			s.byAddress[other.address] = other
		}
	}
	return acc
}

// Reset makes the state one of a new execution, as New does; room that is not
// large is used again. Nothing that was given out is.
func (s *State) Reset() {
	for i, acc := range s.accounts {
		if i < fewAccounts {
			acc.reset()
		} else {
			s.accounts[i] = nil
		}
	}
	accounts, journal := s.accounts[:0], s.journal
	clear(journal)
	if cap(accounts) > 4*fewAccounts {
		accounts = nil
	}
	if cap(journal) > keptJournal {
		journal = nil
	}
	*s = State{hook: s.hook, accounts: accounts, journal: journal[:0]}
}

// keptJournal is how many entries of the journal are kept for the next
// execution.
const keptJournal = 128

const (
	chunkBytes = 512 // in which short copies are made
	shortBytes = 96
)

// Copy copies bytes that become part of the output or are kept as long as the
// state. Short ones share an allocation. It gives nil for none.
func (s *State) Copy(b []byte) []byte {
	n := len(b)
	switch {
	case n == 0:
		return nil
	case n > shortBytes:
		return bytes.Clone(b)
	case n > len(s.chunk):
		s.chunk = make([]byte, chunkBytes)
	}
	c := s.chunk[:n:n]
	s.chunk = s.chunk[n:]
	copy(c, b)
	return c
}
