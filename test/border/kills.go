//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
)

// kills is the campaign of that name.
type kills struct {
	seed     uint64
	standby  bool
	world    *world
	requests []*request
	driver   *driver.Driver
	witness  *witness

	once      string // file for a Core that is to die in its handshake
	killed    uint64
	starting  uint64 // of them, in their handshake
	survived  uint64 // plans for a message that there was not
	detection times
	service   times
}

// patience bounds what no campaign is about. A campaign may be paused, so it is
// long.
const patience = 20 * time.Minute

func newKills(seed uint64, standby bool) (trial, error) {
	return killsWith(seed, func(o *driver.Options) {
		o.Standby = standby
		o.Without = driver.WithoutPrediction // then every question is one that Core asks
	})
}

// killsWith makes the campaign with a driver of other options.
func killsWith(seed uint64, adjust func(*driver.Options)) (*kills, error) {
	k := &kills{seed: seed, witness: &witness{}}
	dir, err := os.MkdirTemp("", "border")
	if err != nil {
		return nil, err
	}
	k.once = filepath.Join(dir, "once")
	if k.world, k.requests, err = newWorld(); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Setenv(onceVariable, k.once), os.Setenv(coreVariable, mortal)); err != nil {
		return nil, err
	}
	o := driver.Options{
		Self: true, Config: config(), Codec: driver.Binary,
		Logger: slog.New(k.witness), LogProfile: "*:NONE", CallTimeout: patience, StartTimeout: patience,
	}
	adjust(&o)
	// The relays are in the process of Core: if it was stopped for a collection
	// while it waits for them, it would wait for ever.
	o.Without &^= driver.WithoutLateCollection
	k.standby = o.Standby
	k.world.guesses = o.Without&driver.WithoutPrediction == 0
	if k.driver, err = driver.New(k.world, o); err != nil {
		return nil, err
	}
	if k.standby {
		err = k.driver.Prepare(context.Background(), driver.Code{Address: token, Hash: sha256.Sum256(contracts.Wasm("erc20"))})
	}
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
	if n%16 == 15 && !k.standby {
		return k.atStart(ctx, r, p)
	}
	if err := k.driver.RestartCoreIfNecessary(); err != nil {
		return err
	}
	for begin := time.Now(); k.standby && !k.driver.Stats().Standby; {
		if time.Since(begin) > patience || ctx.Err() != nil {
			return errors.New("no Core stands by")
		}
		time.Sleep(time.Millisecond)
	}
	if !k.witness.take().died.IsZero() { // after the last request, which seemed to survive
		k.killed++
		k.survived--
	}
	k.world.questions()
	p.pid = uint32(k.driver.Pid())
	return k.do(ctx, r, p)
}

// atStart lets a Core die in its handshake.
func (k *kills) atStart(ctx context.Context, r *request, p plan) error {
	if err := k.driver.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(k.once, p.encode(), 0o600); err != nil {
		return err
	}
	k.world.questions()
	k.witness.take()
	if p.where == after && !p.reading { // then the handshake succeeds first
		p.where = before
	}
	before := k.killed
	if err := k.do(ctx, r, p); err != nil {
		return err
	}
	k.starting += k.killed - before
	return nil
}

// do makes a request that is disturbed as planned.
func (k *kills) do(ctx context.Context, r *request, p plan) error {
	out, err := r.do(ctx, k.driver, p.encode())
	end := time.Now()
	heard := k.witness.take()
	if err := r.judge(k.world, out, err); err != nil {
		return fmt.Errorf("plan %+v: %w", p, err)
	}
	// If the last message was passed on whole, the death may come after the
	// request, and be heard of in the next one.
	late := p.where == after || heard.idle
	switch {
	case heard.died.IsZero():
		k.survived++
	case heard.seen.IsZero() && !late:
		return fmt.Errorf("plan %+v: the death was not seen", p)
	default:
		k.killed++
		if !heard.seen.IsZero() {
			k.detection = append(k.detection, heard.seen.Sub(heard.died))
			k.service = append(k.service, end.Sub(heard.died))
		}
	}
	return nil
}

func (k *kills) done() uint64 { return k.killed }

func (k *kills) figures() string {
	return fmt.Sprintf("%d killed, %d of them while they started, %d had no such message; death seen after %v; request answered after %v",
		k.killed, k.starting, k.survived, k.detection, k.service)
}

func (k *kills) Close() error {
	return errors.Join(k.driver.Close(), os.Unsetenv(coreVariable), os.Unsetenv(onceVariable), os.RemoveAll(filepath.Dir(k.once)))
}

// witness is a log handler that hears when a Core says that it dies, and when
// the driver says that it has seen it.
type witness struct {
	mu    sync.Mutex
	heard deathNotice
}

// deathNotice is what was heard of a death.
type deathNotice struct {
	died time.Time // as Core says; zero if none does
	seen time.Time // in a request, which was run again then
	idle bool      // it was seen between requests
}

// take gives what was heard since the last time.
func (w *witness) take() deathNotice {
	w.mu.Lock()
	defer w.mu.Unlock()
	heard := w.heard
	w.heard = deathNotice{}
	return heard
}

// Enabled implements slog.Handler.
func (w *witness) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (w *witness) Handle(_ context.Context, r slog.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if strings.HasPrefix(r.Message, "core died") {
		w.heard.seen = r.Time
	}
	if strings.HasPrefix(r.Message, "core has died") {
		w.heard.idle = true
	}
	r.Attrs(func(a slog.Attr) bool {
		if text, ok := strings.CutPrefix(a.Value.String(), "dies "); ok && a.Key == "line" {
			if n, err := strconv.ParseInt(text, 10, 64); err == nil {
				w.heard.died = time.Unix(0, n)
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
