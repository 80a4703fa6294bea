package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The files, below the root of the module.
const (
	resultsFile = "test/campaign/results.tsv"
	goalsFile   = "test/campaign/goals.tsv"
	tableFile   = "RELIABILITY.md"
)

// passed is the result of a run that broke no promise.
const passed = "passed"

// result is one run of a campaign: one line of the file of results.
type result struct {
	name     string
	seed     uint64
	from, to uint64 // cases, to excluded
	executed uint64 // executions in these cases
	seconds  float64
	date     string // on which it ended
	outcome  string
}

const resultsHead = "name\tseed\tfrom\tto\texecuted\tseconds\tdate\toutcome"

func (r *result) line() string {
	return fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%.0f\t%s\t%s", r.name, r.seed, r.from, r.to, r.executed, r.seconds, r.date, r.outcome)
}

// readResults reads the file of results; none is an empty one.
func readResults(path string) ([]result, error) {
	var all []result
	err := readTable(path, resultsHead, func(f []string) error {
		r := result{name: f[0], date: f[6], outcome: f[7]}
		var errs [5]error
		r.seed, errs[0] = strconv.ParseUint(f[1], 10, 64)
		r.from, errs[1] = strconv.ParseUint(f[2], 10, 64)
		r.to, errs[2] = strconv.ParseUint(f[3], 10, 64)
		r.executed, errs[3] = strconv.ParseUint(f[4], 10, 64)
		r.seconds, errs[4] = strconv.ParseFloat(f[5], 64)
		all = append(all, r)
		return errors.Join(errs[:]...)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return all, err
}

// put writes a run down: in place of what the same run wrote before, or as a
// new line.
func (r *result) put(path string) error {
	r.date = time.Now().UTC().Format(time.DateOnly)
	all, err := readResults(path)
	if err != nil {
		return err
	}
	place := -1
	for i := range all {
		if all[i].name == r.name && all[i].seed == r.seed && all[i].from == r.from {
			place = i
		}
	}
	if place < 0 {
		all, place = append(all, result{}), len(all)
	}
	all[place] = *r
	var b strings.Builder
	b.WriteString(resultsHead + "\n")
	for i := range all {
		b.WriteString(all[i].line() + "\n")
	}
	return replaceFile(path, b.String())
}

// add writes a run down as the continuation of the last one with its name and
// seed, if that passed too.
func (r *result) add(path string) error {
	all, err := readResults(path)
	if err != nil {
		return err
	}
	for i := len(all) - 1; i >= 0; i-- {
		last := &all[i]
		if last.name == r.name && last.seed == r.seed {
			if last.outcome == passed && last.to == r.from {
				r.from = last.from
				r.executed += last.executed
				r.seconds += last.seconds
			}
			break
		}
	}
	return r.put(path)
}

// next is the case with which a campaign goes on, and how many executions
// there were since the last one that broke a promise.
func next(all []result, name string, seed uint64) (at, executed uint64) {
	for _, r := range all {
		if r.name != name || r.seed != seed {
			continue
		}
		at = max(at, r.to)
		executed += r.executed
		if r.outcome != passed {
			executed = 0
		}
	}
	return at, executed
}

// goal is what a campaign is to reach: one line of the file of goals.
type goal struct {
	name  string
	count uint64
	unit  string
	what  string
}

func readGoals(path string) ([]goal, error) {
	var all []goal
	err := readTable(path, "name\tcount\tunit\twhat", func(f []string) error {
		n, err := strconv.ParseUint(f[1], 10, 64)
		all = append(all, goal{f[0], n, f[2], f[3]})
		return err
	})
	return all, err
}

// readTable reads a file of lines with tabs.
func readTable(path, head string, row func(fields []string) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	columns := strings.Count(head, "\t") + 1
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Split(lines.Text(), "\t")
		switch {
		case n == 1 && lines.Text() != head:
			return fmt.Errorf("%s: the first line is not %q", path, head)
		case n == 1:
		case len(fields) != columns:
			return fmt.Errorf("%s, line %d: %d columns, want %d", path, n, len(fields), columns)
		default:
			if err := row(fields); err != nil {
				return fmt.Errorf("%s, line %d: %w", path, n, err)
			}
		}
	}
	return lines.Err()
}

func replaceFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
