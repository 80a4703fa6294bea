//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// kills is the campaign of that name.
type kills struct {
	seed     uint64
	standby  bool
	world    *world
	requests []*request
	driver   *driver.Driver
	witness  *witness

	killed    uint64
	survived  uint64 // plans for a message that there was not
	detection times
	service   times
}

func newKills(seed uint64, standby bool) (trial, error) {
	k := &kills{seed: seed, standby: standby, witness: &witness{}}
	var err error
	if k.world, k.requests, err = newWorld(); err != nil {
		return nil, err
	}
	if err := os.Setenv(coreVariable, mortal); err != nil {
		return nil, err
	}
	k.driver, err = driver.New(k.world, driver.Options{
		Self: true, Config: config(), Codec: driver.Binary, Standby: standby,
		Logger: slog.New(k.witness), LogProfile: "*:NONE", CallTimeout: 20 * time.Second,
	})
	return k, err
}

func (k *kills) run(ctx context.Context, n uint64) error {
	random := rand.New(rand.NewPCG(k.seed, n))
	r := k.requests[random.IntN(len(k.requests))]
	p := plan{
		reading: random.IntN(2) == 0,
		where:   where(random.IntN(int(places))),
		message: uint16(random.IntN(int(r.sizes[0]) + 1)),
	}
	if err := k.driver.RestartCoreIfNecessary(); err != nil {
		return err
	}
	for begin := time.Now(); k.standby && !k.driver.Stats().Standby; {
		if time.Since(begin) > 10*time.Second {
			return errors.New("no Core stands by")
		}
		time.Sleep(time.Millisecond)
	}
	k.world.questions()
	p.pid = uint32(k.driver.Pid())
	out, err := r.do(ctx, k.driver, p.encode())
	end := time.Now()
	died, seen := k.witness.take()
	if err := r.judge(k.world, out, err); err != nil {
		return fmt.Errorf("plan %+v: %w", p, err)
	}
	// The last message was passed on whole: the death comes after the request.
	late := !p.reading && p.where == after
	switch {
	case died.IsZero():
		k.survived++
	case seen.IsZero() && !late:
		return fmt.Errorf("plan %+v: the death was not seen", p)
	default:
		k.killed++
		if !seen.IsZero() {
			k.detection = append(k.detection, seen.Sub(died))
			k.service = append(k.service, end.Sub(died))
		}
	}
	return nil
}

func (k *kills) figures() string {
	return fmt.Sprintf("%d killed, %d had no such message; death seen after %v; request answered after %v",
		k.killed, k.survived, k.detection, k.service)
}

func (k *kills) Close() error { return errors.Join(k.driver.Close(), os.Unsetenv(coreVariable)) }

// witness is a log handler that hears when a Core says that it dies, and when
// the driver says that it has seen it.
type witness struct {
	mu         sync.Mutex
	died, seen time.Time
}

func (w *witness) take() (died, seen time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	died, seen = w.died, w.seen
	w.died, w.seen = time.Time{}, time.Time{}
	return died, seen
}

// Enabled implements slog.Handler.
func (w *witness) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (w *witness) Handle(_ context.Context, r slog.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.HasPrefix(r.Message, "core died, the request is run again") {
		w.seen = r.Time
	}
	r.Attrs(func(a slog.Attr) bool {
		if text, ok := strings.CutPrefix(a.Value.String(), "dies "); ok && a.Key == "line" {
			if n, err := strconv.ParseInt(text, 10, 64); err == nil {
				w.died = time.Unix(0, n)
			}
		}
		return true
	})
	return nil
}

// WithAttrs implements slog.Handler.
func (w *witness) WithAttrs([]slog.Attr) slog.Handler { return w }

// WithGroup implements slog.Handler.
func (w *witness) WithGroup(string) slog.Handler { return w }
