package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/demo"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// books is a ledger of its own: what the demo's transactions mean, kept in
// plain maps, without any contract, VM or store. It is written from the
// descriptions of the contracts alone.
type books struct {
	t         *testing.T
	money     map[string]int64 // by address
	tokens    map[string]*tokenBook
	campaigns map[string]*campaignBook

	outputs []byte // canonical bytes of all outputs so far
}

type tokenBook struct {
	supply     int64
	balances   map[string]int64
	allowances map[[2]string]int64 // owner, spender
}

type campaignBook struct {
	owner            string
	target, deadline int64
	total            int64
	pledges          map[string]int64
	claimed          bool
}

func newBooks(t *testing.T) *books {
	b := &books{t: t, money: make(map[string]int64), tokens: make(map[string]*tokenBook), campaigns: make(map[string]*campaignBook)}
	for _, a := range demo.Genesis(beginning()).Accounts {
		b.money[string(a.Address[:])] = a.Balance.Int64()
	}
	return b
}

// event checks one event against the books and enters it.
func (b *books) event(e *demo.Event) {
	sender := demo.Account(e.Sender)
	var err error
	if b.outputs, err = e.Receipt.Output.AppendBinary(b.outputs); err != nil {
		b.t.Fatal(err)
	}
	out, now := e.Receipt.Output, int64(e.Receipt.Block.Timestamp)
	numbers := make([]int64, len(e.Arguments))
	for i, arg := range e.Arguments {
		numbers[i] = new(big.Int).SetBytes(arg).Int64() // meaningless for addresses
	}
	var result []byte
	var refusal string
	to, from := string(e.Address[:]), string(sender[:])
	switch token, campaign := b.tokens[to], b.campaigns[to]; {
	case e.Function == "init" && len(e.Arguments) == 1:
		b.tokens[to] = &tokenBook{numbers[0], map[string]int64{from: numbers[0]}, make(map[[2]string]int64)}
	case e.Function == "init":
		b.campaigns[to] = &campaignBook{owner: from, target: numbers[0], deadline: numbers[1], pledges: make(map[string]int64)}
	case token != nil:
		result, refusal = token.call(from, e, numbers)
	case campaign != nil:
		result, refusal = campaign.call(b, from, to, e, now)
	default:
		b.t.Fatalf("%s of %x: nobody has deployed it", e.Function, to)
	}
	var got []byte
	if len(out.ReturnData) > 0 {
		got = out.ReturnData[0]
	}
	if out.Message != refusal || (out.Code == vm.OK) != (refusal == "") || !bytes.Equal(got, result) {
		b.t.Errorf("%s of %s by %s gives %v %q %x, the books say %q %x", e.Function, e.Contract, e.Sender, out.Code, out.Message, got, refusal, result)
	}
}

func (k *tokenBook) call(from string, e *demo.Event, n []int64) (result []byte, refusal string) {
	arg := func(i int) string { return string(e.Arguments[i]) }
	switch e.Function {
	case "transfer":
		return nil, k.move(from, arg(0), n[1])
	case "approve":
		k.allowances[[2]string{from, arg(0)}] = n[1]
	case "transferFrom":
		pair := [2]string{arg(0), from}
		if k.allowances[pair] < n[2] {
			return nil, "insufficient allowance"
		}
		if refusal := k.move(arg(0), arg(1), n[2]); refusal != "" {
			return nil, refusal
		}
		k.allowances[pair] -= n[2]
	case "balanceOf":
		return bytesOf(k.balances[arg(0)]), ""
	case "totalSupply":
		return bytesOf(k.supply), ""
	default:
		panic("the demo calls a function of the token that the books do not know: " + e.Function)
	}
	return nil, ""
}

func (k *tokenBook) move(from, to string, amount int64) (refusal string) {
	if k.balances[from] < amount {
		return "insufficient funds"
	}
	k.balances[from] -= amount
	k.balances[to] += amount
	return ""
}

func (c *campaignBook) call(b *books, from, self string, e *demo.Event, now int64) (result []byte, refusal string) {
	open, reached := now <= c.deadline, c.total >= c.target
	switch e.Function {
	case "fund":
		if !open {
			return nil, "funding has ended"
		}
		b.money[from] -= e.Value.Int64()
		b.money[self] += e.Value.Int64()
		c.pledges[from] += e.Value.Int64()
		c.total += e.Value.Int64()
	case "claim":
		switch {
		case from != c.owner:
			return nil, "only the owner can claim"
		case open:
			return nil, "funding has not ended"
		case c.claimed:
			return nil, "already claimed"
		case !reached:
			return nil, "target not reached"
		}
		c.claimed = true
		b.money[self] -= c.total
		b.money[from] += c.total
	case "refund":
		switch {
		case open:
			return nil, "funding has not ended"
		case reached:
			return nil, "target reached"
		case c.pledges[from] == 0:
			return nil, "nothing to refund"
		}
		b.money[self] -= c.pledges[from]
		b.money[from] += c.pledges[from]
		c.pledges[from] = 0
	case "status":
		return bytesOf(c.status(open, reached)), ""
	case "total":
		return bytesOf(c.total), ""
	default:
		panic("the demo calls a function of the campaign that the books do not know: " + e.Function)
	}
	return nil, ""
}

func (c *campaignBook) status(open, reached bool) int64 {
	switch {
	case open:
		return 0
	case c.claimed:
		return 3
	case reached:
		return 1
	}
	return 2
}

func bytesOf(n int64) []byte { return big.NewInt(n).Bytes() }

// audit compares every balance, of money and of tokens, with the ledger's.
func (b *books) audit(l *ledger.Ledger, n *node.Node) {
	b.t.Helper()
	var addresses []vm.Address
	err := l.View(func(v *ledger.View) (err error) {
		if addresses, err = v.Addresses(); err != nil {
			return err
		}
		for _, address := range addresses {
			balance, err := v.Balance(address)
			if err != nil {
				return err
			}
			if want := b.money[string(address[:])]; balance.Cmp(big.NewInt(want)) != 0 {
				b.t.Errorf("%v has %v, the books say %d", address, balance, want)
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	for address, amount := range b.money {
		if !containsAddress(addresses, address) && amount != 0 {
			b.t.Errorf("%x is not on the ledger, the books say %d", address, amount)
		}
	}
	for contract, k := range b.tokens {
		for owner, want := range k.balances {
			b.number(n, contract, "balanceOf", want, owner)
		}
		for pair, want := range k.allowances {
			b.number(n, contract, "allowance", want, pair[0], pair[1])
		}
	}
	for contract, c := range b.campaigns {
		b.number(n, contract, "total", c.total)
		for funder, want := range c.pledges {
			b.number(n, contract, "pledgeOf", want, funder)
		}
	}
	if _, err := l.Check(); err != nil {
		b.t.Error(err)
	}
}

func containsAddress(list []vm.Address, address string) bool {
	for _, a := range list {
		if string(a[:]) == address {
			return true
		}
	}
	return false
}

// number asks a contract for a number.
func (b *books) number(n *node.Node, contract, function string, want int64, args ...string) {
	b.t.Helper()
	call := &node.Call{Sender: demo.Account("carol"), Contract: vm.Address([]byte(contract)), Function: function, Gas: 50_000_000}
	for _, arg := range args {
		call.Arguments = append(call.Arguments, []byte(arg))
	}
	r, err := n.Query(b.t.Context(), call)
	if err != nil {
		b.t.Fatal(err)
	}
	out := r.Output
	if out.Code != vm.OK || len(out.ReturnData) != 1 || !bytes.Equal(out.ReturnData[0], bytesOf(want)) {
		b.t.Errorf("%s of %x gives %v %q %x, the books say %d", function, contract, out.Code, out.Message, out.ReturnData, want)
	}
}

// coreProcess lets the demo kill Core.
type coreProcess struct{ *driver.Driver }

func (p coreProcess) Kill() error {
	core, err := os.FindProcess(p.Pid())
	if err != nil {
		return err
	}
	if err := core.Kill(); err != nil {
		return err
	}
	for i := 0; !p.IsClosed(); i++ {
		if i == 5000 {
			return fmt.Errorf("process %d does not end", core.Pid)
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

func TestIndependentBooksAgreeWithTheDemo(t *testing.T) {
	prices, err := gas.Named("core") // the demo's
	if err != nil {
		t.Fatal(err)
	}
	config := vm.Config{VMType: [2]byte{5, 0}, BlockGasLimit: node.DefaultGasLimit, GasSchedule: prices}
	outputs := make(map[string][]byte)
	for _, tt := range []struct {
		name  string
		start func(hook vm.BlockchainHook) (vectors.Executor, demo.Process, error)
	}{
		{"in-process", func(hook vm.BlockchainHook) (vectors.Executor, demo.Process, error) {
			e, err := inprocess.New(hook, config)
			return e, nil, err
		}},
		{"piped", func(hook vm.BlockchainHook) (vectors.Executor, demo.Process, error) {
			d, err := driver.New(hook, driver.Options{Self: true, Config: config})
			return d, coreProcess{d}, err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "ledger.db")
			if err := ledger.Create(path, demo.Genesis(beginning())); err != nil {
				t.Fatal(err)
			}
			l, err := ledger.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}()
			e, process, err := tt.start(l)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := e.Close(); err != nil {
					t.Error(err)
				}
			}()
			b := newBooks(t)
			n := node.New(l, e, node.Options{VMType: config.VMType})
			// Whole runs, and runs that are broken off after a while: the
			// next one has to go on with what they left.
			for _, events := range []int{0, 3, 9, 0, 12, 17, 0} {
				tellDemo(t, demo.Options{
					Ledger: l, Executor: e, VMType: config.VMType, Code: contracts.Wasm, Process: process, Out: io.Discard,
				}, b, events)
				b.audit(l, n)
			}
			outputs[tt.name] = b.outputs
		})
	}
	if a, b := outputs["in-process"], outputs["piped"]; !bytes.Equal(a, b) || len(a) == 0 {
		t.Errorf("in-process the demo has %d bytes of outputs, piped %d, or others", len(a), len(b))
	}
}

// beginning is when the demo begins, so that all ways tell the same story.
func beginning() time.Time { return time.Unix(1_700_000_000, 0) }

// tellDemo runs the demo, up to a number of events if that is not 0, and
// enters them in the books.
func tellDemo(t *testing.T, o demo.Options, b *books, events int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	o.Now = beginning
	o.Observe = func(e *demo.Event) {
		b.event(e)
		if seen++; seen == events {
			cancel()
		}
	}
	summary, err := demo.Run(ctx, o)
	if events != 0 {
		if !errors.Is(err, context.Canceled) || seen != events {
			t.Fatalf("%d events, %v; want %d and an interrupted run", seen, err, events)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if summary.Calls != seen || seen < 20 {
		t.Errorf("%d calls in the summary, %d seen", summary.Calls, seen)
	}
	if want := 1; o.Process != nil && summary.Restarts != want {
		t.Errorf("%d restarts, want %d", summary.Restarts, want)
	}
}
