package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/test/targets"
)

// campaign is one run of a campaign.
type campaign struct {
	name    string
	root    string
	seed    uint64
	count   uint64
	file    string
	careful bool

	target targets.Target
	before uint64 // executions of earlier runs
	done   figures.Run
}

// The longest that one input may take, and how often the figures are written.
const (
	hang     = 100 * time.Millisecond
	interval = 15 * time.Second
)

func (c *campaign) run(ctx context.Context) error {
	from, before, err := figures.Next(c.file, c.name, c.seed)
	if err != nil {
		return err
	}
	if before >= c.count {
		fmt.Printf("%s, seed %d: all %d are done\n", c.name, c.seed, c.count)
		return nil
	}
	c.before = before
	c.done = figures.Run{Name: c.name, Seed: c.seed, From: from, To: from, Outcome: figures.Passed}
	start := time.Now()
	wrote := start
	for c.before+c.done.Done < c.count && ctx.Err() == nil {
		broken := c.try(c.done.To)
		c.done.To++
		c.done.Seconds = time.Since(start).Seconds()
		if broken != nil {
			return c.failed(broken)
		}
		if time.Since(wrote) > interval {
			wrote = time.Now()
			c.tell()
			if err := c.done.Put(c.file); err != nil {
				return err
			}
		}
	}
	c.tell()
	return c.done.Put(c.file)
}

func (c *campaign) tell() {
	fmt.Printf("%s, seed %d: %d of %d, %.0f/s, next is case %d\n",
		c.name, c.seed, c.before+c.done.Done, c.count, float64(c.done.Done)/max(c.done.Seconds, 1e-3), c.done.To)
}

// try makes and tries case n. The input that broke a promise is in the error.
func (c *campaign) try(n uint64) *targets.Found {
	executed, broken := c.once(n)
	c.done.Done += uint64(executed)
	return broken
}

func (c *campaign) once(n uint64) (executed int, broken *targets.Found) {
	random := targets.Random(c.seed, n)
	input := c.target.Make(random)
	if c.careful {
		if err := os.WriteFile(c.file+".input", input, 0o644); err != nil {
			return 0, &targets.Found{Input: input, Err: err}
		}
	}
	start := time.Now()
	executed, err := attempt(c.target, input, random)
	if err == nil && time.Since(start) > hang {
		err = c.hangs(n)
	}
	if err == nil {
		return executed, nil
	}
	if errors.As(err, &broken) {
		return executed, broken
	}
	return executed, &targets.Found{Input: input, Err: err}
}

// hangs tries a slow case again: what counts is the time of the processor, and
// something that is slow once, while others use the machine, is not slow.
func (c *campaign) hangs(n uint64) error {
	least := time.Duration(1 << 62)
	for range 3 {
		random := targets.Random(c.seed, n)
		input := c.target.Make(random)
		start := processorTime()
		if _, err := attempt(c.target, input, random); err != nil {
			return err
		}
		least = min(least, processorTime()-start)
	}
	if least > hang {
		return fmt.Errorf("it takes %v", least)
	}
	return nil
}

// attempt tries an input and makes a panic an error.
func attempt(target targets.Target, input []byte, random *rand.Rand) (executed int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New(targets.Describe(p))
		}
	}()
	return target.Try(input, random)
}

// failed keeps the input that broke a promise, and the figures.
func (c *campaign) failed(broken *targets.Found) error {
	c.tell()
	name := fmt.Sprintf("seed%d-case%d", c.seed, c.done.To-1)
	dir := targets.Finds(c.root, c.name)
	path := filepath.Join(dir, name)
	c.done.Outcome = "broken: " + name
	return errors.Join(
		fmt.Errorf("%s is a find: %w", path, broken.Err),
		os.MkdirAll(dir, 0o755),
		os.WriteFile(path, broken.Input, 0o644),
		c.done.Put(c.file))
}
