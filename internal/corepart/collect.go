package corepart

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

const (
	// collectEvery is how many calls pass between two looks at how much was
	// allocated. After one that compiled there is one always.
	collectEvery = 64

	// collectBytes is how much may be allocated between two collections: little, so
	// that memory is used again while it is in the caches of the processor. Where
	// much is in use, which each collection looks at, it is as much again, but
	// no more than half of what is left until collectLimit.
	collectBytes = 4 << 20

	// restAfter is for how long no request has come before memory that is not
	// used is given back to the system.
	restAfter = time.Second

	// collectLimit is the size of this process from which on garbage is
	// collected at any time: more than an execution may keep besides code and
	// instances, and far below what a node grants Core.
	collectLimit = 1 << 30
)

// collector collects garbage between requests instead of under a running
// contract, whose machine code cannot be stopped: a collection that begins then
// makes every other thread wait for it.
type collector struct {
	sample   [2]metrics.Sample
	requests int
	last     uint64 // bytes allocated until the last collection
	room     uint64 // bytes that may be allocated until the next

	answers atomic.Uint64
	resting atomic.Bool   // memory was given back, and no request was answered since
	woken   chan struct{} // a request was answered while resting
}

// newCollector takes the place of Go's own pacing.
func newCollector() *collector {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(collectLimit)
	c := &collector{woken: make(chan struct{}, 1), room: collectBytes}
	c.sample[0].Name = "/gc/heap/allocs:bytes"
	c.sample[1].Name = "/gc/heap/live:bytes" // after the last collection
	go c.rest()
	return c
}

// rest gives memory back whenever no request has been answered for a while. A
// request that comes in the middle is delayed a little.
func (c *collector) rest() {
	for {
		before := c.answers.Load()
		time.Sleep(restAfter)
		if c.answers.Load() != before {
			continue
		}
		debug.FreeOSMemory()
		c.resting.Store(true)
		if c.answers.Load() == before {
			<-c.woken
		}
		c.resting.Store(false)
	}
}

// answered is called when a request, which compiled something or not, was
// answered and the next one has not come.
func (c *collector) answered(compiled bool) {
	c.answers.Add(1)
	if c.resting.Load() {
		select {
		case c.woken <- struct{}{}:
		default:
		}
	}
	if c.requests++; c.requests%collectEvery != 0 && !compiled {
		return
	}
	metrics.Read(c.sample[:1])
	if allocated := c.sample[0].Value.Uint64(); allocated-c.last >= c.room {
		c.last = allocated
		runtime.GC()
		metrics.Read(c.sample[1:])
		live := min(c.sample[1].Value.Uint64(), collectLimit)
		c.room = max(collectBytes, min(live, (collectLimit-live)/2))
	}
}
