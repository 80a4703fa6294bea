//go:build unix

package coreproc_test

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestMain(m *testing.M) {
	beDrill()
	coreproc.Main()
	os.Exit(m.Run())
}

type nowhere struct{ vm.BlockchainHook }

func TestAProgramThatCallsMainIsItsOwnCore(t *testing.T) {
	t.Chdir(t.TempDir()) // where no file called core is
	t.Setenv("CORE_PATH", "")
	var log strings.Builder
	d, err := driver.New(nowhere{}, driver.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if version, err := d.Version(t.Context()); err != nil || version != coreproc.Build() {
		t.Errorf("version %q, %v", version, err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"core started", "engine=", "schedule=", "build=" + coreproc.Build()} {
		if !strings.Contains(strings.ReplaceAll(log.String(), `"`, ""), want) {
			t.Errorf("%q is not in the log:\n%s", want, log.String())
		}
	}
}

func TestAnotherProgramDoesNotBelieveItOfItself(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("CORE_PATH", "")
	t.Setenv(protocol.SelfVariable, "1") // inherited from a program that called Main
	if d, err := driver.New(nowhere{}, driver.Options{}); err == nil {
		d.Close()
		t.Error("it was started as Core")
	}
}
