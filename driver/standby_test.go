//go:build unix

package driver_test

import (
	"slices"
	"strconv"
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

func TestMetricsTellHowRequestsEnded(t *testing.T) {
	c := new(chain)
	d := start(t, c, driver.Options{CallTimeout: 300 * time.Millisecond})
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
