//go:build unix

package driver_test

import (
	"context"
	"errors"
	"math/big"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// codecs runs a test once in each codec.
func codecs(t *testing.T, test func(t *testing.T, codec driver.Codec)) {
	for _, codec := range []driver.Codec{driver.JSON, driver.Binary} {
		t.Run(codec.String(), func(t *testing.T) { test(t, codec) })
	}
}

func start(t *testing.T, hook vm.BlockchainHook, o driver.Options) *driver.Driver {
	t.Helper()
	o.Self = true
	d, err := driver.New(hook, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// story is a call with one step per argument.
func story(steps ...string) *vm.CallInput {
	in := &vm.CallInput{Recipient: address(1), Function: "story"}
	in.Caller = address(2)
	in.GasProvided = 1000
	for _, s := range steps {
		in.Arguments = append(in.Arguments, []byte(s))
	}
	return in
}

func told(out *vm.Output) []string {
	var s []string
	for _, b := range out.ReturnData {
		s = append(s, string(b))
	}
	return s
}

func TestEveryQuestionGetsItsAnswer(t *testing.T) {
	codecs(t, func(t *testing.T, codec driver.Codec) {
		c := new(chain)
		d := start(t, c, driver.Options{Codec: codec})
		for _, row := range []struct {
			name, step, want string
			asked            []string
		}{
			{"storage", "storage k\xff", "value of k\xff", []string{"storage 1 k\xff"}},
			{"code", "code", "code", []string{"code 1"}},
			{"the recipient's account came with the request", "account 1",
				"nonce 5 balance " + new(big.Int).Lsh(big.NewInt(3), 200).String(), nil},
			{"the caller's account came with the request", "account 2", "nonce 6 balance <nil>", nil},
			{"another account is asked for", "account 7", "", []string{"account 7"}},
			{"an account is refused", "account 3", "refused: account was not found", nil},
			{"the block came with the request", "block", "round 12", nil},
			{"the hash of a block", "blockhash 9", "\x09", []string{"blockhash 9"}},
			{"a refusal has any bytes", "blockhash 99", "refused: unknown block \xff 100%d", []string{"blockhash 99"}},
			{"the shard", "shard", "2", []string{"shard"}},
			{"whether it is a contract", "contract", "true", []string{"contract"}},
			{"whether it is payable", "payable", "false", []string{"payable"}},
			{"a built-in function", "builtin f\x00", "done f\x00", []string{"builtin f\x00"}},
			{"a megabyte passes", "bytes 1000000", string(make([]byte, 1000000)), nil},
		} {
			t.Run(row.name, func(t *testing.T) {
				out, err := d.Call(t.Context(), story(row.step))
				if err != nil {
					t.Fatal(err)
				}
				if got := told(out); len(got) != 1 || got[0] != row.want {
					t.Errorf("got %.100q, want %.100q", got, row.want)
				}
				if asked := c.questions(); !reflect.DeepEqual(asked, row.asked) {
					t.Errorf("asked %q, want %q", asked, row.asked)
				}
			})
		}
	})
}

func TestAnInputArrivesWholeAndItsOutputComesBack(t *testing.T) {
	codecs(t, func(t *testing.T, codec driver.Codec) {
		d := start(t, new(chain), driver.Options{Codec: codec, Config: vm.Config{VMType: [2]byte{5, 0}, BlockGasLimit: 77}})
		in := &vm.CreateInput{Code: make([]byte, 200_000), CodeMetadata: []byte{1, 2}}
		in.Caller = address(2)
		in.Value = new(big.Int).Lsh(big.NewInt(1), 255)
		in.GasProvided = 1<<63 + 2
		in.Arguments = [][]byte{[]byte("config")}
		out, err := d.Create(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		caller := address(2)
		want := &vm.Output{
			ReturnData: [][]byte{[]byte("77")}, GasRemaining: 1<<62 + 1,
			Accounts: []vm.OutputAccount{{
				Address: address(107), BalanceDelta: in.Value, Code: in.Code, CodeMetadata: in.CodeMetadata, CodeDeployer: caller[:],
			}},
		}
		sameOutput(t, out, want)

		call := story()
		call.Function = "any \xfe bytes"
		call.Value = big.NewInt(3)
		out, err = d.Call(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		sameOutput(t, out, &vm.Output{
			Message: "any \xfe bytes", GasRemaining: 500,
			Accounts: []vm.OutputAccount{{Address: address(1), BalanceDelta: big.NewInt(3)}},
		})
	})
}

func sameOutput(t *testing.T, got, want *vm.Output) {
	t.Helper()
	g, err := got.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	w, err := want.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	if string(g) != string(w) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestVersion(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	if v, err := d.Version(t.Context()); err != nil || v != "test build" {
		t.Errorf("got %q, %v", v, err)
	}
}

func TestAWaitWithinTheDeadlineIsAnswered(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	if err := d.DiagnoseWait(t.Context(), 50*time.Millisecond); err != nil {
		t.Error(err)
	}
}

// critical checks that err is a critical error of a kind.
func critical(t *testing.T, err error, kind driver.Kind) *driver.CriticalError {
	t.Helper()
	var c *driver.CriticalError
	if !errors.As(err, &c) {
		t.Fatalf("got %v, want a critical error", err)
	}
	if c.Kind != kind {
		t.Fatalf("got %v, want kind %v", err, kind)
	}
	return c
}

// works checks that a request is answered.
func works(t *testing.T, d *driver.Driver) {
	t.Helper()
	out, err := d.Call(t.Context(), story("shard"))
	if err != nil {
		t.Fatal(err)
	}
	if got := told(out); got[0] != "2" {
		t.Errorf("got %q", got)
	}
	if d.IsClosed() {
		t.Error("Core is closed after a request")
	}
}

func TestCoreIsStartedAgainAfterClose(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	works(t, d)
	for range 2 {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if !d.IsClosed() {
			t.Error("Core is there after Close")
		}
	}
	works(t, d)
}

func TestConcurrentCallersTakeTurns(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	var callers sync.WaitGroup
	for n := range 8 {
		callers.Go(func() {
			for range 20 {
				step := "storage " + strings.Repeat("x", n)
				out, err := d.Call(context.Background(), story(step))
				if err != nil {
					t.Error(err)
					return
				}
				if got := told(out)[0]; got != "value of "+strings.Repeat("x", n) {
					t.Errorf("caller %d got %q", n, got)
				}
			}
		})
	}
	callers.Wait()
}

func TestAConfigurationTakesEffectAtTheNextRequest(t *testing.T) {
	d := start(t, new(chain), driver.Options{Config: vm.Config{BlockGasLimit: 1}})
	for _, want := range []string{"1", "1", "2", "2"} {
		if want == "2" {
			if err := d.SetConfig(vm.Config{BlockGasLimit: 2}); err != nil {
				t.Fatal(err)
			}
		}
		out, err := d.Call(t.Context(), story("config"))
		if err != nil {
			t.Fatal(err)
		}
		if got := told(out)[0]; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// A Core that is to make room for another one may take its time.
func TestAnotherConfigurationDoesNotWaitForTheCoreBefore(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	var took time.Duration
	for range 3 { // the machine may be busy
		if err := syscall.Kill(d.Pid(), syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		if err := d.SetConfig(vm.Config{BlockGasLimit: 2}); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := d.Version(t.Context()); err != nil {
			t.Error(err)
		}
		if took = time.Since(begin); took < 400*time.Millisecond {
			return
		}
	}
	t.Errorf("the request took %v", took)
}

func TestTheConfigurationBelongsToTheDriver(t *testing.T) {
	config := vm.Config{Features: []string{"a"}, GasSchedule: vm.GasSchedule{"A": {"B": 1}}}
	d := start(t, new(chain), driver.Options{Config: config})
	config.Features[0] = "impossible"
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	works(t, d)
}
