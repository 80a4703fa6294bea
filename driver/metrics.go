package driver

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// Metrics is a snapshot of what a Driver has done since it was made.
type Metrics struct {
	// Requests by how they ended.
	Answered   uint64 // as they should; an output may have any code
	HookFailed uint64 // the node's hook could not answer
	GivenUp    uint64 // by the caller, or by Close; also what was too large to be sent
	Crashes    uint64 // with a *CriticalError, by its kind
	Timeouts   uint64
	Violations uint64
	NotStarted uint64

	Retries   uint64 // requests that were run again because Core died
	Questions uint64 // of Core, in the requests that ended
	Starts    uint64 // of a Core, also of one that stands by
	Takeovers uint64 // of one that stood by
	Replaced  uint64 // Cores that died, or were ended because of what they did

	// Durations[i] is the number of requests that took at most
	// DurationBounds()[i], and no earlier bound; the last one is of those that
	// took longer.
	Durations   [len(durationBounds) + 1]uint64
	DurationSum time.Duration

	Running bool // a Core runs
	Standby bool // another one stands by

	Layers, Missing []string // see Driver.Sandbox
}

var durationBounds = [...]time.Duration{
	100 * time.Microsecond, 250 * time.Microsecond, 500 * time.Microsecond,
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond,
	10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
	time.Second, 2500 * time.Millisecond, 5 * time.Second,
}

// DurationBounds gives the upper bounds of Metrics.Durations, ascending.
func DurationBounds() []time.Duration { return slices.Clone(durationBounds[:]) }

// Stats gives a snapshot of the metrics. It never waits for a request.
func (d *Driver) Stats() Metrics {
	m := d.counts.snapshot()
	m.Layers, m.Missing = d.Sandbox()
	m.Running = !d.IsClosed()
	d.mu.Lock()
	defer d.mu.Unlock()
	m.Standby = d.spare.process != nil && !d.spare.process.ended()
	return m
}

// counters are the metrics that only grow.
type counters struct {
	mu sync.Mutex
	Metrics
}

func (c *counters) add(counter *uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*counter++
}

func (c *counters) snapshot() Metrics {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Metrics
}

// ended counts a request that ended with err.
func (c *counters) ended(err error, questions int, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*c.outcome(err)++
	c.Questions += uint64(questions)
	c.DurationSum += took
	i := 0
	for i < len(durationBounds) && took > durationBounds[i] {
		i++
	}
	c.Durations[i]++
}

// outcome gives the counter of requests that ended so.
func (c *counters) outcome(err error) *uint64 {
	if err == nil {
		return &c.Answered
	}
	if _, ok := errors.AsType[*hookError](err); ok {
		return &c.HookFailed
	}
	critical, ok := errors.AsType[*CriticalError](err)
	if !ok {
		return &c.GivenUp
	}
	switch critical.Kind {
	case KindTimeout:
		return &c.Timeouts
	case KindProtocol:
		return &c.Violations
	case KindStart:
		return &c.NotStarted
	}
	return &c.Crashes
}
