//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// world is a chain with a token contract. It remembers what it was asked.
type world struct {
	vm.BlockchainHook // what no request here asks for
	storage           map[string][]byte
	guesses           bool // the driver asks for what Core may want, too

	mu    sync.Mutex
	asked map[string]int
}

var (
	alice = vm.Address{31: 1}
	bob   = vm.Address{31: 2}
	token = vm.Address{8: 5, 31: 3}
	other = vm.Address{8: 5, 31: 4} // where a new contract goes
)

// ask notes a question. The account of each request is answered before it is
// asked, and code may be asked again by every new Core.
func (w *world) ask(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[fmt.Sprintf(format, args...)]++
}

// questions gives what was asked since the last time.
func (w *world) questions() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked := w.asked
	w.asked = make(map[string]int)
	return asked
}

func (w *world) BlockFacts() (vm.BlockFacts, error) { return vm.BlockFacts{}, nil }

func (w *world) Account(a vm.Address) (*vm.Account, error) {
	account := &vm.Account{Nonce: 7, Balance: big.NewInt(1e6)}
	if a == token {
		account.CodeHash = sha256.Sum256(contracts.Wasm("erc20"))
	}
	return account, nil
}

func (w *world) Code(vm.Address, vm.Hash) ([]byte, error) { return contracts.Wasm("erc20"), nil }

func (w *world) Storage(a vm.Address, key []byte) ([]byte, error) {
	w.ask("storage of %x: %x", a, key)
	if a != token {
		return nil, nil
	}
	return w.storage[string(key)], nil
}

func (w *world) NewAddress(creator vm.Address, nonce uint64, _ []byte) (vm.Address, error) {
	w.ask("address for %x, %d", creator, nonce)
	return other, nil
}

func (w *world) BlockHash(uint64) ([]byte, error) { return []byte{1}, nil }

func (w *world) IsPayable(a vm.Address) (bool, error) { return true, nil }

// request is one that can be made again and again.
type request struct {
	name  string
	do    func(ctx context.Context, e vm.Executor, mark []byte) (*vm.Output, error)
	want  []byte         // the output of an unharmed Core
	asked map[string]int // its questions
	sizes [2]uint16      // messages of its dialogue: to the node, from it
}

func call(function string, args ...[]byte) *request {
	return &request{name: function, do: func(ctx context.Context, e vm.Executor, mark []byte) (*vm.Output, error) {
		in := &vm.CallInput{Recipient: token, Function: function}
		in.Caller, in.Arguments, in.GasProvided, in.CurrentTxHash = alice, args, 100_000_000, mark
		return e.Call(ctx, in)
	}}
}

func deploy() *request {
	return &request{name: "deploy", do: func(ctx context.Context, e vm.Executor, mark []byte) (*vm.Output, error) {
		in := &vm.CreateInput{Code: contracts.Wasm("erc20"), CodeMetadata: []byte{1, 0}}
		in.Caller, in.Arguments, in.GasProvided, in.CurrentTxHash = alice, [][]byte{{0x0F, 0x42, 0x40}}, 1_000_000_000, mark
		return e.Create(ctx, in)
	}}
}

// newWorld makes a world with a deployed token, and requests with their
// outputs, from an executor in this process.
func newWorld() (w *world, requests []*request, err error) {
	w = &world{storage: make(map[string][]byte), asked: make(map[string]int)}
	e, err := inprocess.New(w, config())
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	out, err := deploy().do(context.Background(), e, nil)
	if err != nil || out.Code != vm.OK {
		return nil, nil, fmt.Errorf("deploy: %v, %w", out, err)
	}
	for _, account := range out.Accounts {
		for _, u := range account.StorageUpdates {
			w.storage[string(u.Key)] = u.Value
		}
	}
	requests = []*request{
		deploy(), call("transfer", bob[:], []byte{100}), call("approve", bob[:], []byte{9}),
		call("balanceOf", alice[:]), call("transfer", bob[:], []byte{0xFF, 0xFF, 0xFF, 0xFF}), call("nothing"),
	}
	for _, r := range requests {
		w.questions()
		out, err := r.do(context.Background(), e, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", r.name, err)
		}
		if r.want, err = out.AppendBinary(nil); err != nil {
			return nil, nil, err
		}
		r.asked = w.questions()
		n := uint16(len(r.asked))
		r.sizes = [2]uint16{n + 1, n + 1} // and one for the code, if it is asked
	}
	return w, requests, nil
}

func config() vm.Config { return vm.Config{VMType: [2]byte{5, 0}} }

// judge says what is wrong with the end of a request.
func (r *request) judge(w *world, out *vm.Output, err error) error {
	asked := w.questions()
	if err != nil {
		return fmt.Errorf("%s: lost: %w", r.name, err)
	}
	got, err := out.AppendBinary(nil)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, r.want) {
		return fmt.Errorf("%s: another output: %+v", r.name, out)
	}
	if w.guesses { // once at most, what nobody asks
		for question, n := range asked {
			if r.asked[question] == 0 && n == 1 {
				delete(asked, question)
			}
		}
	}
	if fmt.Sprint(asked) != fmt.Sprint(r.asked) { // maps are printed in order
		return fmt.Errorf("%s: asked %v, not %v", r.name, asked, r.asked)
	}
	return nil
}
