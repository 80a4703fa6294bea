package driver

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// work is one request to be run.
type work[Q, R any] struct {
	method  ipc.Method[Q, R]
	replier *replier                     // nil: Core has nothing to ask
	build   func() *Q                    // called once it is its turn
	check   func(p *process, r *R) error // of the result, or nil
}

// request runs one dialogue, on a Core that is started first if it has to be.
// If Core dies during it, or while it starts, it is run once more on a fresh
// one.
func request[Q, R any](ctx context.Context, d *Driver, w work[Q, R]) (*R, error) {
	life := d.present()
	if err := d.take(ctx, life); err != nil {
		return nil, err
	}
	defer d.pass()
	begin := time.Now()
	deadline := begin.Add(d.options.CallTimeout)
	q := w.build()
	if err := over(ctx, life); err != nil { // while the hook was asked; Core knows of nothing
		d.counts.ended(err, 0, time.Since(begin))
		return nil, err
	}
	given := new(transcript)
	for attempt := 1; ; attempt++ {
		p, err := d.ready(ctx, life, deadline)
		if attempt == 1 && diedAtStart(err) {
			d.log.Warn("core died while it started, it is started again", "request", w.method.Name, "err", err)
			d.counts.add(&d.counts.Retries)
			continue
		}
		if err != nil {
			d.counts.ended(err, 0, time.Since(begin))
			return nil, err
		}
		part := &nodePart{messenger: p.messenger, replier: w.replier, limits: &d.options.Limits, given: given}
		r, err := try(ctx, life, d, p, part, w, q, deadline)
		if critical, ok := errors.AsType[*CriticalError](err); attempt == 1 && ok && critical.Kind == KindCrash {
			d.log.Warn("core died, the request is run again", "request", w.method.Name, "err", err)
			d.counts.add(&d.counts.Retries)
			continue
		} else if ok {
			d.log.Error("request failed", "request", w.method.Name, "err", critical)
		}
		d.counts.ended(err, part.questions, time.Since(begin))
		d.refill(life)
		return r, err
	}
}

// try runs a dialogue on p. If p is of no more use afterwards, it is gone.
func try[Q, R any](ctx, life context.Context, d *Driver, p *process, part *nodePart, w work[Q, R], q *Q, deadline time.Time) (*R, error) {
	sound := false
	defer func() {
		if !sound { // also if the hook panics
			d.counts.add(&d.counts.Replaced)
			p.kill(lateTime)
			d.set(nil)
		}
	}()
	if part.replier != nil {
		part.replier.failure = nil
	}
	if err := p.messenger.SetDeadline(deadline); err != nil {
		return nil, p.fail(w.method.Name, KindCrash, err, deadline)
	}
	trace := d.log.Enabled(ctx, LevelTrace)
	var begin time.Time
	if trace {
		begin = time.Now()
	}
	r, err := interrupted(ctx, life, d, part, w.method, q)
	if err == nil && w.check != nil {
		err = w.check(p, r)
	}
	if err == nil {
		sound = true
		d.backoff.reset()
		if trace {
			d.log.Log(ctx, LevelTrace, "request answered", "request", w.method.Name,
				"questions", part.questions, "duration", time.Since(begin))
		}
		return r, nil
	}
	_, ofHook := errors.AsType[*hookError](err)
	_, ofSize := errors.AsType[*ipc.SizeError](err)
	if ofHook || ofSize {
		sound = true
		return nil, err
	}
	if ended := over(ctx, life); ended != nil {
		return nil, ended
	}
	if failure := part.failure(); failure != nil { // it was the outcome already
		d.log.Warn("core is replaced", "request", w.method.Name, "err", err)
		return nil, failure
	}
	critical := p.fail(w.method.Name, kindOf(err), err, deadline)
	if critical.Kind == KindCrash {
		d.backoff.died(critical)
	}
	return nil, critical
}

// interrupted is a dialogue that the end of a context ends.
func interrupted[Q, R any](ctx, life context.Context, d *Driver, part *nodePart, method ipc.Method[Q, R], q *Q) (*R, error) {
	d.interrupts.begin(part.messenger, ctx, life)
	defer d.interrupts.end() // also if the hook panics
	if err := over(ctx, life); err != nil {
		return nil, err
	}
	return dialogue(part, method, q)
}

// ready gives a process that runs and was built from the present
// configuration. The caller has the turn.
func (d *Driver) ready(ctx, life context.Context, deadline time.Time) (*process, error) {
	d.mu.Lock()
	p, config, generation := d.process, d.config, d.generation
	d.mu.Unlock()
	if p != nil {
		ended := p.ended()
		if !ended && p.generation == generation {
			return p, nil
		}
		if ended {
			d.counts.add(&d.counts.Replaced)
			d.backoff.died(errors.New(p.exit()))
			d.log.Warn("core has died", "pid", p.cmd.Process.Pid, "exit", p.exit())
		}
		d.background.Go(p.stop) // it may take longer than this request has
		d.set(nil)
	}
	if err := d.backoff.wait(deadline, ctx.Done(), life.Done()); err != nil {
		return nil, &CriticalError{Kind: KindStart, Op: "start", Err: err}
	}
	if err := over(ctx, life); err != nil {
		return nil, err
	}
	if p := d.takeSpare(generation); p != nil {
		d.counts.add(&d.counts.Takeovers)
		d.set(p)
		d.log.Info("core takes over", p.attrs()...)
		return p, nil
	}
	if start := time.Now().Add(d.options.StartTimeout); start.Before(deadline) {
		deadline = start
	}
	p, err := startProcess(ctx, life, &d.options, config, deadline, &d.background)
	if ended := over(ctx, life); ended != nil {
		if p != nil {
			p.kill(lateTime)
		}
		return nil, ended
	}
	if err != nil {
		d.backoff.died(err)
		d.log.Error("core cannot be started", "err", err)
		return nil, err
	}
	p.generation = generation
	d.counts.add(&d.counts.Starts)
	d.set(p)
	d.log.Info("core started", p.attrs()...)
	if len(p.missing) > 0 {
		d.log.Warn("core runs with less protection than there could be", "missing", p.missing)
	}
	return p, nil
}

// diedAtStart says whether Core went away while it started, for which there may
// be a reason outside.
func diedAtStart(err error) bool {
	critical, ok := errors.AsType[*CriticalError](err)
	return ok && critical.Kind == KindStart && critical.died
}

// over says why a request must not go on.
func over(ctx, life context.Context) error {
	if ctx.Err() != nil {
		return fmt.Errorf("driver: %w", context.Cause(ctx))
	}
	if life.Err() != nil {
		return ErrClosed
	}
	return nil
}

// tooWide says whether an integer, or nil, has no place in a message.
func tooWide(x *big.Int) bool { return x != nil && x.BitLen() > 8*ipc.MaxBigIntBytes }

// checkInput refuses what cannot be said to Core.
func checkInput(in *vm.Input) error {
	if in.Value != nil && (in.Value.Sign() < 0 || tooWide(in.Value)) {
		return errors.New("driver: the value of the input is out of range")
	}
	if tooWide(in.DCTValue) {
		return errors.New("driver: the token value of the input is out of range")
	}
	return nil
}
