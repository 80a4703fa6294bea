//go:build unix

package driver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/internal/corepart"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// TestMain makes the test program its own Core: started as Core it runs an
// executor that does what the arguments of a request tell it, or follows a
// script of messages.
func TestMain(m *testing.M) {
	if os.Args[0] == protocol.ProcessName {
		if script := os.Getenv(scriptVariable); script != "" {
			os.Exit(followScript(script))
		}
		if once := os.Getenv(onceVariable); once != "" && os.Remove(once) == nil {
			os.Exit(1)
		}
		if os.Getenv(deafVariable) != "" {
			time.Sleep(time.Hour)
		}
		if os.Getenv(realVariable) != "" {
			coreproc.Run()
		}
		os.Exit(corepart.Main("test build", newStoryteller))
	}
	if os.Getenv(nodeVariable) != "" {
		os.Exit(runNode())
	}
	if err := os.Setenv(protocol.SelfVariable, strconv.Itoa(os.Getpid())); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

const (
	deafVariable = "CORE_TEST_DEAF" // set: Core starts and never says a word
	onceVariable = "CORE_TEST_ONCE" // a file: the Core that removes it ends at once
	realVariable = "CORE_TEST_REAL" // set: Core is what it is, and tells no stories
	nodeVariable = "CORE_TEST_NODE" // set: be a node instead of running tests
)

// beCore makes this program its own Core, as coreproc.Main() does, until the
// function it returns is called.
func beCore() (end func()) {
	if err := os.Setenv(realVariable, "1"); err != nil {
		panic(err)
	}
	return func() { os.Unsetenv(realVariable) }
}

// storyteller is the executor of the tests. Every argument of a request is one
// step, a word and its operands; the answers become the return data.
type storyteller struct {
	hook   vm.BlockchainHook
	config vm.Config
}

func newStoryteller(init *protocol.Init, hook vm.BlockchainHook) (vm.Executor, corepart.Facts, error) {
	if len(init.Config.Features) == 1 && init.Config.Features[0] == "impossible" {
		return nil, corepart.Facts{}, errors.New("feature impossible is not known")
	}
	return &storyteller{hook, init.Config}, corepart.Facts{Engine: "storyteller", Schedule: vm.Hash{1}}, nil
}

func (s *storyteller) Create(_ context.Context, in *vm.CreateInput) (*vm.Output, error) {
	address, err := s.hook.NewAddress(in.Caller, 7, s.config.VMType[:])
	if err != nil {
		return nil, err
	}
	out, err := s.tell(&in.Input)
	if err != nil {
		return nil, err
	}
	out.Accounts = append(out.Accounts, vm.OutputAccount{
		Address: address, BalanceDelta: orZero(in.Value), Code: in.Code, CodeMetadata: in.CodeMetadata, CodeDeployer: in.Caller[:],
	})
	return out, nil
}

func (s *storyteller) Call(_ context.Context, in *vm.CallInput) (*vm.Output, error) {
	out, err := s.tell(&in.Input)
	if err != nil {
		return nil, err
	}
	out.Message = in.Function
	out.Accounts = append(out.Accounts, vm.OutputAccount{Address: in.Recipient, BalanceDelta: orZero(in.Value)})
	return out, nil
}

func orZero(x *big.Int) *big.Int {
	if x == nil {
		return new(big.Int)
	}
	return x
}

func (s *storyteller) tell(in *vm.Input) (*vm.Output, error) {
	out := &vm.Output{GasRemaining: in.GasProvided / 2}
	for _, arg := range in.Arguments {
		word, operand, _ := strings.Cut(string(arg), " ")
		answer, err := s.step(word, operand)
		var refusal *vm.Refusal
		if errors.As(err, &refusal) {
			answer = []byte("refused: " + refusal.Text)
		} else if err != nil {
			return nil, err
		}
		out.ReturnData = append(out.ReturnData, answer)
	}
	return out, nil
}

func (s *storyteller) step(word, operand string) ([]byte, error) {
	switch word {
	case "storage":
		return s.hook.Storage(address(1), []byte(operand))
	case "stubborn": // goes on although the node could not answer
		s.hook.Storage(address(1), []byte(operand))
		return nil, nil
	case "code":
		return s.hook.Code(address(1), vm.Hash{9})
	case "account":
		n, _ := strconv.Atoi(operand)
		a, err := s.hook.Account(address(byte(n)))
		if err != nil || a == nil {
			return nil, err
		}
		return fmt.Appendf(nil, "nonce %d balance %d", a.Nonce, a.Balance), nil
	case "block":
		facts, err := s.hook.BlockFacts()
		return fmt.Appendf(nil, "round %d", facts.Current.Round), err
	case "blockhash":
		n, _ := strconv.ParseUint(operand, 10, 64)
		return s.hook.BlockHash(n)
	case "shard":
		shard, err := s.hook.ShardOfAddress(address(1))
		return fmt.Append(nil, shard), err
	case "contract":
		yes, err := s.hook.IsSmartContract(address(1))
		return fmt.Append(nil, yes), err
	case "payable":
		yes, err := s.hook.IsPayable(address(1))
		return fmt.Append(nil, yes), err
	case "builtin":
		out, err := s.hook.ProcessBuiltinFunction(&vm.CallInput{Function: operand, Recipient: address(1)})
		if err != nil {
			return nil, err
		}
		return []byte(out.Message), nil
	case "config":
		return fmt.Append(nil, s.config.BlockGasLimit), nil
	case "pid":
		return fmt.Append(nil, os.Getpid()), nil
	case "bytes":
		n, _ := strconv.Atoi(operand)
		return make([]byte, n), nil
	case "say":
		fmt.Println(operand)
		return nil, nil
	case "say-much", "complain-much", "say-nothing":
		n, _ := strconv.Atoi(operand)
		to := os.Stdout
		if word == "complain-much" {
			to = os.Stderr
		}
		line := []byte(strings.Repeat("x", 99) + "\n")
		if word == "say-nothing" {
			line = bytes.Repeat([]byte("\n"), 100)
		}
		for ; n > 0; n -= len(line) {
			to.Write(line)
		}
		return nil, nil
	case "complain":
		fmt.Fprintln(os.Stderr, operand)
		return nil, nil
	}
	return nil, s.misbehave(word, operand)
}

func (s *storyteller) misbehave(word, operand string) error {
	switch word {
	case "panic":
		panic(operand)
	case "panic-once": // in the first process that comes here
		if f, err := os.OpenFile(operand, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			f.Close()
			panic("the first time")
		}
		return nil
	case "sleep-once": // in the first process that comes here
		if f, err := os.OpenFile(operand, os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			f.Close()
			time.Sleep(time.Hour)
		}
		return nil
	case "exit":
		code, _ := strconv.Atoi(operand)
		os.Exit(code)
	case "hang":
		select {}
	case "sleep":
		d, _ := time.ParseDuration(operand)
		time.Sleep(d)
		return nil
	case "flood":
		for {
			if _, err := s.hook.BlockHash(1); err != nil {
				return err
			}
		}
	case "give-up":
		return errors.New(operand)
	}
	return fmt.Errorf("unknown step %q", word)
}

func address(n byte) vm.Address {
	var a vm.Address
	a[31] = n
	return a
}
