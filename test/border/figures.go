//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// result is one run of a campaign, one line of the file of figures.
type result struct {
	name     string
	seed     uint64
	from, to uint64 // cases, to excluded
	seconds  float64
	outcome  string // "passed", or what was broken
	figures  string
}

const head = "name\tseed\tfrom\tto\tseconds\tdate\toutcome\tfigures\n"

func (r *result) line() string {
	return fmt.Sprintf("%s\t%d\t%d\t%d\t%.0f\t%s\t%s\t%s", r.name, r.seed, r.from, r.to, r.seconds,
		time.Now().UTC().Format(time.DateOnly), r.outcome, r.figures)
}

// put appends the run to the file.
func (r *result) put(file string) error {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte(head)
	} else if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, r.line()+"\n"...), 0o644)
}

// next is where a campaign goes on.
func next(file, name string, seed uint64) (uint64, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	at := uint64(0)
	for line := range strings.Lines(string(text)) {
		f := strings.Split(line, "\t")
		if len(f) == strings.Count(head, "\t")+1 && f[0] == name && f[1] == strconv.FormatUint(seed, 10) {
			to, err := strconv.ParseUint(f[3], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", file, err)
			}
			at = max(at, to)
		}
	}
	return at, err
}

// run runs cases until there are enough, ctx ends, or a promise is broken.
func run(ctx context.Context, name string, seed, from, to uint64) (r result, broken error) {
	r = result{name: name, seed: seed, from: from, to: from, outcome: "passed"}
	begin := time.Now()
	t, err := campaigns[name](seed)
	if err != nil {
		return r, err
	}
	for told := begin; r.to < to && ctx.Err() == nil && broken == nil; r.to++ {
		if broken = t.run(ctx, r.to); broken != nil && ctx.Err() != nil {
			broken = nil // it was interrupted
			break
		}
		if time.Since(told) > 15*time.Second {
			told = time.Now()
			fmt.Printf("%s, seed %d: case %d of %d, %s\n", name, seed, r.to, to, t.figures())
		}
	}
	if broken != nil {
		r.outcome = strings.Join(strings.Fields(broken.Error()), " ")
		broken = fmt.Errorf("%s, seed %d, case %d: %w", name, seed, r.to-1, broken)
	}
	r.seconds = time.Since(begin).Seconds()
	r.figures = t.figures()
	return r, errors.Join(broken, t.Close())
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
