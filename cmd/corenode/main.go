// Command corenode is a chain of one with Core as its VM: it deploys and calls
// contracts on a ledger in a directory, runs a demonstration, and checks the
// VM against recorded vectors.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
)

// exitInterrupted is the exit code after Ctrl-C, as shells expect it.
const exitInterrupted = 130

func main() {
	coreproc.Main()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run runs a command and gives the exit code. An error is one line.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	cmd := root()
	cmd.SetArgs(args)
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	err := cmd.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "corenode: interrupted")
		return exitInterrupted
	case !errors.Is(err, errReported):
		fmt.Fprintf(stderr, "corenode: %s\n", strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return 1
}
