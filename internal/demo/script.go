package demo

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A move is one thing that happens in the story.
type move func(ctx context.Context, d *demo) error

// The contracts of the story. The campaigns have one code and two owners.
const (
	token     = "erc20"
	campaign  = "crowdfunding of bob"
	campaign2 = "crowdfunding of carol"
)

const (
	supply     = 1_000_000
	target     = 600
	tooMuch    = 1_000_000
	fundraiser = 10 * time.Minute // from the deployment of a campaign to its end
)

// script is the story. Amounts are small and fixed, so that every run after
// the first one can tell it again on what the last one left.
func script() []move {
	return []move{
		ensureToken("alice"),
		call("alice", token, "transfer", none, "bob", 3000),
		call("alice", token, "transfer", none, "carol", 2000),
		call("alice", token, "approve", none, "bob", 500),
		call("bob", token, "transferFrom", none, "alice", "carol", 200),
		call("carol", token, "transfer", none, "alice", 50),
		call("bob", token, "transfer", none, "alice", 2*supply), // more than there is
		ensureCampaign(campaign, "bob", target),
		ensureCampaign(campaign2, "carol", tooMuch),
		pay("alice", campaign, "fund", 400),
		pay("carol", campaign, "fund", 250),

		killCore,

		pay("alice", campaign2, "fund", 70),
		call("bob", campaign, "claim", none), // too early
		query("bob", campaign, "status", phase),
		query("bob", campaign, "total", number),

		passDeadlines,

		call("bob", campaign, "claim", none),
		call("bob", campaign, "claim", none),    // twice
		call("carol", campaign2, "claim", none), // target not reached
		call("alice", campaign2, "refund", none),
		query("bob", campaign, "status", phase),
		query("carol", campaign2, "status", phase),
		query("alice", token, "balanceOf", number, "alice"),
		query("alice", token, "balanceOf", number, "bob"),
		query("alice", token, "balanceOf", number, "carol"),
		query("alice", token, "totalSupply", number),
	}
}

func call(from, contract, function string, show func([][]byte) string, args ...any) move {
	return func(ctx context.Context, d *demo) error {
		return d.run(ctx, d.event(from, contract, function, args), nil, nil, show)
	}
}

func query(from, contract, function string, show func([][]byte) string, args ...any) move {
	return func(ctx context.Context, d *demo) error {
		e := d.event(from, contract, function, args)
		e.Query = true
		return d.run(ctx, e, nil, nil, show)
	}
}

func pay(from, contract, function string, value int64) move {
	return func(ctx context.Context, d *demo) error {
		e := d.event(from, contract, function, nil)
		e.Value = big.NewInt(value)
		return d.run(ctx, e, nil, nil, none)
	}
}

// event makes an event from a line of the script: a string is the address of
// an account, an int an amount.
func (d *demo) event(from, contract, function string, args []any) *Event {
	e := &Event{Sender: from, Contract: contract, Address: d.contracts[contract], Function: function, Value: new(big.Int), shown: function}
	for _, arg := range args {
		e.shown += fmt.Sprintf(" %v", arg)
		switch arg := arg.(type) {
		case string:
			address := Account(arg)
			e.Arguments = append(e.Arguments, address[:])
		case int:
			e.Arguments = append(e.Arguments, big.NewInt(int64(arg)).Bytes())
		default:
			panic(fmt.Sprintf("demo: argument of type %T in the script", arg))
		}
	}
	return e
}

// ensureToken finds the token or deploys it.
func ensureToken(owner string) move {
	return func(ctx context.Context, d *demo) error {
		found, err := d.deployed("erc20", owner)
		if err != nil {
			return err
		}
		if len(found) > 0 {
			d.found(token, found[0])
			return nil
		}
		return d.deploy(ctx, token, "erc20", owner, []byte{vm.MetadataUpgradeable, 0}, supply)
	}
}

// ensureCampaign finds a campaign that is still open or deploys one.
func ensureCampaign(label, owner string, goal int) move {
	return func(ctx context.Context, d *demo) error {
		found, err := d.deployed("crowdfunding", owner)
		if err != nil {
			return err
		}
		for _, address := range found {
			open, err := d.isOpen(ctx, owner, address)
			if err != nil {
				return err
			}
			if open {
				d.found(label, address)
				return nil
			}
		}
		deadline := d.now.Add(fundraiser).Unix()
		return d.deploy(ctx, label, "crowdfunding", owner, []byte{0, vm.MetadataPayable}, goal, int(deadline))
	}
}

// isOpen asks a campaign whether it still collects.
func (d *demo) isOpen(ctx context.Context, owner string, address vm.Address) (bool, error) {
	r, err := d.node.Query(ctx, &node.Call{Sender: Account(owner), Contract: address, Function: "status", Gas: gas})
	if err != nil {
		return false, fmt.Errorf("status of %v: %w", address, err)
	}
	return r.Output.Code == vm.OK && len(r.Output.ReturnData) == 1 && len(r.Output.ReturnData[0]) == 0, nil
}

func (d *demo) found(label string, address vm.Address) {
	d.contracts[label] = address
	d.note("%s is there: %v", label, address)
}

func (d *demo) deploy(ctx context.Context, label, name, owner string, metadata []byte, args ...any) error {
	e := d.event(owner, label, "init", args)
	if err := d.run(ctx, e, d.Code(name), metadata, none); err != nil {
		return err
	}
	if out := e.Receipt.Output; out.Code != vm.OK {
		return fmt.Errorf("%s cannot be deployed: %v: %s", name, out.Code, out.Message)
	}
	d.contracts[label] = e.Address
	return nil
}

// killCore kills the process that runs the contracts. The next transaction
// finds another one.
func killCore(_ context.Context, d *demo) error {
	if d.Process == nil {
		d.note("contracts run in this process: there is no Core to kill")
		return nil
	}
	pid := d.Process.Pid()
	if err := d.Process.Kill(); err != nil {
		return fmt.Errorf("kill Core: %w", err)
	}
	d.note("Core (process %d) was killed with SIGKILL; the next call starts another", pid)
	return nil
}

// passDeadlines lets the chain's clock jump behind the end of both campaigns.
func passDeadlines(_ context.Context, d *demo) error {
	d.now = d.now.Add(fundraiser + blockTime)
	d.note("time passes on the chain: both campaigns end")
	return nil
}
