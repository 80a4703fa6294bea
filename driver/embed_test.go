package driver_test

import (
	"context"
	"errors"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// The README shows what is between the two lines.

// readme: begin
func embed(ctx context.Context, hook vm.BlockchainHook, alice, bob, token vm.Address) {
	coreproc.Main() // first in main: this program may be started again, as the Core process

	d, err := driver.New(hook, driver.Options{Config: vm.Config{VMType: [2]byte{5, 0}}})
	if err != nil {
		log.Fatal(err)
	}
	defer d.Close()

	out, err := d.Call(ctx, &vm.CallInput{
		Input:     vm.Input{Caller: alice, Arguments: [][]byte{bob[:], {100}}, GasProvided: 10_000_000},
		Recipient: token,
		Function:  "transfer",
	})
	var critical *driver.CriticalError
	switch {
	case errors.As(err, &critical): // Core died twice, hung or lied: there is no result
	case err != nil: // the hook failed, or ctx ended: there is no result
	case out.Code != vm.OK: // the contract failed: a result like any other
	default: // apply out.Accounts, keep out.Logs
	}
}

// readme: end

func TestReadmeShowsCodeThatCompiles(t *testing.T) {
	_ = embed // it is enough that it compiles; Example runs the same calls
	source, err := os.ReadFile("embed_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(source), "// readme: begin\n")
	shown, _, _ = strings.Cut(shown, "\n// readme: end")
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```go\n"+shown+"```\n") {
		t.Errorf("the README does not show\n%s", shown)
	}
}
