package vm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

const (
	widestRound    = 1024 // calls that are run before their turn
	longestPenalty = 64   // times width: calls that are run one by one after collisions
)

// BlockRun tells how a block was run.
type BlockRun struct {
	Runs   int // of calls, in all
	Again  int // of them because what the call had looked at was changed meanwhile
	Rounds int
}

// RunBlock runs calls with the outcome of running them one by one, each output
// applied before the next call begins, but up to width of them at a time: calls
// are run before their turn, and those that looked at something which an
// earlier call changes are run again when their turn has come.
//
// The executor must allow concurrent calls, which its hook then has to answer
// concurrently, and its outputs must have Accesses; see driver.NewPool and
// driver.Options.Accesses. Where they are missing the outcome is the same and
// nothing is gained.
//
// apply is given each output once, in order, while no call runs. It may change
// on the chain what the output says, and the account of the caller, and nothing
// else that a hook can be asked: what the node does before each call, such as
// to take value from its caller, has to be done for all calls before RunBlock
// begins.
//
// It ends with the first error of apply, or of a call whose turn has come. The
// calls before that one have been applied.
func RunBlock(ctx context.Context, e Executor, width int, calls []*CallInput, apply func(i int, out *Output) error) (BlockRun, error) {
	if width < 1 {
		return BlockRun{}, errors.New("vm: RunBlock needs room for one call at least")
	}
	b := &block{ctx: ctx, executor: e, calls: calls, apply: apply}
	round, calm, penalty := 4*width, 0, 1
	for next := 0; next < len(calls); {
		n := min(round, len(calls)-next)
		if width == 1 || calm > 0 {
			n = 1
			calm--
		}
		again, err := b.round(next, n, width)
		if err != nil {
			return b.run, err
		}
		switch {
		case 4*again > n: // it would have been better not to try
			round = max(width, round/2)
			calm, penalty = width*penalty, min(2*penalty, longestPenalty)
		case n > 1:
			round, penalty = min(2*round, widestRound), 1
		}
		next += n
	}
	return b.run, nil
}

type block struct {
	ctx      context.Context
	executor Executor
	calls    []*CallInput
	apply    func(i int, out *Output) error
	run      BlockRun
}

// round runs n calls from the one at first on, and applies them. It gives how
// many had to be run again.
func (b *block) round(first, n, width int) (again int, err error) {
	b.run.Rounds++
	outputs := make([]*Output, n)
	if n > 1 {
		b.ahead(first, outputs, min(width, n))
	}
	changed := make(map[place]bool)
	for k := range outputs {
		i := first + k
		if outputs[k] == nil || outputs[k].depends(changed) {
			if n > 1 {
				again++
				b.run.Again++
			}
			b.run.Runs++
			if outputs[k], err = b.executor.Call(b.ctx, b.calls[i]); err != nil {
				return again, fmt.Errorf("call %d of the block: %w", i, err)
			}
		}
		if err := b.apply(i, outputs[k]); err != nil {
			return again, fmt.Errorf("output %d of the block: %w", i, err)
		}
		changed[place{address: b.calls[i].Caller, account: true}] = true
		if a := outputs[k].Accesses; a != nil {
			for j := range a.List {
				if a.List[j].Written {
					changed[a.List[j].place()] = true
				}
			}
		} else {
			changed[place{}] = true // something; what is not known
		}
		outputs[k] = nil
	}
	return again, nil
}

// ahead runs calls before their turn. One that could not be run has no output:
// the reason may be a state that it will not find when its turn has come.
func (b *block) ahead(first int, outputs []*Output, width int) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range width {
		workers.Go(func() {
			for {
				k := int(next.Add(1)) - 1
				if k >= len(outputs) || b.ctx.Err() != nil {
					return
				}
				out, err := b.executor.Call(b.ctx, b.calls[first+k])
				if err == nil {
					outputs[k] = out
				}
			}
		})
	}
	workers.Wait()
	b.run.Runs += len(outputs)
}

// depends says whether an execution looked at what has been changed.
func (o *Output) depends(changed map[place]bool) bool {
	if len(changed) == 0 {
		return false
	}
	if o.Accesses == nil || o.Accesses.Everything || changed[place{}] {
		return true
	}
	for i := range o.Accesses.List {
		if changed[o.Accesses.List[i].place()] {
			return true
		}
	}
	return false
}
