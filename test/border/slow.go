//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// A request of the campaign slow may take slowTimeout, and slack more until it
// is over.
const (
	slowTimeout = 60 * time.Millisecond
	slack       = 50 * time.Millisecond
)

// slowTrial is the campaign slow. A case is one dialogue of each kind, all at
// the same time.
type slowTrial struct {
	world    *world
	requests []*request
	beyond   map[string]times // the deadline, by what Core did
	again    int              // dialogues that were tried again
}

func newSlow(uint64) (trial, error) {
	w, requests, err := newWorld()
	return &slowTrial{world: w, requests: requests, beyond: make(map[string]times)}, err
}

// slowWays are what Core may do.
func slowWays() []string { return []string{silent, slow, deaf, flood, chatter} }

func (s *slowTrial) run(ctx context.Context, _ uint64) error {
	ways := slowWays()
	drivers := make([]*driver.Driver, len(ways))
	for i, how := range ways {
		d, err := s.start(how)
		if err != nil {
			return fmt.Errorf("%s: %w", how, err)
		}
		drivers[i] = d
	}
	beyond, errs := make(times, len(ways)), make([]error, len(ways))
	var dialogues sync.WaitGroup
	lateness := watchMachine()
	for i, d := range drivers {
		dialogues.Go(func() { beyond[i], errs[i] = s.try(ctx, d) })
	}
	dialogues.Wait()
	late := lateness()
	for i, how := range ways {
		errs[i] = errors.Join(errs[i], drivers[i].Close())
		if errs[i] == nil && beyond[i] > slack {
			beyond[i], errs[i] = s.alone(ctx, how, beyond[i], late)
		}
		if errs[i] != nil {
			errs[i] = fmt.Errorf("%s: %w", how, errs[i])
			continue
		}
		s.beyond[how] = append(s.beyond[how], beyond[i])
	}
	return errors.Join(errs...)
}

// alone tries a dialogue that took too long again, by itself, if this process
// had to wait for the machine meanwhile.
func (s *slowTrial) alone(ctx context.Context, how string, beyond, late time.Duration) (time.Duration, error) {
	for tries := 0; beyond > slack; tries++ {
		if late < busyTime || tries == 20 {
			return 0, fmt.Errorf("over %v after the deadline, this process waited %v for a processor", beyond, late)
		}
		s.again++
		d, err := s.start(how)
		if err != nil {
			return 0, err
		}
		lateness := watchMachine()
		beyond, err = s.try(ctx, d)
		late = lateness()
		if err = errors.Join(err, d.Close()); err != nil {
			return 0, err
		}
	}
	return beyond, nil
}

// busyTime is for how long no thread of this process waits for a processor on a
// machine that has little else to do.
const busyTime = 10 * time.Millisecond

// watchMachine tells, through the function that it gives, for how long threads
// of this process could run meanwhile and got no processor.
func watchMachine() (lateness func() time.Duration) {
	before := waited()
	return func() (sum time.Duration) {
		for thread, t := range waited() {
			sum += t - before[thread]
		}
		return sum
	}
}

// waited is for how long each thread of this process has waited for a
// processor so far.
func waited() map[string]time.Duration {
	threads := make(map[string]time.Duration)
	paths, _ := filepath.Glob("/proc/self/task/*/schedstat") // the pattern is right
	for _, path := range paths {
		if text, err := os.ReadFile(path); err == nil { // else it has ended
			var ran, waits int64
			if _, err := fmt.Sscan(string(text), &ran, &waits); err == nil {
				threads[path] = time.Duration(waits)
			}
		}
	}
	return threads
}

func (s *slowTrial) start(how string) (*driver.Driver, error) {
	if err := os.Setenv(coreVariable, how); err != nil {
		return nil, err
	}
	return driver.New(s.world, driver.Options{Self: true, Config: config(), CallTimeout: slowTimeout, StartTimeout: patience})
}

func (s *slowTrial) try(ctx context.Context, d *driver.Driver) (beyond time.Duration, err error) {
	begin := time.Now()
	_, err = s.requests[0].do(ctx, d, nil) // with code of several kilobytes
	took := time.Since(begin)
	var critical *driver.CriticalError
	if !errors.As(err, &critical) || critical.Kind != driver.KindTimeout {
		return 0, fmt.Errorf("not a timeout: %w", err)
	}
	return took - slowTimeout, nil
}

func (s *slowTrial) done() (n uint64) {
	for _, t := range s.beyond {
		n += uint64(len(t))
	}
	return n
}

func (s *slowTrial) figures() string {
	text := ""
	for _, how := range slowWays() {
		text += fmt.Sprintf("%s over after the deadline by %v; ", how, s.beyond[how])
	}
	return text + fmt.Sprintf("tried again because the machine was busy: %d", s.again)
}

func (s *slowTrial) Close() error { return os.Unsetenv(coreVariable) }
