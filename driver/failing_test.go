//go:build unix

package driver_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestAWaitBeyondTheDeadlineIsCritical(t *testing.T) {
	d := start(t, new(chain), driver.Options{CallTimeout: shortTimeout})
	begin := time.Now()
	err := d.DiagnoseWait(t.Context(), time.Hour)
	critical(t, err, driver.KindTimeout)
	if !strings.Contains(err.Error(), "timeout") {
		t.Errorf("%q does not say timeout", err)
	}
	if took := time.Since(begin); took > shortTimeout+time.Second {
		t.Errorf("took %v", took)
	}
	if !d.IsClosed() {
		t.Error("Core is still there")
	}
	works(t, d)
}

func TestAPanicIsRetriedOnAFreshCore(t *testing.T) {
	codecs(t, func(t *testing.T, codec driver.Codec) {
		c := new(chain)
		d := start(t, c, driver.Options{Codec: codec})
		marker := filepath.Join(t.TempDir(), "panicked")
		out, err := d.Call(t.Context(), story("storage a", "blockhash 99", "panic-once "+marker, "storage b"))
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"value of a", "refused: unknown block \xff 100%d", "", "value of b"}
		if got := told(out); !reflect.DeepEqual(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		asked := c.questions()
		if !reflect.DeepEqual(asked, []string{"storage 1 a", "blockhash 99", "storage 1 b"}) {
			t.Errorf("the hook was asked again: %q", asked)
		}
	})
}

func TestACoreThatDiesTwiceIsCritical(t *testing.T) {
	for _, row := range []struct{ name, step, exit, stderr string }{
		{"panic", "panic of the executor", "exit status 2", "panic: of the executor"},
		{"exit", "exit 7", "exit status 7", ""},
		{"exit without a word", "exit 0", "exit status 0", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			d := start(t, new(chain), driver.Options{})
			begin := time.Now()
			_, err := d.Call(t.Context(), story(row.step))
			c := critical(t, err, driver.KindCrash)
			if c.Exit != row.exit || !strings.Contains(c.Stderr, row.stderr) {
				t.Errorf("exit %q, stderr %.200q", c.Exit, c.Stderr)
			}
			if took := time.Since(begin); took > 4*time.Second { // the deadline is later
				t.Errorf("took %v", took)
			}
			if !d.IsClosed() {
				t.Error("Core is still there")
			}
			works(t, d)
		})
	}
}

func TestACoreThatHangsIsCritical(t *testing.T) {
	for _, step := range []string{"hang", "flood"} {
		t.Run(step, func(t *testing.T) {
			d := start(t, new(chain), driver.Options{CallTimeout: shortTimeout})
			begin := time.Now()
			_, err := d.Call(t.Context(), story(step))
			critical(t, err, driver.KindTimeout)
			if took := time.Since(begin); took > shortTimeout+time.Second {
				t.Errorf("took %v", took)
			}
			works(t, d)
		})
	}
}

func TestAFailureOfTheHookIsNoFailureOfCore(t *testing.T) {
	codecs(t, func(t *testing.T, codec driver.Codec) {
		c := &chain{}
		d := start(t, c, driver.Options{Codec: codec})
		before := pid(t, d)
		for _, step := range []string{
			"storage k", "stubborn k", "code", "account 4", "account 7", "blockhash 1", "shard", "contract", "payable", "builtin f",
		} {
			t.Run(step, func(t *testing.T) {
				c.fail = errDisk
				defer func() { c.fail = nil }()
				out, err := d.Call(t.Context(), story(step))
				if out != nil || !errors.Is(err, errDisk) {
					t.Fatalf("got %v, %v", out, err)
				}
				if critical := (*driver.CriticalError)(nil); errors.As(err, &critical) {
					t.Error("the error is critical")
				}
			})
		}
		for _, step := range []string{"builtin nothing", "builtin wide", "account 8"} { // no answers
			out, err := d.Call(t.Context(), story(step))
			if critical := (*driver.CriticalError)(nil); err == nil || errors.As(err, &critical) {
				t.Errorf("%s: got %v, %v", step, out, err)
			}
		}
		works(t, d)
		if after := pid(t, d); after != before {
			t.Error("Core was replaced")
		}
	})
}

func pid(t *testing.T, d *driver.Driver) string {
	t.Helper()
	out, err := d.Call(t.Context(), story("pid"))
	if err != nil {
		t.Fatal(err)
	}
	return told(out)[0]
}

// cancelling is a chain during whose first answer somebody gives up.
type cancelling struct {
	*chain
	cancel func()
}

func (c cancelling) BlockFacts() (vm.BlockFacts, error) {
	c.cancel()
	return c.chain.BlockFacts()
}

func TestTheEndOfTheContextEndsTheRequest(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	t.Run("while the hook is asked, before it is sent", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		d := start(t, cancelling{new(chain), cancel}, driver.Options{})
		before := d.Pid()
		if _, err := d.Call(ctx, story()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if d.Pid() != before || d.IsClosed() {
			t.Error("Core is gone, and had heard of nothing")
		}
	})
	t.Run("while it runs", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		begin := time.Now()
		_, err := d.Call(ctx, story("hang"))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(begin); took > shortTimeout+time.Second {
			t.Errorf("took %v", took)
		}
	})
	t.Run("before it runs", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := d.Call(ctx, story()); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("while it waits for its turn", func(t *testing.T) {
		running := make(chan error)
		go func() { running <- d.DiagnoseWait(t.Context(), 400*time.Millisecond) }()
		time.Sleep(50 * time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := d.Call(ctx, story()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := <-running; err != nil {
			t.Errorf("the other request: %v", err)
		}
	})
	works(t, d)
}

func TestCloseEndsARunningRequest(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	running, waiting := make(chan error), make(chan error)
	go func() { _, err := d.Call(context.Background(), story("hang")); running <- err }()
	time.Sleep(50 * time.Millisecond)
	go func() { _, err := d.Call(context.Background(), story()); waiting <- err }()
	time.Sleep(50 * time.Millisecond)
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	for _, c := range []chan error{running, waiting} {
		if err := <-c; !errors.Is(err, driver.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
	if !d.IsClosed() {
		t.Error("Core is there after Close")
	}
}
