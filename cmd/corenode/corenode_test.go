package main

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
)

// actAsCommand makes the test binary be corenode.
const actAsCommand = "CORENODE_TEST_IS_CORENODE"

func TestMain(m *testing.M) {
	coreproc.Main()
	if os.Getenv(actAsCommand) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// corenode runs a command in this process.
func corenode(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

// must runs a command that has to succeed and gives what it printed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := corenode(args...)
	if code != 0 || stderr != "" {
		t.Fatalf("%q: exit %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout
}

func fileSum(t *testing.T, data string) [sha256.Size]byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(data, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	return sha256.Sum256(b)
}

func TestDemoTellsItsStoryAndGoesOn(t *testing.T) {
	data := t.TempDir()
	first := must(t, "demo", "--data", data)
	for _, want := range []string{
		"erc20                  init 1000000",
		"refused: insufficient funds",
		"was killed with SIGKILL",
		"refused: already claimed",
		"refused: target not reached",
		"restarts of Core 1",
		"ledger in " + data,
	} {
		if !strings.Contains(first, want) {
			t.Errorf("%q is missing in\n%s", want, first)
		}
	}
	if strings.Contains(first, "\x1b") {
		t.Error("colours without a terminal")
	}
	second := must(t, "demo", "--data", data, "--inprocess", "--engine", "interpreter")
	for _, want := range []string{"erc20 is there: ", "there is no Core to kill", "restarts of Core 0"} {
		if !strings.Contains(second, want) {
			t.Errorf("%q is missing in\n%s", want, second)
		}
	}
	if check := must(t, "ledger", "check", "--data", data); !strings.HasPrefix(check, "ok: block 25, ") {
		t.Error(check)
	}
}

func TestSingleStepsOnALedger(t *testing.T) {
	data := t.TempDir()
	deployed := must(t, "deploy", "erc20", "1000", "--from", "bob", "--data", data)
	address := regexp.MustCompile(`contract ([0-9a-f]{64})`).FindStringSubmatch(deployed)
	if address == nil || !strings.Contains(deployed, "block    1") {
		t.Fatal(deployed)
	}
	if out := must(t, "call", address[1], "transfer", "carol", "0xff", "--from", "bob", "--data", data); !strings.Contains(out, `text "transfer"`) || !strings.Contains(out, "block    2") {
		t.Error(out)
	}
	before := fileSum(t, data)
	for _, way := range []string{"--inprocess=false", "--inprocess"} {
		if out := must(t, "query", "erc20", "balanceOf", "carol", way, "--data", data); !strings.Contains(out, "result 0 0xff  number 255") || strings.Contains(out, "block") {
			t.Error(out)
		}
	}
	if fileSum(t, data) != before {
		t.Error("a query changed the ledger")
	}
	must(t, "deploy", "crowdfunding", "100", "99999999999", "--metadata", "0x0002", "--data", data)
	if out := must(t, "call", "crowdfunding", "fund", "--value", "30", "--data", data); !strings.Contains(out, "block    4") {
		t.Error(out)
	}
	if out := must(t, "ledger", "check", "--data", data); !strings.HasPrefix(out, "ok: block 4, 5 accounts, 2 contracts, 2 codes, ") {
		t.Error(out)
	}
}

func TestWrongCommandsSayOneLineAndLeaveTheLedgerAlone(t *testing.T) {
	data := t.TempDir()
	must(t, "deploy", "erc20", "1000", "--data", data)
	text := filepath.Join(t.TempDir(), "text.wasm")
	if err := os.WriteFile(text, []byte("not a module"), 0o600); err != nil {
		t.Fatal(err)
	}
	word := filepath.Join(t.TempDir(), "word.toml")
	for path, content := range map[string]string{word: "[BaseOperationCost]\nStorePerByte = \"x\"\n", word + ".empty.toml": ""} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := fileSum(t, data)
	nobody := strings.Repeat("11", 32)
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"an address that is none", []string{"call", "erc21", "transfer"}, `"erc21" is neither a known name nor an address`},
		{"half an address", []string{"call", "0011", "transfer"}, "neither a known name nor an address"},
		{"an address without a contract", []string{"call", nobody, "transfer"}, "there is no contract at " + nobody},
		{"a user's address", []string{"query", "bob", "transfer"}, "there is no contract at"},
		{"a sample that is not deployed", []string{"call", "crowdfunding", "fund"}, "no crowdfunding is deployed"},
		{"a function that does not exist", []string{"call", "erc20", "steal"}, "function not found"},
		{"a function without a name", []string{"call", "erc20", ""}, "the function has no name"},
		{"the constructor", []string{"call", "erc20", "init", "1"}, "calling init() directly is forbidden"},
		{"a refusal of the contract", []string{"call", "erc20", "transfer", "bob", "1001"}, "insufficient funds"},
		{"too few arguments", []string{"call", "erc20", "transfer", "bob"}, "wrong number of arguments"},
		{"hex that is none", []string{"call", "erc20", "transfer", "0xgg"}, "argument 1: "},
		{"half a byte", []string{"call", "erc20", "transfer", "bob", "0xf"}, "argument 2: "},
		{"an argument of no form", []string{"call", "erc20", "transfer", "zoe"}, `argument 1: "zoe" is neither`},
		{"an unknown sender", []string{"call", "erc20", "transfer", "bob", "1", "--from", nobody}, "is unknown"},
		{"a contract as sender", []string{"call", "erc20", "transfer", "bob", "1", "--from", "erc20"}, "is a contract"},
		{"a sender without a name", []string{"call", "erc20", "transfer", "--from", "zoe"}, "--from: "},
		{"a negative value", []string{"call", "erc20", "transfer", "--value", "-1"}, "--value: "},
		{"value that is not there", []string{"call", "erc20", "transfer", "--value", "1000000000001"}, "has less than"},
		{"value for a contract that takes none", []string{"call", "erc20", "transfer", "--value", "1"}, "not payable"},
		{"no gas", []string{"call", "erc20", "transfer", "--gas", "0"}, "gas 0 is not between"},
		{"more gas than a block has", []string{"call", "erc20", "transfer", "--gas", "1500000001"}, "is not between"},
		{"too little gas", []string{"call", "erc20", "transfer", "bob", "1", "--gas", "1000"}, "not enough gas"},
		{"a file that does not exist", []string{"deploy", "missing.wasm"}, "missing.wasm: no such file"},
		{"a file that is no module", []string{"deploy", text}, "text.wasm: invalid contract code: offset 0x0: not a WebAssembly 1.0 binary"},
		{"a file without an end", []string{"deploy", "/dev/zero"}, "/dev/zero: "},
		{"metadata of one byte", []string{"deploy", "counter", "--metadata", "0x01"}, "1 bytes instead of 2"},
		{"metadata with unknown bits", []string{"deploy", "counter", "--metadata", "0xff00"}, "unknown bits"},
		{"metadata that are no bytes", []string{"deploy", "counter", "--metadata", "zz"}, "--metadata: "},
		{"someone else's upgrade", []string{"call", "erc20", "upgradeContract", "0x00", "0x0100", "--from", "bob"}, "only its owner"},
		{"an engine that does not exist", []string{"query", "erc20", "totalSupply", "--engine", "jit"}, `unknown engine "jit"`},
		{"a schedule that does not exist", []string{"query", "erc20", "totalSupply", "--schedule", "v9"}, "v9"},
		{"a schedule file that does not exist", []string{"query", "erc20", "totalSupply", "--schedule", "./v9.toml"}, "v9.toml: no such file"},
		{"a schedule file that is none", []string{"query", "erc20", "totalSupply", "--schedule", text}, "text.wasm"},
		{"a schedule file with a word for a price", []string{"query", "erc20", "totalSupply", "--schedule", word}, "word.toml: gas schedule, line 2, column 1"},
		{"a schedule file without prices", []string{"query", "erc20", "totalSupply", "--schedule", word + ".empty.toml"}, "word.toml.empty.toml: Gas cost for operation"},
		{"a command that does not exist", []string{"mine"}, `unknown command "mine"`},
		{"a flag that does not exist", []string{"demo", "--fast"}, "unknown flag: --fast"},
		{"a contract without a function", []string{"call", "erc20"}, "requires at least 2 arg"},
		{"vectors that do not exist", []string{"vectors", "nowhere"}, "nowhere"},
		{"a path that does not exist", []string{"vectors", "../../test/vectors", "--path", "post"}, `unknown path "post"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := corenode(append(tt.args, "--data", data)...)
			if code != 1 || stdout != "" {
				t.Errorf("exit %d, printed %q", code, stdout)
			}
			if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "corenode: ") || !strings.Contains(stderr, tt.want) {
				t.Errorf("said %q, want one line with %q", stderr, tt.want)
			}
			if fileSum(t, data) != before {
				t.Error("the ledger changed")
			}
		})
	}
}

func TestCommandsThatNeedALedgerDoNotMakeOne(t *testing.T) {
	data := filepath.Join(t.TempDir(), "none")
	for _, args := range [][]string{
		{"call", "erc20", "transfer"}, {"query", "erc20", "totalSupply"}, {"ledger", "check"},
	} {
		if code, _, stderr := corenode(append(args, "--data", data)...); code != 1 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit %d, %q", args, code, stderr)
		}
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Error("something was made:", err)
	}
}

// A ledger that only wrong input asked for is not left behind.
func TestWrongFirstCommandsMakeNoLedger(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.wasm")
	if err := os.WriteFile(text, []byte("not a module"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "none")
	for _, args := range [][]string{
		{"deploy", "counter", "--from", "zoe"}, {"deploy", "counter", "--value", "x"}, {"deploy", "counter", "--gas", "0"},
		{"deploy", "counter", "--metadata", "0x01"}, {"deploy", "counter", "zoe"}, {"deploy", "counter", "--sandbox", "some"},
		{"deploy", text}, {"deploy", "crowdfunding"}, {"demo", "--sandbox", "some"}, {"demo", "--engine", "jit"},
	} {
		if code, _, stderr := corenode(append(args, "--data", data)...); code != 1 || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit %d, %q", args, code, stderr)
		}
		if _, err := os.Stat(data); !os.IsNotExist(err) {
			t.Fatalf("%q: something was made: %v", args, err)
		}
	}
	if err := os.Mkdir(data, 0o755); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := corenode("deploy", text, "--data", data); code != 1 {
		t.Errorf("exit %d, %q", code, stderr)
	}
	if left, err := os.ReadDir(data); err != nil || len(left) != 0 {
		t.Errorf("%d files in a directory that was there before, %v", len(left), err)
	}
}

func TestVectorsPrintsCountsAndExitsByThem(t *testing.T) {
	out := must(t, "vectors", "../../test/vectors/bigint")
	for _, want := range []string{"in-process, compiler", "in-process, interpreter", "piped, compiler", "piped, interpreter"} {
		if !strings.Contains(out, want+"\n") {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if last := lines[len(lines)-1]; last != "2032 passed, 0 failed" {
		t.Errorf("the last line is %q", last)
	}

	// One changed digit must be noticed.
	bad := t.TempDir()
	text, err := os.ReadFile("../../test/vectors/bigint/shift.json")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `"gasRemaining": 9`, `"gasRemaining": 8`, 1)
	if changed == string(text) {
		t.Fatal("there is nothing to change")
	}
	if err := os.WriteFile(filepath.Join(bad, "shift.json"), []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, stderr := corenode("vectors", bad, "--path", "inprocess")
	if code != 1 || stderr != "" || !strings.HasSuffix(out, " passed, 2 failed\n") || !strings.Contains(out, "gas remaining\n  expected 8") {
		t.Errorf("exit %d, %q\n%s", code, stderr, out)
	}
}

func TestImportsAreListedWithPrices(t *testing.T) {
	out := must(t, "imports", "--schedule", "v1")
	if !regexp.MustCompile(`(?m)^env\.storageStore +\(i32 i32 i32 i32\) -> i32 +250000 +\S`).MatchString(out) {
		t.Errorf("storageStore is missing in\n%s", out)
	}
	if n := strings.Count(out, "\n"); n < 130 {
		t.Errorf("only %d lines", n)
	}
}

func TestVersion(t *testing.T) {
	if out := must(t, "version"); !strings.HasPrefix(out, "corenode ") {
		t.Error(out)
	}
}
