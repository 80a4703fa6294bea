// Command campaign tries a part of Core with very many inputs, and writes down
// how many there were.
//
//	go run ./test/campaign NAME --count N --seed S --resume FILE
//	go run ./test/campaign all
//	go run ./test/campaign table
//
// A campaign goes on where the last one with its name and seed stopped, as the
// file says, until there were N executions in all. It stops at the first broken
// promise and keeps the input among those that ordinary tests replay. It uses
// one core; everything it does follows from name, seed and number of the case.
// all runs every campaign of the file goals.tsv until its goal.
//
// read-guided is the campaign of the go command's own fuzzing, which follows
// what is covered; it has no seed. compile is a search (test/compile): what it
// found to take most is in compile.tsv, next to the results.
//
// table writes RELIABILITY.md from the files results.tsv and goals.tsv.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/Dharitri-org/core-wasm-vm/test/compile"
	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/test/targets"
)

// The files, below the root of the module.
const (
	resultsFile = "test/campaign/results.tsv"
	goalsFile   = "test/campaign/goals.tsv"
	tableFile   = "RELIABILITY.md"
)

func main() {
	compile.Child()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "campaign:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	root, err := targets.Root()
	if err != nil {
		return err
	}
	goals, err := figures.Goals(filepath.Join(root, goalsFile))
	if err != nil {
		return err
	}
	names := []string{"all", "table"}
	for _, g := range goals {
		names = append(names, g.Name)
	}
	if len(args) == 0 || !slices.Contains(names, args[0]) {
		return fmt.Errorf("name a campaign: %s", strings.Join(names, ", "))
	}
	name := args[0]
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	count := flags.Uint64("count", 0, "executions in all, of this run and earlier ones with the seed; 0 is the goal of the campaign")
	seed := flags.Uint64("seed", 1, "everything follows from it")
	file := flags.String("resume", filepath.Join(root, resultsFile), "where the results are")
	careful := flags.Bool("careful", false, "keep each input before it is tried, to find one that kills the process")
	flags.SetOutput(io.Discard) // the error says it
	if err := flags.Parse(args[1:]); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(os.Stdout)
		flags.Usage()
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q?", flags.Arg(0))
	}
	if name == "table" {
		return writeTable(root, *file, goals)
	}
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(400) // nearly everything is garbage
	for _, g := range goals {
		if name != g.Name && name != "all" {
			continue
		}
		c := &campaign{name: g.Name, root: root, seed: *seed, count: g.Count, file: *file, careful: *careful}
		if *count > 0 {
			c.count = *count
		}
		if err := c.start(ctx); err != nil || name == g.Name {
			return err
		}
	}
	return nil
}

// start runs the campaign: that of a target, native fuzzing, or a search.
func (c *campaign) start(ctx context.Context) (err error) {
	if target, ok := guided[c.name]; ok {
		return guide(ctx, c.root, c.name, target, c.file, c.count)
	}
	if c.name == compileCampaign {
		return c.search(ctx)
	}
	if c.target, err = targets.New(c.name, c.root); err != nil {
		return err
	}
	return errors.Join(c.run(ctx), c.target.Close())
}
