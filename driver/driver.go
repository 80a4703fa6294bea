package driver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Driver starts Core, gives it requests, and replaces it when that is
// necessary. It implements vm.Executor.
//
// It is safe for concurrent use: one request runs at a time, the others wait
// for their turn or for the end of their context.
type Driver struct {
	options Options
	log     *slog.Logger
	replier *replier

	predictor  predictor // of whoever has the turn
	interrupts interrupts

	turn    chan struct{} // holds one token while somebody has the turn
	backoff backoff       // of whoever has the turn
	counts  counters

	background sync.WaitGroup // of what the Core that stands by needs

	mu         sync.Mutex // guards what follows; held briefly
	process    *process   // nil: none was started, or it was stopped
	config     vm.Config
	generation uint64 // of config
	prepared   *protocol.Codes
	spare      spare
	profile    string // which log lines Core sends
	life       context.Context
	endLife    context.CancelFunc
}

// upgradeFunction is the function of a call that asks for an upgrade.
const upgradeFunction = "upgradeContract"

var _ vm.Executor = (*Driver)(nil)

// New makes a driver and starts Core, which answers from then on what it asks
// from hook. It fails if the options do, or with a *CriticalError if Core
// cannot be started.
//
// The hook is called by the goroutine that makes a request, one question at a
// time. It must not make a request itself, nor close the driver: that would wait
// for its own turn. The time it takes is part of the request's, and is not cut
// short when the request ends.
func New(hook vm.BlockchainHook, options Options) (*Driver, error) {
	if hook == nil {
		return nil, errors.New("driver: no hook")
	}
	o, err := options.complete()
	if err != nil {
		return nil, err
	}
	d := &Driver{
		options: o,
		log:     o.Logger.With("logger", "coreDriver"),
		replier: newReplier(hook),
		turn:    make(chan struct{}, 1),
		config:  o.Config,
		profile: o.LogProfile,
	}
	d.predictor.off = o.Without&WithoutPrediction != 0
	d.warnOfTime(&d.config)
	d.life, d.endLife = context.WithCancel(context.Background())
	if err := d.RestartCoreIfNecessary(); err != nil {
		return nil, err
	}
	return d, nil
}

// Create implements vm.Executor.
func (d *Driver) Create(ctx context.Context, input *vm.CreateInput) (*vm.Output, error) {
	if input == nil {
		return nil, errors.New("driver: Create without an input")
	}
	if err := checkInput(&input.Input); err != nil {
		return nil, err
	}
	return request(ctx, d, work[protocol.CreateRequest, vm.Output]{
		method: protocol.Create(), replier: d.replier,
		build: func() *protocol.CreateRequest {
			return &protocol.CreateRequest{Input: *input, Fetched: d.replier.fetch(input.Caller)}
		},
		check: func(p *process, out *vm.Output) error {
			v := verdict{witness: d.replier.witness, input: &input.Input, config: &p.config}
			if err := v.check(out); err != nil {
				return err
			}
			d.report(out)
			return nil
		},
	})
}

// Call implements vm.Executor. The end of ctx ends the request at once and
// replaces Core.
func (d *Driver) Call(ctx context.Context, input *vm.CallInput) (*vm.Output, error) {
	if input == nil {
		return nil, errors.New("driver: Call without an input")
	}
	if err := checkInput(&input.Input); err != nil {
		return nil, err
	}
	return request(ctx, d, work[protocol.CallRequest, vm.Output]{
		method: protocol.Call(), replier: d.replier,
		build: func() *protocol.CallRequest {
			fetched := d.replier.fetch(input.Caller, input.Recipient)
			fetched.Storage = d.predictor.predict(d.replier.witness, input)
			return &protocol.CallRequest{Input: *input, Fetched: fetched}
		},
		check: func(p *process, out *vm.Output) error {
			v := verdict{witness: d.replier.witness, input: &input.Input, config: &p.config}
			if input.Function == upgradeFunction {
				v.upgrade = input.Recipient
			}
			if err := v.check(out); err != nil {
				return err
			}
			d.predictor.learn(d.replier.witness, input, out)
			d.report(out)
			return nil
		},
	})
}

// Version asks Core which build it is.
func (d *Driver) Version(ctx context.Context) (string, error) {
	text, err := request(ctx, d, work[protocol.None, protocol.Text]{
		method: protocol.VersionOf(),
		build:  func() *protocol.None { return new(protocol.None) },
	})
	if err != nil {
		return "", err
	}
	return cut(text.Text), nil
}

// DiagnoseWait lets Core sleep before it answers: a way to see what happens
// when Core is slower than Options.CallTimeout.
func (d *Driver) DiagnoseWait(ctx context.Context, t time.Duration) error {
	_, err := request(ctx, d, work[protocol.Wait, protocol.None]{
		method: protocol.DiagnoseWait(),
		build:  func() *protocol.Wait { return &protocol.Wait{Nanoseconds: t.Nanoseconds()} },
	})
	return err
}

// SetConfig changes what Core is built from, from the next request on: Core is
// then started again with it.
func (d *Driver) SetConfig(config vm.Config) error {
	config = cloneConfig(config)
	d.warnOfTime(&config)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.config = config
	d.generation++
	return nil
}

// SetLogProfile changes which lines Core sends, as Options.LogProfile does, at
// once and also in the middle of a request.
func (d *Driver) SetLogProfile(profile string) error {
	if _, err := protocol.ParseLevels(profile); err != nil {
		return fmt.Errorf("driver: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.profile = profile
	if d.process != nil {
		d.process.profile.set(profile)
	}
	return nil
}

// RestartCoreIfNecessary starts Core if it does not run, or if it was built
// from another configuration than the present one. Every request begins with
// it, so there is no need to call it, except to find out early that Core
// cannot be started. It waits for a request that runs.
func (d *Driver) RestartCoreIfNecessary() error {
	life := d.present()
	if err := d.take(context.Background(), life); err != nil {
		return err
	}
	defer d.pass()
	deadline := time.Now().Add(d.options.StartTimeout)
	_, err := d.ready(context.Background(), life, deadline)
	if diedAtStart(err) {
		_, err = d.ready(context.Background(), life, deadline)
	}
	if err == nil {
		d.refill(life)
	}
	return err
}

// IsClosed says whether there is no Core process: it was closed, or it died.
// The next request starts one.
func (d *Driver) IsClosed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.process == nil || d.process.ended()
}

// Close ends Core and everything that belongs to it: no process, goroutine or
// descriptor is left. Requests that run or wait end with ErrClosed. It may be
// called again. A request made after Close starts Core again.
func (d *Driver) Close() error {
	d.mu.Lock()
	life := d.life
	d.endLife()
	d.life, d.endLife = context.WithCancel(context.Background())
	d.mu.Unlock()
	d.interrupts.lifeEnded(life)

	d.turn <- struct{}{}
	defer d.pass()
	d.endSpare()
	if p := d.current(); p != nil {
		p.stop()
		d.set(nil)
		d.log.Info("core closed", "pid", p.cmd.Process.Pid)
	}
	d.background.Wait() // for processes that were killed
	return nil
}

// take waits for the turn.
func (d *Driver) take(ctx, life context.Context) error {
	if err := over(ctx, life); err != nil {
		return err
	}
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
	case <-life.Done():
	}
	return over(ctx, life)
}

// pass gives the turn to somebody else.
func (d *Driver) pass() { <-d.turn }

// present is what the next Close ends.
func (d *Driver) present() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.life
}

func (d *Driver) current() *process {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.process
}

func (d *Driver) set(p *process) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.process = p
	if p != nil {
		p.profile.set(d.profile)
	}
}
