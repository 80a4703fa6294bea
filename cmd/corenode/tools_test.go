package main

import (
	"encoding/json"
	"encoding/xml"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
)

const scenarios = "../../test/scenarios"

// write writes files into a directory of the test and gives it.
func write(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// listing gives all files below a directory with their content.
func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

const counterStory = `{"name": "a counter", "steps": [
	{"step": "setState", "accounts": {"address:a": {"balance": "5"}}, "newAddresses": [{"creatorAddress": "address:a", "creatorNonce": "0", "newAddress": "sc:counter"}]},
	{"step": "scDeploy", "txId": "make", "tx": {"from": "address:a", "contractCode": "file:counter.wasm", "gasLimit": "9,000"}, "expect": {"out": [], "status": "0", "gas": "*"}},
	{"step": "scCall", "txId": "count", "tx": {"from": "address:a", "to": "sc:counter", "function": "increment", "gasLimit": "9,000"}, "expect": {"out": ["1"], "status": "0", "gas": "1"}}
]}`

// counterDirectory has a scenario whose gas expectation is wrong.
func counterDirectory(t *testing.T) string {
	t.Helper()
	return write(t, map[string]string{"counter.scen.json": counterStory, "counter.wasm": string(contracts.Wasm("counter"))})
}

func TestScenariosPassOnEveryPath(t *testing.T) {
	for _, args := range [][]string{{}, {"--inprocess"}, {"--engine", "interpreter"}, {"--inprocess", "--engine", "interpreter", "--parallel", "1"}} {
		out := must(t, append([]string{"test", "-q", scenarios}, args...)...)
		if !regexp.MustCompile(`^\d\d passed, 0 failed, 0 skipped\n$`).MatchString(out) {
			t.Errorf("%v: %s", args, out)
		}
	}
	out := must(t, "test", "--inprocess", "--run", "escrow/re", "--gas", scenarios)
	if !strings.Contains(out, "skip  ../../test/scenarios/counter/counts.scen.json\n") || !strings.Contains(out, "ok    ../../test/scenarios/escrow/release.scen.json\n") ||
		!strings.Contains(out, "12496 gas  step 5 (scCall release) release\n") || strings.Contains(out, "\x1b") || !strings.HasSuffix(out, " passed, 0 failed, 36 skipped\n") {
		t.Error(out)
	}
}

func TestAFailingScenarioIsReported(t *testing.T) {
	dir := counterDirectory(t)
	junit := filepath.Join(dir, "report.xml")
	code, stdout, stderr := corenode("test", "--inprocess", "--junit", junit, dir)
	if code != 1 || stderr != "" || !strings.Contains(stdout, "counter.scen.json:4:180: step 3 (scCall count): result gas mismatch. Tx count. Want: 1. Got: 8296") ||
		!strings.HasSuffix(stdout, "0 passed, 1 failed, 0 skipped\n") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	report, err := os.ReadFile(junit)
	if err != nil || xml.Unmarshal(report, new(struct{})) != nil || !strings.Contains(string(report), `failures="1"`) {
		t.Errorf("%v\n%s", err, report)
	}
	code, stdout, _ = corenode("test", "--inprocess", "--json", dir)
	var parsed struct{ Passed, Failed int }
	if code != 1 || json.Unmarshal([]byte(stdout), &parsed) != nil || parsed.Failed != 1 {
		t.Errorf("exit %d\n%s", code, stdout)
	}
}

func TestGasIsUpdatedAndWatched(t *testing.T) {
	dir := counterDirectory(t)
	code, _, stderr := corenode("test", "--inprocess", "--update-gas", dir)
	if code != 0 || stderr != "gas updated in "+filepath.Join(dir, "counter.scen.json")+"\n" {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	snapshot := filepath.Join(dir, "gas.txt")
	must(t, "test", "--inprocess", "--gas-snapshot", snapshot, dir)
	must(t, "test", "--inprocess", "--gas-snapshot", snapshot, "--check", dir)
	b, err := os.ReadFile(snapshot)
	if want := "counter.scen.json\tstep 2 (scDeploy make)\tinit\t691\ncounter.scen.json\tstep 3 (scCall count)\tincrement\t704\n"; err != nil || string(b) != want {
		t.Fatalf("%q, %v", b, err)
	}
	before := strings.Replace(string(b), "\t704\n", "\t700\n", 1)
	if err := os.WriteFile(snapshot, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := corenode("test", "--inprocess", "--gas-snapshot", snapshot, "--check", dir)
	if code != 1 || !strings.Contains(stderr, "counter.scen.json: step 3 (scCall count): increment: 704 gas, was 700 (+0.57%)") || !strings.HasSuffix(stdout, "1 passed, 0 failed, 0 skipped\n") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	if b, err := os.ReadFile(snapshot); err != nil || string(b) != before {
		t.Errorf("--check has written: %v", err)
	}
}

func TestFormatting(t *testing.T) {
	dir := write(t, map[string]string{"a.scen.json": `{"steps":[]}`, "b.steps.json": "{\n    \"steps\": []\n}\n", "c.txt": "x"})
	a := filepath.Join(dir, "a.scen.json")
	code, stdout, _ := corenode("fmt", "--check", dir)
	if before := listing(t, dir); code != 1 || stdout != a+"\n" || before[a] != `{"steps":[]}` {
		t.Errorf("exit %d, %s", code, stdout)
	}
	if out := must(t, "fmt", dir); out != a+"\n" {
		t.Error(out)
	}
	if after := listing(t, dir); after[a] != "{\n    \"steps\": []\n}\n" || must(t, "fmt", "--check", dir) != "" {
		t.Error(after)
	}
}

func TestWhatIsInAContract(t *testing.T) {
	dir := write(t, map[string]string{"erc20.wasm": string(contracts.Wasm("erc20")), "half.wasm": string(contracts.Wasm("erc20")[:900])})
	out := must(t, "check", "--schedule", "v1", filepath.Join(dir, "erc20.wasm"))
	for _, want := range []string{"erc20.wasm: valid\n", "code              3000", "at least 1053200 gas", "env.writeLog                    3750", "transferFrom  function"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	code, stdout, stderr := corenode("check", "--json", filepath.Join(dir, "half.wasm"))
	var reports []struct {
		Path   string
		Valid  bool
		Faults []struct{ Where, Reason string }
	}
	if err := json.Unmarshal([]byte(stdout), &reports); code != 1 || stderr != "" || err != nil || len(reports) != 1 || reports[0].Valid || len(reports[0].Faults) != 1 {
		t.Errorf("exit %d, %v\n%s%s", code, err, stdout, stderr)
	}
}

func TestLookingIntoAScenario(t *testing.T) {
	release := filepath.Join(scenarios, "escrow/release.scen.json")
	symbols := "../../test/symbols/escrow.wasm,../../test/symbols/vault.wasm"
	out := must(t, "trace", "--brief", "--step", "^release$", release)
	for _, want := range []string{"step 5 (scCall release)", "async call sc:escrow → sc:vault deposit() value 700", "callback sc:vault → sc:escrow", "write sc:vault", "log str:release"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	out = must(t, "trace", "--symbols", symbols, "--step", "without gas", filepath.Join(scenarios, "escrow/errors.scen.json"))
	if !strings.Contains(out, "in export_release at 0x7c7 (escrow.c:84)") {
		t.Error(out)
	}
	var traces []struct {
		Step string
		Call struct{ GasUsed int }
	}
	if err := json.Unmarshal([]byte(must(t, "trace", "--json", "--step", "^release$", release)), &traces); err != nil || len(traces) != 1 || traces[0].Call.GasUsed != 12496 {
		t.Errorf("%v %+v", err, traces)
	}
	dir := t.TempDir()
	flame, pprof := filepath.Join(dir, "x.svg"), filepath.Join(dir, "x.pb.gz")
	out = must(t, "profile", "--symbols", symbols, "--step", "^release$", "--flame", flame, "--pprof", pprof, "--top", "3", release)
	if !strings.Contains(out, "12,496  100.0") || !strings.Contains(out, "function memcmp") || !strings.Contains(out, "… ") {
		t.Error(out)
	}
	files := listing(t, dir)
	if !strings.HasPrefix(files[flame], "<svg ") || !strings.HasPrefix(files[pprof], "\x1f\x8b") || len(files) != 2 {
		t.Errorf("%d files", len(files))
	}
	var table struct{ Gas int }
	if err := json.Unmarshal([]byte(must(t, "profile", "--json", release)), &table); err != nil || table.Gas < 12496 {
		t.Errorf("%v %+v", err, table)
	}
}

func TestLookingIntoACallOnTheLedger(t *testing.T) {
	data := t.TempDir()
	must(t, "deploy", "erc20", "1000", "--data", data)
	before := fileSum(t, data)
	out := must(t, "trace", "--ledger", "erc20", "transfer", "bob", "300", "--data", data)
	if !strings.Contains(out, "call alice → erc20 transfer(") || !strings.Contains(out, "└ ok") {
		t.Error(out)
	}
	out = must(t, "profile", "--top", "0", "--ledger", "erc20", "transfer", "bob", "300", "--data", data)
	if !strings.Contains(out, "import writeLog") || !strings.Contains(out, "contract erc20.transfer\n") {
		t.Error(out)
	}
	out = must(t, "trace", "--ledger", "--brief", "erc20", "transfer", "bob", "3000", "--data", data)
	if !strings.Contains(out, `user error (code 4): "insufficient funds"`) {
		t.Error(out)
	}
	if fileSum(t, data) != before {
		t.Error("the ledger has changed")
	}
}

// Wrong input has one line on standard error, exit code 1, and no effect.
func TestWrongInputOfTheTools(t *testing.T) {
	dir := counterDirectory(t)
	for name, text := range map[string]string{
		"broken.scen.json": "{\n  \"steps\": [", "other.json": "{}", "bad.wasm": "hello", "nothing.scen.json": `{"steps": []}`,
		"fails.scen.json": `{"steps": [{"step": "checkState", "accounts": {"address:x": {}}}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	before := listing(t, dir)
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, tt := range []struct {
		name, want string
		args       []string
	}{
		{"test without a path", "requires at least 1 arg(s), only received 0", []string{"test"}},
		{"a path that is not there", "nowhere: no such file or directory", []string{"test", "nowhere"}},
		{"a file that is no scenario", "other.json: not a scenario: its name does not end with", []string{"test", at("other.json")}},
		{"a directory without scenarios", "there is no *.scen.json in this directory", []string{"test", at("empty")}},
		{"a bad regular expression", "--run: error parsing regexp", []string{"test", "--run", "(", dir}},
		{"an unknown schedule", `there is no gas schedule "v9"`, []string{"test", "--schedule", "v9", dir}},
		{"an unknown engine", `unknown engine "jit"`, []string{"test", "--engine", "jit", dir}},
		{"an unknown feature", `unknown feature "x"`, []string{"test", "--feature", "x", dir}},
		{"no time", "--timeout 0s is not positive", []string{"test", "--timeout", "0s", dir}},
		{"an unknown sandbox", `--sandbox is best, require or off, not "some"`, []string{"test", "--sandbox", "some", dir}},
		{"fewer than no files at a time", "--parallel -1 is negative", []string{"test", "--parallel", "-1", dir}},
		{"a check of nothing", "--check needs --gas-snapshot", []string{"test", "--check", dir}},
		{"a snapshot that is not there", "gas.txt: no such file or directory", []string{"test", "--gas-snapshot", at("gas.txt"), "--check", dir}},
		{"a report that cannot be written", "report.xml: no such file or directory", []string{"test", "--inprocess", "--run", "nothing", "--junit", at("missing/report.xml"), dir}},
		{"an unknown flag", "unknown flag: --fast", []string{"test", "--fast", dir}},
		{"formatting a broken file", "broken.scen.json:2:13: state stack should be empty at the end", []string{"fmt", dir}},
		{"formatting nothing", "nowhere: no such file or directory", []string{"fmt", "nowhere"}},
		{"checking nothing", "nowhere.wasm: no such file or directory", []string{"check", "nowhere.wasm"}},
		{"checking a directory", "empty: is a directory", []string{"check", at("empty")}},
		{"tracing a directory", "is a directory, one scenario is needed", []string{"trace", dir}},
		{"tracing two", "one scenario is needed, there are 2 arguments", []string{"trace", at("counter.scen.json"), at("broken.scen.json")}},
		{"tracing a broken file", "broken.scen.json:2:13: state stack", []string{"trace", at("broken.scen.json")}},
		{"tracing no step", "no execution matches --step xyz", []string{"trace", "--step", "xyz", at("nothing.scen.json")}},
		{"tracing no execution", "there is no execution in", []string{"trace", at("nothing.scen.json")}},
		{"symbols that are none", "bad.wasm: offset 0x0: not a WebAssembly 1.0 binary", []string{"trace", "--symbols", at("bad.wasm"), at("counter.scen.json")}},
		{"no event", "--events 0: at least one event has to be kept", []string{"trace", "--events", "0", at("counter.scen.json")}},
		{"a trace of no ledger", "there is no ledger in", []string{"trace", "--ledger", "erc20", "transfer", "--data", at("empty")}},
		{"a trace of half a call", "--ledger needs a contract and a function", []string{"trace", "--ledger", "erc20"}},
		{"a profile of a failing scenario", "result gas mismatch", []string{"profile", "--flame", at("x.svg"), at("counter.scen.json")}},
		{"a profile of fewer than no lines", "--top -1 is negative", []string{"profile", "--top", "-1", at("counter.scen.json")}},
		{"a profile of which one file cannot be written", "missing/x.svg: no such file or directory",
			[]string{"profile", "--pprof", at("gas.pb.gz"), "--flame", at("missing/x.svg"), scenarios + "/counter/counts.scen.json"}},
		{"a profile in place of a directory", "empty: is a directory",
			[]string{"profile", "--flame", at("x.svg"), "--pprof", at("empty"), scenarios + "/counter/counts.scen.json"}},
		{"help about nothing", `unknown command "mine" for "corenode"`, []string{"help", "mine"}},
		{"a command of ledger that does not exist", `unknown command "mend" for "corenode ledger"`, []string{"ledger", "mend"}},
		{"a profile of no execution", "there is no execution in", []string{"profile", at("nothing.scen.json")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := corenode(tt.args...)
			if code != 1 || !strings.HasPrefix(stderr, "corenode: ") || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, tt.want) {
				t.Errorf("exit %d, stdout %q, stderr %q, want %q", code, stdout, stderr, tt.want)
			}
		})
	}
	if after := listing(t, dir); len(after) != len(before) {
		t.Errorf("files were written: %d, now %d", len(before), len(after))
	} else {
		for name := range before {
			if before[name] != after[name] {
				t.Errorf("%s was changed", name)
			}
		}
	}
	code, _, stderr := corenode("test", "--inprocess", "--update-gas", dir)
	if code != 1 || stderr != "" || listing(t, dir)[at("counter.scen.json")] != counterStory {
		t.Errorf("gas was updated beside a failure: exit %d, %s", code, stderr)
	}
}

func TestEveryToolHasHelpAndExamples(t *testing.T) {
	for _, cmd := range root().Commands() {
		if !slices.Contains([]string{"test", "fmt", "check", "trace", "profile"}, cmd.Name()) {
			continue
		}
		help := must(t, cmd.Name(), "--help")
		if cmd.Example == "" || !strings.Contains(help, cmd.Example) || !strings.Contains(help, "Flags:") {
			t.Errorf("%s: %s", cmd.Name(), help)
		}
		for line := range strings.Lines(cmd.Example) {
			if !strings.Contains(line, "corenode "+cmd.Name()) {
				t.Errorf("%s: example %q", cmd.Name(), line)
			}
		}
	}
}

func TestCompletionOffersScenarios(t *testing.T) {
	dir := write(t, map[string]string{"a.scen.json": "", "b.steps.json": "", "c.txt": ""})
	list, directive := completeScenarios(nil, nil, dir+"/")
	if want := []string{dir + "/a.scen.json", dir + "/b.steps.json"}; !slices.Equal(list, want) || directive&cobra.ShellCompDirectiveNoFileComp == 0 {
		t.Errorf("got %v", list)
	}
	if _, out, _ := corenode(cobra.ShellCompRequestCmd, "tr"); !strings.HasPrefix(out, "trace\t") {
		t.Error(out)
	}
}
