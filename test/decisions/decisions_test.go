// Package decisions holds one test for each rule of DECISIONS.md that changes
// what an execution gives, under the rule's own name.
//
// Most rules are shown by vectors: recorded ones that hold under the rule,
// recorded ones that the rule supersedes (what Core gives instead is in
// testdata, to be read), corrected ones, and ones written for the rule
// (test/vectors-decided). The others have a test function of their own.
package decisions

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

func TestMain(m *testing.M) {
	coreproc.Main()
	os.Exit(m.Run())
}

// rule says how a decision is shown.
type rule struct {
	recorded   []string // cases of test/vectors that hold under it
	superseded bool     // there are recorded steps that it supersedes
	corrected  []string // cases of test/vectors-corrected
	decided    []string // cases of test/vectors-decided
	test       func(t *testing.T)
	elsewhere  string // the test that shows it, if it needs the inside of a package
}

func rules() map[string]rule {
	return map[string]rule{
		"metering":              {recorded: []string{"opcodes/control", "eei/gas"}},
		"overshoot":             {superseded: true, corrected: []string{"gas/overshoot", "gas/one-short"}, recorded: []string{"async/callee-fails", "create/existing-account"}},
		"same-length":           {superseded: true, corrected: []string{"storage/same-length-write"}},
		"delegate-value":        {superseded: true, corrected: []string{"exec-delegate/with-value", "exec-readonly/with-value"}},
		"read-only":             {corrected: []string{"exec-readonly/nested-readonly", "exec-readonly/nested-value", "exec-readonly/transfers"}, decided: []string{"read-only/everything"}},
		"child-nonce":           {superseded: true, corrected: []string{"create/second-child"}},
		"nested-init":           {corrected: []string{"create/without-init"}},
		"create-gas":            {corrected: []string{"create/gas-given-back-twice", "create/verify-flag-left"}},
		"refunds":               {corrected: []string{"gas/refund-lost", "builtins/refund-missing"}},
		"forwarded-gas":         {corrected: []string{"async/other-shard", "async/other-shard-from-nested", "gas/gas-use-error", "upgrade/from-contract-absent"}},
		"locks":                 {corrected: []string{"async/arrival-nested", "async/arrival-stale-lock", "async/nested", "async/callback-starved", "builtins/async-other-shard"}},
		"upgrade-gas":           {corrected: []string{"upgrade/unbounded-gas", "upgrade/rolled-back"}},
		"callback-messages":     {recorded: []string{"async/arrival"}, corrected: []string{"async/arrival-value"}},
		"tokens":                {superseded: true, decided: []string{"tokens/aliases"}},
		"v2":                    {recorded: []string{"eei/dct-v2inactive"}, decided: []string{"v2/epoch"}},
		"async-imports":         {superseded: true, decided: []string{"async-imports/local", "async-imports/answered", "async-imports/failed", "async-imports/missing-callback"}},
		"ethereum":              {decided: []string{"ethereum/off", "ethereum/on"}},
		"reserved names":        {decided: []string{"reserved-names/exports"}},
		"host growth":           {decided: []string{"host-growth/stores"}},
		"start":                 {superseded: true},
		"passive-data":          {superseded: true},
		"floats":                {recorded: []string{"validation/floats", "opcodes/float-remnants"}, decided: []string{"floats/allowed"}},
		"address-wrap":          {superseded: true},
		"limits":                {recorded: []string{"validation/limits"}, elsewhere: "internal/sandbox/wasm TestLimits"},
		"compile cost":          {elsewhere: "internal/sandbox/wasm TestTooMuchWorkIsRefused", test: compileCost},
		"table":                 {superseded: true, decided: []string{"table/size"}},
		"memory":                {superseded: true, decided: []string{"memory/grow"}},
		"stack":                 {decided: []string{"stack/weights"}},
		"trap text":             {recorded: []string{"async/callee-traps"}, decided: []string{"trap-text/kinds"}},
		"balance":               {corrected: []string{"payments/new-account-balance", "deploy/init-spends-value", "create/init-spends-value"}},
		"return codes":          {corrected: []string{"builtins/return-code"}},
		"der":                   {superseded: true},
		"bls":                   {recorded: []string{"crypto/bls"}, elsewhere: "internal/crypto TestBLSVectors"},
		"locals-leak":           {superseded: true, recorded: []string{"opcodes/locals-last"}},
		"big integers":          {decided: []string{"big-integers/ceiling"}, test: bigIntegersArePricedByTheByte},
		"arguments":             {elsewhere: "internal/imports TestManyArgumentsPayForTheirLengths"},
		"slices":                {recorded: []string{"ethereum/data", "ethereum/info"}},
		"async records":         {decided: []string{"async-imports/answered", "async-imports/failed"}},
		"same-context refusals": {corrected: []string{"builtins/return-code"}},
		"segments":              {elsewhere: "internal/sandbox/wasm TestModules"},
		"lengths":               {decided: []string{"lengths/negative"}},
		"hook answers":          {test: hookAnswers},
		"built-ins":             {recorded: []string{"builtins/dest-context"}, test: builtinsAreQuestions},
		"schedule changes":      {test: scheduleChanges},
	}
}

func TestDecisions(t *testing.T) {
	for name, r := range rules() {
		t.Run(name, func(t *testing.T) {
			run(t, "../vectors", r.recorded, nil)
			run(t, "../vectors-corrected", r.corrected, nil)
			run(t, "../vectors-decided", r.decided, nil)
			if r.superseded {
				compareSuperseded(t, name)
			}
			if r.test != nil {
				r.test(t)
			}
		})
	}
}

// Every rule of the behaviour has a test, and no test is for a rule that is
// not there.
func TestEveryDecisionHasATest(t *testing.T) {
	text, err := os.ReadFile("../../DECISIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, behaviour, _ := strings.Cut(string(text), "\n# Behaviour\n")
	behaviour, _, _ = strings.Cut(behaviour, "\n# ")
	var headings []string
	for _, m := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(behaviour, -1) {
		headings = append(headings, m[1])
		if _, ok := rules()[m[1]]; !ok && m[1] != "memory budget" { // shown by test/hostile
			t.Errorf("decision %q has no test", m[1])
		}
	}
	headings = append(headings, "hook answers", "built-ins", "schedule changes")
	for name, r := range rules() {
		if r.elsewhere != "" {
			requireTest(t, r.elsewhere)
		}
		if !slices.Contains(headings, name) {
			t.Errorf("there is no decision %q", name)
		}
	}
}

// requireTest requires a test function, given as "directory TestName".
func requireTest(t *testing.T, where string) {
	t.Helper()
	dir, name, _ := strings.Cut(where, " ")
	files, err := filepath.Glob(filepath.Join("..", "..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "func "+name+"(") {
			return
		}
	}
	t.Errorf("%s has no %s", dir, name)
}

func load(t *testing.T, dir string) []*vectors.Case {
	t.Helper()
	cases, err := vectors.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// run runs the named cases of a directory; all steps that are compared must
// pass. Of each case there must be one, unless somebody observes the others.
func run(t *testing.T, dir string, names []string, observe func(*vectors.Case, int, *vm.Output)) {
	t.Helper()
	if len(names) == 0 {
		return
	}
	var cases []*vectors.Case
	for _, c := range load(t, dir) {
		if slices.Contains(names, c.Name) {
			cases = append(cases, c)
		}
	}
	if len(cases) != len(names) {
		t.Fatalf("%d of the cases %v are in %s", len(cases), names, dir)
	}
	for _, c := range cases {
		if observe == nil && !slices.ContainsFunc(c.Steps, func(s *vectors.Step) bool { return s.Superseded == "" }) {
			t.Errorf("%s: nothing of %s is compared", dir, c.Name)
		}
	}
	r := &vectors.Runner{
		New: func(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
			return inprocess.New(hook, config)
		},
		Schedule: gas.File, Observe: observe,
	}
	report, err := r.Run(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Failures {
		t.Error(f)
	}
}

// compareSuperseded runs the cases with steps that the rule supersedes and
// compares what Core gives for those with a file.
func compareSuperseded(t *testing.T, key string) {
	t.Helper()
	var names []string
	for _, c := range load(t, "../vectors") {
		if slices.ContainsFunc(c.Steps, func(s *vectors.Step) bool { return s.Superseded == key }) {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		t.Fatal("no recorded step is superseded by this rule")
	}
	var lines strings.Builder
	run(t, "../vectors", names, func(c *vectors.Case, i int, out *vm.Output) {
		s := c.Steps[i]
		if s.Superseded != key {
			return
		}
		recorded := fmt.Sprintf("recorded %v, %d gas left", vm.ReturnCode(s.Output.ReturnCode), s.Output.GasRemaining)
		fmt.Fprintf(&lines, "%s, step %d %s: %v %q %x, %d gas left (%s)\n",
			c.Name, i, s.Input.Function, out.Code, out.Message, out.ReturnData, out.GasRemaining, recorded)
	})
	got := lines.String()
	path := filepath.Join("testdata", strings.ReplaceAll(key, " ", "-")+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("superseded steps give\n%swant\n%s", got, want)
	}
}
