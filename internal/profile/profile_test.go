package profile_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	pprof "github.com/google/pprof/profile"

	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/profile"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
	"github.com/Dharitri-org/core-wasm-vm/internal/symbols"
	"github.com/Dharitri-org/core-wasm-vm/internal/trace"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var update = flag.Bool("update", false, "rewrite the pictures")

const (
	scenarios = "../../test/scenarios"
	pictures  = "../../docs/pictures"
)

// debug reads the symbols of sample contracts.
func debug(t *testing.T, names ...string) *symbols.Set {
	t.Helper()
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
	return set
}

// run profiles a scenario; only executions of the named step are kept, or all.
func run(t *testing.T, path, schedule, only string, set *symbols.Set, engine vm.Engine) *profile.Node {
	t.Helper()
	s, err := scenario.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Schedule != "" && s.Schedule != "default" {
		schedule = s.Schedule
	}
	prices, err := gas.Named(schedule)
	if err != nil {
		t.Fatal(err)
	}
	config := vm.Config{GasSchedule: prices, Engine: engine}
	if s.Builtins {
		config.BuiltinFunctions = builtin.Names()
	}
	p := profile.New(set, scenario.NameAddress)
	hook := scenario.NewHook()
	e, err := trace.NewExecutor(hook, config, p)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	err = scenario.Run(context.Background(), s, &scenario.Machine{Executor: e, Hook: hook, Schedule: prices}, scenario.Options{
		Before: func(e *scenario.Execution) { p.Begin(e.Step.Label()) },
		After: func(e *scenario.Execution) {
			if err := p.Check(e.GasUsed()); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			if only != "" && e.Step.ID != only {
				p.Drop()
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.Tree()
}

// The gas of every execution of every scenario is accounted for, to the unit.
func TestSumsAreWhatExecutionsUse(t *testing.T) {
	files, err := suite.Find([]string{scenarios})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		compiled := run(t, path, "v3", "", new(symbols.Set), vm.EngineDefault)
		interpreted := run(t, path, "v3", "", new(symbols.Set), vm.EngineInterpreter)
		var a, b bytes.Buffer
		if err := errors.Join(compiled.WritePprof(&a), interpreted.WritePprof(&b)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the engines give different profiles", path)
		}
	}
}

// Two steps of one name, as of a file that is included twice, are two
// executions.
func TestStepsOfOneNameStayApart(t *testing.T) {
	dir := t.TempDir()
	code, err := os.ReadFile("../../test/contracts/counter/counter.wasm")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"counter.wasm": string(code),
		"up.steps.json": `{"steps": [{"step": "scCall", "txId": "up", "tx":
			{"from": "address:a", "to": "sc:c", "function": "increment", "gasLimit": "9,000"}}]}`,
		"twice.scen.json": `{"steps": [
			{"step": "setState", "accounts": {"address:a": {}, "sc:c": {"code": "file:counter.wasm"}}},
			{"step": "externalSteps", "path": "up.steps.json"}, {"step": "externalSteps", "path": "up.steps.json"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "twice.scen.json")
	tree := run(t, path, "v3", "", new(symbols.Set), vm.EngineDefault)
	if n := len(tree.Children); n != 2 || tree.Children[0].Total() == 0 || tree.Total() != tree.Children[0].Total()+tree.Children[1].Total() {
		t.Errorf("%d executions of %d gas in all", n, tree.Total())
	}
	if n := len(run(t, path, "v3", "another", new(symbols.Set), vm.EngineDefault).Children); n != 0 {
		t.Errorf("%d executions are left of two that were dropped", n)
	}
}

// checked is an executor that profiles every request and checks its sum.
type checked struct {
	*trace.Executor
	profiler *profile.Profiler
	t        *testing.T
	runs     *int
}

func (c *checked) Create(ctx context.Context, in *vm.CreateInput) (*vm.Output, error) {
	c.profiler.Begin("create")
	out, err := c.Executor.Create(ctx, in)
	return c.check(in.GasProvided, out, err)
}

func (c *checked) Call(ctx context.Context, in *vm.CallInput) (*vm.Output, error) {
	c.profiler.Begin("call")
	out, err := c.Executor.Call(ctx, in)
	return c.check(in.GasProvided, out, err)
}

func (c *checked) check(provided uint64, out *vm.Output, err error) (*vm.Output, error) {
	*c.runs++
	if err == nil {
		if err := c.profiler.Check(provided - out.GasRemaining); err != nil {
			c.t.Error(err)
		}
	}
	c.profiler.Drop()
	return out, err
}

// The same for the recorded vectors, which must also be matched as without a
// profile.
func TestSumsAreRightForAllVectors(t *testing.T) {
	cases, err := vectors.Load(os.DirFS("../../test/vectors"))
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	runner := &vectors.Runner{
		New: func(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
			p := profile.New(new(symbols.Set), scenario.NameAddress)
			e, err := trace.NewExecutor(hook, config, p)
			return &checked{e, p, t, &runs}, err
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

// The pictures of the documentation.
func TestPictures(t *testing.T) {
	for _, tt := range []struct {
		file, title, scenario, step string
		symbols                     []string
		want                        []string
	}{
		{"erc20-transfer.svg", "erc20: a transfer", "erc20/transfers.scen.json", "alice to bob", []string{"erc20"},
			[]string{"sc:token.transfer", "export_transfer", "log_pair", "writeLog"}},
		{"escrow-release.svg", "escrow: a release, which is an asynchronous call with a callback", "escrow/release.scen.json", "release", []string{"escrow", "vault"},
			[]string{"sc:escrow.release", "sc:vault.deposit (async call)", "sc:escrow.callBack (callback)", "export_callBack"}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			tree := run(t, filepath.Join(scenarios, tt.scenario), "v1", tt.step, debug(t, tt.symbols...), vm.EngineDefault)
			var picture bytes.Buffer
			if err := tree.WriteFlame(&picture, tt.title); err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(picture.String(), want) {
					t.Errorf("%s is not in the picture", want)
				}
			}
			checkXML(t, picture.Bytes())
			path := filepath.Join(pictures, tt.file)
			if *update {
				if err := os.WriteFile(path, picture.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			committed, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(committed, picture.Bytes()) {
				t.Errorf("the picture in %s is another one: go test ./internal/profile -update", path)
			}
		})
	}
}

func checkXML(t *testing.T, text []byte) {
	t.Helper()
	for dec := xml.NewDecoder(bytes.NewReader(text)); ; {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func TestPprofReadsTheProfile(t *testing.T) {
	tree := run(t, filepath.Join(scenarios, "escrow/release.scen.json"), "v3", "release", debug(t, "escrow", "vault"), vm.EngineDefault)
	var b bytes.Buffer
	if err := tree.WritePprof(&b); err != nil {
		t.Fatal(err)
	}
	p, err := pprof.Parse(&b)
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	for _, s := range p.Sample {
		sum += s.Value[1]
	}
	if sum != tree.Total() || p.SampleType[1].Type != "gas" || p.DefaultSampleType != "gas" {
		t.Errorf("sum %d of %d, types %v", sum, tree.Total(), p.SampleType)
	}
}

func TestTablesAddUp(t *testing.T) {
	tree := run(t, filepath.Join(scenarios, "loops/loops.scen.json"), "v3", "fib 15", new(symbols.Set), vm.EngineDefault)
	var own int64
	recursive := false
	for _, r := range tree.Table() {
		own += r.Self
		if r.Total < r.Self || r.Total > tree.Total() {
			t.Errorf("%s: own %d, with callees %d of %d", r.Name, r.Self, r.Total, tree.Total())
		}
		recursive = recursive || r.Kind == profile.Function && r.Calls > 500
	}
	if own != tree.Total() || !recursive {
		t.Errorf("rows sum up to %d of %d; recursion found: %v", own, tree.Total(), recursive)
	}
}

func TestNothingInAPictureIsMarkup(t *testing.T) {
	tree := &profile.Node{Kind: profile.Root, Name: "all", Self: 1, Children: []*profile.Node{
		{Kind: profile.Function, Name: "<script>\"&'\x00\xff", Self: 5},
		{Kind: profile.Other, Name: "given back", Self: -3},
	}}
	var b bytes.Buffer
	if err := tree.WriteFlame(&b, "</svg>"); err != nil {
		t.Fatal(err)
	}
	checkXML(t, b.Bytes())
	if strings.Contains(b.String(), "<script") || strings.Count(b.String(), "</svg>") != 1 {
		t.Error(b.String())
	}
}
