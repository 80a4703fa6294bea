package vectors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Recording conditions that no case changes.
const blockGasLimit = 1 << 50

// An Executor is a vm.Executor that is closed when the last case has run.
type Executor interface {
	vm.Executor
	Close() error
}

// A Runner runs cases. The zero value of every field but New and Schedule is
// ready for use.
type Runner struct {
	// New makes an executor that asks hook. One executor serves all cases with
	// the same configuration, one after the other.
	New func(hook vm.BlockchainHook, config vm.Config) (Executor, error)

	// Schedule finds the gas schedule that a case names.
	Schedule func(name string) (vm.GasSchedule, error)

	// Engine goes into every configuration.
	Engine vm.Engine

	// Twice runs each step a second time and requires the same canonical
	// bytes.
	Twice bool

	// Skip leaves out steps; they are counted as skipped. Nil skips none.
	Skip func(c *Case, s *Step) bool

	// Observe sees every output, also of superseded steps. It must not keep
	// out. May be nil.
	Observe func(c *Case, step int, out *vm.Output)
}

// Run runs the cases in their order. An error means that the run could not be
// carried out (no executor, a context that ended); steps that give the wrong
// output, or none, are failures in the report.
func (r *Runner) Run(ctx context.Context, cases []*Case) (report *Report, err error) {
	benches := make(map[string]*bench)
	defer func() {
		for _, key := range sortedKeys(benches) {
			err = errors.Join(err, benches[key].executor.Close())
		}
	}()
	report = new(Report)
	for _, c := range cases {
		if err := r.runCase(ctx, c, benches, report); err != nil {
			return report, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return report, nil
}

// A bench is an executor and the world its hook currently shows.
type bench struct {
	executor Executor
	hook     *currentWorld
}

// currentWorld is the hook of an executor that serves several cases.
type currentWorld struct{ *World }

// benchFor finds or makes the executor for the case's configuration.
func (r *Runner) benchFor(c *Case, benches map[string]*bench) (*bench, error) {
	names := slices.Sorted(slices.Values(c.BuiltinFunctions))
	key := fmt.Sprintf("%s|%v|%s", c.GasSchedule, c.Ethereum, strings.Join(names, "|"))
	if b, ok := benches[key]; ok {
		return b, nil
	}
	schedule, err := r.Schedule(c.GasSchedule)
	if err != nil {
		return nil, fmt.Errorf("gas schedule %s: %w", c.GasSchedule, err)
	}
	config := vm.Config{
		VMType:             [2]byte{5, 0},
		BlockGasLimit:      blockGasLimit,
		GasSchedule:        schedule,
		BuiltinFunctions:   names,
		ProtectedKeyPrefix: []byte("DHARITRI"),
		Engine:             r.Engine,
	}
	if c.Ethereum {
		config.Features = []string{vm.FeatureEthereum}
	}
	b := &bench{hook: new(currentWorld)}
	if b.executor, err = r.New(b.hook, config); err != nil {
		return nil, fmt.Errorf("make executor: %w", err)
	}
	benches[key] = b
	return b, nil
}

func (r *Runner) runCase(ctx context.Context, c *Case, benches map[string]*bench, report *Report) error {
	family := report.family(c.Family())
	world, err := NewWorld(c)
	if err != nil {
		return err
	}
	b, err := r.benchFor(c, benches)
	if err != nil {
		return err
	}
	b.hook.World = world
	for i, s := range c.Steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		var out *vm.Output
		if r.Skip != nil && r.Skip(c, s) {
			family.Skipped++
		} else {
			var difference string
			out, difference = r.runStep(ctx, b.executor, c, i)
			switch {
			case difference != "":
				family.Failed++
				report.Failures = append(report.Failures, Failure{Case: c.Name, Step: i, Note: s.Note, Difference: difference})
			case s.Superseded != "":
				family.Superseded++
			default:
				family.Passed++
			}
		}
		if err := world.take(c, &s.Output, out); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

// runStep gives the output and, if the step failed, what was wrong.
func (r *Runner) runStep(ctx context.Context, e vm.Executor, c *Case, i int) (*vm.Output, string) {
	s := c.Steps[i]
	out, err := c.execute(ctx, e, s)
	if err != nil {
		return nil, fmt.Sprintf("no output: %v", err)
	}
	if r.Observe != nil {
		r.Observe(c, i, out)
	}
	if difference := notCanonical(out); difference != "" {
		return out, difference
	}
	if r.Twice {
		again, err := c.execute(ctx, e, s)
		if err != nil {
			return out, fmt.Sprintf("second run has no output: %v", err)
		}
		if difference := differentBytes(out, again); difference != "" {
			return out, difference
		}
	}
	if s.Superseded != "" {
		return out, ""
	}
	return out, compare(c, &s.Output, out)
}

// execute asks the executor for one step.
func (c *Case) execute(ctx context.Context, e vm.Executor, s *Step) (*vm.Output, error) {
	in := &s.Input
	shared := vm.Input{
		Caller:         vm.Address(in.Caller),
		Arguments:      byteLists(in.Arguments),
		Value:          &in.Value.Int,
		CallType:       in.CallType,
		GasPrice:       in.GasPrice,
		GasProvided:    in.GasProvided,
		OriginalTxHash: in.OriginalTxHash,
		CurrentTxHash:  in.CurrentTxHash,
		DCTTokenName:   in.DCTTokenName,
	}
	if in.DCTValue != nil {
		shared.DCTValue = &in.DCTValue.Int
	}
	var out *vm.Output
	var err error
	if in.Kind == "deploy" {
		var code []byte
		if code, err = c.code(in.Contract); err != nil {
			return nil, err
		}
		out, err = e.Create(ctx, &vm.CreateInput{Input: shared, Code: code, CodeMetadata: in.CodeMetadata})
	} else {
		out, err = e.Call(ctx, &vm.CallInput{Input: shared, Recipient: vm.Address(*in.Recipient), Function: in.Function})
	}
	if err == nil && out == nil {
		err = errors.New("neither an output nor an error")
	}
	return out, err
}

// differentBytes compares two outputs of the same step.
func differentBytes(first, second *vm.Output) string {
	a, err := first.AppendBinary(nil)
	if err != nil {
		return err.Error()
	}
	b, err := second.AppendBinary(nil)
	if err != nil {
		return err.Error()
	}
	if bytes.Equal(a, b) {
		return ""
	}
	return difference("canonical bytes of two runs", a, b)
}
