//go:build linux

package main

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// TestNothingDependsOnWhatMakesItFast switches on and off what makes requests
// fast: recorded vectors give the same outputs, and Cores that die cost no
// request. Hostile frames are tried with both kinds of pipes where they are
// made, in package driver.
func TestNothingDependsOnWhatMakesItFast(t *testing.T) {
	if raceDetector {
		t.Skip("5 s become half a minute under the race detector, and it has the same code to look at in package driver")
	}
	const everything = ^driver.Without(0)
	cases := someVectors(t)
	for _, row := range []struct {
		name   string
		adjust func(*driver.Options)
	}{
		{"as it is by default, in the compact codec", func(o *driver.Options) {}},
		{"messages are text", func(o *driver.Options) { o.Codec = driver.JSON }},
		{"waiting in the poller of Go", func(o *driver.Options) { o.Without = driver.WithoutRawPipes }},
		{"no storage is sent along", func(o *driver.Options) { o.Without = driver.WithoutPrediction }},
		{"garbage is collected at any time", func(o *driver.Options) { o.Without = driver.WithoutLateCollection }},
		{"a new instance for each call", func(o *driver.Options) { o.Without = driver.WithoutWarmInstances }},
		{"a contract is compiled as a whole", func(o *driver.Options) { o.Without = driver.WithoutParts }},
		{"nothing that makes it fast", func(o *driver.Options) { o.Codec, o.Without = driver.JSON, everything }},
		{"waiting without sleeping", func(o *driver.Options) { o.Spin = 50 * time.Microsecond }},
		{"another Core stands by", func(o *driver.Options) { o.Standby = true }},
	} {
		t.Run(row.name, func(t *testing.T) {
			passes(t, cases, row.adjust)
			survives(t, row.adjust)
		})
	}
}

// someVectors are cases of the families that ask the node most.
func someVectors(t *testing.T) []*vectors.Case {
	t.Helper()
	all, err := vectors.Load(os.DirFS("../vectors"))
	if err != nil {
		t.Fatal(err)
	}
	families := []string{"storage", "exec-dest", "exec-same", "exec-delegate", "builtins", "deploy", "create", "upgrade", "payments", "logs", "returndata", "eei"}
	return slices.DeleteFunc(all, func(c *vectors.Case) bool { return !slices.Contains(families, c.Family()) })
}

// passes runs the vectors, each step twice.
func passes(t *testing.T, cases []*vectors.Case, adjust func(*driver.Options)) {
	t.Helper()
	runner := &vectors.Runner{
		Twice: true,
		New: func(hook vm.BlockchainHook, config vm.Config) (vectors.Executor, error) {
			o := driver.Options{Self: true, Config: config, Codec: driver.Binary, CallTimeout: patience}
			adjust(&o)
			return driver.New(hook, o)
		},
		Schedule: gas.File,
	}
	report, err := runner.Run(t.Context(), cases)
	if err != nil {
		t.Fatal(err)
	}
	if total := report.Total(); total.Failed > 0 || total.Passed < 300 {
		t.Errorf("%d steps failed, %d passed: %v", total.Failed, total.Passed, report.Failures)
	}
}

// survives kills some Cores.
func survives(t *testing.T, adjust func(*driver.Options)) {
	t.Helper()
	k, err := killsWith(3, adjust)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}()
	for n := range uint64(48) {
		if err := k.run(t.Context(), n); err != nil {
			t.Fatalf("case %d: %v", n, err)
		}
	}
	if k.killed < 8 {
		t.Errorf("%d were killed", k.killed)
	}
}
