package corepart

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// gateway is the Blockchain Gateway: Core's stand-in for the hook of the Node.
// Each method sends a question and waits, without any limit, for the answer.
//
// After a question that the Node could not answer, every later one of the same
// execution fails in the same way without being sent. After a failure of the
// channel none is ever sent again.
type gateway struct {
	messenger *ipc.Messenger
	log       *slog.Logger
	attend    func(soon bool) // says whether what comes from the Node next comes soon
	block     *vm.BlockFacts
	accounts  []account              // fetched beforehand or asked
	index     map[vm.Address]int     // of accounts, once there are many
	storage   []protocol.FetchedPair // fetched beforehand
	failure   error                  // of the hook, in this execution
	broken    error                  // of the channel
}

type account struct {
	address vm.Address
	account *vm.Account
	refusal *vm.Refusal
}

// indexedAccounts is from how many accounts on they are looked up in a map.
const indexedAccounts = 16

// begin starts an execution with what the Node sent along.
func (g *gateway) begin(f *protocol.Fetched) {
	g.failure = nil
	g.block = f.Block
	g.storage = f.Storage
	clear(g.accounts)
	g.accounts, g.index = g.accounts[:0], nil
	for i := range f.Accounts {
		a := &f.Accounts[i]
		known := account{address: a.Address, account: a.Account}
		if a.Refused {
			known.account, known.refusal = nil, &vm.Refusal{Text: string(a.Text)}
		}
		g.learn(known)
	}
}

func (g *gateway) learn(a account) {
	g.accounts = append(g.accounts, a)
	switch n := len(g.accounts); {
	case n > indexedAccounts:
		g.index[a.address] = n - 1
	case n == indexedAccounts:
		g.index = make(map[vm.Address]int, 2*n)
		for i := range g.accounts {
			g.index[g.accounts[i].address] = i
		}
	}
}

// known gives what is known of an account, or nil.
func (g *gateway) known(address vm.Address) *account {
	if g.index != nil {
		if i, ok := g.index[address]; ok {
			return &g.accounts[i]
		}
		return nil
	}
	for i := range g.accounts {
		if g.accounts[i].address == address {
			return &g.accounts[i]
		}
	}
	return nil
}

// ask puts a question. Its error is a *vm.Refusal, or ends the execution.
func ask[Q, R any](g *gateway, method ipc.Method[Q, R], q *Q) (*R, error) {
	if g.broken != nil {
		return nil, g.broken
	}
	if g.failure != nil {
		return nil, g.failure
	}
	if ctx := context.Background(); g.log.Enabled(ctx, ipc.LevelTrace) {
		g.log.Log(ctx, ipc.LevelTrace, "question to the node", "method", method.Name)
	}
	g.attend(true)
	r, err := method.Call(g.messenger, q)
	g.attend(false)
	if err == nil {
		return r, nil
	}
	if _, ok := errors.AsType[*ipc.SizeError](err); ok {
		g.failure = fmt.Errorf("%s: %w", method.Name, err)
		return nil, g.failure
	}
	denial, ok := errors.AsType[*ipc.Denial](err)
	if !ok {
		g.broken = fmt.Errorf("%s: %w", method.Name, err)
		return nil, g.broken
	}
	if denial.Status == ipc.StatusRefused {
		return nil, &vm.Refusal{Text: string(denial.Text)}
	}
	g.failure = fmt.Errorf("%s: the node could not answer: %w", method.Name, denial)
	return nil, g.failure
}

// BlockFacts implements vm.BlockchainHook.
func (g *gateway) BlockFacts() (vm.BlockFacts, error) {
	if g.block == nil {
		facts, err := ask(g, protocol.BlockFacts(), &protocol.None{})
		if err != nil {
			return vm.BlockFacts{}, err
		}
		g.block = facts
	}
	return *g.block, nil
}

// BlockHash implements vm.BlockchainHook.
func (g *gateway) BlockHash(nonce uint64) ([]byte, error) {
	return bytesOf(ask(g, protocol.BlockHash(), &protocol.Nonce{Nonce: nonce}))
}

// Account implements vm.BlockchainHook.
func (g *gateway) Account(address vm.Address) (*vm.Account, error) {
	known := g.known(address)
	if known == nil {
		known = &account{address: address}
		r, err := ask(g, protocol.AccountOf(), &protocol.Address{Address: address})
		if err == nil {
			known.account = r.Account
		} else if !errors.As(err, &known.refusal) {
			return nil, err
		}
		g.learn(*known)
	}
	if known.refusal != nil {
		return nil, known.refusal
	}
	return known.account, nil
}

// Code implements vm.BlockchainHook.
func (g *gateway) Code(address vm.Address, hash vm.Hash) ([]byte, error) {
	return bytesOf(ask(g, protocol.Code(), &protocol.CodeOf{Address: address, Hash: hash}))
}

// Storage implements vm.BlockchainHook.
func (g *gateway) Storage(address vm.Address, key []byte) ([]byte, error) {
	for i := range g.storage {
		if p := &g.storage[i]; p.Address == address && bytes.Equal(p.Key, key) {
			return p.Value, nil
		}
	}
	return bytesOf(ask(g, protocol.Storage(), &protocol.StorageOf{Address: address, Key: key}))
}

// NewAddress implements vm.BlockchainHook.
func (g *gateway) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	r, err := ask(g, protocol.NewAddress(), &protocol.Creation{Creator: creator, Nonce: nonce, VMType: vmType})
	if err != nil {
		return vm.Address{}, err
	}
	return r.Address, nil
}

// ShardOfAddress implements vm.BlockchainHook.
func (g *gateway) ShardOfAddress(address vm.Address) (uint32, error) {
	r, err := ask(g, protocol.ShardOfAddress(), &protocol.Address{Address: address})
	if err != nil {
		return 0, err
	}
	return r.Shard, nil
}

// IsSmartContract implements vm.BlockchainHook.
func (g *gateway) IsSmartContract(address vm.Address) (bool, error) {
	return yesOf(ask(g, protocol.IsSmartContract(), &protocol.Address{Address: address}))
}

// IsPayable implements vm.BlockchainHook.
func (g *gateway) IsPayable(address vm.Address) (bool, error) {
	return yesOf(ask(g, protocol.IsPayable(), &protocol.Address{Address: address}))
}

// ProcessBuiltinFunction implements vm.BlockchainHook.
func (g *gateway) ProcessBuiltinFunction(input *vm.CallInput) (*vm.Output, error) {
	return ask(g, protocol.ProcessBuiltinFunction(), input)
}

func bytesOf(r *protocol.Bytes, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return r.Bytes, nil
}

func yesOf(r *protocol.Yes, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	return r.Yes, nil
}
