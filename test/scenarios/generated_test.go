package scenarios

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// generated keeps the suite of TestGeneratedSuite:
//
//	go test ./test/scenarios -run Generated -generated /tmp/suite
//	time corenode test /tmp/suite
var generated = flag.String("generated", "", "directory to leave the generated suite in")

const (
	generatedFiles   = 300
	smallestCode     = 1_000
	largestCode      = 115_000
	generatedPerFile = 11 // executions
)

// generate writes a suite: scenarios with a contract each, of which no two have
// the same code. Sizes are spread evenly on a logarithmic scale.
func generate(t testing.TB, dir string) {
	t.Helper()
	for i := range generatedFiles {
		share := float64(i) / float64(generatedFiles-1)
		size := int(smallestCode * math.Pow(largestCode/smallestCode, share))
		name := fmt.Sprintf("token-%03d", i)
		sample, story := "erc20", tokenStory()
		if size < len(contracts.Wasm("erc20")) {
			sample, story = "counter", counterStory()
		}
		write(t, filepath.Join(dir, name+".wasm"), enlarge(t, sample, i, size))
		write(t, filepath.Join(dir, name+".scen.json"), []byte(story.text(name)))
	}
}

// story is a scenario with one contract.
type story struct{ steps []string }

func (s *story) deploy(arguments, logs string) {
	s.steps = append(s.steps, `{"step": "scDeploy", "txId": "deploy", "tx": {"from": "address:alice", "contractCode": "file:%s.wasm",
		"arguments": [`+arguments+`], "gasLimit": "10,000,000", "gasPrice": "0"}, "expect": {"out": [], "status": "0", "logs": `+logs+`}}`)
}

func (s *story) call(from, function, arguments, out, logs string) {
	s.steps = append(s.steps, fmt.Sprintf(`{"step": "scCall", "txId": "%d", "tx": {"from": "address:%s", "to": "sc:it",
		"function": "%s", "arguments": [%s], "gasLimit": "10,000,000", "gasPrice": "0"}, "expect": {"out": [%s], "status": "0", "logs": %s}}`,
		len(s.steps), from, function, arguments, out, logs))
}

func (s *story) text(name string) string {
	start := `{"step": "setState", "accounts": {"address:alice": {"balance": "1"}, "address:bob": {"balance": "1"}},
		"newAddresses": [{"creatorAddress": "address:alice", "creatorNonce": "0", "newAddress": "sc:it"}]}`
	end := `{"step": "checkState", "accounts": {"+": "", "sc:it": {"balance": "0", "code": "file:%s.wasm"}}}`
	steps := strings.Join(append(append([]string{start}, s.steps...), end), ",\n")
	return strings.ReplaceAll("{\"steps\": [\n"+steps+"\n]}\n", "%s", name)
}

func tokenStory() *story {
	s := new(story)
	s.deploy(`"1,000"`, `"*"`)
	for i := range 3 {
		s.call("alice", "transfer", `"address:bob", "100"`, "", `"*"`)
		s.call("bob", "balanceOf", `"address:bob"`, fmt.Sprintf(`"%d"`, 100*(i+1)), "[]")
	}
	s.call("alice", "approve", `"address:bob", "50"`, "", `"*"`)
	s.call("bob", "transferFrom", `"address:alice", "address:bob", "50"`, "", `"*"`)
	s.call("bob", "allowance", `"address:alice", "address:bob"`, `"0"`, "[]")
	s.call("bob", "totalSupply", "", `"1,000"`, "[]")
	return s
}

func counterStory() *story {
	s := new(story)
	s.deploy("", "[]")
	for i := range generatedPerFile - 1 {
		s.call("bob", "increment", "", fmt.Sprintf(`"%d"`, i+1), "[]")
	}
	return s
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// enlarge makes a contract of about that size: a sample with copies of its own
// functions, which nothing calls but which have to be compiled.
func enlarge(t testing.TB, sample string, number, size int) []byte {
	t.Helper()
	m, err := wasm.Parse(contracts.Wasm(sample))
	if err != nil {
		t.Fatal(err)
	}
	originals := len(m.Bodies)
	// One function of its own, so that every contract has other code.
	own := append(wasm.AppendSigned([]byte{byte(wasm.OpI32Const)}, int64(number)), byte(wasm.OpDrop), byte(wasm.OpEnd))
	m.Functions = append(m.Functions, m.Functions[withoutParameters(m)])
	m.Bodies = append(m.Bodies, wasm.Body{Code: own})
	const frame = 4 // bytes of a body besides its code, about
	for i, n := 0, len(wasm.Encode(m)); n < size; i++ {
		m.Functions = append(m.Functions, m.Functions[i%originals])
		m.Bodies = append(m.Bodies, m.Bodies[i%originals])
		n += len(m.Bodies[i%originals].Code) + frame
	}
	return wasm.Encode(m)
}

// withoutParameters gives a defined function that has neither parameters nor a
// result.
func withoutParameters(m *wasm.Module) int {
	for i, f := range m.Functions {
		if t := m.Types[f]; len(t.Params) == 0 && len(t.Results) == 0 {
			return i
		}
	}
	panic("every contract exports one")
}

func TestGeneratedSuite(t *testing.T) {
	dir := *generated
	if dir == "" {
		if testing.Short() {
			t.Skip("compiles 300 contracts")
		}
		dir = t.TempDir()
	} else if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	generate(t, dir)
	files := find(t, dir)
	begin := time.Now()
	results, err := suite.Run(context.Background(), suite.Options{Files: files, Start: starter(vm.EngineDefault, true)})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(begin)
	for _, r := range results {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	s := suite.Summarize(results)
	if s.Passed != generatedFiles || s.Steps != generatedFiles*generatedPerFile {
		t.Errorf("%v, %d executions", s, s.Steps)
	}
	t.Logf("%d scenarios, %d executions, %v", s.Passed, s.Steps, took)
}

func BenchmarkGeneratedSuite(b *testing.B) {
	dir := b.TempDir()
	generate(b, dir)
	files, err := suite.Find([]string{dir})
	if err != nil {
		b.Fatal(err)
	}
	for _, way := range []struct {
		name   string
		engine vm.Engine
		piped  bool
	}{
		{"piped, compiler", vm.EngineDefault, true},
		{"piped, interpreter", vm.EngineInterpreter, true},
		{"in-process, compiler", vm.EngineDefault, false},
	} {
		b.Run(way.name, func(b *testing.B) {
			for b.Loop() {
				results, err := suite.Run(context.Background(), suite.Options{Files: files, Start: starter(way.engine, way.piped)})
				if err != nil || suite.Summarize(results).Passed != generatedFiles {
					b.Fatal(err, suite.Summarize(results))
				}
			}
		})
	}
}
