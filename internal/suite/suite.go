// Package suite runs scenario files: it finds them, runs independent ones at
// the same time, and reports what came of them in several forms.
//
// It does not know what a scenario means (package scenario does) nor how
// contracts are run: whoever uses it brings a constructor of executors.
//
// Invariants: results come in the order of the files, whatever runs when; a
// file that cannot be read or understood is one that failed, and the others
// still run; nothing is written into scenario files unless all of them passed.
package suite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// An Executor runs contracts and is closed when it is not needed any more.
type Executor interface {
	vm.Executor
	Close() error
}

// Options are what a run is made of.
type Options struct {
	// Files are the scenario files, see Find.
	Files []string

	// Match selects files by their paths; the others are skipped. Nil selects
	// all.
	Match *regexp.Regexp

	// Parallel is how many files run at the same time. 0: as many as there
	// are processors.
	Parallel int

	// Start makes an executor that asks hook. schedule is the name that a
	// scenario gives, empty if it gives none; the prices are returned. With
	// builtins there are the functions of package builtin.
	Start func(hook vm.BlockchainHook, builtins bool, schedule string) (Executor, vm.GasSchedule, error)

	// IgnoreGas leaves gas expectations out of the comparison.
	IgnoreGas bool

	// Report sees the results one by one, in the order of the files. May be
	// nil.
	Report func(*Result)

	// Progress hears how many files have been run. May be nil. It is called
	// from several goroutines.
	Progress func(done, total int)
}

// Status says what became of a file.
type Status string

// The statuses.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// A Result is what became of one file.
type Result struct {
	Path     string
	Status   Status
	Steps    int // executions that had an output
	Err      error
	Warnings []*scenario.Warning
	Dump     string // what dumpState steps printed
	Duration time.Duration
	Measures []Measure
}

// A Measure is the gas of one execution.
type Measure struct {
	Step     string // "step 3 (scCall transfer-1)"
	Function string
	Used     uint64
	Remains  uint64
	Expected *scenario.GasPlace
}

// A Summary counts results.
type Summary struct{ Passed, Failed, Skipped, Steps int }

// String is the last line of a run.
func (s Summary) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", s.Passed, s.Failed, s.Skipped)
}

// Summarize counts results.
func Summarize(results []*Result) Summary {
	var s Summary
	for _, r := range results {
		switch r.Status {
		case Passed:
			s.Passed++
		case Failed:
			s.Failed++
		case Skipped:
			s.Skipped++
		}
		s.Steps += r.Steps
	}
	return s
}

// Run runs the files. An error means that the run could not be carried out,
// because no executor could be made or the context ended; a file that fails is
// a result.
func Run(ctx context.Context, o Options) ([]*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &suite{Options: o, results: make([]chan *Result, len(o.Files)), stop: cancel}
	for i := range s.results {
		s.results[i] = make(chan *Result, 1)
	}
	workers := o.Parallel
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var running sync.WaitGroup
	for range min(workers, len(o.Files)) {
		running.Go(func() { s.work(ctx) })
	}
	var all []*Result
	for _, result := range s.results {
		var r *Result
		select {
		case r = <-result:
		case <-ctx.Done():
		}
		if r == nil {
			break
		}
		all = append(all, r)
		if o.Report != nil {
			o.Report(r)
		}
	}
	running.Wait()
	if s.failure != nil {
		return all, s.failure
	}
	return all, context.Cause(ctx)
}

// suite is a run.
type suite struct {
	Options
	results []chan *Result
	next    atomic.Int64 // file
	done    atomic.Int64

	stop    context.CancelFunc
	once    sync.Once
	failure error // why the run cannot go on
}

func (s *suite) abort(err error) {
	s.once.Do(func() {
		s.failure = err
		s.stop()
	})
}

// work runs files until there are none left.
func (s *suite) work(ctx context.Context) {
	w := &worker{suite: s, machines: make(map[string]*machine)}
	defer func() {
		if err := w.close(); err != nil {
			s.abort(err)
		}
	}()
	for ctx.Err() == nil {
		i := int(s.next.Add(1)) - 1
		if i >= len(s.Files) {
			return
		}
		r, err := w.run(ctx, s.Files[i])
		if err != nil {
			s.abort(err)
			return
		}
		s.results[i] <- r
		if done := s.done.Add(1); s.Progress != nil {
			s.Progress(int(done), len(s.Files))
		}
	}
}

// worker runs files one after the other. Its executors are made when they are
// needed and serve all files that want the same.
type worker struct {
	suite    *suite
	machines map[string]*machine
}

type machine struct {
	scenario.Machine
	executor Executor
}

func (w *worker) close() error {
	var err error
	for _, m := range w.machines {
		err = errors.Join(err, m.executor.Close())
	}
	return err
}

func (w *worker) machine(builtins bool, schedule string) (*machine, error) {
	key := fmt.Sprintf("%s %v", schedule, builtins)
	if m, ok := w.machines[key]; ok {
		return m, nil
	}
	m := &machine{Machine: scenario.Machine{Hook: scenario.NewHook()}}
	var err error
	if m.executor, m.Schedule, err = w.suite.Start(m.Hook, builtins, schedule); err != nil {
		return nil, err
	}
	m.Executor = m.executor
	w.machines[key] = m
	return m, nil
}

// run runs one file. An error ends the whole run.
func (w *worker) run(ctx context.Context, path string) (*Result, error) {
	r := &Result{Path: path, Status: Skipped}
	if w.suite.Match != nil && !w.suite.Match.MatchString(filepath.ToSlash(path)) {
		return r, nil
	}
	begin := time.Now()
	defer func() { r.Duration = time.Since(begin) }()
	s, err := scenario.Load(path)
	if err == nil {
		r.Warnings = s.Warnings
		var m *machine
		m, err = w.machine(s.Builtins, s.Schedule)
		var unknown *UnknownScheduleError
		switch {
		case errors.As(err, &unknown):
			err = fmt.Errorf("%s: %w", path, err)
		case err != nil:
			return nil, err
		default:
			err = w.runOn(ctx, m, s, r)
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	r.Status, r.Err = Passed, err
	if err != nil {
		r.Status = Failed
	}
	return r, nil
}

// An UnknownScheduleError is returned by Options.Start if there is no schedule
// of the name that a scenario gives. It is the scenario's fault.
type UnknownScheduleError struct{ Err error }

func (e *UnknownScheduleError) Error() string { return e.Err.Error() }

func (e *UnknownScheduleError) Unwrap() error { return e.Err }

func (w *worker) runOn(ctx context.Context, m *machine, s *scenario.Scenario, r *Result) error {
	var dump strings.Builder
	defer func() { r.Dump = dump.String() }()
	return scenario.Run(ctx, s, &m.Machine, scenario.Options{
		Dump:      &dump,
		IgnoreGas: w.suite.IgnoreGas,
		After: func(e *scenario.Execution) {
			r.Steps++
			r.Measures = append(r.Measures, Measure{
				Step: e.Step.Label(), Function: e.Function,
				Used: e.GasUsed(), Remains: e.Output.GasRemaining, Expected: e.Expected,
			})
		},
	})
}
