//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// storm is the campaign of that name. A case is a storm of stormTime.
type storm struct {
	world    *world
	requests []*request
	starts   []int
	cpu      []float64 // percent of one processor
	text     string
}

const stormTime = 5 * time.Second

// stormStarts is how many starts fit into stormTime: two without a pause, then
// one after each of 10, 20, 40, … 640 ms and each further second.
const stormStarts = 2 + 7 + 4 + 1

func newStorm(uint64) (trial, error) {
	w, requests, err := newWorld()
	return &storm{world: w, requests: requests}, err
}

func (s *storm) run(ctx context.Context, _ uint64) (err error) {
	counter := new(startCounter)
	if err := os.Unsetenv(coreVariable); err != nil {
		return err
	}
	d, err := driver.New(s.world, driver.Options{Self: true, Config: config(), Logger: slog.New(counter), CallTimeout: 2 * time.Second})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close(), os.Unsetenv(coreVariable)) }()
	if err := os.Setenv(coreVariable, dead); err != nil {
		return err
	}
	if err := syscall.Kill(d.Pid(), syscall.SIGKILL); err != nil {
		return err
	}
	before := processorTime()
	begin := time.Now()
	for time.Since(begin) < stormTime && ctx.Err() == nil {
		_, err := s.requests[1].do(ctx, d, nil)
		var critical *driver.CriticalError
		if !errors.As(err, &critical) {
			return fmt.Errorf("not a critical error: %w", err)
		}
		s.text = critical.Error()
	}
	if ctx.Err() != nil {
		return ctx.Err() // half a storm is none
	}
	cpu := 100 * float64(processorTime()-before) / float64(time.Since(begin))
	starts := int(counter.failed.Load())
	s.starts, s.cpu = append(s.starts, starts), append(s.cpu, cpu)
	switch {
	case starts > stormStarts:
		return fmt.Errorf("%d starts in %v", starts, stormTime)
	case cpu > 5:
		return fmt.Errorf("%.1f %% of a processor", cpu)
	case d.Stats().NotStarted == 0:
		return errors.New("no metric tells")
	}
	return nil
}

func (s *storm) done() uint64 { return uint64(len(s.starts)) }

func (s *storm) figures() string {
	return fmt.Sprintf("starts in %v %v (at most %d), processor %.1f %%, the error %q", stormTime, s.starts, stormStarts, s.cpu, s.text)
}

func (s *storm) Close() error { return nil }

func processorTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no way to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// startCounter is a log handler that counts starts that failed.
type startCounter struct {
	witness
	failed atomic.Int64
}

// Handle implements slog.Handler.
func (c *startCounter) Handle(_ context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "core cannot be started") {
		c.failed.Add(1)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (c *startCounter) WithAttrs([]slog.Attr) slog.Handler { return c }

// shutdown is the campaign of that name.
type shutdown struct {
	seed     uint64
	world    *world
	requests []*request
	took     times
}

const shutdownTime = 2 * time.Second

func newShutdown(seed uint64) (trial, error) {
	w, requests, err := newWorld()
	return &shutdown{seed: seed, world: w, requests: requests}, err
}

func (s *shutdown) run(ctx context.Context, n uint64) error {
	random := rand.New(rand.NewPCG(s.seed, n))
	d, err := driver.New(s.world, driver.Options{Self: true, Config: config(), Codec: driver.Binary, Standby: n%2 == 0})
	if err != nil {
		return err
	}
	var load sync.WaitGroup
	var closing atomic.Bool
	bad := make(chan error, 4)
	for range 4 {
		load.Go(func() {
			for !closing.Load() {
				out, err := s.requests[1].do(ctx, d, nil)
				switch {
				case errors.Is(err, driver.ErrClosed):
					return
				case err != nil:
					bad <- err
					return
				case len(out.Accounts) == 0:
					bad <- fmt.Errorf("an empty output: %+v", out)
					return
				}
			}
		})
	}
	time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
	pid := d.Pid()
	closing.Store(true)
	begin := time.Now()
	if err := d.Close(); err != nil {
		return err
	}
	took := time.Since(begin)
	s.took = append(s.took, took)
	load.Wait()
	if err := d.Close(); err != nil { // a request may have begun after the first
		return err
	}
	select {
	case err := <-bad:
		return err
	default:
	}
	if took > shutdownTime {
		return fmt.Errorf("Close took %v", took)
	}
	if syscall.Kill(pid, 0) == nil {
		return fmt.Errorf("process %d is left", pid)
	}
	return nil
}

func (s *shutdown) done() uint64 { return uint64(len(s.took)) }

func (s *shutdown) figures() string { return fmt.Sprintf("Close returned after %v", s.took) }

func (s *shutdown) Close() error { return nil }
