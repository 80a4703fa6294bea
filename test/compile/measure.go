// Package compile measures what compiling modules costs, and searches for
// modules that cost much.
//
// A Shape is the numbers from which a module is built; a search changes
// the numbers and keeps what takes longer. Each module is compiled in a process
// of its own, so that its memory can be told.
package compile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Cost is what compiling a module took.
type Cost struct {
	Seconds float64 // of the processor, from bytes to machine code
	MB      float64 // the most memory of the process
	Size    int     // of the module, in bytes
	Work    uint64  // see wasm.Work
}

// ChildVariable is the environment variable that makes a program that calls
// Child measure and exit.
const ChildVariable = "CORE_COMPILE_CHILD"

// Child measures the module on standard input, writes the cost and exits, if
// the environment says so. Programs that call Measure call it first.
func Child() {
	if os.Getenv(ChildVariable) == "" {
		return
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child() error {
	if err := limitProcessor(patience); err != nil {
		return err
	}
	code, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	e, err := engine.New(false, []engine.HostFunction{
		{Module: "env", Name: "host", Type: HostType, Call: func([]uint64) {}},
		{Module: "env", Name: "bare", Call: func([]uint64) {}},
	}, nil)
	if err != nil {
		return err
	}
	cost := Cost{Size: len(code)}
	before, err := processor()
	if err != nil {
		return err
	}
	m, err := wasm.Parse(code)
	if err != nil {
		return err
	}
	if err := wasm.Check(m, Offer); err != nil {
		return err
	}
	prices := &meter.Prices{LocalAllocate: 1}
	for i := range prices.Opcode {
		prices.Opcode[i] = 1
	}
	if _, err := e.Compile(meter.Instrument(m, prices)); err != nil {
		return err
	}
	after, err := processor()
	if err != nil {
		return err
	}
	cost.Seconds, cost.Work = after-before, wasm.Work(m)
	cost.MB, err = peak()
	return errors.Join(err, json.NewEncoder(os.Stdout).Encode(cost), e.Close())
}

// Offer is what built modules can import.
func Offer(module, name string) (wasm.FuncType, bool) {
	if name == "bare" {
		return wasm.FuncType{}, module == "env"
	}
	return HostType, module == "env" && name == "host"
}

// patience is how long compiling may take, in seconds of the processor, so that
// a search does not stand still.
const patience = 20

// Measure compiles a module in a process of its own.
func Measure(code []byte) (*Cost, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), ChildVariable+"=1")
	cmd.Stdin = bytes.NewReader(code)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, stderr.String())
	}
	cost := new(Cost)
	return cost, json.Unmarshal(out, cost)
}
