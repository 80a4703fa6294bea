package hostile_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/test/hostile"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// The ordinary test has a tenth of the gas, and so of the time, of a block.
var block = flag.Bool("block", false, "contracts get the gas of a whole block")

// table takes the place of the log for who wants to keep it.
var table = flag.String("table", "", "file to write how each contract ended, and when")

func TestMain(m *testing.M) {
	coreproc.Main()
	flag.Parse()
	os.Exit(m.Run())
}

// deadline is what no request may take, on a busy machine. What is aimed at, and
// what was measured, is in docs/gas-and-time.md.
const deadline = 10 * time.Second

func here(hook vm.BlockchainHook, config vm.Config) (vm.Executor, error) {
	return inprocess.New(hook, config)
}

func piped(hook vm.BlockchainHook, config vm.Config) (vm.Executor, error) {
	return driver.New(hook, driver.Options{Self: true, Config: config, CallTimeout: deadline})
}

func stage(t *testing.T, start hostile.Factory) *hostile.Stage {
	t.Helper()
	s, err := hostile.NewStage(start)
	if err != nil {
		t.Fatal(err)
	}
	if !*block {
		s.Gas /= 10
	}
	t.Cleanup(func() {
		if err := s.Executor.(interface{ Close() error }).Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// Every contract ends as it is known to end, in this process and in a real Core
// behind pipes, with the same outputs; and the Core that ran all of them is
// still the first one, and runs a harmless contract.
func TestHostileContracts(t *testing.T) {
	if raceEnabled {
		t.Skip("long under the race detector, which sees the same with other contracts")
	}
	inside, across := stage(t, here), stage(t, piped)
	core := across.Executor.(*driver.Driver)
	pid := core.Pid()
	var rows strings.Builder
	fmt.Fprintf(&rows, "How contracts that mean harm end, given %d gas, and what they take across the pipes: CPU time of\nnode and Core for both requests together, and wall time of the longer one. Written by go test ./test/hostile -block -table FILE.\n\n", across.Gas)
	names := make(map[string]bool)
	ended := 0
	for _, c := range hostile.All() {
		if names[c.Name] {
			t.Errorf("two contracts are called %q", c.Name)
		}
		names[c.Name] = true
		t.Run(c.Name, func(t *testing.T) {
			before, errBefore := cpu(pid)
			there, err := across.Try(context.Background(), &c)
			after, errAfter := cpu(pid)
			if cpuErr := errors.Join(errBefore, errAfter); *table != "" && cpuErr != nil {
				t.Fatal(cpuErr)
			}
			if err != nil {
				t.Error("across the pipe: ", err)
			}
			if core.Pid() != pid {
				t.Error("Core did not survive")
				pid = core.Pid()
			}
			if err := across.Check(context.Background()); err != nil {
				t.Errorf("afterwards: %v", err)
			}
			near, err := inside.Try(context.Background(), &c)
			if err != nil {
				t.Error("in this process: ", err)
			}
			if there == nil || near == nil {
				return
			}
			same(t, near.Deployed, there.Deployed)
			same(t, near.Called, there.Called)
			t.Logf("%s; deployed in %v and called in %v, in this process %v and %v", c.Ends(),
				there.DeployTook.Round(time.Millisecond), there.CallTook.Round(time.Millisecond),
				near.DeployTook.Round(time.Millisecond), near.CallTook.Round(time.Millisecond))
			ended++
			fmt.Fprintf(&rows, "%-80s %-50s %5.2f s %5.2f s\n", c.Name, c.Ends(), (after - before).Seconds(), there.Slowest().Seconds())
			if slowest := near.Slowest(); slowest > deadline {
				t.Errorf("it took %v in this process", slowest)
			}
		})
	}
	if *table == "" {
		return
	}
	if all := len(hostile.All()); t.Failed() || ended != all {
		t.Errorf("the table is not written: %d of %d contracts ended", ended, all)
	} else if err := figures.Replace(*table, rows.String()); err != nil {
		t.Error(err)
	}
}

func same(t *testing.T, a, b *vm.Output) {
	t.Helper()
	if a == nil || b == nil {
		if a != b {
			t.Error("one of two has no output")
		}
		return
	}
	x, errX := a.AppendBinary(nil)
	y, errY := b.AppendBinary(nil)
	if errX != nil || errY != nil {
		t.Fatal(errX, errY)
	}
	if !bytes.Equal(x, y) {
		t.Errorf("outputs differ: %v %q with %d gas left, and %v %q with %d", a.Code, a.Message, a.GasRemaining, b.Code, b.Message, b.GasRemaining)
	}
}
