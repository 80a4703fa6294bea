//go:build unix

package driver_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestOptionsThatMakeNoSense(t *testing.T) {
	for _, row := range []struct {
		name      string
		options   driver.Options
		complaint string
	}{
		{"a deadline before the beginning", driver.Options{CallTimeout: -1}, "negative timeout"},
		{"a start before the beginning", driver.Options{StartTimeout: -1}, "negative timeout"},
		{"an unknown codec", driver.Options{Codec: 2}, "unknown codec"},
		{"two programs", driver.Options{Path: "core", Self: true}, "both Path and Self"},
		{"frames of more than an int32", driver.Options{Limits: driver.Limits{FrameBytes: 1 << 31}}, "limit out of range"},
		{"fewer than no questions", driver.Options{Limits: driver.Limits{HookCalls: -1}}, "limit out of range"},
		{"fewer than no bytes", driver.Options{Limits: driver.Limits{DialogueBytes: -1}}, "limit out of range"},
		{"a log profile", driver.Options{LogProfile: "everything"}, "bad log level pattern"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if row.options.Path == "" {
				row.options.Self = true
			}
			_, err := driver.New(new(chain), row.options)
			if err == nil || !strings.Contains(err.Error(), row.complaint) {
				t.Errorf("got %v, want %q", err, row.complaint)
			}
			if critical := (*driver.CriticalError)(nil); errors.As(err, &critical) {
				t.Errorf("%v is critical", err)
			}
		})
	}
	if _, err := driver.New(nil, driver.Options{Self: true}); err == nil {
		t.Error("a driver without a hook")
	}
}

func TestAnImpossibleConfigurationSaysWhy(t *testing.T) {
	_, err := driver.New(new(chain), driver.Options{Self: true, Config: vm.Config{Features: []string{"impossible"}}})
	c := critical(t, err, driver.KindStart)
	if !strings.Contains(err.Error(), "feature impossible is not known") || c.Exit != "exit status 2" {
		t.Errorf("got %v", err)
	}
	d := start(t, new(chain), driver.Options{})
	if err := d.SetConfig(vm.Config{Features: []string{"impossible"}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = d.Call(t.Context(), story())
		critical(t, err, driver.KindStart)
	}
	if err := d.SetConfig(vm.Config{}); err != nil {
		t.Fatal(err)
	}
	works(t, d)
}

func TestInputsThatMakeNoSense(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	below, far, farTokens := story(), story(), story()
	below.Value = big.NewInt(-1)
	far.Value = new(big.Int).Lsh(big.NewInt(1), 9000)
	farTokens.DCTValue = far.Value
	for name, in := range map[string]*vm.CallInput{"nil": nil, "less than nothing": below, "too much": far, "too many tokens": farTokens} {
		if _, err := d.Call(t.Context(), in); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if _, err := d.Create(t.Context(), nil); err == nil {
		t.Error("a deployment of nothing was accepted")
	}
	works(t, d)
}

func TestMessagesThatAreTooLarge(t *testing.T) {
	codecs(t, func(t *testing.T, codec driver.Codec) {
		d := start(t, long{new(chain)}, driver.Options{Codec: codec, Limits: driver.Limits{FrameBytes: 3000}})
		before := pid(t, d)
		_, err := d.Call(t.Context(), story(strings.Repeat("x", 5000)))
		if critical := (*driver.CriticalError)(nil); err == nil || errors.As(err, &critical) {
			t.Errorf("request: got %v", err)
		}
		_, err = d.Call(t.Context(), story("storage k"))
		if critical := (*driver.CriticalError)(nil); err == nil || errors.As(err, &critical) || !strings.Contains(err.Error(), "hook Storage") {
			t.Errorf("answer of the hook: got %v", err)
		}
		works(t, d)
		if pid(t, d) != before {
			t.Error("Core was replaced")
		}
		_, err = d.Call(t.Context(), story("bytes 5000"))
		critical(t, err, driver.KindProtocol)
		works(t, d)
	})
}

// long is a chain with a long value.
type long struct{ *chain }

func (long) Storage(vm.Address, []byte) ([]byte, error) { return make([]byte, 5000), nil }

func TestAHookThatPanicsLeavesNothingBehind(t *testing.T) {
	c := new(chain)
	d := start(t, c, driver.Options{})
	c.block = func() { panic("in the node") }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic got lost")
			}
		}()
		d.Call(t.Context(), story("storage k"))
	}()
	c.block = nil
	works(t, d)
}

func TestASlowHookIsPartOfTheRequest(t *testing.T) {
	c := new(chain)
	d := start(t, c, driver.Options{CallTimeout: shortTimeout})
	c.block = func() { time.Sleep(shortTimeout + 100*time.Millisecond) }
	_, err := d.Call(t.Context(), story("storage k"))
	critical(t, err, driver.KindTimeout)
	c.block = nil
	works(t, d)
}
