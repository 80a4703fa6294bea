//go:build linux

// Command border tries the border between node and Core for as long as it is
// told, and writes down what it has seen.
//
//	go run ./test/border kills --count N --seed S --resume FILE
//
// kills: a real Core, in its jail, dies at a place of a dialogue that follows
// from seed and number of the case: before, in and after every message, in
// both directions. Every request must end with exactly the output that an
// unharmed Core gives, and the hook must be asked nothing twice.
//
// standby: the same with a Core that stands by.
//
// slow: Cores that are silent, deaf, slow, flood the node with questions or
// with output. Every request must be over 50 ms after its deadline.
//
// soak: calls, of which one in a hundred ends in a crash. Memory, goroutines,
// descriptors, threads and zombies must not grow.
//
// storm: a Core that always dies. There may be one start in each pause.
//
// shutdown: Close while requests run must return within 2 s and leave nothing.
//
// A campaign goes on where the last one with its name and seed stopped. It
// stops at the first broken promise.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

func main() {
	beCore()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "border:", err)
		os.Exit(1)
	}
}

// beCore does not return in a process that was started as Core.
func beCore() {
	if how := os.Getenv(coreVariable); os.Args[0] == protocol.ProcessName && how != "" {
		if how == mortal {
			beMortal()
		}
		beBad(how)
	}
	coreproc.Main()
}

// campaigns are the names and what one case of each does.
var campaigns = map[string]func(seed uint64) (trial, error){
	"kills":    func(seed uint64) (trial, error) { return newKills(seed, false) },
	"standby":  func(seed uint64) (trial, error) { return newKills(seed, true) },
	"slow":     newSlow,
	"soak":     newSoak,
	"storm":    newStorm,
	"shutdown": newShutdown,
}

// A trial is a campaign that runs. Case n follows from the seed and n.
type trial interface {
	run(ctx context.Context, n uint64) error
	figures() string // what was measured so far
	Close() error
}

func command(ctx context.Context, args []string) error {
	if len(args) == 0 || campaigns[args[0]] == nil {
		return errors.New("name a campaign: kills, standby, slow, soak, storm or shutdown")
	}
	name := args[0]
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	count := flags.Uint64("count", 1000, "cases in all, of this and earlier runs with the seed")
	seed := flags.Uint64("seed", 1, "everything follows from it")
	file := flags.String("resume", "test/border/figures.tsv", "where the figures are")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q?", flags.Arg(0))
	}
	from, err := next(*file, name, *seed)
	if err != nil {
		return err
	}
	r, broken := run(ctx, name, *seed, from, *count)
	fmt.Println(r.line())
	if r.to > r.from {
		return errors.Join(broken, r.put(*file))
	}
	return broken
}
