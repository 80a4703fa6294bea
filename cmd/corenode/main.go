// Command corenode is a chain of one with Core as its VM: it deploys and calls
// contracts on a ledger in a directory, runs a demonstration, and checks the
// VM against recorded vectors.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
)

// exitInterrupted is the exit code after Ctrl-C, as shells expect it.
const exitInterrupted = 130

func main() {
	coreproc.Main()
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cmd := root()
	cmd.SetArgs(args)
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "corenode: interrupted")
		return exitInterrupted
	case !errors.Is(err, errReported):
		fmt.Fprintf(os.Stderr, "corenode: %v\n", err)
	}
	return 1
}
