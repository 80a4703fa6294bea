//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/test/figures"
)

// keepTime is how often a run writes down how far it is.
const keepTime = time.Minute

// run runs cases until enough is done, ctx ends, or a promise is broken. It
// writes to file, if there is one, now and then and at the end.
func run(ctx context.Context, r *figures.Run, enough uint64, file string) (broken error) {
	begin := time.Now()
	t, err := campaigns[r.Name](r.Seed)
	if err != nil {
		return err
	}
	remark := r.Text
	note := func() error {
		r.Done, r.Seconds, r.Text = t.done(), time.Since(begin).Seconds(), t.figures()
		if remark != "" {
			r.Text += "; " + remark
		}
		if file == "" || r.To == r.From {
			return nil
		}
		return r.Put(file)
	}
	r.To, r.Outcome = r.From, figures.Passed
	for kept := begin; t.done() < enough && ctx.Err() == nil && broken == nil; r.To++ {
		if broken = t.run(ctx, r.To); broken != nil && ctx.Err() != nil {
			broken = nil // it was interrupted
			break
		}
		if time.Since(kept) > keepTime {
			kept = time.Now()
			broken = errors.Join(broken, note())
			fmt.Println(r.Line())
		}
	}
	if broken != nil {
		r.Outcome = "broken: " + broken.Error()
		broken = fmt.Errorf("%s, seed %d, case %d: %w", r.Name, r.Seed, r.To-1, broken)
	}
	return errors.Join(broken, note(), t.Close())
}

// times are durations of which the quantiles matter.
type times []time.Duration

func (t times) String() string {
	if len(t) == 0 {
		return "none"
	}
	sorted := slices.Sorted(slices.Values(t))
	at := func(permille int) time.Duration {
		return sorted[(len(sorted)-1)*permille/1000].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %v, p99 %v, worst %v", at(500), at(990), at(1000))
}
