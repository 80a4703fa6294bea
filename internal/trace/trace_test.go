package trace_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/internal/symbols"
	"github.com/Dharitri-org/core-wasm-vm/internal/trace"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var update = flag.Bool("update", false, "rewrite the expected traces")

// traced is the trace of one step.
type traced struct {
	step      *scenario.Step
	call      *trace.Call
	truncated bool
	used      uint64
}

// record runs a scenario and gives the traces of its executions.
func record(t *testing.T, path string, limit int, names ...string) []traced {
	t.Helper()
	s, err := scenario.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	set := new(symbols.Set)
	for _, name := range names {
		code, err := os.ReadFile(filepath.Join("../../test/symbols", name+".wasm"))
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Add(code); err != nil {
			t.Fatal(err)
		}
	}
	schedule := "v3"
	if s.Schedule != "" {
		schedule = s.Schedule
	}
	prices, err := gas.Named(schedule)
	if err != nil {
		t.Fatal(err)
	}
	config := vm.Config{GasSchedule: prices}
	if s.Builtins {
		config.BuiltinFunctions = builtin.Names()
	}
	r := trace.NewRecorder(set, limit)
	hook := scenario.NewHook()
	e, err := trace.NewExecutor(hook, config, r)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var list []traced
	err = scenario.Run(context.Background(), s, &scenario.Machine{Executor: e, Hook: hook, Schedule: prices}, scenario.Options{
		After: func(e *scenario.Execution) {
			call, truncated := r.Take()
			list = append(list, traced{e.Step, call, truncated, e.GasUsed()})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func text(t *testing.T, c *trace.Call, brief, truncated bool) string {
	t.Helper()
	var b bytes.Buffer
	w := &trace.Text{Out: &b, Address: scenario.NameAddress, Bytes: scenario.NotateFreely, Brief: brief}
	if err := w.Write(c, truncated); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Each testdata/*.txt is the trace of a step of a scenario.
func TestTracesTellWhatHappens(t *testing.T) {
	for _, tt := range []struct{ file, scenario, step string }{
		{"transfer", "erc20/transfers", "alice to bob"},
		{"release", "escrow/release", "release"},
		{"refused", "escrow/refused", "release"},
		{"message", "escrow/no-contract", "release"},
		{"without-gas", "escrow/errors", "release without gas for the callback"},
		{"create", "factory/children", "create another one"},
		{"upgrade", "factory/upgrade", "upgrade with an argument"},
		{"upgrade-fails", "factory/upgrade-fails", "code that is none"},
		{"out-of-gas", "loops/loops", "work that is not paid"},
		{"overflow", "counter/errors", "above the greatest number"},
		{"tokens", "tokens/contract", "count with tokens"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			var got string
			for _, step := range record(t, filepath.Join("../../test/scenarios", tt.scenario+".scen.json"), 0, "erc20", "escrow", "vault") {
				if step.step.ID == tt.step {
					got = text(t, step.call, false, step.truncated)
				}
			}
			golden := filepath.Join("testdata", tt.file+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got == "" || got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// Whatever happens, a trace has the gas and the end of the execution, and all
// of it can be said in JSON.
func TestTracesOfAllScenariosAreWhole(t *testing.T) {
	files, err := filepath.Glob("../../test/scenarios/*/*.scen.json")
	if err != nil || len(files) < 30 {
		t.Fatal(err, len(files))
	}
	for _, path := range files {
		for _, step := range record(t, path, 0) {
			if step.call == nil || step.truncated || step.call.GasUsed != step.used {
				t.Errorf("%s %s: used %d, trace %+v", path, step.step.Label(), step.used, step.call)
				continue
			}
			b, err := json.Marshal(step.call)
			var back map[string]any
			if err != nil || json.Unmarshal(b, &back) != nil || back["gasUsed"] != float64(step.used) {
				t.Errorf("%s: %v: %s", path, err, b)
			}
			if full, brief := text(t, step.call, false, false), text(t, step.call, true, false); len(brief) > len(full) || !strings.Contains(full, "└ ") {
				t.Errorf("%s: the brief trace is longer than the full one", path)
			}
		}
	}
}

func TestTracesAreBounded(t *testing.T) {
	for _, step := range record(t, "../../test/scenarios/loops/loops.scen.json", 20) {
		if step.step.ID != "calls of the host" {
			continue
		}
		got := text(t, step.call, false, step.truncated)
		if !step.truncated || strings.Count(got, "\n") > 30 || !strings.Contains(got, "more events than are kept") {
			t.Errorf("truncated %v:\n%s", step.truncated, got)
		}
	}
}

// resetting takes the trace after each request, also after one without output.
type resetting struct {
	*trace.Executor
	recorder *trace.Recorder
	t        *testing.T
	runs     *int
}

func (r *resetting) Create(ctx context.Context, in *vm.CreateInput) (*vm.Output, error) {
	out, err := r.Executor.Create(ctx, in)
	return r.take(out, err)
}

func (r *resetting) Call(ctx context.Context, in *vm.CallInput) (*vm.Output, error) {
	out, err := r.Executor.Call(ctx, in)
	return r.take(out, err)
}

func (r *resetting) take(out *vm.Output, err error) (*vm.Output, error) {
	*r.runs++
	call, _ := r.recorder.Take()
	if err == nil && (call == nil || call.Code != out.Code || call.Message != out.Message || len(call.Results) != len(out.ReturnData)) {
		r.t.Errorf("the trace ends otherwise than the execution: %+v", call)
	}
	return out, err
}

// An observer changes nothing: the recorded vectors are matched as without one.
func TestTracedVectorsAreMatched(t *testing.T) {
	cases, err := vectors.Load(os.DirFS("../../test/vectors"))
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	runner := &vectors.Runner{
		New: func(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
			r := trace.NewRecorder(new(symbols.Set), 2000)
			e, err := trace.NewExecutor(hook, config, r)
			return &resetting{e, r, t, &runs}, err
		},
		Schedule: gas.File,
	}
	report, err := runner.Run(context.Background(), cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Failures {
		t.Error(f)
	}
	if runs < 1000 {
		t.Errorf("only %d runs", runs)
	}
}

// A node that cannot answer leaves nothing behind that the next trace shows.
func TestAnExecutionWithoutAnOutputIsForgotten(t *testing.T) {
	r := trace.NewRecorder(new(symbols.Set), 0)
	hook := scenario.NewHook()
	e, err := trace.NewExecutor(&broken{hook}, vm.Config{}, r)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	hook.World = scenario.NewWorld(false, nil)
	for range 2 {
		_, err = e.Call(context.Background(), &vm.CallInput{Function: "f", Input: vm.Input{GasProvided: 1000}})
		if !errors.Is(err, errBroken) {
			t.Fatalf("got %v", err)
		}
		if call, _ := r.Take(); call == nil || call.Function != "f" || len(call.Events) != 0 {
			t.Errorf("trace %+v", call)
		}
	}
}

var errBroken = errors.New("the node is broken")

type broken struct{ *scenario.Hook }

func (b *broken) Account(vm.Address) (*vm.Account, error) { return nil, errBroken }
