package driver

import (
	"errors"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// replier answers what Core asks from the node's hook.
type replier struct {
	witness *witness
	entries map[ipc.Kind]ipc.Entry
	failure error // the hook's own, in the present dialogue
}

func newReplier(hook vm.BlockchainHook) *replier {
	r := &replier{witness: &witness{hook: hook}, entries: make(map[ipc.Kind]ipc.Entry)}
	for _, e := range r.table() {
		r.entries[e.Kind] = e
	}
	return r
}

// table is all that Core can ask.
func (r *replier) table() []ipc.Entry {
	h := r.witness
	return []ipc.Entry{
		protocol.BlockFacts().Serve(func(*protocol.None) (*vm.BlockFacts, error) {
			return pointer(h.BlockFacts())
		}, r.deny),
		protocol.BlockHash().Serve(func(q *protocol.Nonce) (*protocol.Bytes, error) {
			return answerBytes(h.BlockHash(q.Nonce))
		}, r.deny),
		protocol.AccountOf().Serve(func(q *protocol.Address) (*protocol.Account, error) {
			a, err := h.Account(q.Address)
			return &protocol.Account{Account: a}, err
		}, r.deny),
		protocol.Code().Serve(func(q *protocol.CodeOf) (*protocol.Bytes, error) {
			return answerBytes(h.Code(q.Address, q.Hash))
		}, r.deny),
		protocol.Storage().Serve(func(q *protocol.StorageOf) (*protocol.Bytes, error) {
			return answerBytes(h.Storage(q.Address, q.Key))
		}, r.deny),
		protocol.NewAddress().Serve(func(q *protocol.Creation) (*protocol.Address, error) {
			a, err := h.NewAddress(q.Creator, q.Nonce, q.VMType)
			return &protocol.Address{Address: a}, err
		}, r.deny),
		protocol.ShardOfAddress().Serve(func(q *protocol.Address) (*protocol.Shard, error) {
			s, err := h.ShardOfAddress(q.Address)
			return &protocol.Shard{Shard: s}, err
		}, r.deny),
		protocol.IsSmartContract().Serve(func(q *protocol.Address) (*protocol.Yes, error) {
			return answerYes(h.IsSmartContract(q.Address))
		}, r.deny),
		protocol.IsPayable().Serve(func(q *protocol.Address) (*protocol.Yes, error) {
			return answerYes(h.IsPayable(q.Address))
		}, r.deny),
		protocol.ProcessBuiltinFunction().Serve(func(q *vm.CallInput) (*vm.Output, error) {
			o, err := h.ProcessBuiltinFunction(q)
			if o == nil && err == nil {
				err = errors.New("the hook gave neither an output nor an error")
			}
			return o, err
		}, r.deny),
	}
}

// deny sorts an error of the hook: a refusal is an answer like any other, and
// everything else ends the dialogue.
func (r *replier) deny(method string, err error) (ipc.Status, string) {
	if refusal, ok := errors.AsType[*vm.Refusal](err); ok {
		return ipc.StatusRefused, refusal.Text
	}
	r.failure = &hookError{method, err}
	return ipc.StatusFailed, err.Error()
}

// fetch begins a request between these accounts, the caller first: it answers
// beforehand what every contract asks. What the hook cannot answer is left out:
// Core then asks for it, if it needs it at all.
func (r *replier) fetch(addresses ...vm.Address) protocol.Fetched {
	r.witness.begin(addresses...)
	f := protocol.Fetched{Accounts: make([]protocol.FetchedAccount, 0, len(addresses))}
	if block, err := r.witness.BlockFacts(); err == nil {
		f.Block = &block
	}
	for i, address := range addresses {
		if i > 0 && address == addresses[0] {
			continue
		}
		account, err := r.witness.Account(address)
		fetched := protocol.FetchedAccount{Address: address, Account: account}
		if refusal, ok := errors.AsType[*vm.Refusal](err); ok {
			fetched = protocol.FetchedAccount{Address: address, Refused: true, Text: []byte(refusal.Text)}
		} else if err != nil {
			continue
		}
		f.Accounts = append(f.Accounts, fetched)
	}
	return f
}

// hookError is an error of the node's own hook.
type hookError struct {
	method string
	err    error
}

func (e *hookError) Error() string { return "driver: hook " + e.method + ": " + e.err.Error() }

func (e *hookError) Unwrap() error { return e.err }

func pointer[T any](v T, err error) (*T, error) { return &v, err }

func answerBytes(b []byte, err error) (*protocol.Bytes, error) {
	return &protocol.Bytes{Bytes: b}, err
}

func answerYes(yes bool, err error) (*protocol.Yes, error) { return &protocol.Yes{Yes: yes}, err }
