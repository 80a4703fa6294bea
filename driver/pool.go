package driver

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Pool is several drivers of the same kind, each with a Core of its own, for
// calls that do not depend on each other: queries, and the calls of a block by
// vm.RunBlock. It implements vm.Executor.
//
// Requests run on whichever driver is free, the one used last first. A Core
// that died or was replaced is started again before its driver takes another
// request, while the other drivers go on.
type Pool struct {
	drivers []*Driver
	free    chan struct{} // holds one token for each driver in idle

	mu     sync.Mutex
	idle   []*Driver
	starts *sync.WaitGroup // of Cores; another one after each Close
}

var _ vm.Executor = (*Pool)(nil)

// NewPool makes n drivers, each with these options. The hook is asked by up to
// n goroutines at a time.
func NewPool(hook vm.BlockchainHook, n int, options Options) (*Pool, error) {
	if n < 1 {
		return nil, fmt.Errorf("driver: a pool of %d drivers", n)
	}
	p := &Pool{drivers: make([]*Driver, n), free: make(chan struct{}, n), starts: new(sync.WaitGroup)}
	errs := make([]error, n)
	for i := range p.drivers {
		p.starts.Go(func() { p.drivers[i], errs[i] = New(hook, options) })
	}
	p.starts.Wait()
	if err := errors.Join(errs...); err != nil {
		for _, d := range p.drivers {
			if d != nil {
				err = errors.Join(err, d.Close())
			}
		}
		return nil, err
	}
	for _, d := range p.drivers {
		p.put(d)
	}
	return p, nil
}

// Size is the number of drivers.
func (p *Pool) Size() int { return len(p.drivers) }

// Idle is how many drivers could take a request at once.
func (p *Pool) Idle() int { return len(p.free) }

// Create implements vm.Executor.
func (p *Pool) Create(ctx context.Context, input *vm.CreateInput) (*vm.Output, error) {
	return pooled(ctx, p, func(d *Driver) (*vm.Output, error) { return d.Create(ctx, input) })
}

// Call implements vm.Executor.
func (p *Pool) Call(ctx context.Context, input *vm.CallInput) (*vm.Output, error) {
	return pooled(ctx, p, func(d *Driver) (*vm.Output, error) { return d.Call(ctx, input) })
}

// pooled makes a request on a driver that is free.
func pooled(ctx context.Context, p *Pool, request func(d *Driver) (*vm.Output, error)) (*vm.Output, error) {
	p.mu.Lock()
	life := p.starts
	p.mu.Unlock()
	select {
	case <-p.free:
	default:
		select {
		case <-p.free:
		case <-ctx.Done():
			return nil, fmt.Errorf("driver: %w", context.Cause(ctx))
		}
	}
	p.mu.Lock()
	d := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	closed := life != p.starts
	p.mu.Unlock()
	defer p.give(d, life) // also if the hook panics
	if closed {
		return nil, ErrClosed
	}
	return request(d)
}

// give lets a driver be used again, at once if it has a Core. If it has none
// because the pool was closed, it stays so.
func (p *Pool) give(d *Driver, life *sync.WaitGroup) {
	p.mu.Lock()
	if life != p.starts || !d.IsClosed() {
		p.mu.Unlock()
		p.put(d)
		return
	}
	defer p.mu.Unlock() // nothing is added to a group that Close waits for
	life.Go(func() {
		// If Core cannot be started, a request will say so, or start it.
		_ = d.RestartCoreIfNecessary()
		p.put(d)
	})
}

func (p *Pool) put(d *Driver) {
	p.mu.Lock()
	p.idle = append(p.idle, d)
	p.mu.Unlock()
	p.free <- struct{}{}
}

// Prepare is Driver.Prepare for every driver.
func (p *Pool) Prepare(ctx context.Context, codes ...Code) error {
	return p.each(func(d *Driver) error { return d.Prepare(ctx, codes...) })
}

// SetConfig is Driver.SetConfig for every driver.
func (p *Pool) SetConfig(config vm.Config) error {
	return p.each(func(d *Driver) error { return d.SetConfig(config) })
}

// SetLogProfile is Driver.SetLogProfile for every driver.
func (p *Pool) SetLogProfile(profile string) error {
	return p.each(func(d *Driver) error { return d.SetLogProfile(profile) })
}

// Stats gives the metrics of each driver.
func (p *Pool) Stats() []Metrics {
	all := make([]Metrics, len(p.drivers))
	for i, d := range p.drivers {
		all[i] = d.Stats()
	}
	return all
}

// Close is Driver.Close for every driver: requests that run or wait end with
// ErrClosed. A request made after it starts a Core again.
func (p *Pool) Close() error {
	p.mu.Lock()
	starts := p.starts
	p.starts = new(sync.WaitGroup)
	p.mu.Unlock()
	err := p.each((*Driver).Close)
	starts.Wait()
	return errors.Join(err, p.each(func(d *Driver) error {
		if d.IsClosed() {
			return nil
		}
		return d.Close() // its Core was being started again
	}))
}

// each does something with every driver at the same time.
func (p *Pool) each(f func(d *Driver) error) error {
	errs := make([]error, len(p.drivers))
	var all sync.WaitGroup
	for i, d := range p.drivers {
		all.Go(func() { errs[i] = f(d) })
	}
	all.Wait()
	return errors.Join(errs...)
}
