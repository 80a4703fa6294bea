package scenario

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// An expression has bytes or an error of one line, the same each time, and the
// bytes can be written in its notation and read again.
func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{
		"", "1,000", "0xabc", "0b1_0", "+255", "-0b101", "str:a|0x00", "``x", "''y", "address:bob#01", "sc:bob", "u8:5", "u64:0x1", "i8:-1", "i16:+255",
		"biguint:77", "nested:nested:1", "keccak256:1|0xab", "true|false", "|||", "file:x", "mxsc:y", "1|file:|2", "u8:", "biguint:", "--1",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, expr, like string) {
		b, err := Evaluate(expr, nil)
		again, errAgain := Evaluate(expr, nil)
		if !bytes.Equal(b, again) || (err == nil) != (errAgain == nil) {
			t.Fatalf("%q: %x (%v), then %x (%v)", expr, b, err, again, errAgain)
		}
		if err != nil {
			if b != nil && err.Error() == "" {
				t.Fatalf("%q: bytes with an error", expr)
			}
			return
		}
		for _, notation := range []string{expr, like} {
			text := Notate(b, notation)
			if back, err := Evaluate(text, nil); err != nil || !bytes.Equal(back, b) {
				t.Fatalf("%x like %q is %q, which means %x (%v)", b, notation, text, back, err)
			}
		}
	})
}

// A file is understood or refused with a place in it; formatting keeps its
// meaning; and what was understood runs, whatever the executor answers.
func FuzzScenario(f *testing.F) {
	for _, pattern := range []string{"../../test/scenarios/*/*.json", "../../test/scenarios-failing/*.json"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds: %v", err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			const largest = 6_000 // small seeds mutate better
			if len(text) <= largest {
				f.Add(text)
			}
			f.Add(bytes.ReplaceAll(text, []byte(`"file:`), []byte(`"str:`)))
		}
	}
	f.Add([]byte(world))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse("x.scen.json", text, nil)
		src := &Source{Path: "x.scen.json", Text: text}
		formatted, formatErr := Format(src)
		if formatErr == nil {
			again, err1 := Format(&Source{Path: "x", Text: formatted})
			if err1 != nil || !bytes.Equal(formatted, again) {
				t.Fatalf("formatting is not stable: %v\n%s\n%s", err1, formatted, again)
			}
			if _, err2 := Parse("x.scen.json", formatted, nil); (err == nil) != (err2 == nil) {
				t.Fatalf("formatting changed the meaning: %v, %v", err, err2)
			}
		}
		if err != nil {
			checkPlace(t, src, err)
			return
		}
		hook := NewHook()
		err = Run(context.Background(), s, &Machine{Executor: &generous{hook}, Hook: hook}, Options{Dump: new(bytes.Buffer)})
		if err != nil {
			checkPlace(t, src, err)
		}
	})
}

func checkPlace(t *testing.T, src *Source, err error) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("an error without a place: %v", err)
	}
	lines := bytes.Count(src.Text, []byte("\n")) + 1
	if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Text == "" || !strings.HasPrefix(e.Error(), "x.scen.json:") {
		t.Fatalf("place %d:%d in %d lines: %v", e.Line, e.Column, lines, e)
	}
}

// generous is an executor that succeeds, pays and writes something.
type generous struct{ hook *Hook }

func (g *generous) Create(_ context.Context, in *vm.CreateInput) (*vm.Output, error) {
	address, err := g.hook.NewAddress(in.Caller, 0, nil)
	out := g.output(address, in.Value)
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
