//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/sys/unix"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
	"github.com/Dharitri-org/core-wasm-vm/test/hostile"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// bench runs programs in a real Core, as a node does by default.
type bench struct {
	world hostile.World
	core  *driver.Driver
	runs  int // of which the fastest counts
	count int // deployments
}

func newBench(runs int) (*bench, error) {
	prices, err := gas.Named("v3") // so low that gas is no matter
	if err != nil {
		return nil, err
	}
	b := &bench{runs: runs}
	b.core, err = driver.New(&b.world, driver.Options{Self: true, Config: config(prices), CallTimeout: time.Minute,
		Limits: driver.Limits{HookCalls: 1 << 30}})
	return b, err
}

func config(prices vm.GasSchedule) vm.Config {
	return vm.Config{VMType: [2]byte{5, 0}, BlockGasLimit: hostile.Gas, GasSchedule: prices, Features: []string{vm.FeatureEthereum}}
}

// enough is how much CPU time a run has to take to be worth looking at.
const enough = 20 * time.Millisecond

// cost is what one time round a program takes.
type cost struct {
	nanoseconds float64 // CPU time of node and Core, and what the node needs for its answers
	questions   float64
}

// measure finds the cost of a program: what so many times round take more than
// once.
func (b *bench) measure(p *program) (cost, error) {
	if err := b.set(p); err != nil {
		return cost{}, err
	}
	n := p.atLeast()
	if _, _, err := b.run(p, 0); err != nil { // compiles it
		return cost{}, err
	}
	var took time.Duration
	for {
		var err error
		if took, _, err = b.run(p, n); err != nil {
			return cost{}, err
		}
		if took >= enough || n >= p.limit() {
			break
		}
		n = min(n*max(2, min(50, int(enough/max(took, time.Microsecond)))), p.limit())
	}
	best, base, questions := took, time.Duration(1<<62), 0
	for range b.runs {
		b.world.Generation++
		t, q, err := b.run(p, n)
		if err != nil {
			return cost{}, err
		}
		zero, q0, err := b.run(p, 0)
		if err != nil {
			return cost{}, err
		}
		best, base, questions = min(best, t), min(base, zero), q-q0
	}
	c := cost{nanoseconds: float64(max(best-base, 0)) / float64(n), questions: float64(questions) / float64(n)}
	c.nanoseconds += c.questions * answerNanoseconds
	return c, nil
}

// set puts the program on the chain.
func (b *bench) set(p *program) error { return install(&b.world, p) }

func install(w *hostile.World, p *program) error {
	code, err := assemble.Module(p.source())
	if err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	var other []byte
	if p.peer != "" {
		if other, err = assemble.Module(p.peer); err != nil {
			return fmt.Errorf("peer of %s: %w", p.name, err)
		}
	}
	w.Begin(code, other)
	if p.cold {
		w.Cold = other
	}
	return nil
}

// run goes n times round and gives the CPU time.
func (b *bench) run(p *program, n int) (time.Duration, int, error) {
	b.world.Questions = 0
	start, err := b.cpu()
	if err != nil {
		return 0, 0, err
	}
	out, err := b.core.Call(context.Background(), call(p, n, 1<<62))
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", p.name, err)
	}
	end, err := b.cpu()
	if err == nil && out.Code != vm.OK {
		err = fmt.Errorf("%s, %d times round: %v %q", p.name, n, out.Code, out.Message)
	}
	return end - start, b.world.Questions, err
}

func call(p *program, n int, provided uint64) *vm.CallInput {
	args := append([][]byte{big.NewInt(int64(n)).Bytes()}, p.arguments...)
	return &vm.CallInput{Input: vm.Input{Caller: hostile.User(), Arguments: args, Value: big.NewInt(1000), GasProvided: provided,
		OriginalTxHash: make([]byte, 32), CurrentTxHash: make([]byte, 32)}, Recipient: hostile.Target(), Function: "run"}
}

// cpu is the CPU time of this process and of Core.
func (b *bench) cpu() (time.Duration, error) {
	var sum time.Duration
	// The clock of another process: see clock_getcpuclockid(3).
	for _, clock := range []int32{unix.CLOCK_PROCESS_CPUTIME_ID, int32(^b.core.Pid())<<3 | 2} {
		var t unix.Timespec
		if err := unix.ClockGettime(clock, &t); err != nil {
			return 0, fmt.Errorf("CPU time: %w", err)
		}
		sum += time.Duration(t.Nano())
	}
	return sum, nil
}

// gasOf finds the gas that one time round a program takes under some prices.
func gasOf(p *program, prices vm.GasSchedule) (gas float64, err error) {
	if p.paid != nil {
		p = p.paid
	}
	var world hostile.World
	if err := install(&world, p); err != nil {
		return 0, err
	}
	e, err := inprocess.New(&world, config(prices))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	var used [2]uint64
	const provided = 1 << 62
	n := min(p.limit(), 4)
	for i, times := range []int{0, n} {
		out, err := e.Call(context.Background(), call(p, times, provided))
		if err != nil {
			return 0, err
		}
		if out.Code != vm.OK {
			return 0, fmt.Errorf("%s: %v %q", p.name, out.Code, out.Message)
		}
		used[i] = provided - out.GasRemaining
	}
	return float64(used[1]-used[0])/float64(n) - loopGas(prices), nil
}

// loopGas is what the loop around a program costs, which is not its own: a
// contract need not go round as often.
func loopGas(prices vm.GasSchedule) float64 {
	var sum uint64
	for key, times := range map[string]uint64{"LocalGet": 4, "I32Eqz": 1, "BrIf": 1, "I32Const": 3, "I32Store": 1,
		"I32Add": 1, "LocalSet": 2, "I32Sub": 1, "Br": 1} {
		sum += times * prices["WASMOpcodeCost"][key]
	}
	return float64(sum)
}
