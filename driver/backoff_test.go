package driver

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPausesGrowWithDeathsInARow(t *testing.T) {
	var b backoff
	var got []time.Duration
	for range 12 {
		got = append(got, b.delay())
		b.died(errors.New("exit status 7"))
	}
	ms := time.Millisecond
	want := []time.Duration{0, 0, 10 * ms, 20 * ms, 40 * ms, 80 * ms, 160 * ms, 320 * ms, 640 * ms, 1000 * ms, 1000 * ms, 1000 * ms}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for range 1 << 20 {
		b.died(errors.New("exit status 7"))
	}
	if b.delay() != longestDelay {
		t.Errorf("after a million deaths the pause is %v", b.delay())
	}
	b.reset()
	if b.delay() != 0 {
		t.Errorf("after an answer the pause is %v", b.delay())
	}
}

func TestAPauseEndsEarlyForWhoGivesUp(t *testing.T) {
	b := backoff{deaths: 100}
	b.died(&CriticalError{Kind: KindStart, Err: io.EOF, Exit: "exit status 7"})
	never, now := make(chan struct{}), make(chan struct{})
	close(now)
	begin := time.Now()
	if err := b.wait(begin.Add(time.Hour), never, now); err != nil {
		t.Error(err)
	}
	if err := b.wait(begin.Add(longestDelay/2), never, never); err == nil {
		t.Error("a pause beyond the deadline was waited for")
	} else if want := "at last: start: EOF (core: exit status 7)"; !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v does not end with %q", err, want)
	}
	if took := time.Since(begin); took > longestDelay/2 {
		t.Errorf("took %v", took)
	}
}
