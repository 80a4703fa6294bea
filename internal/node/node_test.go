package node

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func user(name string) vm.Address {
	var a vm.Address
	copy(a[:], name)
	return a
}

var vmType = [2]byte{5, 0}

// played is an executor that gives what the test says. The rules under test
// are about what the node does before and after.
type played struct {
	ledger *ledger.Ledger
	create func(*vm.CreateInput) (*vm.Output, error)
	call   func(*vm.CallInput) (*vm.Output, error)
	calls  int
}

func (p *played) Create(_ context.Context, in *vm.CreateInput) (*vm.Output, error) {
	p.calls++
	return p.create(in)
}

func (p *played) Call(_ context.Context, in *vm.CallInput) (*vm.Output, error) {
	p.calls++
	return p.call(in)
}

// newNode has alice and bob with 1000 each, and an executor that deploys as
// asked and whose calls credit the value to the contract.
func newNode(t *testing.T) (*Node, *played) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := ledger.Create(path, ledger.Genesis{Time: time.Unix(1000, 0), Accounts: []ledger.GenesisAccount{
		{Address: user("alice"), Balance: big.NewInt(1000)}, {Address: user("bob"), Balance: big.NewInt(1000)},
	}}); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	p := &played{ledger: l}
	p.create = func(in *vm.CreateInput) (*vm.Output, error) {
		a, err := l.Account(in.Caller)
		if err != nil {
			return nil, err
		}
		address, err := l.NewAddress(in.Caller, a.Nonce-1, vmType[:])
		return &vm.Output{Accounts: []vm.OutputAccount{{
			Address: address, BalanceDelta: in.Value, Code: in.Code, CodeMetadata: in.CodeMetadata, CodeDeployer: in.Caller[:],
		}}}, err
	}
	p.call = func(in *vm.CallInput) (*vm.Output, error) {
		return &vm.Output{Accounts: []vm.OutputAccount{{Address: in.Recipient, BalanceDelta: in.Value}}}, nil
	}
	return New(l, p, Options{VMType: vmType, Now: func() time.Time { return time.Unix(2000, 0) }}), p
}

func deploy(t *testing.T, n *Node, metadata ...byte) *Receipt {
	t.Helper()
	r, err := n.Deploy(t.Context(), &Deployment{Sender: user("alice"), Code: []byte("code"), Metadata: metadata, Gas: 1})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (p *played) height(t *testing.T) uint64 {
	t.Helper()
	census, err := p.ledger.Check()
	if err != nil {
		t.Fatal(err)
	}
	return census.Height
}

func TestATransactionThatSucceedsIsABlock(t *testing.T) {
	n, p := newNode(t)
	first, second := deploy(t, n, 1, 2), deploy(t, n, 1, 2)
	if first.Contract == second.Contract || first.Hash == second.Hash {
		t.Error("two deployments are one")
	}
	if !second.Included || second.Block.Nonce != 2 || second.Block.Timestamp != 2000 {
		t.Errorf("receipt %+v", second)
	}
	var seen *vm.CallInput
	inner := p.call
	p.call = func(in *vm.CallInput) (*vm.Output, error) { seen = in; return inner(in) }
	r, err := n.Call(t.Context(), &Call{Sender: user("bob"), Contract: first.Contract, Function: "f", Value: big.NewInt(7), Arguments: [][]byte{{1}, nil}, Gas: 5})
	if err != nil || !r.Included || p.height(t) != 3 {
		t.Fatal(err, r)
	}
	if seen.Caller != user("bob") || seen.Value.Int64() != 7 || seen.GasProvided != 5 || len(seen.Arguments) != 2 ||
		!bytes.Equal(seen.CurrentTxHash, r.Hash[:]) || !bytes.Equal(seen.OriginalTxHash, r.Hash[:]) {
		t.Errorf("the VM was asked %+v", seen)
	}
	if err := p.ledger.View(func(v *ledger.View) error {
		a, err := v.Balance(user("bob"))
		b, err2 := v.Balance(first.Contract)
		if a.Int64() != 993 || b.Int64() != 7 {
			t.Errorf("bob has %v, the contract %v", a, b)
		}
		return errors.Join(err, err2)
	}); err != nil {
		t.Error(err)
	}
}

func TestWhatFailsLeavesNoTrace(t *testing.T) {
	n, p := newNode(t)
	contract := deploy(t, n, 1, 2).Contract
	call := &Call{Sender: user("bob"), Contract: contract, Function: "f", Value: big.NewInt(7), Gas: 5}
	broken := errors.New("Core is gone")
	for _, tt := range []struct {
		name string
		out  *vm.Output
		err  error
		want error
	}{
		{"the contract fails", &vm.Output{Code: vm.UserError, Message: "no"}, nil, nil},
		{"the VM fails", nil, broken, broken},
		{"the output cannot be true", &vm.Output{}, nil, errors.New("balances change by 0")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p.call = func(*vm.CallInput) (*vm.Output, error) { return tt.out, tt.err }
			r, err := n.Call(t.Context(), call)
			switch {
			case tt.want == nil && (err != nil || r.Included || r.Output != tt.out):
				t.Errorf("%+v, %v", r, err)
			case tt.want != nil && (err == nil || !strings.Contains(err.Error(), tt.want.Error())):
				t.Errorf("error %v, want %v", err, tt.want)
			}
			if p.height(t) != 1 {
				t.Error("there is a block")
			}
		})
	}
	// The node works on.
	if deploy(t, n, 1, 2); p.height(t) != 2 {
		t.Error("no block after the failures")
	}
}

func TestAQueryChangesNothing(t *testing.T) {
	n, p := newNode(t)
	contract := deploy(t, n, 1, 2).Contract
	r, err := n.Query(t.Context(), &Call{Sender: user("nobody"), Contract: contract, Function: "f", Gas: 5})
	if err != nil || r.Included || r.Output.Code != vm.OK || p.height(t) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhatIsRejectedIsNotRun(t *testing.T) {
	n, p := newNode(t)
	open := deploy(t, n, 1, 2).Contract
	closed := deploy(t, n, 0, 0).Contract
	alice, bob := user("alice"), user("bob")
	seven, many := big.NewInt(7), big.NewInt(1001)
	calls := p.calls
	for _, tt := range []struct {
		name string
		tx   transaction
		want string
	}{
		{"no gas", &Call{Sender: bob, Contract: open, Function: "f"}, "gas 0 is not between"},
		{"more gas than a block has", &Call{Sender: bob, Contract: open, Function: "f", Gas: DefaultGasLimit + 1}, "is not between"},
		{"a negative value", &Call{Sender: bob, Contract: open, Function: "f", Gas: 1, Value: big.NewInt(-1)}, "is negative"},
		{"more than the sender has", &Call{Sender: bob, Contract: open, Function: "f", Gas: 1, Value: many}, "has less than 1001"},
		{"an unknown sender", &Call{Sender: user("zoe"), Contract: open, Function: "f", Gas: 1}, "is unknown"},
		{"a contract as sender", &Call{Sender: closed, Contract: open, Function: "f", Gas: 1}, "is a contract"},
		{"no contract there", &Call{Sender: bob, Contract: alice, Function: "f", Gas: 1}, "there is no contract"},
		{"nothing there", &Call{Sender: bob, Contract: user("zoe"), Function: "f", Gas: 1}, "there is no contract"},
		{"no function", &Call{Sender: bob, Contract: open, Gas: 1}, "the function has no name"},
		{"value for a contract that takes none", &Call{Sender: bob, Contract: closed, Function: "f", Gas: 1, Value: seven}, "not payable"},
		{"an upgrade by somebody else", &Call{Sender: bob, Contract: open, Function: "upgradeContract", Gas: 1}, "only its owner"},
		{"an upgrade of a fixed contract", &Call{Sender: alice, Contract: closed, Function: "upgradeContract", Gas: 1}, "is not upgradeable"},
		{"an upgrade to nothing", &Call{Sender: alice, Contract: open, Function: "upgradeContract", Gas: 1}, "needs code and metadata"},
		{"an upgrade with odd metadata", &Call{Sender: alice, Contract: open, Function: "upgradeContract", Gas: 1, Arguments: [][]byte{{1}, {1}}}, "1 bytes instead of 2"},
		{"an upgrade with value that its new metadata refuse", &Call{Sender: alice, Contract: open, Function: "upgradeContract", Gas: 1, Value: seven, Arguments: [][]byte{{1}, {1, 0}}}, "not payable"},
		{"no code", &Deployment{Sender: bob, Metadata: []byte{1, 0}, Gas: 1}, "there is no code"},
		{"no metadata", &Deployment{Sender: bob, Code: []byte("c"), Gas: 1}, "0 bytes instead of 2"},
		{"unknown bits in the first byte", &Deployment{Sender: bob, Code: []byte("c"), Metadata: []byte{2, 0}, Gas: 1}, "unknown bits"},
		{"unknown bits in the second byte", &Deployment{Sender: bob, Code: []byte("c"), Metadata: []byte{0, 1}, Gas: 1}, "unknown bits"},
		{"value for a deployment that takes none", &Deployment{Sender: bob, Code: []byte("c"), Metadata: []byte{1, 0}, Gas: 1, Value: seven}, "not payable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := n.run(t.Context(), tt.tx, true)
			var rejection *Rejection
			if !errors.As(err, &rejection) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want a rejection with %q", err, tt.want)
			}
			if p.calls != calls || p.height(t) != 2 {
				t.Error("it was run")
			}
		})
	}
}

func TestBlocksDoNotGoBackInTime(t *testing.T) {
	n, _ := newNode(t)
	n.options.Now = func() time.Time { return time.Unix(3000, 0) }
	deploy(t, n, 1, 0)
	n.options.Now = func() time.Time { return time.Unix(-5, 0) }
	if r := deploy(t, n, 1, 0); r.Block.Timestamp != 3000 {
		t.Errorf("block time %d, want 3000", r.Block.Timestamp)
	}
}

func TestADeploymentToAnotherAddressIsAnError(t *testing.T) {
	n, p := newNode(t)
	p.create = func(in *vm.CreateInput) (*vm.Output, error) { return &vm.Output{}, nil }
	if _, err := n.Deploy(t.Context(), &Deployment{Sender: user("bob"), Code: []byte("c"), Metadata: []byte{1, 0}, Gas: 1}); err == nil || !strings.Contains(err.Error(), "did not deploy to") {
		t.Errorf("error %v", err)
	}
}

func TestBytesAsPeopleWriteThem(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string
		bad  bool
	}{
		{"0x", "", false},
		{"0x00ff", "\x00\xff", false},
		{"0xFF", "\xff", false},
		{"0", "", false},
		{"255", "\xff", false},
		{"256", "\x01\x00", false},
		{"007", "\x07", false},
		{"str:hello", "hello", false},
		{"str:", "", false},
		{"-", "", false},
		{"", "", true},
		{"0xf", "", true},
		{"0xzz", "", true},
		{"-1", "", true},
		{"+1", "", true},
		{"1e3", "", true},
		{"hello", "", true},
	} {
		got, err := ParseBytes(tt.text)
		if (err != nil) != tt.bad || string(got) != tt.want {
			t.Errorf("%q gives %x, %v", tt.text, got, err)
		}
	}
}

func TestBytesAsTheyAreShown(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "0x  number 0",
		"\x01\x00":                 "0x0100  number 256",
		"hi":                       `0x6869  number 26729  text "hi"`,
		"hi\x00\x00":               `0x68690000  number 1751711744  text "hi"`,
		"a\x00b":                   "0x610062  number 6357090",
		"\xff":                     "0xff  number 255",
		strings.Repeat("\xaa", 17): "0x" + strings.Repeat("aa", 17),
	} {
		if got := FormatBytes([]byte(in)); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}
