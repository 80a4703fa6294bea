package driver

import (
	"context"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// interrupts end the request that runs when its context ends or the driver is
// closed: they make it a deadline that has passed.
//
// To be told of the end of a context takes as much as a good part of a small
// request. Whoever makes many of them mostly gives the same context, so from
// the second request in a row with one the telling is left in place.
type interrupts struct {
	mu     sync.Mutex
	active *ipc.Messenger // of the request that runs, nil if none does
	life   context.Context
	done   <-chan struct{} // of the context of the present request, or of the last one
	stop   func() bool     // forgets done; nil if nothing is to be told
	keep   bool            // stop belongs to the next request, too
}

// begin says that a request runs on c, which already has its deadline. Whoever
// calls it looks at both contexts afterwards, and calls end in any case.
func (i *interrupts) begin(c *ipc.Messenger, ctx, life context.Context) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.active, i.life = c, life
	done := ctx.Done()
	if i.keep = done == i.done; i.keep && i.stop != nil {
		return
	}
	i.forget()
	i.done = done
	if done != nil {
		i.stop = context.AfterFunc(ctx, func() { i.contextEnded(done) })
	}
}

// end says that the request is over: no interrupt reaches its messenger any
// more.
func (i *interrupts) end() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.active, i.life = nil, nil
	if !i.keep {
		done := i.done
		i.forget()
		i.done = done // to be recognised if it comes again
	}
}

// forget undoes what context.AfterFunc began.
func (i *interrupts) forget() {
	if i.stop != nil {
		i.stop()
	}
	i.stop, i.done = nil, nil
}

func (i *interrupts) contextEnded(done <-chan struct{}) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.active != nil && i.done == done {
		i.interrupt()
	}
}

// lifeEnded interrupts the request that belongs to a life.
func (i *interrupts) lifeEnded(life context.Context) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.active != nil && i.life == life {
		i.interrupt()
	}
	if i.active == nil {
		i.forget()
		i.keep = false
	}
}

func (i *interrupts) interrupt() {
	// A pipe that is closed needs no deadline, and nothing else can fail: the
	// request has set one before.
	_ = i.active.SetDeadline(time.Unix(1, 0))
}
