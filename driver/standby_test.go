//go:build unix

package driver_test

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func standsBy(t *testing.T, d *driver.Driver) {
	t.Helper()
	eventually(t, "no core stands by", func() bool { return d.Stats().Standby })
}

func TestACoreThatStandsByTakesOver(t *testing.T) {
	d := start(t, new(chain), driver.Options{Standby: true})
	seen := []string{pid(t, d)}
	for range 5 {
		standsBy(t, d)
		n, err := strconv.Atoi(seen[len(seen)-1])
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		next := pid(t, d)
		if slices.Contains(seen, next) {
			t.Errorf("process %s again", next)
		}
		seen = append(seen, next)
	}
	m := d.Stats()
	if m.Takeovers != 5 || m.Starts < 6 || m.Replaced != 5 || m.Answered != 6 {
		t.Errorf("metrics %+v", m)
	}
}

func TestNothingStandsByAfterClose(t *testing.T) {
	d := start(t, new(chain), driver.Options{Standby: true})
	for i := range 10 {
		if i%2 == 0 {
			standsBy(t, d)
		}
		if err := d.Close(); err != nil { // also while it is being started
			t.Fatal(err)
		}
		if m := d.Stats(); m.Running || m.Standby {
			t.Errorf("metrics %+v", m)
		}
		works(t, d)
	}
}

func TestAnotherConfigurationReachesTheCoreThatStandsBy(t *testing.T) {
	d := start(t, new(chain), driver.Options{Standby: true, Config: vm.Config{BlockGasLimit: 1}})
	standsBy(t, d)
	if err := d.SetConfig(vm.Config{BlockGasLimit: 2}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		out, err := d.Call(t.Context(), story("config"))
		if err != nil {
			t.Fatal(err)
		}
		if got := told(out)[0]; got != "2" {
			t.Errorf("block gas limit %s", got)
		}
		standsBy(t, d)
		if err := syscall.Kill(d.Pid(), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPreparedCodeIsAskedFromTheHookAndKept(t *testing.T) {
	defer beCore()()
	c := new(chain)
	d := start(t, c, driver.Options{Standby: true, Codec: driver.Binary})
	if err := d.Prepare(t.Context(), driver.Code{Address: address(1), Hash: vm.Hash{9}}); err != nil { // it is no module
		t.Fatal(err)
	}
	if asked := c.questions(); !slices.Equal(asked, []string{"code 1"}) {
		t.Errorf("asked %q", asked)
	}
	if _, err := d.Version(t.Context()); err != nil {
		t.Fatal(err)
	}
	standsBy(t, d)
	if asked := c.questions(); len(asked) != 0 {
		t.Errorf("the core that stands by asked %q", asked)
	}
}

// The Core that stands by may be on its way up, without the codes, when they
// are prepared.
func TestPreparedCodeReachesACoreThatIsBeingStarted(t *testing.T) {
	defer beCore()()
	d := start(t, new(chain), driver.Options{Standby: true})
	if err := d.Prepare(t.Context(), driver.Code{Address: address(1), Hash: vm.Hash{9}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "no core is started with the codes", func() bool {
		if _, err := d.Version(t.Context()); err != nil {
			t.Fatal(err)
		}
		return d.Stats().Starts >= 3 // the one that runs, one without the codes, one with them
	})
}

func TestAHookThatPanicsWhileCodeIsPreparedKeepsNoTurn(t *testing.T) {
	c := new(chain)
	d := start(t, c, driver.Options{})
	c.block = func() { panic("no code") }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic of the hook is gone")
			}
		}()
		if err := d.Prepare(t.Context(), driver.Code{Address: address(1)}); err != nil {
			t.Error(err)
		}
	}()
	c.block = nil
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := d.Version(ctx); err != nil {
		t.Error(err)
	}
}

// asking is a log handler that asks the driver something for every line.
type asking struct {
	d *atomic.Pointer[driver.Driver]
}

func (asking) Enabled(context.Context, slog.Level) bool { return true }
func (a asking) WithAttrs([]slog.Attr) slog.Handler     { return a }
func (a asking) WithGroup(string) slog.Handler          { return a }
func (a asking) Handle(context.Context, slog.Record) error {
	if d := a.d.Load(); d != nil {
		d.Pid()
	}
	return nil
}

func TestTheLogMayAskTheDriver(t *testing.T) {
	var handler asking
	handler.d = new(atomic.Pointer[driver.Driver])
	d := start(t, new(chain), driver.Options{Standby: true, Logger: slog.New(handler)})
	handler.d.Store(d)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		for d.Stats().Starts < 3 { // a Core is killed, and one more stands by
			if p := d.Pid(); d.Stats().Standby && p != 0 {
				if err := syscall.Kill(p, syscall.SIGKILL); err != nil {
					t.Error(err)
				}
			}
			if _, err := d.Version(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}()
	select {
	case <-asked:
	case <-time.After(5 * time.Second):
		t.Fatal("the driver waits for its own log")
	}
}

func TestMetricsTellHowRequestsEnded(t *testing.T) {
	c := new(chain)
	d := start(t, c, driver.Options{CallTimeout: shortTimeout / 2})
	works(t, d)
	c.fail = errDisk
	if _, err := d.Call(t.Context(), story("storage a")); err == nil {
		t.Error("no error")
	}
	c.fail = nil
	_, err := d.Call(t.Context(), story("hang"))
	critical(t, err, driver.KindTimeout)
	_, err = d.Call(t.Context(), story("panic x"))
	critical(t, err, driver.KindCrash)
	m := d.Stats()
	var durations uint64
	for _, n := range m.Durations {
		durations += n
	}
	if m.HookFailed != 1 || m.Timeouts != 1 || m.Crashes != 1 || m.Retries != 1 || m.Replaced != 3 || durations != m.Answered+3 {
		t.Errorf("metrics %+v", m)
	}
}
