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
	"strings"
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
	executed, tail, readErr := progress(out)
	if err := errors.Join(cmd.Wait(), readErr); err != nil {
		return executed, fmt.Errorf("%w\n%s", err, strings.Join(tail, "\n"))
	}
	if executed == 0 {
		return 0, fmt.Errorf("go test has not said how many executions there were:\n%s", strings.Join(tail, "\n"))
	}
	return executed, nil
}

// progress reads what the go command says to its end: how many executions there
// were, and the last of its other lines.
func progress(out io.Reader) (executed uint64, tail []string, err error) {
	const last = 40
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if m := executions.FindStringSubmatch(line); m != nil {
			n, err := strconv.ParseUint(m[1], 10, 64)
			if err != nil {
				return executed, tail, err
			}
			executed = n
		} else if line != "" {
			tail = append(tail[max(0, len(tail)+1-last):], strings.TrimRight(line, "\n"))
		}
		if err == io.EOF {
			return executed, tail, nil
		}
		if err != nil {
			return executed, tail, err
		}
	}
}
