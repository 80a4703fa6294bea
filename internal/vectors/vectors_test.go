package vectors

import (
	"bytes"
	"context"
	"errors"
	"math/big"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A player is an executor that plays back what was recorded, step by step,
// after change had a look at it.
type player struct {
	c      *Case
	next   int
	change func(step int, out *vm.Output)
}

func (p *player) play() (*vm.Output, error) {
	if p.next == len(p.c.Steps) {
		return nil, errors.New("no more steps")
	}
	out := p.c.Steps[p.next].Output.vm(p.c)
	if p.change != nil {
		p.change(p.next, out)
	}
	p.next++
	return out, nil
}

func (p *player) Create(context.Context, *vm.CreateInput) (*vm.Output, error) { return p.play() }
func (p *player) Call(context.Context, *vm.CallInput) (*vm.Output, error)     { return p.play() }
func (p *player) Close() error                                                { return nil }

// vm gives the recording as the output that it was made from.
func (r *recorded) vm(c *Case) *vm.Output {
	out := &vm.Output{
		Code:         r.ReturnCode,
		Message:      r.ReturnMessage,
		ReturnData:   byteLists(r.ReturnData),
		GasRemaining: r.GasRemaining,
		GasRefund:    r.GasRefund.Uint64(),
	}
	for i := range r.Accounts {
		a := &r.Accounts[i]
		updates, err := pairs(a.StorageUpdates)
		if err != nil {
			panic(err)
		}
		o := vm.OutputAccount{
			Address:        vm.Address(a.Address),
			Nonce:          a.Nonce,
			BalanceDelta:   new(big.Int).Set(&a.BalanceDelta.Int),
			StorageUpdates: updates,
			CodeMetadata:   a.CodeMetadata,
			CodeDeployer:   a.CodeDeployer,
			Code:           make([]byte, a.CodeLength),
		}
		if a.CodeContract != "" {
			o.Code = c.Contracts[a.CodeContract].Wasm
		}
		for _, t := range a.Transfers {
			o.Transfers = append(o.Transfers, vm.Transfer{Value: new(big.Int).Set(&t.Value.Int), GasLimit: t.GasLimit, Data: t.Data, CallType: t.CallType})
		}
		out.Accounts = append(out.Accounts, o)
	}
	for _, l := range r.Logs {
		out.Logs = append(out.Logs, vm.LogEntry{Address: vm.Address(l.Address), Identifier: l.Identifier, Topics: byteLists(l.Topics), Data: l.Data})
	}
	return out
}

func run(t *testing.T, c *Case, change func(int, *vm.Output)) *Report {
	t.Helper()
	r := &Runner{
		New: func(vm.BlockchainHook, vm.Config) (Executor, error) {
			return &player{c: c, change: change}, nil
		},
		Schedule: func(string) (vm.GasSchedule, error) { return nil, nil },
	}
	report, err := r.Run(t.Context(), []*Case{c})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func allCases(t *testing.T) []*Case {
	t.Helper()
	var all []*Case
	for _, dir := range []string{"vectors", "vectors-corrected"} {
		cases, err := Load(os.DirFS("../../test/" + dir))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, cases...)
	}
	return all
}

func TestAnExecutorThatPlaysBackTheRecordingPassesEveryStep(t *testing.T) {
	steps := 0
	for _, c := range allCases(t) {
		report := run(t, c, nil)
		total := report.Total()
		if total.Failed != 0 || total.Passed+total.Superseded != len(c.Steps) {
			t.Errorf("%s: %+v, want %d steps; %v", c.Name, total, len(c.Steps), report.Failures)
		}
		steps += len(c.Steps)
	}
	if steps < 4000 {
		t.Errorf("%d steps, want all of the recorded ones", steps)
	}
}

// lies are ways to get an output wrong. Each reports whether it applied.
var lies = []struct {
	name string
	tell func(out *vm.Output) bool
}{
	{"another code", func(o *vm.Output) bool { o.Code ^= 1; return true }},
	{"another message", func(o *vm.Output) bool {
		if strings.HasPrefix(o.Message, growthFailure) {
			return false // what follows the colon is not compared
		}
		o.Message += "x"
		return true
	}},
	{"one unit of gas more", func(o *vm.Output) bool { o.GasRemaining++; return true }},
	{"another refund", func(o *vm.Output) bool { o.GasRefund++; return true }},
	{"an item too many", func(o *vm.Output) bool { o.ReturnData = append(o.ReturnData, nil); return true }},
	{"an item missing", func(o *vm.Output) bool {
		n := len(o.ReturnData)
		o.ReturnData = o.ReturnData[:max(0, n-1)]
		return n > 0
	}},
	{"another item", func(o *vm.Output) bool {
		if len(o.ReturnData) == 0 {
			return false
		}
		o.ReturnData[0] = append(bytes.Clone(o.ReturnData[0]), 0)
		return true
	}},
	{"a log too many", func(o *vm.Output) bool { o.Logs = append(o.Logs, vm.LogEntry{}); return true }},
	{"another log", func(o *vm.Output) bool {
		if len(o.Logs) == 0 {
			return false
		}
		o.Logs[0].Topics = append(o.Logs[0].Topics, nil)
		return true
	}},
	{"an account too many", func(o *vm.Output) bool {
		a := vm.OutputAccount{Address: vm.Address{0: 0xff, 1: 0xff}, BalanceDelta: big.NewInt(1)}
		o.Accounts = append(o.Accounts, a)
		return true
	}},
	{"an account missing", func(o *vm.Output) bool { return dropAccount(o) }},
	{"another balance", change(func(a *vm.OutputAccount) bool { a.BalanceDelta.Add(a.BalanceDelta, big.NewInt(1)); return true })},
	{"another nonce", change(func(a *vm.OutputAccount) bool { a.Nonce++; return true })},
	{"a pair too many", change(func(a *vm.OutputAccount) bool {
		a.StorageUpdates = append(a.StorageUpdates, vm.StorageUpdate{Key: bytes.Repeat([]byte{0xff}, 99)})
		return true
	})},
	{"a pair missing", change(func(a *vm.OutputAccount) bool {
		n := len(a.StorageUpdates)
		a.StorageUpdates = a.StorageUpdates[:max(0, n-1)]
		return n > 0
	})},
	{"another value in storage", change(func(a *vm.OutputAccount) bool {
		if len(a.StorageUpdates) == 0 {
			return false
		}
		a.StorageUpdates[0].Value = append(bytes.Clone(a.StorageUpdates[0].Value), 1)
		return true
	})},
	{"other code", change(func(a *vm.OutputAccount) bool { a.Code = append(bytes.Clone(a.Code), 0); return true })},
	{"other metadata", change(func(a *vm.OutputAccount) bool { a.CodeMetadata = []byte{9, 9}; return true })},
	{"another deployer", change(func(a *vm.OutputAccount) bool { a.CodeDeployer = []byte{9, 9}; return true })},
	{"a transfer missing", change(func(a *vm.OutputAccount) bool {
		n := len(a.Transfers)
		a.Transfers = a.Transfers[:max(0, n-1)]
		return n > 0
	})},
	{"other data of a transfer", change(func(a *vm.OutputAccount) bool {
		if len(a.Transfers) == 0 {
			return false
		}
		a.Transfers[0].Data = append(bytes.Clone(a.Transfers[0].Data), 1)
		return true
	})},
	{"an account named twice", func(o *vm.Output) bool {
		if len(o.Accounts) == 0 {
			return false
		}
		o.Accounts = append(o.Accounts[:1:1], o.Accounts...)
		return true
	}},
}

// change makes a lie about the first account that has an effect.
func change(f func(a *vm.OutputAccount) bool) func(*vm.Output) bool {
	return func(o *vm.Output) bool {
		for i := range o.Accounts {
			if hasEffect(&o.Accounts[i]) && f(&o.Accounts[i]) {
				return true
			}
		}
		return false
	}
}

func dropAccount(o *vm.Output) bool {
	for i := range o.Accounts {
		if hasEffect(&o.Accounts[i]) {
			o.Accounts = append(o.Accounts[:i], o.Accounts[i+1:]...)
			return true
		}
	}
	return false
}

func TestEveryKindOfWrongOutputIsNoticed(t *testing.T) {
	cases := allCases(t)
	for _, lie := range lies {
		t.Run(lie.name, func(t *testing.T) {
			told := 0
			for _, c := range cases {
				if !c.gasComparable() {
					continue
				}
				expected := 0
				report := run(t, c, func(step int, out *vm.Output) {
					if c.Steps[step].Superseded == "" && lie.tell(out) {
						expected++
					}
				})
				if len(report.Failures) != expected {
					t.Errorf("%s: %d failures for %d wrong steps", c.Name, len(report.Failures), expected)
				}
				told += expected
			}
			if told == 0 {
				t.Error("no step to lie about")
			}
		})
	}
}

func TestAFailureIsReadable(t *testing.T) {
	c := caseNamed(t, "returndata")
	report := run(t, c, func(step int, out *vm.Output) {
		if len(out.ReturnData) > 0 {
			out.ReturnData[0] = []byte("other")
		}
	})
	if len(report.Failures) == 0 {
		t.Fatal("nothing failed")
	}
	text := report.Failures[0].String()
	for _, want := range []string{c.Name, "step 0", "return data, item 0", "expected 0x", `actual   0x6f74686572 "other"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
}

func caseNamed(t *testing.T, family string) *Case {
	t.Helper()
	for _, c := range allCases(t) {
		if c.Family() == family {
			return c
		}
	}
	t.Fatalf("no case in family %s", family)
	return nil
}

func TestTwiceNoticesAnExecutorThatChangesItsMind(t *testing.T) {
	c := caseNamed(t, "returndata")
	c.Steps = c.Steps[:1]
	runs := 0
	r := &Runner{
		New: func(vm.BlockchainHook, vm.Config) (Executor, error) {
			twice := &Case{Name: c.Name, Contracts: c.Contracts, Steps: []*Step{c.Steps[0], c.Steps[0]}}
			return &player{c: twice, change: func(int, *vm.Output) { runs++ }}, nil
		},
		Schedule: func(string) (vm.GasSchedule, error) { return nil, nil },
		Twice:    true,
	}
	report, err := r.Run(t.Context(), []*Case{c})
	if err != nil || report.Total().Passed != 1 || runs != 2 {
		t.Fatalf("%v, %+v, %d runs", err, report.Total(), runs)
	}
	r.New = func(vm.BlockchainHook, vm.Config) (Executor, error) {
		twice := &Case{Name: c.Name, Contracts: c.Contracts, Steps: []*Step{c.Steps[0], c.Steps[0]}}
		return &player{c: twice, change: func(step int, out *vm.Output) { out.Accounts = out.Accounts[:len(out.Accounts)*(1-step)] }}, nil
	}
	report, err = r.Run(t.Context(), []*Case{c})
	if err != nil || report.Total().Failed != 1 {
		t.Fatalf("%v, %+v", err, report.Total())
	}
}

func TestFilesThatAreNotUnderstoodAreRefused(t *testing.T) {
	const tail = `"contracts":{},"world":{"accounts":{}},"steps":[{"input":{"kind":"call","caller":"0x%[1]s","recipient":"0x%[1]s","value":"0"},"output":{}}]}`
	zeros := strings.Repeat("00", vm.AddressLength)
	good := strings.ReplaceAll(`{"name":"a/b",`+tail, "%[1]s", zeros)
	for _, tt := range []struct{ name, from, to, want string }{
		{"an unknown key", `"name"`, `"surprise":1,"name"`, "surprise"},
		{"an unknown kind of step", `"call"`, `"upgrade"`, "unknown kind"},
		{"an unknown contract", `"kind":"call"`, `"kind":"deploy","contract":"x"`, `unknown contract "x"`},
		{"a short address", "0x" + zeros, "0x00", "address has 1 bytes"},
		{"bytes without 0x", "0x" + zeros, zeros, "do not begin with 0x"},
		{"a number that is none", `"value":"0"`, `"value":"0x1"`, "not a decimal"},
		{"no steps", good[strings.Index(good, `"steps"`):], `"steps":[]}`, "needs a name and steps"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Load(fstest.MapFS{"a/b.json": {Data: []byte(good)}}); err != nil {
				t.Fatal("the file that is changed is refused itself:", err)
			}
			bad := strings.Replace(good, tt.from, tt.to, 1)
			_, err := Load(fstest.MapFS{"a/b.json": {Data: []byte(bad)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
	if _, err := Load(fstest.MapFS{}); err == nil {
		t.Error("a directory without cases is accepted")
	}
}

func TestReportHasOneRowPerFamily(t *testing.T) {
	r := &Report{
		Families: []*Family{{Name: "call", Passed: 3, Superseded: 1}, {Name: "gas", Passed: 1, Failed: 2, Skipped: 4}},
		Failures: []Failure{{Case: "gas/one", Step: 2, Note: "short", Difference: "message\n  expected a\n  actual   b"}},
	}
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	const want = `  family  passed  failed  superseded  skipped
    call       3       0           1        0
     gas       1       2           0        4
   total       4       2           1        4

gas/one, step 2 (short): message
  expected a
  actual   b
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
