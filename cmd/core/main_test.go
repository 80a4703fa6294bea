//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// TestMain makes the test program the program: started as core it runs main.
func TestMain(m *testing.M) {
	if os.Args[0] == "core" {
		main()
	}
	os.Exit(m.Run())
}

func testProgram(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func TestByHandItSaysThatANodeStartsIt(t *testing.T) {
	cmd := &exec.Cmd{Path: testProgram(t), Args: []string{"core"}}
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("got %v", err)
	}
	if text := string(output); strings.Count(text, "\n") != 1 || !strings.Contains(text, "core: descriptor ") ||
		!strings.Contains(text, "Core is started by a node, not by hand") {
		t.Errorf("it said %q", text)
	}
}

// nowhere is a hook that nobody asks.
type nowhere struct{ vm.BlockchainHook }

func TestItSaysWhichBuildItIs(t *testing.T) {
	d, err := driver.New(nowhere{}, driver.Options{Path: testProgram(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	version, err := d.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if version == "" || version == "undefined" || version != coreproc.Build() {
		t.Errorf("version %q", version)
	}
}

func TestAPriceThatIsMissingIsNamed(t *testing.T) {
	_, err := driver.New(nowhere{}, driver.Options{
		Path: testProgram(t), Config: vm.Config{GasSchedule: vm.GasSchedule{"BaseOperationCost": {"StorePerByte": 1}}},
	})
	var critical *driver.CriticalError
	if !errors.As(err, &critical) || critical.Kind != driver.KindStart || critical.Exit != "exit status 2" {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(err.Error(), "core refuses to start") || !strings.Contains(err.Error(), "ReleasePerByte") {
		t.Errorf("got %v", err)
	}
}
