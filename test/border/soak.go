//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// soak is the campaign of that name.
type soak struct {
	seed     uint64
	world    *world
	requests []*request
	driver   *driver.Driver
	witness  *witness
	n        uint64
	killed   int   // Cores that said that they die
	first    usage // after the warm-up
	last     usage
	took     times // of the last calls that were not hit, up to 100,000
}

const (
	soakWarmUp = 2000
	soakLook   = 5000 // calls from one look at the process to the next
	soakGrowth = 16 << 20
)

func newSoak(seed uint64) (trial, error) {
	s := &soak{seed: seed, witness: &witness{}}
	var err error
	if s.world, s.requests, err = newWorld(); err != nil {
		return nil, err
	}
	if err := os.Setenv(coreVariable, mortal); err != nil {
		return nil, err
	}
	s.driver, err = driver.New(s.world, driver.Options{
		Without: driver.WithoutPrediction, // a guess may ask what nobody reads
		Self:    true, Config: config(), Codec: driver.Binary,
		Logger: slog.New(s.witness), LogProfile: "*:NONE", CallTimeout: patience, StartTimeout: patience,
	})
	return s, err
}

func (s *soak) run(ctx context.Context, n uint64) error {
	r := s.requests[1+n%uint64(len(s.requests)-1)] // calls, no deployments
	var mark []byte
	if n%100 == 99 {
		mark = plan{pid: uint32(s.driver.Pid()), message: 0, where: inPayload, reading: n%200 == 99}.encode()
	}
	s.world.questions()
	begin := time.Now()
	out, err := r.do(ctx, s.driver, mark)
	if mark == nil {
		if len(s.took) == 100_000 {
			s.took = s.took[:0]
		}
		s.took = append(s.took, time.Since(begin))
	}
	if err := r.judge(s.world, out, err); err != nil {
		return err
	}
	if !s.witness.take().died.IsZero() {
		s.killed++
	}
	s.n++
	if s.n == soakWarmUp {
		s.first, err = measure()
		return err
	}
	if s.n > soakWarmUp && s.n%soakLook == 0 {
		if s.last, err = measure(); err != nil {
			return err
		}
		f, l := s.first, s.last
		if l.rss > f.rss+soakGrowth || l.goroutines > f.goroutines || l.files > f.files || l.threads > f.threads+4 || l.zombies > 0 {
			return fmt.Errorf("after %d calls %v, after %d calls %v", soakWarmUp, f, s.n, l)
		}
	}
	return nil
}

func (s *soak) done() uint64 { return s.n }

func (s *soak) figures() string {
	return fmt.Sprintf("%d calls, %d crashes; at first %v; at last %v; a call took %v", s.n, s.killed, s.first, s.last, s.took)
}

func (s *soak) Close() error { return errors.Join(s.driver.Close(), os.Unsetenv(coreVariable)) }

// usage is what this process holds.
type usage struct {
	rss                        int // bytes
	goroutines, files, threads int
	zombies                    int // children
}

func (u usage) String() string {
	return fmt.Sprintf("%.1f MiB, %d goroutines, %d descriptors, %d threads, %d zombies",
		float64(u.rss)/(1<<20), u.goroutines, u.files, u.threads, u.zombies)
}

func measure() (u usage, err error) {
	runtime.GC()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return u, err
	}
	for line := range strings.Lines(string(status)) {
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &u.rss); err == nil {
			u.rss <<= 10
		}
		_, _ = fmt.Sscanf(line, "Threads: %d", &u.threads) // any other line does not match
	}
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return u, err
	}
	u.files, u.goroutines = len(files), runtime.NumGoroutine()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		if _, rest, ok := strings.Cut(string(stat), ") "); ok && strings.HasPrefix(rest, fmt.Sprintf("Z %d ", os.Getpid())) {
			u.zombies++
		}
	}
	return u, err
}
