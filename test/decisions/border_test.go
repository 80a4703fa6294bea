package decisions

import (
	"errors"
	"math/big"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// node is the world of a case, with a way to fail.
type node struct {
	*vectors.World
	storage error // what a question for storage is answered with
	account error // and one for an account that is not known
	known   map[vm.Address]bool
	builtin int // questions for a built-in function
}

func (n *node) Storage(a vm.Address, key []byte) ([]byte, error) {
	if n.storage != nil {
		return nil, n.storage
	}
	return n.World.Storage(a, key)
}

func (n *node) Account(a vm.Address) (*vm.Account, error) {
	if n.account != nil && !n.known[a] {
		return nil, n.account
	}
	return n.World.Account(a)
}

func (n *node) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	n.builtin++
	return n.World.ProcessBuiltinFunction(in)
}

// request is a step of a case as an input.
func request(s *vectors.Step) *vm.CallInput {
	in := &s.Input
	call := &vm.CallInput{Recipient: vm.Address(*in.Recipient), Function: in.Function}
	call.Caller, call.Value, call.GasProvided = vm.Address(in.Caller), &in.Value.Int, in.GasProvided
	call.CallType, call.OriginalTxHash, call.CurrentTxHash = in.CallType, in.OriginalTxHash, in.CurrentTxHash
	for _, arg := range in.Arguments {
		call.Arguments = append(call.Arguments, arg)
	}
	return call
}

// findCase finds a case of a directory, and its world as a node.
func findCase(t *testing.T, dir, name string) (*vectors.Case, *node, vm.Config) {
	t.Helper()
	for _, c := range load(t, dir) {
		if c.Name != name {
			continue
		}
		world, err := vectors.NewWorld(c)
		if err != nil {
			t.Fatal(err)
		}
		prices, err := gas.File(c.GasSchedule)
		if err != nil {
			t.Fatal(err)
		}
		return c, &node{World: world}, vm.Config{
			VMType: [2]byte{5, 0}, BlockGasLimit: 1 << 50, GasSchedule: prices, BuiltinFunctions: c.BuiltinFunctions,
		}
	}
	t.Fatalf("there is no case %s", name)
	return nil, nil, vm.Config{}
}

// bothWays runs f with an executor in this process and with one across the
// pipe, for both codecs.
func bothWays(t *testing.T, hook vm.BlockchainHook, config vm.Config, f func(t *testing.T, e vm.Executor)) {
	t.Run("in-process", func(t *testing.T) {
		e, err := inprocess.New(hook, config)
		if err != nil {
			t.Fatal(err)
		}
		defer closeIt(t, e)
		f(t, e)
	})
	for name, codec := range map[string]driver.Codec{"piped, JSON": driver.JSON, "piped, binary": driver.Binary} {
		t.Run(name, func(t *testing.T) {
			d, err := driver.New(hook, driver.Options{Self: true, Config: config, Codec: codec})
			if err != nil {
				t.Fatal(err)
			}
			defer closeIt(t, d)
			f(t, d)
		})
	}
}

func closeIt(t *testing.T, c interface{ Close() error }) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func firstCall(c *vectors.Case, function string) *vectors.Step {
	for _, s := range c.Steps {
		if s.Input.Kind == "call" && (function == "" || s.Input.Function == function) {
			return s
		}
	}
	return nil
}

// hookAnswers: a refusal is an answer that contracts see; any other error ends
// the execution without an output, and the next one works.
func hookAnswers(t *testing.T) {
	c, n, config := findCase(t, "../vectors", "eei/storage")
	step := firstCall(c, "add")
	bothWays(t, n, config, func(t *testing.T, e vm.Executor) {
		broken := errors.New("the disk is on fire")
		n.storage = broken
		out, err := e.Call(t.Context(), request(step))
		if out != nil || !errors.Is(err, broken) {
			t.Errorf("got %v, %v", out, err)
		}
		var critical *driver.CriticalError
		if errors.As(err, &critical) {
			t.Error("a failure of the node is called one of Core")
		}
		n.storage = &vm.Refusal{Text: "no"} // reads as empty
		if out, err = e.Call(t.Context(), request(step)); err != nil || out.Code != vm.OK {
			t.Errorf("with a refusal: %v, %v", out, err)
		}
		n.storage = nil
		if out, err = e.Call(t.Context(), request(step)); err != nil || out.Code != vm.OK {
			t.Errorf("after the failure: %v, %v", out, err)
		}
	})
	t.Run("an account that nobody can look up", func(t *testing.T) {
		c, n, config := findCase(t, "../vectors", "exec-dest/success")
		step := firstCall(c, "")
		n.known = map[vm.Address]bool{vm.Address(step.Input.Caller): true, vm.Address(*step.Input.Recipient): true}
		bothWays(t, n, config, func(t *testing.T, e vm.Executor) {
			broken := errors.New("the disk is on fire")
			n.account = broken
			if out, err := e.Call(t.Context(), request(step)); out != nil || !errors.Is(err, broken) {
				t.Errorf("got %v, %v", out, err)
			}
			n.account = nil
			if out, err := e.Call(t.Context(), request(step)); err != nil || out.Code != vm.OK {
				t.Errorf("after the failure: %v, %v", out, err)
			}
		})
	})
	t.Run("the text of a refusal is the message", func(t *testing.T) {
		c, n, config := findCase(t, "../vectors", "builtins/dest-context")
		bothWays(t, n, config, func(t *testing.T, e vm.Executor) {
			in := request(firstCall(c, "dest"))
			create := &vm.CreateInput{Input: in.Input, Code: []byte("x")}
			create.Caller = vm.Address{9} // unknown to the chain
			out, err := e.Create(t.Context(), create)
			if err != nil || out.Code != vm.ExecutionFailed || out.Message != "account not found" {
				t.Errorf("got %+v, %v", out, err)
			}
		})
	})
}

// builtinsAreQuestions: a call that asks for a built-in function changes
// nothing at the node, so that it can be made again.
func builtinsAreQuestions(t *testing.T) {
	c, n, config := findCase(t, "../vectors", "builtins/dest-context")
	step := firstCall(c, "dest")
	bothWays(t, n, config, func(t *testing.T, e vm.Executor) {
		n.builtin = 0
		var first []byte
		for i := range 3 {
			out, err := e.Call(t.Context(), request(step))
			if err != nil {
				t.Fatal(err)
			}
			b, err := out.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && string(b) != string(first) {
				t.Error("the same call has another output")
			}
			first = b
		}
		if n.builtin == 0 {
			t.Error("the built-in was never asked for")
		}
	})
}

// scheduleChanges: from the next request on, a new schedule and new features
// are in force, on both engines.
func scheduleChanges(t *testing.T) {
	c, n, config := findCase(t, "../vectors", "eei/storage")
	step := firstCall(c, "add")
	v3, err := gas.Named("v3")
	if err != nil {
		t.Fatal(err)
	}
	for name, engine := range map[string]vm.Engine{"compiler": vm.EngineDefault, "interpreter": vm.EngineInterpreter} {
		t.Run(name, func(t *testing.T) {
			config := config
			config.Engine = engine
			second := config
			second.GasSchedule = v3
			d, err := driver.New(n, driver.Options{Self: true, Config: config})
			if err != nil {
				t.Fatal(err)
			}
			defer closeIt(t, d)
			for _, epoch := range []vm.Config{config, second, config} {
				if err := d.SetConfig(epoch); err != nil {
					t.Fatal(err)
				}
				here, err := inprocess.New(n, epoch)
				if err != nil {
					t.Fatal(err)
				}
				want, err := here.Call(t.Context(), request(step))
				closeIt(t, here)
				if err != nil {
					t.Fatal(err)
				}
				got, err := d.Call(t.Context(), request(step))
				if err != nil || got.GasRemaining != want.GasRemaining {
					t.Errorf("got %+v, %v, want %d gas left", got, err, want.GasRemaining)
				}
			}
			missing := config
			missing.GasSchedule = vm.GasSchedule{}
			if err := d.SetConfig(missing); err == nil {
				if _, err = d.Call(t.Context(), request(step)); err == nil {
					t.Error("a schedule without prices was taken")
				}
			}
			if err := d.SetConfig(config); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Call(t.Context(), request(step)); err != nil {
				t.Errorf("after a bad schedule: %v", err)
			}
		})
	}
}

// bigIntegersArePricedByTheByte: with the optional key the work on large
// numbers costs by their bytes; without it nothing changes.
func bigIntegersArePricedByTheByte(t *testing.T) {
	c, n, config := findCase(t, "../vectors-decided", "big-integers/ceiling")
	step := firstCall(c, "shl_last")
	gasUsed := func(config vm.Config) *big.Int {
		e, err := inprocess.New(n, config)
		if err != nil {
			t.Fatal(err)
		}
		defer closeIt(t, e)
		out, err := e.Call(t.Context(), request(step))
		if err != nil || out.Code != vm.OK {
			t.Fatalf("got %+v, %v", out, err)
		}
		return new(big.Int).SetUint64(step.Input.GasProvided - out.GasRemaining)
	}
	free := gasUsed(config)
	config.GasSchedule["BigIntAPICost"]["BigIntPerByte"] = 1
	priced := gasUsed(config)
	// The number has 2^24 bits.
	if least := new(big.Int).Add(free, big.NewInt(2<<20)); priced.Cmp(least) < 0 {
		t.Errorf("costs %v with a price of 1 for a byte, %v without one", priced, free)
	}
}
