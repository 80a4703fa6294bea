package contracts_test

import (
	"math"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

const (
	plain   = "0000"
	payable = "0002"
)

func TestCounterCounts(t *testing.T) {
	for _, module := range []string{"counter", "counter-wat", "counter-v2"} {
		t.Run(module, func(t *testing.T) {
			c := newChain(t)
			c.mustDeploy("counter", "alice", contracts.Wasm(module), plain)
			c.tell([]step{
				{what: "a new counter is at 0", from: "alice", to: "counter", function: "get", results: []any{signed(0)}},
				{what: "anybody can count up", from: "bob", function: "increment", results: []any{signed(1)}},
				{what: "it remembers", from: "alice", function: "increment", results: []any{signed(2)}},
				{what: "it counts down", from: "alice", function: "decrement", results: []any{signed(1)}},
				{what: "to zero", from: "alice", function: "decrement", results: []any{signed(0)}},
				{what: "and below", from: "alice", function: "decrement", results: []any{signed(-1)}},
				{what: "the negative number is stored", from: "bob", function: "get", results: []any{signed(-1)}},
				{what: "an unknown function is refused", from: "bob", function: "reset", code: vm.FunctionNotFound, fails: "invalid function (not found)"},
				{what: "init cannot be called", from: "alice", function: "init", fails: "invalid function (calling init() directly is forbidden)"},
			})
		})
	}
}

func TestCounterStartsWhereItIsTold(t *testing.T) {
	c := newChain(t)
	for _, start := range []int64{0, 1, -1, 127, 128, -128, -129, math.MaxInt64, math.MinInt64} {
		c.mustDeploy("counter", "alice", contracts.Wasm("counter"), plain, signed(start))
		c.tell([]step{{what: "the start", from: "bob", to: "counter", function: "get", results: []any{signed(start)}}})
		delete(c.names, c.contract("counter"))
	}
}

func TestCounterReportsBadCalls(t *testing.T) {
	c := newChain(t)
	out, _ := c.deploy("counter", "alice", contracts.Wasm("counter"), plain, 1, 2)
	if out.Code != vm.UserError || out.Message != "wrong number of arguments" {
		t.Errorf("two arguments: %v %q", out.Code, out.Message)
	}
	out, _ = c.deploy("counter", "alice", contracts.Wasm("counter"), plain, "nine byte")
	if out.Code != vm.ExecutionFailed || out.Message != "argument out of range" {
		t.Errorf("a start of nine bytes: %v %q", out.Code, out.Message)
	}
	c.mustDeploy("top", "alice", contracts.Wasm("counter"), plain, signed(math.MaxInt64))
	c.mustDeploy("bottom", "alice", contracts.Wasm("counter"), plain, signed(math.MinInt64))
	c.tell([]step{
		{what: "no number is above the greatest", from: "bob", to: "top", function: "increment", fails: "counter overflow"},
		{what: "and it is unchanged", from: "bob", function: "get", results: []any{signed(math.MaxInt64)}},
		{what: "no number is below the least", from: "bob", to: "bottom", function: "decrement", fails: "counter overflow"},
		{what: "counting takes no step", from: "bob", function: "increment", args: []any{2}, fails: "wrong number of arguments"},
	})
}

func TestErc20MovesTokens(t *testing.T) {
	c := newChain(t)
	out, _ := c.deploy("token", "alice", contracts.Wasm("erc20"), plain, 1000)
	if out.Code != vm.OK || len(out.Logs) != 1 {
		t.Fatalf("deployment: %v %q, %d events", out.Code, out.Message, len(out.Logs))
	}
	if got, want := c.event(out.Logs[0]), "token transfer "+strings.Repeat("00", 32)+" alice 03e8"; got != want {
		t.Errorf("event of the deployment is %q, want %q", got, want)
	}
	alice, bob, carol := name("alice"), name("bob"), name("carol")
	c.tell([]step{
		{what: "the deployer has it all", from: "bob", to: "token", function: "balanceOf", args: []any{alice}, results: []any{1000}},
		{what: "the others have nothing", from: "bob", function: "balanceOf", args: []any{bob}, results: []any{0}},
		{what: "the supply is known", from: "bob", function: "totalSupply", results: []any{1000}},
		{what: "tokens move", from: "alice", function: "transfer", args: []any{bob, 300}, events: []string{"token transfer alice bob 012c"}},
		{what: "the sender has less", from: "bob", function: "balanceOf", args: []any{alice}, results: []any{700}},
		{what: "the recipient has more", from: "bob", function: "balanceOf", args: []any{bob}, results: []any{300}},
		{what: "nobody can send more than they have", from: "bob", function: "transfer", args: []any{carol, 301}, fails: "insufficient funds"},
		{what: "nothing is a fine amount", from: "carol", function: "transfer", args: []any{bob, 0}, events: []string{"token transfer carol bob "}},
		{what: "a transfer to oneself changes nothing", from: "bob", function: "transfer", args: []any{bob, 300}, events: []string{"token transfer bob bob 012c"}},
		{what: "as the balance shows", from: "bob", function: "balanceOf", args: []any{bob}, results: []any{300}},
		{what: "everything can be sent", from: "bob", function: "transfer", args: []any{carol, 300}, events: []string{"token transfer bob carol 012c"}},
		{what: "and is gone", from: "bob", function: "balanceOf", args: []any{bob}, results: []any{0}},
		{what: "the supply stays", from: "bob", function: "totalSupply", results: []any{1000}},
	})
}

func TestErc20Allowances(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("token", "alice", contracts.Wasm("erc20"), plain, 1000)
	alice, bob, carol := name("alice"), name("bob"), name("carol")
	c.tell([]step{
		{what: "nobody may spend at first", from: "bob", to: "token", function: "transferFrom", args: []any{alice, bob, 1}, fails: "insufficient allowance"},
		{what: "alice lets bob spend", from: "alice", function: "approve", args: []any{bob, 100}, events: []string{"token approve alice bob 64"}},
		{what: "the allowance has a direction", from: "carol", function: "allowance", args: []any{bob, alice}, results: []any{0}},
		{what: "bob sends from alice to carol", from: "bob", function: "transferFrom", args: []any{alice, carol, 60}, events: []string{"token transfer alice carol 3c"}},
		{what: "which uses up the allowance", from: "carol", function: "allowance", args: []any{alice, bob}, results: []any{40}},
		{what: "the rest is a limit", from: "bob", function: "transferFrom", args: []any{alice, carol, 41}, fails: "insufficient allowance"},
		{what: "carol may not spend", from: "carol", function: "transferFrom", args: []any{alice, carol, 1}, fails: "insufficient allowance"},
		{what: "carol got it", from: "carol", function: "balanceOf", args: []any{carol}, results: []any{60}},
		{what: "an approval replaces the one before", from: "alice", function: "approve", args: []any{bob, 5}, events: []string{"token approve alice bob 05"}},
		{what: "as can be read", from: "carol", function: "allowance", args: []any{alice, bob}, results: []any{5}},
		{what: "one may allow more than one has", from: "carol", function: "approve", args: []any{bob, 5000}, events: []string{"token approve carol bob 1388"}},
		{what: "but it cannot be spent", from: "bob", function: "transferFrom", args: []any{carol, bob, 61}, fails: "insufficient funds"},
		{what: "and the failed attempt used nothing up", from: "carol", function: "allowance", args: []any{carol, bob}, results: []any{5000}},
	})
}

func TestErc20ReportsBadCalls(t *testing.T) {
	c := newChain(t)
	bob, large := name("bob"), strings.Repeat("\xff", 33)
	for _, args := range [][]any{{}, {1, 2}} {
		if out, _ := c.deploy("token", "alice", contracts.Wasm("erc20"), plain, args...); out.Code != vm.UserError || out.Message != "wrong number of arguments" {
			t.Errorf("deployment with %d arguments: %v %q", len(args), out.Code, out.Message)
		}
	}
	if out, _ := c.deploy("token", "alice", contracts.Wasm("erc20"), plain, large); out.Message != "amount too large" {
		t.Errorf("deployment with a supply of 33 bytes: %v %q", out.Code, out.Message)
	}
	c.mustDeploy("token", "alice", contracts.Wasm("erc20"), payable, strings.Repeat("\xff", 32))
	c.tell([]step{
		{what: "a supply of 32 bytes is fine", from: "bob", to: "token", function: "totalSupply", results: []any{strings.Repeat("\xff", 32)}},
		{what: "a short address", from: "alice", function: "transfer", args: []any{"bob", 1}, fails: "bad address"},
		{what: "a long address", from: "alice", function: "balanceOf", args: []any{large}, fails: "bad address"},
		{what: "a missing amount", from: "alice", function: "transfer", args: []any{bob}, fails: "wrong number of arguments"},
		{what: "one argument too many", from: "alice", function: "approve", args: []any{bob, 1, 1}, fails: "wrong number of arguments"},
		{what: "a huge amount", from: "alice", function: "transfer", args: []any{bob, large}, fails: "amount too large"},
		{what: "a huge allowance", from: "alice", function: "approve", args: []any{bob, large}, fails: "amount too large"},
		{what: "value is not wanted", from: "alice", function: "transfer", args: []any{bob, 1}, value: 1, fails: "function is not payable"},
		{what: "totalSupply takes nothing", from: "alice", function: "totalSupply", args: []any{1}, fails: "wrong number of arguments"},
		{what: "leading zeros do not matter", from: "alice", function: "transfer", args: []any{bob, "\x00\x00\x07"}, events: []string{"token transfer alice bob 07"}},
	})
	c.wantBalances("after the failed payment", map[string]int64{"alice": 1000, "token": 0})
}

func TestCrowdfundingThatReachesItsTarget(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("fund", "alice", contracts.Wasm("crowdfunding"), payable, 500, 2000)
	c.tell([]step{
		{what: "it is open", from: "bob", to: "fund", function: "status", results: []any{0}},
		{what: "the target", from: "bob", function: "target", results: []any{500}},
		{what: "the deadline", from: "bob", function: "deadline", results: []any{2000}},
		{what: "the owner", from: "bob", function: "owner", results: []any{name("alice")}},
		{what: "bob funds", from: "bob", function: "fund", value: 200, events: []string{"fund fund bob c8"}},
		{what: "carol funds at the last moment", from: "carol", function: "fund", value: 250, at: 2000, events: []string{"fund fund carol fa"}},
		{what: "bob funds again", from: "bob", function: "fund", value: 50, events: []string{"fund fund bob 32"}},
		{what: "pledges add up", from: "bob", function: "pledgeOf", args: []any{name("bob")}, results: []any{250}},
		{what: "all of them too", from: "bob", function: "total", results: []any{500}},
		{what: "the owner has to wait", from: "alice", function: "claim", fails: "funding has not ended"},
		{what: "so do the others", from: "bob", function: "refund", fails: "funding has not ended"},
		{what: "the deadline passes", from: "bob", function: "status", at: 2001, results: []any{1}},
		{what: "nobody can fund now", from: "bob", function: "fund", value: 1, fails: "funding has ended"},
		{what: "nobody gets money back", from: "bob", function: "refund", fails: "target reached"},
		{what: "only the owner can claim", from: "bob", function: "claim", fails: "only the owner can claim"},
		{what: "the owner claims", from: "alice", function: "claim", events: []string{"fund claim alice 01f4"}},
		{what: "which shows", from: "bob", function: "status", results: []any{3}},
		{what: "but only once", from: "alice", function: "claim", fails: "already claimed"},
		{what: "still nobody gets money back", from: "bob", function: "refund", fails: "target reached"},
	})
	c.wantBalances("at the end", map[string]int64{"alice": 1500, "bob": 750, "carol": 750, "fund": 0})
}

func TestCrowdfundingThatMissesItsTarget(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("fund", "alice", contracts.Wasm("crowdfunding"), payable, 500, 2000)
	c.tell([]step{
		{what: "bob funds", from: "bob", to: "fund", function: "fund", value: 499, events: []string{"fund fund bob 01f3"}},
		{what: "the deadline passes", from: "bob", function: "status", at: 2001, results: []any{2}},
		{what: "the owner gets nothing", from: "alice", function: "claim", fails: "target not reached"},
		{what: "who gave nothing gets nothing", from: "carol", function: "refund", fails: "nothing to refund"},
		{what: "bob takes his money back", from: "bob", function: "refund", events: []string{"fund refund bob 01f3"}},
		{what: "but only once", from: "bob", function: "refund", fails: "nothing to refund"},
		{what: "the total tells what there was", from: "bob", function: "total", results: []any{499}},
	})
	c.wantBalances("at the end", map[string]int64{"alice": 1000, "bob": 1000, "fund": 0})
}

func TestCrowdfundingReportsBadCalls(t *testing.T) {
	c := newChain(t)
	for _, bad := range []struct {
		what string
		args []any
		want string
	}{
		{"no deadline", []any{500}, "wrong number of arguments"},
		{"no target", []any{0, 2000}, "target must be positive"},
		{"a deadline in the past", []any{500, startTime}, "deadline has passed"},
		{"a huge target", []any{strings.Repeat("\x01", 33), 2000}, "amount too large"},
	} {
		if out, _ := c.deploy("fund", "alice", contracts.Wasm("crowdfunding"), payable, bad.args...); out.Code != vm.UserError || out.Message != bad.want {
			t.Errorf("%s: %v %q, want %q", bad.what, out.Code, out.Message, bad.want)
		}
	}
	c.mustDeploy("fund", "alice", contracts.Wasm("crowdfunding"), payable, 500, 2000)
	c.tell([]step{
		{what: "funding needs value", from: "bob", to: "fund", function: "fund", fails: "no value sent"},
		{what: "funding takes no arguments", from: "bob", function: "fund", value: 5, args: []any{5}, fails: "wrong number of arguments"},
		{what: "claiming takes no value", from: "alice", function: "claim", value: 5, fails: "function is not payable"},
		{what: "a pledge of nobody", from: "alice", function: "pledgeOf", args: []any{"bob"}, fails: "bad address"},
	})
	c.wantBalances("after the failed payments", map[string]int64{"alice": 1000, "bob": 1000, "fund": 0})
}

func TestLoopsComputeWhatTheNativeProgramComputes(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("loops", "alice", contracts.Wasm("loops"), plain)
	c.tell([]step{
		{what: "nothing", from: "bob", to: "loops", function: "nop"},
		{what: "fib 20", from: "bob", function: "fib", args: []any{20}, results: []any{signed(6765)}},
		{what: "loop 1000", from: "bob", function: "loop", args: []any{1000}, results: []any{unhex(loop1000)}},
		{what: "sha 16", from: "bob", function: "sha", args: []any{16}, results: []any{unhex(sha16)}},
		{what: "sieve 1: the primes below 65536", from: "bob", function: "sieve", args: []any{1}, results: []any{signed(6542)}},
		{what: "writes of new keys add them", from: "bob", function: "sstore", args: []any{5}, results: []any{signed(5 * 2)}},
		{what: "equal writes change nothing", from: "bob", function: "sstore", args: []any{5}, results: []any{signed(0)}},
		{what: "reads find five values of 32 bytes", from: "bob", function: "sload", args: []any{10}, results: []any{signed(5 * 32)}},
	})
}

// What native.c prints for these arguments.
const (
	loop1000 = "a0111981fa013f21"
	sha16    = "1940f56487ca25d0"
)

// With every price 1, gas counts instructions: one call costs the bytes of the
// code, the instructions that run, and one for each import.
func TestLoopsCostOneForEachInstruction(t *testing.T) {
	schedule, err := gas.Named("v3")
	if err != nil {
		t.Fatal(err)
	}
	c := newChain(t)
	c.exec = newExecutorWith(t, c, vm.Config{VMType: vmType, GasSchedule: schedule})
	loops := c.mustDeploy("loops", "alice", contracts.Wasm("loops"), plain)
	for _, k := range []struct {
		function string
		argument int
		gas      uint64
	}{
		{"nop", 0, uint64(len(contracts.Wasm("loops"))) + 2}, // nop, end
		{"fib", 32, 84_077_687},
		{"sieve", 100, 200_176_767},
	} {
		out := c.call("bob", loops, 0, k.function, k.argument)
		if got := gasLimit - out.GasRemaining; out.Code != vm.OK || got != k.gas {
			t.Errorf("%s %d: %v, %d gas, want %d", k.function, k.argument, out.Code, got, k.gas)
		}
	}
}
