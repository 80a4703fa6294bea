// Package figures keeps what campaigns have shown, in a file with one line for
// each run. It knows nothing of what is tried or measured.
//
// A run that is written down again takes the place of what it wrote before.
package figures

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Passed is the outcome of a run that broke no promise.
const Passed = "passed"

// A Run is one run of a campaign.
type Run struct {
	Name     string
	Seed     uint64
	From, To uint64 // cases, To excluded
	Done     uint64 // what is counted of these cases, as in the unit of the goal
	Seconds  float64
	Date     string // on which it was written down
	Outcome  string // Passed, or what was broken
	Text     string // what was measured
}

const head = "name\tseed\tfrom\tto\tdone\tseconds\tdate\toutcome\tfigures"

// Line is the run as it is written down.
func (r *Run) Line() string {
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return fmt.Sprintf("%s\t%d\t%d\t%d\t%d\t%.0f\t%s\t%s\t%s", r.Name, r.Seed, r.From, r.To, r.Done, r.Seconds,
		r.Date, flat(r.Outcome), flat(r.Text))
}

// Read reads a file; none is an empty one.
func Read(path string) ([]Run, error) {
	var runs []Run
	err := Table(path, head, func(f []string) error {
		r := Run{Name: f[0], Date: f[6], Outcome: f[7], Text: f[8]}
		var errs [5]error
		r.Seed, errs[0] = strconv.ParseUint(f[1], 10, 64)
		r.From, errs[1] = strconv.ParseUint(f[2], 10, 64)
		r.To, errs[2] = strconv.ParseUint(f[3], 10, 64)
		r.Done, errs[3] = strconv.ParseUint(f[4], 10, 64)
		r.Seconds, errs[4] = strconv.ParseFloat(f[5], 64)
		runs = append(runs, r)
		return errors.Join(errs[:]...)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return runs, err
}

// Put writes a run down.
func (r *Run) Put(path string) error {
	r.Date = time.Now().UTC().Format(time.DateOnly)
	runs, err := Read(path)
	if err != nil {
		return err
	}
	place := -1
	for i := range runs {
		if runs[i].Name == r.Name && runs[i].Seed == r.Seed && runs[i].From == r.From {
			place = i
		}
	}
	if place < 0 {
		runs, place = append(runs, Run{}), len(runs)
	}
	runs[place] = *r
	text := head + "\n"
	for i := range runs {
		text += runs[i].Line() + "\n"
	}
	return Replace(path, text)
}

// PutOn writes a run down as the continuation of the last one with its name and
// seed, if that passed and ended where this one begins.
func (r *Run) PutOn(path string) error {
	runs, err := Read(path)
	if err != nil {
		return err
	}
	for i := len(runs) - 1; i >= 0; i-- {
		last := &runs[i]
		if last.Name != r.Name || last.Seed != r.Seed {
			continue
		}
		if last.Outcome == Passed && last.To == r.From {
			r.From = last.From
			r.Done += last.Done
			r.Seconds += last.Seconds
		}
		break
	}
	return r.Put(path)
}

// Next says with which case a campaign goes on, and how much was counted since
// it last broke a promise.
func Next(path, name string, seed uint64) (at, done uint64, err error) {
	runs, err := Read(path)
	for i := range runs {
		if r := &runs[i]; r.Name == name && r.Seed == seed {
			at = max(at, r.To)
			done += r.Done
			if r.Outcome != Passed {
				done = 0
			}
		}
	}
	return at, done, err
}

// A Goal is what a campaign is to reach.
type Goal struct {
	Name  string
	Count uint64
	Unit  string
	What  string // is promised
}

// Reached says how much of the goal was done since a promise was last broken, by
// runs of every seed, and what came out.
func (g *Goal) Reached(runs []Run) (done uint64, outcome string) {
	outcome = "not run"
	for i := range runs {
		if runs[i].Name != g.Name {
			continue
		}
		outcome = runs[i].Outcome
		if done += runs[i].Done; outcome != Passed {
			done = 0
		}
	}
	if outcome == Passed && done < g.Count {
		outcome = fmt.Sprintf("passed so far, goal not reached (%.1f %%)", 100*float64(done)/float64(g.Count))
	}
	return done, outcome
}

// Goals reads a file of goals.
func Goals(path string) ([]Goal, error) {
	var goals []Goal
	err := Table(path, "name\tcount\tunit\twhat", func(f []string) error {
		n, err := strconv.ParseUint(f[1], 10, 64)
		goals = append(goals, Goal{f[0], n, f[2], f[3]})
		return err
	})
	return goals, err
}

// Table reads a file of lines with tabs, of which head is the first.
func Table(path, head string, row func(fields []string) error) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if lines[0] != head {
		return fmt.Errorf("%s: the first line is not %q", filepath.Base(path), head)
	}
	for n, line := range lines[1:] {
		fields := strings.Split(line, "\t")
		if want := strings.Count(head, "\t") + 1; len(fields) != want {
			return fmt.Errorf("%s, line %d: %d columns, want %d", filepath.Base(path), n+2, len(fields), want)
		}
		if err := row(fields); err != nil {
			return fmt.Errorf("%s, line %d: %w", filepath.Base(path), n+2, err)
		}
	}
	return nil
}

// Replace writes a file, whole or not at all, also if others replace it at the
// same time.
func Replace(path, text string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new*")
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Chmod(0o644), file.Sync(), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
