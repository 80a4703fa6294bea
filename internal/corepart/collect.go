package corepart

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	// collectEvery is how many requests pass between two looks at how much was
	// allocated.
	collectEvery = 64

	// collectBytes is how much may be allocated between two collections: little, so
	// that memory is used again while it is in the caches of the processor.
	collectBytes = 4 << 20

	// collectLimit is the size of this process from which on garbage is
	// collected at any time: more than an execution may keep, and far below
	// what a node grants Core.
	collectLimit = 640 << 20
)

// collector collects garbage between requests instead of under a running
// contract, whose machine code cannot be stopped: a collection that begins then
// makes every other thread wait for it.
type collector struct {
	sample   [1]metrics.Sample
	requests int
	last     uint64 // bytes allocated until the last collection
}

// newCollector takes the place of Go's own pacing.
func newCollector() *collector {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(collectLimit)
	c := &collector{}
	c.sample[0].Name = "/gc/heap/allocs:bytes"
	return c
}

// answered is called when a request was answered and the next one has not come.
func (c *collector) answered() {
	if c.requests++; c.requests%collectEvery != 0 {
		return
	}
	metrics.Read(c.sample[:])
	if allocated := c.sample[0].Value.Uint64(); allocated-c.last >= collectBytes {
		c.last = allocated
		runtime.GC()
	}
}
