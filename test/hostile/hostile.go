// Package hostile is a collection of contracts that try to wear out the machine
// they run on, and a stage on which each of them is tried: it is deployed and
// called with all the gas that a block has, and has to end as it is known to
// end, whatever runs it.
//
// It shows that a contract can neither stop nor slow down a node; it does not
// show what contracts compute. What it needs of what runs them is vm.Executor,
// so that any other executor can be tried too. Sources are in the language of
// package assemble.
package hostile

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Gas is that of a block.
const Gas = 1_500_000_000

// Schedule names the prices under which the ends are known.
const Schedule = "core"

// A Contract is one that means harm.
type Contract struct {
	Name   string // what it does
	Source string
	Code   func() []byte // instead of Source

	// Peer is the source of another contract that the first one can call. Twin
	// says that another account has the same code.
	Peer string
	Twin bool

	Arguments [][]byte // of the call of its function run

	// Deployed is how its deployment ends. The call follows if it ends well.
	Deployed, Called End

	// Greedy says that it ends so with the gas of a block, and out of gas with
	// less.
	Greedy bool
}

// An End is how a request ends: its code, and its message. The zero value is
// success.
type End struct {
	Code    vm.ReturnCode
	Message string
}

// The ends that are common.
var (
	success  = End{}
	outOfGas = End{vm.OutOfGas, "not enough gas"}
	trapped  = End{vm.ExecutionFailed, "Failed to call the `run` exported function.: Call error: unknown error"}
	refused  = End{vm.ContractInvalid, "invalid contract code"}
	tooLarge = End{vm.ExecutionFailed, "big integer too large"}
	memory   = End{vm.ExecutionFailed, "memory budget exceeded"}
)

func fault(text string) End { return End{vm.ExecutionFailed, text} }

// leaves is success with the message of a callback that failed.
func leaves(text string) End { return End{vm.OK, text} }

// String says in words how a request ends.
func (e End) String() string {
	const longest = 60
	switch {
	case e == success:
		return "succeeds"
	case e.Code == vm.OK:
		return "succeeds; a callback: " + e.Message
	case e == refused:
		return "refused"
	case e == outOfGas:
		return "out of gas"
	case e == trapped:
		return "trap"
	case len(e.Message) > longest:
		return fmt.Sprintf("%v: %.20q… (%d bytes)", e.Code, e.Message, len(e.Message))
	}
	return e.Message
}

// Module gives the code of the contract.
func (c *Contract) Module() ([]byte, error) {
	if c.Code != nil {
		return c.Code(), nil
	}
	return assemble.Module(c.Source)
}

// Ends says in words how the contract ends.
func (c *Contract) Ends() string {
	if c.Deployed.Code != vm.OK {
		return "deployment: " + c.Deployed.String()
	}
	return c.Called.String()
}

// Factory makes an executor that asks hook.
type Factory func(hook vm.BlockchainHook, config vm.Config) (vm.Executor, error)

// Stage is a chain with an executor.
type Stage struct {
	World    World
	Executor vm.Executor
	Gas      uint64 // of each deployment and each call
}

// NewStage makes a stage. Who calls it closes what start made.
func NewStage(start Factory) (*Stage, error) {
	prices, err := gas.Named(Schedule)
	if err != nil {
		return nil, err
	}
	s := &Stage{Gas: Gas}
	s.Executor, err = start(&s.World, vm.Config{
		VMType: [2]byte{5, 0}, BlockGasLimit: Gas, GasSchedule: prices, Features: []string{vm.FeatureEthereum},
	})
	return s, err
}

// Result is what became of a contract.
type Result struct {
	Deployed, Called *vm.Output // Called is nil if it was not deployed

	DeployTook, CallTook time.Duration
}

// Slowest is the time of the longer request.
func (r *Result) Slowest() time.Duration { return max(r.DeployTook, r.CallTook) }

// Try deploys a contract and calls it. An error says that it ended in another
// way than it is known to, or that there is no output.
func (s *Stage) Try(ctx context.Context, c *Contract) (*Result, error) {
	code, err := c.Module()
	if err != nil {
		return nil, err
	}
	if err := s.set(c, code); err != nil {
		return nil, err
	}
	r := new(Result)
	start := time.Now()
	r.Deployed, err = s.Executor.Create(ctx, &vm.CreateInput{
		Input: s.input(nil), Code: code,
		CodeMetadata: []byte{vm.MetadataUpgradeable | vm.MetadataReadable, vm.MetadataPayable},
	})
	r.DeployTook = time.Since(start)
	if err != nil {
		return nil, fmt.Errorf("deployment: %w", err)
	}
	if err := s.judge(c, c.Deployed, r.Deployed); err != nil {
		return r, fmt.Errorf("deployment: %w", err)
	}
	if r.Deployed.Code != vm.OK {
		return r, nil
	}
	s.World.take(r.Deployed)
	start = time.Now()
	r.Called, err = s.Executor.Call(ctx, &vm.CallInput{Input: s.input(c.Arguments), Recipient: target, Function: "run"})
	r.CallTook = time.Since(start)
	if err != nil {
		return nil, fmt.Errorf("call: %w", err)
	}
	if err := s.judge(c, c.Called, r.Called); err != nil {
		return r, fmt.Errorf("call: %w", err)
	}
	return r, nil
}

// set makes the chain one on which only the contract and its peer are.
func (s *Stage) set(c *Contract, code []byte) error {
	s.World.reset()
	if c.Peer != "" {
		peerCode, err := assemble.Module(c.Peer)
		if err != nil {
			return fmt.Errorf("peer: %w", err)
		}
		s.World.install(peer, peerCode)
	}
	if c.Twin {
		s.World.install(twin, code)
	}
	return nil
}

// Check runs a harmless contract: whatever was tried before, it works.
func (s *Stage) Check(ctx context.Context) error {
	code, err := assemble.Module(header("finish") + `
		func run
		i32.const 448; i32.const 3; call finish`)
	if err != nil {
		return err
	}
	s.World.reset()
	s.World.install(good, code)
	out, err := s.Executor.Call(ctx, &vm.CallInput{Input: s.input(nil), Recipient: good, Function: "run"})
	if err != nil {
		return err
	}
	if out.Code != vm.OK || len(out.ReturnData) != 1 || string(out.ReturnData[0]) != "run" {
		return fmt.Errorf("a harmless contract ends with %v %q", out.Code, out.Message)
	}
	return nil
}

func (s *Stage) input(arguments [][]byte) vm.Input {
	return vm.Input{Caller: user, Arguments: arguments, Value: new(big.Int), GasProvided: s.Gas,
		OriginalTxHash: make([]byte, 32), CurrentTxHash: make([]byte, 32)}
}

func (s *Stage) judge(c *Contract, e End, out *vm.Output) error {
	got := End{out.Code, out.Message}
	switch {
	case out.GasRemaining > s.Gas:
		return fmt.Errorf("%d gas is left of %d", out.GasRemaining, s.Gas)
	case got == e || c.Greedy && s.Gas < Gas && got == outOfGas:
		return nil
	}
	return fmt.Errorf("it ends with %v %q, not with %v %q", out.Code, out.Message, e.Code, e.Message)
}
