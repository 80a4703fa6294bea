package driver

import (
	"fmt"
	"strings"
	"time"
)

const (
	// firstDelay is the pause before a start after two deaths in a row; it
	// doubles with each further one.
	firstDelay = 10 * time.Millisecond

	// longestDelay leaves room for both attempts of a request within its
	// deadline.
	longestDelay = time.Second
)

// backoff keeps a Core that dies again and again from being started without a
// pause. Only a request that was answered ends the row.
type backoff struct {
	deaths int
	last   time.Time
	cause  error // of the last one
}

func (b *backoff) reset() { *b = backoff{} }

func (b *backoff) died(cause error) {
	b.deaths++
	b.last = time.Now()
	b.cause = cause
}

// delay is the pause between the last death and the next start.
func (b *backoff) delay() time.Duration {
	if b.deaths < 2 {
		return 0
	}
	return min(firstDelay<<min(b.deaths-2, 16), longestDelay)
}

// wait lets the pause pass, unless somebody gives up or the deadline is
// earlier.
func (b *backoff) wait(deadline time.Time, givenUp ...<-chan struct{}) error {
	next := b.last.Add(b.delay())
	pause := time.Until(next)
	if pause <= 0 {
		return nil
	}
	if next.After(deadline) {
		return fmt.Errorf("core died too often to be started again before the deadline, at last: %s",
			strings.TrimPrefix(b.cause.Error(), criticalPrefix))
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-givenUp[0]:
	case <-givenUp[1]:
	}
	return nil
}
