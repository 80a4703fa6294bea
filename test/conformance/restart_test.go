package conformance

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/demo"
	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A trap is a ledger that does something when it is asked for storage.
type trap struct {
	*ledger.Ledger
	mu   sync.Mutex
	once func() // nil: nothing
	err  error  // the answer, if not nil
}

func (h *trap) Storage(address vm.Address, key []byte) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.once != nil {
		h.once()
		h.once = nil
	}
	if h.err != nil {
		return nil, h.err
	}
	return h.Ledger.Storage(address, key)
}

// newTrap has a token on a ledger, alice its owner, and a driver.
func newTrap(t *testing.T) (*trap, *driver.Driver, *node.Node, *node.Call) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ledger.db")
	if err := ledger.Create(path, demo.Genesis(beginning())); err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	h := &trap{Ledger: l}
	config := vm.Config{VMType: [2]byte{5, 0}}
	d, err := driver.New(h, driver.Options{Self: true, Config: config})
	if err != nil {
		t.Fatal(errors.Join(err, l.Close()))
	}
	t.Cleanup(func() {
		if err := errors.Join(d.Close(), l.Close()); err != nil {
			t.Error(err)
		}
	})
	n := node.New(l, d, node.Options{VMType: config.VMType})
	alice := demo.Account("alice")
	r, err := n.Deploy(t.Context(), &node.Deployment{
		Sender: alice, Code: contracts.Wasm("erc20"), Metadata: []byte{1, 0}, Arguments: [][]byte{{100}}, Gas: 50_000_000,
	})
	if err != nil || r.Output.Code != vm.OK {
		t.Fatal(err, r)
	}
	return h, d, n, &node.Call{Sender: alice, Contract: r.Contract, Function: "balanceOf", Arguments: [][]byte{alice[:]}, Gas: 50_000_000}
}

// expect makes the call and compares its result.
func expect(t *testing.T, n *node.Node, c *node.Call, want byte) {
	t.Helper()
	r, err := n.Call(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if out := r.Output; out.Code != vm.OK || len(out.ReturnData) != 1 || string(out.ReturnData[0]) != string([]byte{want}) {
		t.Errorf("output %+v, want %d", out, want)
	}
}

// The Core that dies knows the contract's code, the one that takes over does
// not: their questions differ, their answers must not.
func TestAContractGoesOnWhenCoreDiesInTheMiddleOfIt(t *testing.T) {
	h, d, n, call := newTrap(t)
	expect(t, n, call, 100)
	first := d.Pid()
	h.once = func() {
		core, err := os.FindProcess(first)
		if err == nil {
			err = core.Kill()
		}
		if err != nil {
			t.Error(err)
		}
	}
	expect(t, n, call, 100)
	if d.Pid() == first {
		t.Error("Core was not replaced")
	}
}

func TestAHookThatFailsLeavesCoreAndLedgerAsTheyWere(t *testing.T) {
	h, d, n, call := newTrap(t)
	expect(t, n, call, 100)
	pid := d.Pid()
	disk := errors.New("the disk is on fire")
	h.err = disk
	_, err := n.Call(t.Context(), call)
	var critical *driver.CriticalError
	if !errors.Is(err, disk) || errors.As(err, &critical) {
		t.Errorf("error %v, want the hook's own", err)
	}
	h.err = nil
	expect(t, n, call, 100)
	if d.Pid() != pid {
		t.Error("Core was replaced")
	}
	census, err := h.Check()
	if err != nil || census.Height != 3 {
		t.Errorf("%+v, %v; want one deployment and two calls", census, err)
	}
}
