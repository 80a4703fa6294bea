package scenario

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// scripted is an executor that answers what a test tells it to.
type scripted struct {
	hook   *Hook
	call   func(*vm.CallInput) (*vm.Output, error)
	create func(*vm.CreateInput) (*vm.Output, error)
}

func (s *scripted) Create(_ context.Context, in *vm.CreateInput) (*vm.Output, error) {
	return s.create(in)
}

func (s *scripted) Call(_ context.Context, in *vm.CallInput) (*vm.Output, error) { return s.call(in) }

// play runs a scenario that is given as text.
func play(t *testing.T, text string, s *scripted) (*World, error) {
	t.Helper()
	sc, err := Parse("x.scen.json", []byte(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	s.hook = NewHook()
	err = Run(context.Background(), sc, &Machine{Executor: s, Hook: s.hook}, Options{})
	return s.hook.World, err
}

func named(text string) vm.Address { return vm.Address(address(text, 0)) }

// pay is an output that gives an account value.
func pay(to vm.Address, amount int64) *vm.Output {
	return &vm.Output{Accounts: []vm.OutputAccount{{Address: to, BalanceDelta: big.NewInt(amount)}}}
}

const world = `{"steps": [
	{"step": "setState", "accounts": {
		"address:alice": {"nonce": "7", "balance": "100"},
		"address:contract": {"code": "str:code", "balance": "10"},
		"address:far": {"code": "str:code", "shard": "3", "balance": "10"},
		"address:strict": {"code": "str:code", "codeMetadata": "0x0100"},
		"address:payable": {"code": "str:code", "codeMetadata": "0x0002"}},
	 "currentBlockInfo": {"blockNonce": "5", "blockRound": "6", "blockTimestamp": "7", "blockEpoch": "8", "blockRandomSeed": "0x09"},
	 "previousBlockInfo": {"blockNonce": "4"},
	 "blockHashes": ["0xaa", "0xbb"],
	 "newAddresses": [{"creatorAddress": "address:alice", "creatorNonce": "7", "newAddress": "address:new"}]},
	{"step": "scCall", "txId": "call", "tx": {"from": "address:alice", "to": "address:contract", "value": "30",
	 "function": "f", "arguments": ["1", ["2", "3"]], "gasLimit": "20", "gasPrice": "2"}, "expect": {"out": [], "status": "0"}}
]}`

func TestTheWorldAnswers(t *testing.T) {
	asked := false
	s := new(scripted)
	s.call = func(in *vm.CallInput) (*vm.Output, error) {
		asked = true
		checkInput(t, in)
		checkAnswers(t, s.hook)
		return pay(in.Recipient, 30), nil
	}
	w, err := play(t, world, s)
	if err != nil || !asked {
		t.Fatal(err, asked)
	}
	if got := w.accounts[named("alice")].balance.Int64(); got != 30 {
		t.Errorf("alice has %d: 100 without 40 for gas and 30 for the value expected", got)
	}
	if got := w.accounts[named("contract")].balance.Int64(); got != 40 {
		t.Errorf("the contract has %d", got)
	}
}

func checkInput(t *testing.T, in *vm.CallInput) {
	t.Helper()
	hash := []byte("call" + strings.Repeat(".", 28))
	if in.Caller != named("alice") || in.Recipient != named("contract") || in.Function != "f" ||
		len(in.Arguments) != 2 || string(in.Arguments[1]) != "\x02\x03" || in.Value.Int64() != 30 ||
		in.GasProvided != 20 || in.GasPrice != 2 || in.CallType != vm.DirectCall ||
		!bytes.Equal(in.CurrentTxHash, hash) || !bytes.Equal(in.OriginalTxHash, hash) {
		t.Errorf("input is %+v", in)
	}
}

func checkAnswers(t *testing.T, h *Hook) {
	t.Helper()
	alice, err := h.Account(named("alice"))
	if err != nil || alice.Nonce != 8 || alice.Balance.Int64() != 60 {
		t.Errorf("alice: %+v, %v", alice, err)
	}
	var refusal *vm.Refusal
	if _, err := h.Account(named("nobody")); !errors.As(err, &refusal) || refusal.Text != "account not found: "+named("nobody").String() {
		t.Errorf("nobody: %v", err)
	}
	if far, err := h.Account(named("far")); far != nil || err != nil {
		t.Errorf("an account of another shard is kept here: %v, %v", far, err)
	}
	if shard, err := h.ShardOfAddress(named("far")); shard != 3 || err != nil {
		t.Errorf("shard %d, %v", shard, err)
	}
	if hash, err := h.BlockHash(1); string(hash) != "\xbb" || err != nil {
		t.Errorf("block hash %x, %v", hash, err)
	}
	if _, err := h.BlockHash(2); !errors.As(err, &refusal) || refusal.Text != "blockhash offset exceeds the blockhashes slice" {
		t.Errorf("block hash: %v", err)
	}
	facts, err := h.BlockFacts()
	want := vm.Block{Nonce: 5, Round: 6, Timestamp: 7, Epoch: 8, RandomSeed: []byte{9}}
	if err != nil || facts.Last.Nonce != 4 || facts.Current.Nonce != want.Nonce || facts.Current.Round != want.Round ||
		facts.Current.Timestamp != want.Timestamp || facts.Current.Epoch != want.Epoch || string(facts.Current.RandomSeed) != "\x09" {
		t.Errorf("facts %+v, %v", facts, err)
	}
	for _, tt := range []struct {
		name              string
		contract, payable bool
	}{{"alice", false, true}, {"contract", true, true}, {"strict", true, false}, {"payable", true, true}, {"nobody", false, true}} {
		is, err := h.IsSmartContract(named(tt.name))
		payable, err2 := h.IsPayable(named(tt.name))
		if is != tt.contract || payable != tt.payable || err != nil || err2 != nil {
			t.Errorf("%s: contract %v, payable %v, %v, %v", tt.name, is, payable, err, err2)
		}
	}
	if is, err := h.IsSmartContract(vm.Address(address("x", contractZeros))); !is || err != nil {
		t.Errorf("an address that begins with zeros is none of a contract: %v", err)
	}
	if a, err := h.NewAddress(named("alice"), 7, nil); a != named("new") || err != nil {
		t.Errorf("new address %v, %v", a, err)
	}
	creator := vm.Address([]byte("acc1" + strings.Repeat("\x00", 26) + "\x12\x34"))
	made := "00000000000000000000" + "11111111" + "616363310000000000000000000000" + "05" + "1234"
	if a, err := h.NewAddress(creator, 5, nil); a.String() != made || err != nil {
		t.Errorf("new address %v, %v", a, err)
	}
}

func TestBadOutputsAreNotApplied(t *testing.T) {
	for _, tt := range []struct {
		name string
		out  *vm.Output
		err  error
		want string
	}{
		{"value comes from nowhere", pay(named("contract"), 31), nil,
			"sum of balance deltas should equal call value. Sum of balance deltas: 31 (0x1f). Call value: 30 (0x1e)"},
		{"a balance below zero", &vm.Output{Accounts: []vm.OutputAccount{
			{Address: named("contract"), BalanceDelta: big.NewInt(-11)}, {Address: named("x"), BalanceDelta: big.NewInt(41)}}}, nil,
			"account address:contract: the balance would be negative: -1"},
		{"tokens come from nowhere", &vm.Output{Accounts: []vm.OutputAccount{{Address: named("contract"), BalanceDelta: big.NewInt(30),
			StorageUpdates: []vm.StorageUpdate{{Key: builtin.TokenKey([]byte("GOLD")), Value: builtin.EncodeAmount(big.NewInt(5))}}}}}, nil,
			"balances of token 0x474f4c44 (``GOLD) change by 5 in all"},
		{"a token balance that is none", &vm.Output{Accounts: []vm.OutputAccount{{Address: named("contract"), BalanceDelta: big.NewInt(30),
			StorageUpdates: []vm.StorageUpdate{{Key: builtin.TokenKey([]byte("GOLD")), Value: []byte("x")}}}}}, nil,
			"stored token balance is damaged: 78"},
		{"no output", nil, errors.New("the process is gone"), "step 2 (scCall call): the process is gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &scripted{call: func(*vm.CallInput) (*vm.Output, error) { return tt.out, tt.err }}
			_, err := play(t, world, s)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "x.scen.json:") {
				t.Errorf("got %v, want %s", err, tt.want)
			}
			var machine *MachineError
			if errors.As(err, &machine) != (tt.err != nil) {
				t.Errorf("kind of %v", err)
			}
		})
	}
}

func TestAccountsThatWereLookedAtNeedNotBeListed(t *testing.T) {
	steps := func(delta, check string) string {
		return `{"steps": [
	{"step": "setState", "accounts": {"address:alice": {"balance": "9"}, "address:contract": {"code": "str:x"}}},
	{"step": "scCall", "txId": "1", "tx": {"from": "address:alice", "to": "address:contract", "value": "` + delta + `", "function": "f"}},
	{"step": "checkState", "accounts": {"address:alice": {}, "address:contract": {}` + check + `}}]}`
	}
	s := &scripted{call: func(in *vm.CallInput) (*vm.Output, error) { return pay(named("seen"), in.Value.Int64()), nil }}
	for _, tt := range []struct {
		name, text, want string
	}{
		{"without an effect it may be left out", steps("0", ""), ""},
		{"or listed", steps("0", `, "address:seen": {"balance": "0", "owner": "address:alice"}`), ""},
		{"with one it must be listed", steps("5", ""), "unexpected account address: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := play(t, tt.text, s)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestMessagesToAccountsAreKept(t *testing.T) {
	s := &scripted{call: func(in *vm.CallInput) (*vm.Output, error) {
		out := pay(named("far"), in.Value.Int64())
		out.Accounts[0].Transfers = []vm.Transfer{{Data: []byte("first@01")}, {Data: []byte("second")}}
		return out, nil
	}}
	w, err := play(t, world, s)
	if err != nil || string(w.accounts[named("far")].asyncData) != "first@01" {
		t.Errorf("%v, data %q", err, w.accounts[named("far")].asyncData)
	}
}

func TestDumpsAreSorted(t *testing.T) {
	sc, err := Parse("x", []byte(`{"steps": [
	{"step": "setState", "accounts": {"address:bob": {"balance": "1,000"}, "address:alice": {"nonce": "3",
		"storage": {"str:b": "str:text", "str:a": "300", "str:c": ""}}}},
	{"step": "dumpState"}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	var dump bytes.Buffer
	m := &Machine{Executor: &scripted{}, Hook: NewHook()}
	if err := Run(context.Background(), sc, m, Options{Dump: &dump}); err != nil {
		t.Fatal(err)
	}
	alice, bob := named("alice"), named("bob")
	want := "world state dump:\n" +
		"\t0x" + alice.String() + " (``" + string(alice[:]) + ")\n\t\tnonce: 3\n\t\tbalance: 0\n\t\tstorage:\n" +
		"\t\t\t0x61 (``a) => 0x012c (300)\n\t\t\t0x62 (``b) => 0x74657874 (``text)\n" +
		"\t0x" + bob.String() + " (``" + string(bob[:]) + ")\n\t\tnonce: 0\n\t\tbalance: 1000\n"
	if dump.String() != want {
		t.Errorf("got\n%swant\n%s", dump.String(), want)
	}
}

func TestAnEndedContextEndsARun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	sc, err := Parse("x", []byte(world), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := Run(ctx, sc, &Machine{Executor: &scripted{}, Hook: NewHook()}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
