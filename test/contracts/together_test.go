package contracts_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestEscrowReleasesToAnOpenVault(t *testing.T) {
	c := newChain(t)
	vault := c.mustDeploy("vault", "carol", contracts.Wasm("vault"), payable)
	c.mustDeploy("escrow", "alice", contracts.Wasm("escrow"), payable, vault)
	c.tell([]step{
		{what: "nothing can be released yet", from: "alice", to: "escrow", function: "release", fails: "nothing is held"},
		{what: "bob pays in", from: "bob", function: "deposit", value: 70, events: []string{"escrow deposit bob 46"}},
		{what: "alice pays in", from: "alice", function: "deposit", value: 30, events: []string{"escrow deposit alice 1e"}},
		{what: "all is held", from: "bob", function: "held", results: []any{100}},
		{what: "the vault says that it is open", from: "bob", function: "ready", results: []any{1}},
		{what: "only the owner can release", from: "bob", function: "release", fails: "only the owner can do this"},
		{what: "the vault takes it and the callback hears of it", from: "alice", function: "release",
			results: []any{100}, events: []string{"vault deposit escrow 64", "escrow release 64"}},
		{what: "nothing is held any more", from: "bob", function: "held", results: []any{0}},
		{what: "the release is counted", from: "bob", function: "releases", results: []any{1}},
		{what: "the vault's answer is kept", from: "bob", function: "receipt", results: []any{100}},
		{what: "the vault knows the depositor", from: "bob", to: "vault", function: "depositOf", args: []any{name("escrow")}, results: []any{100}},
		{what: "nothing is left to refund", from: "alice", to: "escrow", function: "refund", fails: "nothing is held"},
	})
	c.wantBalances("at the end", map[string]int64{"alice": 970, "bob": 930, "carol": 1000, "escrow": 0, "vault": 100})
}

func TestEscrowKeepsWhatAClosedVaultRefuses(t *testing.T) {
	c := newChain(t)
	vault := c.mustDeploy("vault", "carol", contracts.Wasm("vault"), payable)
	c.mustDeploy("escrow", "alice", contracts.Wasm("escrow"), payable, vault)
	c.tell([]step{
		{what: "bob pays in", from: "bob", to: "escrow", function: "deposit", value: 70, events: []string{"escrow deposit bob 46"}},
		{what: "only its owner can close the vault", from: "alice", to: "vault", function: "close", fails: "only the owner can do this"},
		{what: "carol closes it", from: "carol", function: "close"},
		{what: "the escrow sees that", from: "alice", to: "escrow", function: "ready", results: []any{0}},
		{what: "a release succeeds as a call, but is refused, and says why", from: "alice", function: "release",
			events: []string{"escrow refused " + hex.EncodeToString([]byte("vault is closed"))}},
		{what: "all is held again", from: "bob", function: "held", results: []any{70}},
		{what: "it does not count as a release", from: "bob", function: "releases", results: []any{0}},
		{what: "only the owner can take it back", from: "bob", function: "refund", fails: "only the owner can do this"},
		{what: "carol opens the vault", from: "carol", to: "vault", function: "open"},
		{what: "a second release is taken", from: "alice", to: "escrow", function: "release",
			results: []any{70}, events: []string{"vault deposit escrow 46", "escrow release 46"}},
	})
	c.wantBalances("at the end", map[string]int64{"alice": 1000, "bob": 930, "escrow": 0, "vault": 70})
}

func TestEscrowRefunds(t *testing.T) {
	c := newChain(t)
	vault := c.mustDeploy("vault", "carol", contracts.Wasm("vault"), payable)
	c.mustDeploy("escrow", "alice", contracts.Wasm("escrow"), payable, vault)
	c.tell([]step{
		{what: "bob pays in", from: "bob", to: "escrow", function: "deposit", value: 70, events: []string{"escrow deposit bob 46"}},
		{what: "the owner takes it", from: "alice", function: "refund", events: []string{"escrow refund alice 46"}},
		{what: "nothing is held", from: "bob", function: "held", results: []any{0}},
		{what: "paying in needs value", from: "bob", function: "deposit", fails: "no value sent"},
		{what: "the callback is not for users", from: "alice", function: "callBack", fails: "invalid function (calling callBack() directly is forbidden)"},
	})
	c.wantBalances("at the end", map[string]int64{"alice": 1070, "bob": 930, "escrow": 0})
}

func TestEscrowForNobody(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("escrow", "alice", contracts.Wasm("escrow"), payable, address("carol"))
	c.tell([]step{
		{what: "a user does not answer", from: "bob", to: "escrow", function: "ready", fails: "beneficiary does not answer"},
	})
}

// A contract can call any function of another, callBack too: a factory passes
// the call on, and is not whom the escrow waits for.
func TestEscrowIgnoresAnswersOfStrangers(t *testing.T) {
	c := newChain(t)
	vault := c.mustDeploy("vault", "carol", contracts.Wasm("vault"), payable)
	factory := c.mustDeploy("factory", "alice", contracts.Wasm("factory"), plain)
	out := c.call("alice", factory, 0, "createChild", contracts.Wasm("escrow"), vault)
	if out.Code != vm.OK {
		t.Fatalf("creating the escrow: %v %q", out.Code, out.Message)
	}
	c.names[vm.Address(out.ReturnData[0])] = "escrow"
	c.tell([]step{
		{what: "a made-up answer is refused", from: "bob", to: "factory", function: "callChild", args: []any{0, "callBack", ""}, fails: "call failed"},
		{what: "and not counted", from: "bob", to: "escrow", function: "releases", results: []any{0}},
	})
}

func TestFactoryCreatesCallsAndUpgrades(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("factory", "alice", contracts.Wasm("factory"), plain)
	counter, counterV2 := contracts.Wasm("counter"), contracts.Wasm("counter-v2")

	var children []vm.Address
	for i, start := range []int64{5, -3} {
		out := c.call("alice", c.contract("factory"), 0, "createChild", counter, signed(start))
		if out.Code != vm.OK || len(out.ReturnData) != 1 || len(out.ReturnData[0]) != vm.AddressLength {
			t.Fatalf("child %d: %v %q %x", i, out.Code, out.Message, out.ReturnData)
		}
		children = append(children, vm.Address(out.ReturnData[0]))
		c.names[children[i]] = []string{"first", "second"}[i]
	}
	if children[0] == children[1] {
		t.Fatal("both children have one address")
	}

	first, second := name("first"), name("second")
	c.tell([]step{
		{what: "both are listed", from: "bob", to: "factory", function: "children", results: []any{first, second}},
		{what: "each is a contract of its own", from: "bob", to: "first", function: "get", results: []any{signed(5)}},
		{what: "with its own number", from: "bob", to: "second", function: "get", results: []any{signed(-3)}},
		{what: "calls go through the factory", from: "bob", to: "factory", function: "callChild", args: []any{1, "increment"}, results: []any{signed(-2)}},
		{what: "and stick", from: "bob", to: "second", function: "get", results: []any{signed(-2)}},
		{what: "the first version has no version", from: "bob", to: "factory", function: "callChild", args: []any{0, "version"}, fails: "call failed"},
		{what: "users cannot upgrade children", from: "bob", function: "upgradeChild", args: []any{0, counterV2}, fails: "only the owner can do this"},
		{what: "the owner can", from: "alice", function: "upgradeChild", args: []any{0, counterV2}, events: []string{"factory upgraded first "}},
		{what: "now it has a version", from: "bob", function: "callChild", args: []any{0, "version"}, results: []any{2}},
		{what: "and its old number", from: "bob", function: "callChild", args: []any{0, "add", signed(10)}, results: []any{signed(15)}},
		{what: "the factory counts upgrades", from: "bob", function: "revisionOf", args: []any{0}, results: []any{1}},
		{what: "the other child is what it was", from: "bob", function: "revisionOf", args: []any{1}, results: []any{0}},
		{what: "an upgrade can pass arguments to init", from: "alice", function: "upgradeChild", args: []any{1, counterV2, signed(-300)}, events: []string{"factory upgraded second "}},
		{what: "which wins over the old number", from: "bob", function: "callChild", args: []any{1, "get"}, results: []any{signed(-300)}},
	})
}

func TestFactoryReportsWhatFails(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("factory", "alice", contracts.Wasm("factory"), plain)
	counter, broken := contracts.Wasm("counter"), []byte("not a module")
	out := c.call("alice", c.contract("factory"), 0, "createChild", counter)
	if out.Code != vm.OK {
		t.Fatalf("creating a child: %v %q", out.Code, out.Message)
	}
	c.names[vm.Address(out.ReturnData[0])] = "child"
	c.tell([]step{
		{what: "users cannot create", from: "bob", to: "factory", function: "createChild", args: []any{counter}, fails: "only the owner can do this"},
		{what: "code is needed", from: "alice", function: "createChild", fails: "wrong number of arguments"},
		{what: "too much code", from: "alice", function: "createChild", args: []any{bytes.Repeat(counter, 50)}, fails: "argument too long"},
		{what: "what is no code", from: "alice", function: "createChild", args: []any{broken}, fails: "creation failed"},
		{what: "an init that fails", from: "alice", function: "createChild", args: []any{counter, 1, 2}, fails: "creation failed"},
		{what: "failures leave no child", from: "bob", function: "children", results: []any{name("child")}},
		{what: "there is no child 1", from: "alice", function: "upgradeChild", args: []any{1, counter}, fails: "no such child"},
		{what: "nor can it be called", from: "bob", function: "callChild", args: []any{1, "get"}, fails: "no such child"},
		{what: "an upgrade to broken code succeeds as a call, but leaves no gas to say so", from: "alice", function: "upgradeChild", args: []any{0, broken},
			results: []any{"out of gas", make([]byte, 32)}},
		{what: "the child is what it was", from: "bob", function: "callChild", args: []any{0, "increment"}, results: []any{signed(1)}},
		{what: "and was never upgraded", from: "bob", function: "revisionOf", args: []any{0}, results: []any{0}},
	})
}

func TestVaultReportsBadCalls(t *testing.T) {
	c := newChain(t)
	c.mustDeploy("vault", "carol", contracts.Wasm("vault"), payable)
	c.tell([]step{
		{what: "a deposit needs value", from: "bob", to: "vault", function: "deposit", fails: "no value sent"},
		{what: "deposits add up", from: "bob", function: "deposit", value: 5, results: []any{5}, events: []string{"vault deposit bob 05"}},
		{what: "by depositor", from: "bob", function: "deposit", value: 6, results: []any{11}, events: []string{"vault deposit bob 06"}},
		{what: "carol closes it", from: "carol", function: "close"},
		{what: "now it takes nothing", from: "bob", function: "deposit", value: 7, fails: "vault is closed"},
		{what: "what is there stays", from: "bob", function: "depositOf", args: []any{name("bob")}, results: []any{11}},
		{what: "closing takes no value", from: "carol", function: "close", value: 1, fails: "function is not payable"},
	})
	c.wantBalances("at the end", map[string]int64{"bob": 989, "vault": 11})
}
