package targets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Expressions tries value expressions of scenarios: each has bytes or an error
// of one line, the same each time, the bytes can be written in the notation of
// any expression and read again, and memory stays within memoryBase and
// memoryPerByte.
type Expressions struct {
	// Evaluate is what is tried. Another function than scenario.Evaluate is a
	// planted defect.
	Evaluate func(expr string, files scenario.Reader) ([]byte, error)

	input []byte
	memory
}

// NewExpressions makes a target.
func NewExpressions() *Expressions { return &Expressions{Evaluate: scenario.Evaluate} }

// expressionParts are what expressions are made of.
var expressionParts = []string{
	"", "|", "||", "0x", "0X", "0b", "+", "-", ",", "_", "true", "false", "str:", "``", "''", "address:", "sc:", "#00", "#ff", "#0", "u8:", "u16:", "u32:", "u64:",
	"i8:", "i16:", "i32:", "i64:", "biguint:", "nested:", "keccak256:", "file:", "mxsc:", "0", "1", "7", "00", "127", "128", "255", "256", "32768", "65535", "ff", "80", "abc",
	"4294967295", "4294967296", "9223372036854775807", "18446744073709551615", "18446744073709551616", "*", ":", " ", "\"", "\\", "\n", "\x00", "é", "\xff",
}

// Make implements Target.
func (e *Expressions) Make(random *rand.Rand) []byte {
	e.input = e.input[:0]
	for range random.IntN(8) {
		if random.IntN(12) == 0 {
			e.input = append(e.input, byte(random.Uint32()))
			continue
		}
		e.input = append(e.input, expressionParts[random.IntN(len(expressionParts))]...)
	}
	if random.IntN(200) == 0 { // a long one
		e.input = bytes.Repeat(e.input, 1+random.IntN(4000)/(1+len(e.input)))
	}
	return e.input
}

// Try implements Target.
func (e *Expressions) Try(input []byte, random *rand.Rand) (int, error) {
	expr := string(input)
	b, err := e.Evaluate(expr, nil)
	again, errAgain := e.Evaluate(expr, nil)
	if !bytes.Equal(b, again) || (err == nil) != (errAgain == nil) {
		return 1, fmt.Errorf("%q is %x (%v), then %x (%v)", expr, b, err, again, errAgain)
	}
	if err != nil {
		if text := err.Error(); text == "" || strings.ContainsAny(text, "\n\x00") {
			return 1, fmt.Errorf("%q has the error %q", expr, text)
		}
		return 1, e.measured(input)
	}
	likes := []string{expr, "", "1,000", "+1"}
	if random != nil {
		likes = append(likes, expressionParts[random.IntN(len(expressionParts))]+"1")
	}
	for _, like := range likes {
		if err := e.notate(b, like); err != nil {
			return 1, err
		}
	}
	return 1, e.measured(input)
}

func (e *Expressions) measured(input []byte) error {
	return e.measure(input, func(b []byte) { _, _ = e.Evaluate(string(b), nil) })
}

// notate writes bytes like an expression and reads them again.
func (e *Expressions) notate(b []byte, like string) error {
	for _, text := range []string{scenario.Notate(b, like), scenario.NotateFreely(b)} {
		if back, err := e.Evaluate(text, nil); err != nil || !bytes.Equal(back, b) {
			return fmt.Errorf("%x like %q is %q, which means %x (%v)", b, like, text, back, err)
		}
	}
	return nil
}

// Close implements Target.
func (e *Expressions) Close() error { return nil }

// ScenarioFiles tries reading scenario files: a file is understood, or refused
// with a place in it; formatting is stable and keeps its meaning; what was
// understood runs to an end, whatever the executor answers; and memory stays
// within memoryBase and memoryPerByte.
type ScenarioFiles struct {
	// Parse is what is tried. Another function than scenario.Parse is a planted
	// defect.
	Parse func(path string, text []byte, files *scenario.Files) (*scenario.Scenario, error)

	seeds [][]byte
	input []byte
	memory
}

// largestScenario bounds the files that are changed.
const largestScenario = 8000

// NewScenarioFiles makes a target of the smaller scenarios in the module's
// root. Code is given as text instead of files.
func NewScenarioFiles(root string) (*ScenarioFiles, error) {
	s := &ScenarioFiles{Parse: scenario.Parse}
	for _, pattern := range []string{"scenarios/*/*.json", "scenarios-failing/*.json"} {
		paths, err := filepath.Glob(filepath.Join(root, "test", pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			if n := len(text); n > 0 && n <= largestScenario {
				s.seeds = append(s.seeds, bytes.ReplaceAll(text, []byte(`"file:`), []byte(`"str:`)))
			}
		}
	}
	if len(s.seeds) == 0 {
		return nil, fmt.Errorf("no scenarios at %s", root)
	}
	return s, nil
}

// tellingScenario are pieces of scenarios at which something changes.
var tellingScenario = []string{
	`null`, `{}`, `[]`, `""`, `"*"`, `"+"`, `"+": ""`, `true`, `false`, `5`, `,`, `:`, `"`, `\"`, `{`, `}`, `[`, `]`, "\x00", "\xff", "\n",
	`"address:alice"`, `"sc:token"`, `"address:nobody"`, `"scCall"`, `"scDeploy"`, `"scQuery"`, `"transfer"`, `"validatorReward"`, `"checkState"`, `"setState"`, `"externalSteps"`,
	`"18,446,744,073,709,551,616"`, `"0x01` + strings.Repeat("00", 32) + `"`, `"-1"`, `"u8:256"`, `"DCTTransfer"`, `"upgradeContract"`,
	`"dct": {"str:T": "5"}`, `"dct": {"tokenIdentifier": "str:T", "value": "5"}`, `"esdt": [{"tokenIdentifier": "str:T", "value": "1"}]`,
	`"shard": "1"`, `"codeMetadata": "0x0102"`, `"username": "str:x"`, `"developerReward": "7"`, `"value": "3"`, `"gasPrice": "1"`, `"comment": "x"`,
}

// Make implements Target.
func (s *ScenarioFiles) Make(random *rand.Rand) []byte {
	s.input = append(s.input[:0], s.seeds[random.IntN(len(s.seeds))]...)
	for range 1 + random.IntN(4) {
		s.input = s.change(s.input, random)
	}
	return s.input
}

// change changes text at one place: any, a value, or a whole line.
func (s *ScenarioFiles) change(b []byte, random *rand.Rand) []byte {
	if len(b) == 0 {
		return b
	}
	at := random.IntN(len(b))
	end := min(len(b), at+1+random.IntN(10))
	switch random.IntN(4) {
	case 0: // a value: from a colon to the end of its line
		for at < len(b) && b[at] != ':' {
			at++
		}
		at = min(at+1, len(b))
		end = at
		for end < len(b) && b[end] != '\n' && b[end] != ',' {
			end++
		}
	case 1: // the end of a line
		for at < len(b) && b[at] != '\n' {
			at++
		}
		end = at
	}
	var piece []byte
	switch random.IntN(6) {
	case 0:
	case 1:
		piece = []byte{byte(random.Uint32())}
	case 2: // a line of another file
		other := s.seeds[random.IntN(len(s.seeds))]
		from := bytes.IndexByte(other[random.IntN(len(other)):], '\n') + 1
		piece = other[from:min(len(other), from+1+random.IntN(200))]
	default:
		piece = []byte(tellingScenario[random.IntN(len(tellingScenario))])
		if random.IntN(2) == 0 {
			piece = append(piece[:len(piece):len(piece)], ',')
		}
	}
	return append(b[:at:at], append(piece[:len(piece):len(piece)], b[end:]...)...)
}

// Try implements Target.
func (s *ScenarioFiles) Try(input []byte, _ *rand.Rand) (int, error) {
	const path = "x.scen.json"
	src := &scenario.Source{Path: path, Text: input}
	parsed, err := s.Parse(path, input, nil)
	if formatted, formatErr := scenario.Format(src); formatErr == nil {
		again, err1 := scenario.Format(&scenario.Source{Path: path, Text: formatted})
		if err1 != nil || !bytes.Equal(formatted, again) {
			return 1, fmt.Errorf("formatting is not stable (%v):\n%s\n%s", err1, formatted, again)
		}
		if _, err2 := s.Parse(path, formatted, nil); (err == nil) != (err2 == nil) {
			return 1, fmt.Errorf("formatting changed the meaning: %v, %v", err, err2)
		}
	}
	if err != nil {
		if err := placed(src, err); err != nil {
			return 1, err
		}
		return 1, s.measured(input)
	}
	hook := scenario.NewHook()
	err = scenario.Run(context.Background(), parsed, &scenario.Machine{Executor: &generous{hook}, Hook: hook}, scenario.Options{Dump: io.Discard})
	if err != nil {
		if err := placed(src, err); err != nil {
			return 1, err
		}
	}
	return 1, s.measured(input)
}

func (s *ScenarioFiles) measured(input []byte) error {
	return s.measure(input, func(b []byte) { _, _ = s.Parse("x.scen.json", b, nil) })
}

// placed requires that an error names a place in the file.
func placed(src *scenario.Source, err error) error {
	var e *scenario.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("an error without a place: %w", err)
	}
	lines := bytes.Count(src.Text, []byte("\n")) + 1
	if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Text == "" || !strings.HasPrefix(e.Error(), src.Path+":") {
		return fmt.Errorf("place %d:%d in %d lines: %w", e.Line, e.Column, lines, err)
	}
	return nil
}

// Close implements Target.
func (s *ScenarioFiles) Close() error { return nil }

// generous is an executor that succeeds, takes the value and writes something.
type generous struct{ hook *scenario.Hook }

func (g *generous) Create(_ context.Context, in *vm.CreateInput) (*vm.Output, error) {
	to, err := g.hook.NewAddress(in.Caller, 0, nil)
	out := g.output(to, in.Value)
	out.Accounts[0].Code, out.Accounts[0].CodeMetadata, out.Accounts[0].CodeDeployer = in.Code, in.CodeMetadata, in.Caller[:]
	return out, err
}

func (g *generous) Call(_ context.Context, in *vm.CallInput) (*vm.Output, error) {
	return g.output(in.Recipient, in.Value), nil
}

func (g *generous) output(to vm.Address, value *big.Int) *vm.Output {
	return &vm.Output{
		ReturnData: [][]byte{{1}, nil},
		Accounts: []vm.OutputAccount{{Address: to, BalanceDelta: value,
			StorageUpdates: []vm.StorageUpdate{{Key: []byte("key"), Value: []byte("value"), Written: true}}}},
		Logs: []vm.LogEntry{{Address: to, Identifier: []byte("id"), Topics: [][]byte{nil, {1}}, Data: []byte("data")}},
	}
}
