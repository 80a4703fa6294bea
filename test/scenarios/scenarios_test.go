// Package scenarios holds the project's scenarios: for every sample contract
// what it does and what it refuses, and for the world around contracts the
// same. They are documents that run; here they run every way there is.
package scenarios

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestMain(m *testing.M) {
	coreproc.Main()
	goleak.VerifyTestMain(m)
}

var update = flag.Bool("update", false, "rewrite the expected messages of the failing scenarios")

// failing is the directory of the scenarios that must fail.
const failing = "../scenarios-failing"

// starter gives a constructor of executors.
func starter(engine vm.Engine, piped bool) func(vm.BlockchainHook, bool, string) (suite.Executor, vm.GasSchedule, error) {
	return func(hook vm.BlockchainHook, builtins bool, schedule string) (suite.Executor, vm.GasSchedule, error) {
		if schedule == "" {
			schedule = "v3"
		}
		prices, err := gas.Named(schedule)
		if err != nil {
			return nil, nil, &suite.UnknownScheduleError{Err: err}
		}
		config := vm.Config{GasSchedule: prices, Engine: engine}
		if builtins {
			config.BuiltinFunctions = builtin.Names()
		}
		if !piped {
			e, err := inprocess.New(hook, config)
			return e, prices, err
		}
		d, err := driver.New(hook, driver.Options{Self: true, Config: config, Codec: driver.Binary, CallTimeout: time.Minute})
		return d, prices, err
	}
}

func find(t *testing.T, paths ...string) []string {
	t.Helper()
	files, err := suite.Find(paths)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAllPassEveryWay(t *testing.T) {
	const fewest = 300 // executions, so that an empty run cannot look like a good one
	for _, way := range []struct {
		name   string
		engine vm.Engine
		piped  bool
	}{
		{"in-process, compiler", vm.EngineDefault, false},
		{"in-process, interpreter", vm.EngineInterpreter, false},
		{"piped, compiler", vm.EngineDefault, true},
		{"piped, interpreter", vm.EngineInterpreter, true},
	} {
		t.Run(way.name, func(t *testing.T) {
			begin := time.Now()
			results, err := suite.Run(context.Background(), suite.Options{
				Files: find(t, "."), Start: starter(way.engine, way.piped),
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range results {
				if r.Err != nil || len(r.Warnings) > 0 {
					t.Errorf("%v %v", r.Err, r.Warnings)
				}
			}
			s := suite.Summarize(results)
			t.Logf("%d executions in %d scenarios, %v", s.Steps, s.Passed, time.Since(begin))
			if s.Steps < fewest || s.Failed > 0 || s.Skipped > 0 {
				t.Errorf("%d executions, %v", s.Steps, s)
			}
		})
	}
}

// Every execution has the same bytes, whoever runs it.
func TestOutputsAreTheSameEveryWay(t *testing.T) {
	start := []func(vm.BlockchainHook, bool, string) (suite.Executor, vm.GasSchedule, error){
		starter(vm.EngineDefault, false), starter(vm.EngineInterpreter, false), starter(vm.EngineDefault, true),
	}
	var first []string
	for i, start := range start {
		digests := outputs(t, start)
		if i == 0 {
			first = digests
		} else if !slices.Equal(first, digests) {
			t.Errorf("way %d gives other outputs", i)
		}
	}
}

// outputs gives a digest of every output of all scenarios.
func outputs(t *testing.T, start func(vm.BlockchainHook, bool, string) (suite.Executor, vm.GasSchedule, error)) []string {
	t.Helper()
	var digests []string
	machines := make(map[string]*scenario.Machine)
	for _, path := range find(t, ".") {
		s, err := scenario.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		key := s.Schedule
		if s.Builtins {
			key += " with built-in functions"
		}
		m := machines[key]
		if m == nil {
			m = &scenario.Machine{Hook: scenario.NewHook()}
			executor, prices, err := start(m.Hook, s.Builtins, s.Schedule)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := executor.Close(); err != nil {
					t.Error(err)
				}
			}()
			m.Executor, m.Schedule = executor, prices
			machines[key] = m
		}
		err = scenario.Run(context.Background(), s, m, scenario.Options{After: func(e *scenario.Execution) {
			b, err := e.Output.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(b)
			digests = append(digests, string(sum[:]))
		}})
		if err != nil {
			t.Error(err)
		}
	}
	return digests
}

// Each failing scenario has the message beside it that it must end with.
func TestFailingScenariosSayWhy(t *testing.T) {
	results, err := suite.Run(context.Background(), suite.Options{
		Files: find(t, failing), Start: starter(vm.EngineDefault, false),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(results) < 100 {
		t.Errorf("only %d scenarios", len(results))
	}
	for _, r := range results {
		if r.Status != suite.Failed {
			t.Errorf("%s: %s", r.Path, r.Status)
			continue
		}
		message := strings.ReplaceAll(filepath.ToSlash(r.Err.Error()), failing+"/", "") + "\n"
		golden := strings.TrimSuffix(r.Path, suite.Suffix) + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(message), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if message != string(want) {
			t.Errorf("%s: got\n%swant\n%s", r.Path, message, want)
		}
	}
	stale, err := filepath.Glob(failing + "/*.txt")
	if err != nil || len(stale) != len(results) {
		t.Errorf("%d messages for %d scenarios (%v)", len(stale), len(results), err)
	}
}

func TestAllAreFormatted(t *testing.T) {
	files, err := suite.FindAll([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		formatted, err := scenario.Format(&scenario.Source{Path: path, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(text, formatted) {
			t.Errorf("%s is not formatted: corenode fmt test/scenarios", path)
		}
	}
}
