package contracts_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var vmType = [2]byte{5, 0}

func newExecutor(t *testing.T, hook vm.BlockchainHook) vm.Executor {
	t.Helper()
	return newExecutorWith(t, hook, vm.Config{VMType: vmType})
}

func newExecutorWith(t *testing.T, hook vm.BlockchainHook, config vm.Config) vm.Executor {
	t.Helper()
	everywhere := &everywhere{t: t}
	add := func(name string, e executor, err error) {
		if err != nil {
			t.Fatal(err)
		}
		everywhere.ways = append(everywhere.ways, way{name, e})
		t.Cleanup(func() {
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	here, err := inprocess.New(hook, config)
	add("in-process", here, err)
	piped, err := driver.New(hook, driver.Options{Self: true, Config: config})
	add("piped, JSON", piped, err)
	binary, err := driver.New(hook, driver.Options{Self: true, Config: config, Codec: driver.Binary})
	add("piped, binary", binary, err)
	config.Engine = vm.EngineInterpreter
	interpreter, err := inprocess.New(hook, config)
	add("in-process, interpreter", interpreter, err)
	return everywhere
}

type executor interface {
	vm.Executor
	Close() error
}

type way struct {
	name string
	executor
}

// everywhere runs each request in every way, and requires equal canonical
// bytes. Its output is that of the first.
type everywhere struct {
	t    *testing.T
	ways []way
}

func (e *everywhere) Create(ctx context.Context, in *vm.CreateInput) (*vm.Output, error) {
	return e.each(func(x vm.Executor) (*vm.Output, error) { return x.Create(ctx, in) })
}

func (e *everywhere) Call(ctx context.Context, in *vm.CallInput) (*vm.Output, error) {
	return e.each(func(x vm.Executor) (*vm.Output, error) { return x.Call(ctx, in) })
}

func (e *everywhere) each(run func(vm.Executor) (*vm.Output, error)) (*vm.Output, error) {
	e.t.Helper()
	var first *vm.Output
	var want []byte
	for i, w := range e.ways {
		out, err := run(w.executor)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w.name, err)
		}
		got, err := out.AppendBinary(nil)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first, want = out, got
		} else if !bytes.Equal(got, want) {
			e.t.Errorf("%s and %s give different outputs:\n%+v\n%+v", e.ways[0].name, w.name, first, out)
		}
	}
	return first, nil
}

// TestMain lets this program be Core.
func TestMain(m *testing.M) {
	coreproc.Main()
	os.Exit(m.Run())
}

// A step is one call and all that is expected of it.
type step struct {
	what     string // a sentence
	from     string
	to       string // name of a contract; empty: the one before
	function string
	args     []any // int: unsigned number; signed: two's complement; name: an address; string, []byte: as they are
	value    int64
	at       uint64 // block time from now on; 0: unchanged

	fails   string        // message of the expected user error; empty: it succeeds
	code    vm.ReturnCode // expected code where it fails otherwise than by a user error
	results []any         // encoded like args
	events  []string      // as shown by event
}

type (
	signed int64
	name   string
)

// tell runs the steps in order.
func (c *chain) tell(steps []step) {
	c.t.Helper()
	to := ""
	for i, s := range steps {
		if s.to != "" {
			to = s.to
		}
		if s.at != 0 {
			c.now = s.at
		}
		out := c.call(s.from, c.contract(to), s.value, s.function, s.args...)
		if msg := c.differs(s, out); msg != "" {
			c.t.Errorf("step %d, %s: %s of %s:\n%s", i+1, s.what, s.function, to, msg)
		}
	}
}

func (c *chain) differs(s step, out *vm.Output) string {
	code := s.code
	if code == vm.OK && s.fails != "" {
		code = vm.UserError
	}
	if out.Code != code || out.Code != vm.OK && out.Message != s.fails {
		return fmt.Sprintf("got  %v %q\nwant %v %q", out.Code, out.Message, code, s.fails)
	}
	if want := c.encode(s.results); !slices.EqualFunc(out.ReturnData, want, bytes.Equal) {
		return fmt.Sprintf("got results  %x\nwant results %x", out.ReturnData, want)
	}
	var events []string
	for _, l := range out.Logs {
		events = append(events, c.event(l))
	}
	if !slices.Equal(events, s.events) {
		return fmt.Sprintf("got events  %q\nwant events %q", events, s.events)
	}
	return ""
}

// event shows a log entry as "contract identifier topics… data", accounts by
// name, data in hex or as quoted text.
func (c *chain) event(l vm.LogEntry) string {
	words := []string{c.name(l.Address), strings.TrimRight(string(l.Identifier), "\x00")}
	for _, topic := range l.Topics {
		words = append(words, c.name(vm.Address(topic)))
	}
	return strings.Join(append(words, hex.EncodeToString(l.Data)), " ")
}

func (c *chain) name(a vm.Address) string {
	if n := c.names[a]; n != "" {
		return n
	}
	return a.String()
}

// contract gives the address with that name.
func (c *chain) contract(n string) vm.Address {
	c.t.Helper()
	for a, other := range c.names {
		if n == other {
			return a
		}
	}
	c.t.Fatalf("nobody is called %q", n)
	return vm.Address{}
}

func (c *chain) encode(values []any) [][]byte {
	c.t.Helper()
	var list [][]byte
	for _, v := range values {
		switch v := v.(type) {
		case int:
			list = append(list, big.NewInt(int64(v)).Bytes())
		case signed:
			list = append(list, twosComplement(int64(v)))
		case name:
			a := c.contract(string(v))
			list = append(list, a[:])
		case vm.Address:
			list = append(list, v[:])
		case string:
			list = append(list, []byte(v))
		case []byte:
			list = append(list, v)
		default:
			c.t.Fatalf("cannot encode %T", v)
		}
	}
	return list
}

// twosComplement gives the shortest big endian form; 0 is empty.
func twosComplement(v int64) []byte {
	if v == 0 {
		return nil
	}
	b := []byte{byte(v)}
	for rest := v >> 8; !(rest == 0 && b[0] < 0x80 || rest == -1 && b[0] >= 0x80); rest >>= 8 {
		b = append([]byte{byte(rest)}, b...)
	}
	return b
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// wantBalances compares native balances, given as name, amount pairs.
func (c *chain) wantBalances(when string, want map[string]int64) {
	c.t.Helper()
	for n, amount := range want {
		if got := c.accounts[c.contract(n)].balance; got.Cmp(big.NewInt(amount)) != 0 {
			c.t.Errorf("%s: %s has %d, want %d", when, n, got, amount)
		}
	}
}
