//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// A request of the campaign slow may take slowTimeout, and slack more until it
// is over.
const (
	slowTimeout = 60 * time.Millisecond
	slack       = 50 * time.Millisecond
)

// slowTrial is the campaign slow.
type slowTrial struct {
	world    *world
	requests []*request
	beyond   map[string]times // the deadline, by what Core did
	again    int              // cases that were tried again
}

func newSlow(uint64) (trial, error) {
	w, requests, err := newWorld()
	return &slowTrial{world: w, requests: requests, beyond: make(map[string]times)}, err
}

// run tries a case again if it took too long: other programs may have had the
// processor.
func (s *slowTrial) run(ctx context.Context, n uint64) error {
	ways := []string{silent, slow, deaf, flood, chatter}
	how := ways[n%uint64(len(ways))]
	for tries := 1; ; tries++ {
		beyond, err := s.try(ctx, how)
		if err != nil {
			return fmt.Errorf("%s: %w", how, err)
		}
		if beyond <= slack {
			s.beyond[how] = append(s.beyond[how], beyond)
			return nil
		}
		if tries == 3 {
			return fmt.Errorf("%s: over %v after the deadline", how, beyond)
		}
		s.again++
	}
}

func (s *slowTrial) try(ctx context.Context, how string) (beyond time.Duration, err error) {
	if err := os.Setenv(coreVariable, how); err != nil {
		return 0, err
	}
	d, err := driver.New(s.world, driver.Options{Self: true, Config: config(), CallTimeout: slowTimeout})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	request := s.requests[0] // with code of several kilobytes
	begin := time.Now()
	_, err = request.do(ctx, d, nil)
	took := time.Since(begin)
	var critical *driver.CriticalError
	if !errors.As(err, &critical) || critical.Kind != driver.KindTimeout {
		return 0, fmt.Errorf("not a timeout: %w", err)
	}
	return took - slowTimeout, nil
}

func (s *slowTrial) figures() string {
	text := ""
	for _, how := range []string{silent, slow, deaf, flood, chatter} {
		text += fmt.Sprintf("%s over after the deadline by %v; ", how, s.beyond[how])
	}
	return text + fmt.Sprintf("tried again %d", s.again)
}

func (s *slowTrial) Close() error { return os.Unsetenv(coreVariable) }
