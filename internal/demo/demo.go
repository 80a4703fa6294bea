// Package demo is the story that "corenode demo" tells on a chain of one: a
// token and two crowdfunding campaigns, with three people.
//
// It only sends transactions to a node.Node and shows what came back; it knows
// neither processes nor WebAssembly. What it finds on the ledger it goes on
// with, so it can be run again, also after it was killed at any point.
package demo

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Options are what the demo needs.
type Options struct {
	Ledger   *ledger.Ledger
	Executor vm.Executor // made with Ledger as its hook
	VMType   [2]byte     // the executor's

	// Code gives the module of a sample contract by name.
	Code func(name string) []byte

	// Process is the executor's process, killed in the middle of the story.
	// Nil if it has none.
	Process Process

	Out    io.Writer
	Colour bool

	// Now tells the time at which the story begins; the chain's clock then
	// runs on its own. Nil stands for the clock.
	Now func() time.Time

	// Observe sees every transaction and query. May be nil.
	Observe func(*Event)
}

// A Process is a VM process as the demo sees it.
type Process interface {
	Pid() int    // of the one that runs, or else of the last one
	Kill() error // at once, as by kill -9; returns when it is dead
}

// An Event is one transaction or query of the demo and what became of it.
type Event struct {
	Sender    string // name of the account
	Contract  string // "erc20" or "crowdfunding"
	Address   vm.Address
	Function  string // "init" for a deployment
	Arguments [][]byte
	Value     *big.Int
	Query     bool
	Receipt   *node.Receipt
	Took      time.Duration

	shown string // function and arguments
}

// gas is what every transaction of the demo may use.
const gas = 50_000_000

// blockTime is how far apart the demo's blocks are.
const blockTime = 6 * time.Second

// Summary is what the demo did.
type Summary struct {
	Calls    int // transactions and queries
	Gas      uint64
	Restarts int
	Height   uint64
}

type demo struct {
	Options
	table
	node      *node.Node
	now       time.Time // what the next block's clock says
	contracts map[string]vm.Address
	pid       int // of the VM process that answered last
	summary   Summary
}

// Run tells the story. An error means that a transaction could not be run at
// all; one that its contract refuses is part of the story.
func Run(ctx context.Context, o Options) (*Summary, error) {
	d := &demo{Options: o, table: table{out: o.Out, colour: o.Colour}, contracts: make(map[string]vm.Address)}
	d.node = node.New(o.Ledger, o.Executor, node.Options{
		VMType: o.VMType,
		Now:    func() time.Time { return d.now },
	})
	last, err := d.lastBlock()
	if err != nil {
		return nil, err
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.now = d.Now(); time.Unix(int64(last.Timestamp), 0).After(d.now) {
		d.now = time.Unix(int64(last.Timestamp), 0)
	}
	d.head()
	for _, m := range script() {
		if err := m(ctx, d); err != nil {
			return nil, err
		}
	}
	return d.finish()
}

func (d *demo) finish() (*Summary, error) {
	last, err := d.lastBlock()
	if err != nil {
		return nil, err
	}
	d.summary.Height = last.Nonce
	return &d.summary, nil
}

func (d *demo) lastBlock() (block vm.Block, err error) {
	err = d.Ledger.View(func(v *ledger.View) (err error) {
		block, err = v.LastBlock()
		return err
	})
	return block, err
}

// deployed gives the contracts on the ledger that have this code and owner.
func (d *demo) deployed(name, owner string) ([]vm.Address, error) {
	hash := vm.Hash(sha256.Sum256(d.Code(name)))
	address := Account(owner)
	return find(d.Ledger, func(a *vm.Account) bool { return a.CodeHash == hash && string(a.Owner) == string(address[:]) })
}

func find(l *ledger.Ledger, match func(*vm.Account) bool) (found []vm.Address, err error) {
	err = l.View(func(v *ledger.View) error {
		addresses, err := v.Addresses()
		if err != nil {
			return err
		}
		for _, address := range addresses {
			a, err := v.Account(address)
			if err != nil {
				return err
			}
			if match(a) {
				found = append(found, address)
			}
		}
		return nil
	})
	return found, err
}

// run sends one transaction or query and shows it.
func (d *demo) run(ctx context.Context, e *Event, code []byte, metadata []byte, show func([][]byte) string) error {
	start := time.Now()
	var err error
	switch {
	case code != nil:
		e.Receipt, err = d.node.Deploy(ctx, &node.Deployment{
			Sender: Account(e.Sender), Code: code, Metadata: metadata,
			Arguments: e.Arguments, Value: e.Value, Gas: gas,
		})
	case e.Query:
		e.Receipt, err = d.node.Query(ctx, e.call())
	default:
		e.Receipt, err = d.node.Call(ctx, e.call())
	}
	if err != nil {
		return fmt.Errorf("%s of %s by %s: %w", e.Function, e.Contract, e.Sender, err)
	}
	e.Took = time.Since(start)
	e.Address = e.Receipt.Contract
	if !e.Query {
		d.now = d.now.Add(blockTime)
	}
	if d.Observe != nil {
		d.Observe(e)
	}
	d.countRestarts()
	d.summary.Calls++
	d.summary.Gas += e.gasUsed()
	d.row(d.summary.Calls, e, show)
	return nil
}

// countRestarts notices when another process has answered than before.
func (d *demo) countRestarts() {
	if d.Process == nil {
		return
	}
	pid := d.Process.Pid()
	if d.pid != 0 && pid != d.pid {
		d.summary.Restarts++
	}
	d.pid = pid
}

func (e *Event) call() *node.Call {
	return &node.Call{
		Sender: Account(e.Sender), Contract: e.Address, Function: e.Function,
		Arguments: e.Arguments, Value: e.Value, Gas: gas,
	}
}

func (e *Event) gasUsed() uint64 { return gas - min(gas, e.Receipt.Output.GasRemaining) }
