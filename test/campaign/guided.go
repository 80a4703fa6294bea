package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/test/figures"
)

// guided are the campaigns of native fuzzing, by the fuzz target of package
// targets.
var guided = map[string]string{"read-guided": "FuzzRead"}

// chunk is how many executions there are before the figures are written. What
// native fuzzing has learned stays in the go command's cache.
const chunk = 500_000

// executions finds the count in a line of progress.
var executions = regexp.MustCompile(`execs: (\d+)`)

// guide runs native fuzzing until there were count executions in all.
func guide(ctx context.Context, root, name, target, file string, count uint64) error {
	for ctx.Err() == nil {
		from, before, err := figures.Next(file, name, 0)
		if err != nil {
			return err
		}
		if before >= count {
			fmt.Printf("%s: all %d are done\n", name, count)
			return nil
		}
		n := min(chunk, count-before)
		start := time.Now()
		executed, err := fuzz(ctx, root, target, n)
		if ctx.Err() != nil {
			return nil // it was stopped in the middle
		}
		done := figures.Run{Name: name, From: from, To: from + executed, Done: executed, Seconds: time.Since(start).Seconds(), Outcome: figures.Passed}
		if err != nil {
			done.Outcome = "broken: " + target
		}
		rate := float64(executed) / done.Seconds
		if err := errors.Join(err, done.PutOn(file)); err != nil {
			return err
		}
		fmt.Printf("%s: %d of %d, %.0f/s\n", name, before+executed, count, rate)
	}
	return nil
}

// fuzz lets the go command try n inputs. A failure is kept by it among the
// inputs that ordinary tests replay.
func fuzz(ctx context.Context, root, target string, n uint64) (executed uint64, err error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-fuzz=^"+target+"$", "-fuzztime="+strconv.FormatUint(n, 10)+"x",
		"-parallel=1", "./test/targets")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var tail []string
	for lines := bufio.NewScanner(io.Reader(out)); lines.Scan(); {
		if m := executions.FindStringSubmatch(lines.Text()); m != nil {
			if executed, err = strconv.ParseUint(m[1], 10, 64); err != nil {
				return executed, err
			}
			continue
		}
		tail = append(tail[max(0, len(tail)-40):], lines.Text())
	}
	if err := cmd.Wait(); err != nil {
		return executed, fmt.Errorf("%w\n%v", err, tail)
	}
	return executed, nil
}
