package suite_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// fake is an executor that uses as much gas as the first argument says.
type fake struct{ closed *atomic.Int64 }

func (f *fake) Create(context.Context, *vm.CreateInput) (*vm.Output, error) {
	return nil, errors.New("the process is gone")
}

func (f *fake) Call(_ context.Context, in *vm.CallInput) (*vm.Output, error) {
	used := uint64(0)
	if len(in.Arguments) > 0 {
		used = new(big.Int).SetBytes(in.Arguments[0]).Uint64()
	}
	return &vm.Output{GasRemaining: in.GasProvided - used, Accounts: []vm.OutputAccount{{Address: in.Recipient, BalanceDelta: new(big.Int)}}}, nil
}

func (f *fake) Close() error {
	f.closed.Add(1)
	return nil
}

// scen is a scenario with calls that use that much gas of 100,000.
func scen(gas ...string) string {
	text := `{"steps": [{"step": "setState", "accounts": {"address:a": {}, "sc:c": {"code": "str:x"}}}`
	for i, used := range gas {
		expected := ""
		if used, with, ok := strings.Cut(used, "="); ok {
			expected = `, "gas": "` + with + `"`
			gas[i] = used
		}
		text += fmt.Sprintf(",\n"+`{"step": "scCall", "txId": "call %d", "tx": {"from": "address:a", "to": "sc:c", "function": "f", "arguments": ["%s"], "gasLimit": "100,000"}, "expect": {"out": []%s}}`, i, gas[i], expected)
	}
	return text + "]}"
}

// files writes files and gives their directory.
func files(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(t *testing.T, dir string, change func(*suite.Options)) ([]*suite.Result, error) {
	t.Helper()
	list, err := suite.Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	var started, closed atomic.Int64
	o := suite.Options{Files: list, Start: func(_ vm.BlockchainHook, _ bool, schedule string) (suite.Executor, vm.GasSchedule, error) {
		if schedule == "v2" {
			return nil, nil, &suite.UnknownScheduleError{Err: errors.New("there is no v2")}
		}
		started.Add(1)
		return &fake{&closed}, nil, nil
	}}
	if change != nil {
		change(&o)
	}
	results, err := suite.Run(context.Background(), o)
	if started.Load() != closed.Load() {
		t.Errorf("%d executors were made, %d closed", started.Load(), closed.Load())
	}
	return results, err
}

func TestFind(t *testing.T) {
	dir := files(t, map[string]string{"b/z.scen.json": "", "a.scen.json": "", "b/a.scen.json": "", "b/part.steps.json": "", "notes.json": "", "empty/readme": ""})
	for _, tt := range []struct {
		name  string
		paths []string
		want  string
		fails string
	}{
		{"a directory, in the order of names", []string{""}, "a.scen.json b/a.scen.json b/z.scen.json", ""},
		{"files in the order in which they are named, once", []string{"b/z.scen.json", "b", "a.scen.json"}, "b/z.scen.json b/a.scen.json a.scen.json", ""},
		{"a fragment that is named", []string{"b/part.steps.json"}, "b/part.steps.json", ""},
		{"something else", []string{"notes.json"}, "", "notes.json: not a scenario: its name does not end with .scen.json, .steps.json, .step.json"},
		{"a directory without any", []string{"empty"}, "", "empty: there is no *.scen.json in this directory"},
		{"nothing", []string{"nothing"}, "", "nothing: no such file or directory"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			paths := make([]string, len(tt.paths))
			for i, p := range tt.paths {
				paths[i] = filepath.Join(dir, p)
			}
			got, err := suite.Find(paths)
			for i := range got {
				relative, err := filepath.Rel(dir, got[i])
				if err != nil {
					t.Fatal(err)
				}
				got[i] = filepath.ToSlash(relative)
			}
			if strings.Join(got, " ") != tt.want || (err != nil) != (tt.fails != "") || err != nil && !strings.HasSuffix(err.Error(), tt.fails) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestResultsComeInOrderAndFailuresDoNotStopTheOthers(t *testing.T) {
	content := make(map[string]string)
	for i := range 40 {
		content[fmt.Sprintf("%02d.scen.json", i)] = scen("1", "2")
	}
	content["05.scen.json"] = `{"steps": [`
	content["06.scen.json"] = scen("5=5")
	content["07.scen.json"] = `{"gasSchedule": "v2", "steps": []}`
	content["08.scen.json"] = `{"steps": [{"step": "setState", "accounts": {"address:a": {}}}, {"step": "scDeploy", "txId": "d", "tx": {"from": "address:a"}}]}`
	content["09.scen.json"] = scen("1")
	var order []string
	var progress atomic.Int64
	results, err := run(t, files(t, content), func(o *suite.Options) {
		o.Parallel, o.Match = 4, regexp.MustCompile(`[0-3][0-8]\.scen`)
		o.Report = func(r *suite.Result) { order = append(order, filepath.Base(r.Path)) }
		o.Progress = func(done, total int) { progress.Add(1) }
	})
	if err != nil {
		t.Fatal(err)
	}
	s := suite.Summarize(results)
	if s.String() != "32 passed, 4 failed, 4 skipped" || progress.Load() != 40 || s.Steps != 32*2+1 {
		t.Errorf("%v, %d steps, progress %d", s, s.Steps, progress.Load())
	}
	for i, name := range order {
		if name != fmt.Sprintf("%02d.scen.json", i) {
			t.Fatalf("order %v", order)
		}
	}
	for i, want := range map[int]string{
		5: "05.scen.json:1:12: state stack should be empty at the end",
		6: "result gas mismatch. Tx call 0. Want: 5. Got: 99995 (0x1869b)",
		7: "07.scen.json: there is no v2",
		8: "step 2 (scDeploy d): the process is gone",
	} {
		if results[i].Err == nil || !strings.Contains(results[i].Err.Error(), want) {
			t.Errorf("%d: %v, want %s", i, results[i].Err, want)
		}
	}
}

func TestARunEndsWhenNoExecutorCanBeMade(t *testing.T) {
	broken := errors.New("no core")
	_, err := run(t, files(t, map[string]string{"a.scen.json": scen("1"), "b.scen.json": scen("1")}), func(o *suite.Options) {
		o.Start = func(vm.BlockchainHook, bool, string) (suite.Executor, vm.GasSchedule, error) { return nil, nil, broken }
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestAnEndedContextEndsARun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	dir := files(t, map[string]string{"a.scen.json": scen("1"), "b.scen.json": scen("1"), "c.scen.json": scen("1")})
	list, err := suite.Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	_, err = suite.Run(ctx, suite.Options{Files: list, Parallel: 1, Report: func(*suite.Result) { cancel() },
		Start: func(vm.BlockchainHook, bool, string) (suite.Executor, vm.GasSchedule, error) {
			return &fake{new(atomic.Int64)}, nil, nil
		}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func someResults(t *testing.T) []*suite.Result {
	t.Helper()
	dir := files(t, map[string]string{
		"good.scen.json": scen("70"), "bad.scen.json": scen("5=5"), "skipped.scen.json": scen("1"),
		"warning.scen.json": `{"name": "a", "name": "b", "steps": [{"step": "dumpState"}]}`,
	})
	results, err := run(t, dir, func(o *suite.Options) { o.Match = regexp.MustCompile("good|bad|warning") })
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results { // what depends on the machine
		r.Path, r.Duration = filepath.Base(r.Path), 1500*time.Microsecond
	}
	return results
}

func TestTextReport(t *testing.T) {
	var b bytes.Buffer
	text := &suite.Text{Out: &b, Gas: true}
	for _, r := range someResults(t) {
		if err := text.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	got := regexp.MustCompile(`/[^ ]*/`).ReplaceAllString(b.String(), "")
	want := `FAIL  bad.scen.json
      bad.scen.json:2:170: step 2 (scCall call 0): result gas mismatch. Tx call 0. Want: 5. Got: 99995 (0x1869b)
                 5 gas  step 2 (scCall call 0) f
ok    good.scen.json
                70 gas  step 2 (scCall call 0) f
skip  skipped.scen.json
warning: warning.scen.json:1:15: the key "name" is there twice, this one is ignored (the first is at 1:2)
world state dump:
ok    warning.scen.json
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	b.Reset()
	coloured := &suite.Text{Out: &b, Colour: true, Quiet: true}
	for _, r := range someResults(t) {
		if err := coloured.Result(r); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.String(); !strings.Contains(got, "\x1b[31mFAIL\x1b[0m  bad") || strings.Contains(got, "good") {
		t.Errorf("got %q", got)
	}
}

func TestJSONReport(t *testing.T) {
	var b bytes.Buffer
	if err := suite.WriteJSON(&b, someResults(t)); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Passed, Failed, Skipped, Steps int
		Scenarios                      []struct {
			Path, Status string
			Error        *struct {
				Line, Column int
				Step, Text   string
			}
			Warnings   []struct{ Line int }
			Executions []struct{ GasUsed, GasRemaining uint64 }
		}
	}
	if err := json.Unmarshal(b.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	if report.Passed != 2 || report.Failed != 1 || report.Skipped != 1 || report.Steps != 2 || len(report.Scenarios) != 4 {
		t.Fatalf("%+v", report)
	}
	bad, good, warning := report.Scenarios[0], report.Scenarios[1], report.Scenarios[3]
	if bad.Error == nil || bad.Error.Line != 2 || bad.Error.Step != "step 2 (scCall call 0)" || !strings.HasPrefix(bad.Error.Text, "result gas mismatch") {
		t.Errorf("%+v", bad)
	}
	if good.Status != "passed" || good.Executions[0].GasUsed != 70 || good.Executions[0].GasRemaining != 99930 || len(warning.Warnings) != 1 {
		t.Errorf("%+v %+v", good, warning)
	}
}

func TestJUnitReport(t *testing.T) {
	var b bytes.Buffer
	results := someResults(t)
	results[0].Err = errors.New("a <tag> & \x00 a \"quote\"\nsecond line")
	if err := suite.WriteJUnit(&b, results); err != nil {
		t.Fatal(err)
	}
	var report struct {
		Suite struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Time    string `xml:"time,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
				Skipped *struct{} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &report); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	s := report.Suite
	if s.Tests != 4 || s.Failures != 1 || s.Skipped != 1 || len(s.Cases) != 4 || s.Cases[1].Failure != nil || s.Cases[2].Skipped == nil || s.Cases[0].Time != "0.002" {
		t.Errorf("%+v\n%s", s, b.String())
	}
	if f := s.Cases[0].Failure; f == nil || !strings.HasPrefix(f.Message, "a <tag> & ") || strings.Contains(f.Message, "second") || !strings.Contains(f.Text, "second line") {
		t.Errorf("%+v", f)
	}
}

func TestGasIsUpdatedWhereItIsExpected(t *testing.T) {
	dir := files(t, map[string]string{
		"a.scen.json":     scen("5=1", "70=*", "6", "7=9,999", "8=1_0") + "\n",
		"b.scen.json":     `{"steps": [{"step": "externalSteps", "path": "part.steps.json"}]}`,
		"c.scen.json":     `{"steps": [{"step": "externalSteps", "path": "part.steps.json"}]}`,
		"part.steps.json": scen("3=0"),
	})
	results, err := run(t, dir, func(o *suite.Options) { o.IgnoreGas = true })
	if err != nil {
		t.Fatal(err)
	}
	changed, err := suite.UpdateGas(results)
	if err != nil || len(changed) != 2 {
		t.Fatalf("changed %v, %v", changed, err)
	}
	got, err := os.ReadFile(filepath.Join(dir, "a.scen.json"))
	want := scen("5=99995", "70=*", "6", "7=99,993", "8=99_992") + "\n"
	if err != nil || string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again, err := run(t, dir, nil)
	if err != nil || suite.Summarize(again).Passed != 3 {
		t.Errorf("afterwards: %v, %v", suite.Summarize(again), err)
	}
	if changed, err := suite.UpdateGas(again); err != nil || len(changed) != 0 {
		t.Errorf("a second update changes %v (%v)", changed, err)
	}
}

func TestGasIsNotUpdatedWhenSomethingIsWrong(t *testing.T) {
	dir := files(t, map[string]string{"a.scen.json": scen("5=1"), "b.scen.json": `{"steps": [{"step": "checkState", "accounts": {"address:x": {}}}]}`})
	results, err := run(t, dir, func(o *suite.Options) { o.IgnoreGas = true })
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := suite.UpdateGas(results); err == nil || len(changed) != 0 {
		t.Errorf("changed %v", changed)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a.scen.json")); string(got) != scen("5=1") {
		t.Errorf("written: %s", got)
	}
	twice := `{"steps": [{"step": "externalSteps", "path": "x.steps.json"}, {"step": "setState", "accounts": {"sc:c": {"code": "file:2"}}}, {"step": "externalSteps", "path": "x.steps.json"}]}`
	dir = files(t, map[string]string{"a.scen.json": twice, "2": "x", "x.steps.json": scen("3=0")})
	if results, err = run(t, dir, func(o *suite.Options) { o.IgnoreGas = true }); err != nil {
		t.Fatal(err)
	}
	results[0].Measures[1].Remains++ // as if it had cost something else the second time
	if _, err := suite.UpdateGas(results); err == nil || !strings.Contains(err.Error(), "x.steps.json:2:170: runs more than once, with different gas") {
		t.Errorf("got %v", err)
	}
}

func TestSnapshots(t *testing.T) {
	dir := files(t, map[string]string{"sub/a.scen.json": scen("5", "70"), "b.scen.json": scen("6")})
	results, err := run(t, dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	before, err := suite.Snapshot(results, dir)
	want := "b.scen.json\tstep 2 (scCall call 0)\tf\t6\nsub/a.scen.json\tstep 2 (scCall call 0)\tf\t5\nsub/a.scen.json\tstep 3 (scCall call 1)\tf\t70\n"
	if err != nil || string(before) != want {
		t.Fatalf("got %q (%v), want %q", before, err, want)
	}
	if lines := suite.CompareSnapshots(before, before); len(lines) != 0 {
		t.Errorf("equal snapshots differ: %v", lines)
	}
	after := strings.NewReplacer("\t70\n", "\t77\n", "b.scen", "c.scen").Replace(want)
	lines := suite.CompareSnapshots(before, []byte(after))
	wantLines := []string{
		"new: c.scen.json: step 2 (scCall call 0): f: 6 gas",
		"sub/a.scen.json: step 3 (scCall call 1): f: 77 gas, was 70 (+10.00%)",
		"gone: b.scen.json: step 2 (scCall call 0): f: was 6 gas",
	}
	if strings.Join(lines, "\n") != strings.Join(wantLines, "\n") {
		t.Errorf("got %q", lines)
	}
	repeated := "x\ts\tf\t1\nx\ts\tf\t2\n"
	if lines := suite.CompareSnapshots([]byte(repeated), []byte("x\ts\tf\t1\nx\ts\tf\t3\n")); len(lines) != 1 || !strings.HasPrefix(lines[0], "x: s: f (2): 3 gas, was 2") {
		t.Errorf("got %q", lines)
	}
}
