// Package state holds accounts as one execution sees them: what the chain
// says, remembered for the length of the execution, and on top of it what the
// execution did, in a journal that can be taken back to any mark.
//
// It is not storage on disk and it knows no rule about who may do what. Its
// invariants: the hook is asked each question at most once per State; a revert
// restores exactly what was there at the mark; nothing that was only done in a
// reverted part shows in the output.
package state

import (
	"crypto/sha256"
	"errors"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// State is the world of one execution. It is not safe for concurrent use.
type State struct {
	hook      vm.BlockchainHook
	facts     *vm.BlockFacts
	accounts  []*account              // that were mentioned, in that order
	byAddress map[vm.Address]*account // all of them, once there are many
	journal   []undo
	logs      []vm.LogEntry
	refund    uint64
	bytes     int64   // of what was done and can be reverted
	answers   int64   // of what the hook answered
	zero      big.Int // stands for every delta that is 0, never changed
	chunk     []byte  // room for short copies
}

// What entries count for the memory budget besides the bytes they hold: about
// what they take. The numbers decide when an execution fails, so they are the
// same everywhere and never change.
const (
	entryBytes  = 160 // of the journal, with what it tells of
	answerBytes = 96  // a value that the hook gave
	chainBytes  = 384 // an account that the hook was asked about
)

// New makes an empty state over a hook.
func New(hook vm.BlockchainHook) *State { return &State{hook: hook} }

func (s *State) chainOf(a vm.Address) *answers {
	acc := s.mention(a)
	s.ask(acc)
	return &acc.chain
}

// ask counts an account that the hook is asked about.
func (s *State) ask(acc *account) {
	if !acc.known {
		acc.known = true
		s.answers += chainBytes
	}
}

// Facts are the facts of the block.
func (s *State) Facts() (*vm.BlockFacts, error) {
	if s.facts == nil {
		f, err := s.hook.BlockFacts()
		if err != nil {
			return nil, err
		}
		s.facts = &f
	}
	return s.facts, nil
}

// ChainAccount is what the chain says of an account, without anything this
// execution did. Nil means that it is not kept here; an unknown account is a
// *vm.Refusal.
func (s *State) ChainAccount(a vm.Address) (*vm.Account, error) {
	c := s.chainOf(a)
	if !c.asked {
		account, err := s.hook.Account(a)
		if err != nil && !errors.As(err, &c.refusal) {
			return nil, err
		}
		c.asked, c.account = true, account
	}
	if c.refusal != nil {
		return nil, c.refusal
	}
	return c.account, nil
}

// KnownAccount is ChainAccount with an unknown account given as nil: for
// everything that treats "unknown" and "not here" alike.
func (s *State) KnownAccount(a vm.Address) (*vm.Account, error) {
	account, err := s.ChainAccount(a)
	var refusal *vm.Refusal
	if errors.As(err, &refusal) {
		return nil, nil
	}
	return account, err
}

// Shard gives the shard that keeps an account.
func (s *State) Shard(a vm.Address) (uint32, error) {
	c := s.chainOf(a)
	if !c.shardKnown {
		shard, err := s.hook.ShardOfAddress(a)
		if err != nil {
			return 0, err
		}
		c.shardKnown, c.shard = true, shard
	}
	return c.shard, nil
}

// IsSmartContract says whether the address is one of a contract.
func (s *State) IsSmartContract(a vm.Address) (bool, error) {
	c := s.chainOf(a)
	if !c.contractKnown {
		is, err := s.hook.IsSmartContract(a)
		if err != nil {
			return false, err
		}
		c.contractKnown, c.isContract = true, is
	}
	return c.isContract, nil
}

// IsPayable says whether the account accepts value.
func (s *State) IsPayable(a vm.Address) (bool, error) {
	c := s.chainOf(a)
	if !c.payableKnown {
		is, err := s.hook.IsPayable(a)
		if err != nil && !errors.As(err, &c.payableRefusal) {
			return false, err
		}
		c.payableKnown, c.isPayable = true, is
	}
	if c.payableRefusal != nil {
		return false, c.payableRefusal
	}
	return c.isPayable, nil
}

// Balance is the balance now: what the chain says (0 for an account it does
// not know) plus what this execution did. Not to be changed. It lists the
// account.
func (s *State) Balance(a vm.Address) (*big.Int, error) {
	acc := s.touch(a)
	if acc.balance == nil {
		known, err := s.KnownAccount(a)
		if err != nil {
			return nil, err
		}
		balance := new(big.Int)
		if known != nil && known.Balance != nil {
			balance = known.Balance
		}
		s.record(undo{kind: undoBalance, account: acc})
		acc.balance = balance
	}
	if acc.delta.Sign() == 0 {
		return acc.balance, nil
	}
	return new(big.Int).Add(acc.balance, acc.delta), nil
}

// AddBalance adds delta, which may be negative. It lists the account.
func (s *State) AddBalance(a vm.Address, delta *big.Int) {
	acc := s.touch(a)
	if delta.Sign() == 0 {
		return
	}
	s.record(undo{kind: undoDelta, account: acc, big: acc.delta})
	acc.delta = new(big.Int).Add(acc.delta, delta)
}

// Nonce gives the nonce: the chain's when first asked, then what SetNonce
// said. An account that the chain does not know is a *vm.Refusal; one that is
// not here has nonce 0.
func (s *State) Nonce(a vm.Address) (uint64, error) {
	acc := s.touch(a)
	if !acc.nonceLoaded {
		account, err := s.ChainAccount(a)
		if err != nil {
			return 0, err
		}
		var nonce uint64
		if account != nil {
			nonce = account.Nonce
		}
		s.setNonce(acc, nonce)
	}
	return acc.nonce, nil
}

// SetNonce sets the nonce.
func (s *State) SetNonce(a vm.Address, nonce uint64) { s.setNonce(s.touch(a), nonce) }

func (s *State) setNonce(acc *account, nonce uint64) {
	s.record(undo{kind: undoNonce, account: acc, number: acc.nonce, flag: acc.nonceLoaded})
	acc.nonce, acc.nonceLoaded = nonce, true
}

// Read gives the value under a key: what this execution wrote, else what the
// chain says. The pair becomes part of the output. Not to be changed.
func (s *State) Read(a vm.Address, key []byte) ([]byte, error) {
	acc := s.touch(a)
	i := acc.pairs.find(key)
	if i >= 0 && acc.pairs.entries[i].pair.listed {
		return acc.pairs.entries[i].pair.value, nil
	}
	s.ask(acc)
	if i < 0 || !acc.pairs.entries[i].answered {
		value, err := s.hook.Storage(a, key)
		var refusal *vm.Refusal
		if errors.As(err, &refusal) {
			value, err = nil, nil // a refusal reads as empty
		}
		if err != nil {
			return nil, err
		}
		if i < 0 {
			i = acc.pairs.add(s.copyKey(key))
		}
		e := &acc.pairs.entries[i]
		e.answer, e.answered = s.Copy(value), true
		s.answers += int64(answerBytes + len(key) + len(value))
	}
	value := acc.pairs.entries[i].answer
	s.setPair(acc, i, pair{value: value})
	return value, nil
}

// Write sets the value under a key; takes ownership of value.
func (s *State) Write(a vm.Address, key, value []byte) {
	acc := s.touch(a)
	i := acc.pairs.find(key)
	if i < 0 {
		i = acc.pairs.add(s.copyKey(key))
	}
	s.setPair(acc, i, pair{value: value, written: true})
}

// copyKey is Copy for keys, which are never nil.
func (s *State) copyKey(key []byte) []byte {
	if len(key) == 0 {
		return []byte{}
	}
	return s.Copy(key)
}

func (s *State) setPair(acc *account, i int, p pair) {
	e := &acc.pairs.entries[i]
	s.record(undo{kind: undoPair, account: acc, entry: i, pair: e.pair})
	p.listed = true
	e.pair = p
	s.bytes += int64(len(e.key) + len(p.value))
}

// Code is new code of an account, set by this execution; nil if there is none.
func (s *State) Code(a vm.Address) *Code {
	if acc := s.find(a); acc != nil {
		return acc.code
	}
	return nil
}

// Code is code that an execution deployed. It does not change once it is set.
type Code struct {
	Bytes    []byte
	Metadata []byte
	Deployer vm.Address

	hash vm.Hash // zero until it is asked for
}

// Hash is the SHA-256 of the bytes. It is computed once: a contract can have
// the code looked up again and again, at the price of a call.
func (c *Code) Hash() vm.Hash {
	if c.hash == (vm.Hash{}) {
		c.hash = sha256.Sum256(c.Bytes)
	}
	return c.hash
}

// SetCode sets new code. It takes ownership of code.
func (s *State) SetCode(a vm.Address, code *Code) {
	acc := s.touch(a)
	s.record(undo{kind: undoCode, account: acc, code: acc.code})
	acc.code = code
	s.bytes += int64(len(code.Bytes) + len(code.Metadata))
}

// AddTransfer appends an outgoing transfer to an account's list.
func (s *State) AddTransfer(to vm.Address, t vm.Transfer) {
	acc := s.touch(to)
	s.record(undo{kind: undoTransfer, account: acc})
	acc.transfers = append(acc.transfers, t)
	s.bytes += int64(len(t.Data))
}

// AddLog appends a log entry.
func (s *State) AddLog(entry vm.LogEntry) {
	s.record(undo{kind: undoLog})
	s.logs = append(s.logs, entry)
	s.bytes += LogBytes(entry.Identifier, entry.Topics, entry.Data)
}

// LogBytes is what a log entry counts.
func LogBytes(identifier []byte, topics [][]byte, data []byte) int64 {
	n := int64(len(identifier) + len(data))
	for _, topic := range topics {
		n += int64(topicBytes + len(topic))
	}
	return n
}

// topicBytes is what a topic counts besides its bytes.
const topicBytes = 32

// AddRefund adds to the gas refund, saturating.
func (s *State) AddRefund(gas uint64) {
	if gas == 0 {
		return
	}
	s.record(undo{kind: undoRefund, number: s.refund})
	if sum := s.refund + gas; sum >= gas {
		s.refund = sum
	} else {
		s.refund = ^uint64(0)
	}
}

// Touch lists an account without any effect.
func (s *State) Touch(a vm.Address) { s.touch(a) }

// Bytes is what the state counts for the memory budget: keys, values, code,
// logs, transfers, the journal, and the answers of the hook. What a revert
// takes back counts no longer, answers stay.
func (s *State) Bytes() int64 { return s.bytes + s.answers }

// RaiseNonce sets the nonce if it is higher than what this execution set.
func (s *State) RaiseNonce(a vm.Address, nonce uint64) {
	if acc := s.touch(a); nonce > acc.nonce {
		s.setNonce(acc, nonce)
	}
}
