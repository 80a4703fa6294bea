// Package node is a chain of one: it takes transactions, has a vm.Executor run
// them on a ledger, and makes one block of each that succeeds.
//
// It is not a real node: there are no signatures, no fees, no other nodes, and
// nothing that a contract sends to another shard, because there is one shard.
//
// What the network's nodes check before they ask the VM is checked here: the
// sender's balance, the payability of the recipient, the right to upgrade. A
// transaction that fails such a check is rejected with a *Rejection. One that
// the contract fails has a Receipt with the code. Neither leaves a trace in
// the ledger, not even a nonce: without fees there is nothing to protect.
//
// Value that an output sends is moved. Call data that it sends along is not
// run: on the network, too, that would be a transaction of its own.
package node

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// DefaultGasLimit is the gas of a block where nothing else is configured.
const DefaultGasLimit = 1_500_000_000

// Options are what a Node is made of.
type Options struct {
	// VMType goes into the addresses of new contracts; the same as the
	// executor's.
	VMType [2]byte

	// GasLimit is the most gas that a transaction may have. 0 stands for
	// DefaultGasLimit.
	GasLimit uint64

	// Now tells the time that blocks get. Nil stands for the clock. A block
	// is never older than the previous one, whatever Now says.
	Now func() time.Time
}

// A Node is a chain of one. It is safe for concurrent use; transactions run
// one after the other.
type Node struct {
	ledger   *ledger.Ledger
	executor vm.Executor
	options  Options

	mu sync.Mutex
}

// New makes a node. The executor must have been made with l as its hook. Both
// stay the caller's to close.
func New(l *ledger.Ledger, executor vm.Executor, options Options) *Node {
	if options.GasLimit == 0 {
		options.GasLimit = DefaultGasLimit
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Node{ledger: l, executor: executor, options: options}
}

// A Rejection says why a transaction was not even run.
type Rejection struct{ Reason string }

// Error gives the reason.
func (r *Rejection) Error() string { return r.Reason }

func reject(format string, args ...any) error { return &Rejection{fmt.Sprintf(format, args...)} }

// A Receipt is what became of a transaction.
type Receipt struct {
	Output   *vm.Output
	Contract vm.Address // that was deployed or called
	Hash     vm.Hash    // of the transaction
	Block    vm.Block   // that it is in; if it failed, that it would have been in
	Included bool       // whether it is in the block: exactly if Output.Code is OK
}

// Deploy runs a deployment and, if it succeeds, makes a block of it.
func (n *Node) Deploy(ctx context.Context, d *Deployment) (*Receipt, error) {
	return n.run(ctx, d, true)
}

// Call runs a call and, if it succeeds, makes a block of it.
func (n *Node) Call(ctx context.Context, c *Call) (*Receipt, error) { return n.run(ctx, c, true) }

// Query runs a call as if it were the next transaction and changes nothing.
// The sender need not exist.
func (n *Node) Query(ctx context.Context, c *Call) (*Receipt, error) { return n.run(ctx, c, false) }

// A transaction is a Deployment or a Call.
type transaction interface {
	sender() vm.Address
	value() *big.Int
	gas() uint64

	// check rejects what must not be run. The dialogue is open.
	check(n *Node) error

	// hash identifies the transaction with the sender's nonce.
	hash(nonce uint64) vm.Hash

	// execute asks the VM and gives the contract's address.
	execute(ctx context.Context, n *Node, nonce uint64, hash vm.Hash) (*vm.Output, vm.Address, error)
}

func (n *Node) run(ctx context.Context, t transaction, keep bool) (receipt *Receipt, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if t.gas() == 0 || t.gas() > n.options.GasLimit {
		return nil, reject("gas %d is not between 1 and the block's %d", t.gas(), n.options.GasLimit)
	}
	if t.value().Sign() < 0 {
		return nil, reject("value %v is negative", t.value())
	}
	timestamp, err := n.timestamp()
	if err != nil {
		return nil, err
	}
	if err := n.checkSender(t, keep); err != nil {
		return nil, err
	}
	d, err := n.ledger.Begin(ledger.Transaction{Sender: t.sender(), Value: t.value(), Timestamp: timestamp})
	if errors.Is(err, ledger.ErrFunds) {
		return nil, reject("%v has less than %v", t.sender(), t.value())
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.End()) }()
	if err := t.check(n); err != nil {
		return nil, err
	}
	hash := t.hash(d.SenderNonce())
	out, contract, err := t.execute(ctx, n, d.SenderNonce(), hash)
	if err != nil {
		return nil, err
	}
	receipt = &Receipt{Output: out, Contract: contract, Hash: hash, Block: d.Facts().Current}
	if out.Code != vm.OK || !keep {
		return receipt, nil
	}
	if receipt.Block, err = d.Commit(hash, out); err != nil {
		return nil, err
	}
	receipt.Included = true
	return receipt, nil
}

// timestamp is that of the next block.
func (n *Node) timestamp() (uint64, error) {
	var last vm.Block
	err := n.ledger.View(func(v *ledger.View) (err error) {
		last, err = v.LastBlock()
		return err
	})
	now := max(0, n.options.Now().Unix())
	return max(uint64(now), last.Timestamp), err
}

// checkSender rejects senders that cannot sign a transaction.
func (n *Node) checkSender(t transaction, mustExist bool) error {
	return n.ledger.View(func(v *ledger.View) error {
		a, err := v.Account(t.sender())
		switch {
		case err != nil:
			return err
		case a == nil && mustExist:
			return reject("sender %v is unknown", t.sender())
		case a != nil && a.CodeHash != vm.Hash{}:
			return reject("sender %v is a contract", t.sender())
		}
		return nil
	})
}
