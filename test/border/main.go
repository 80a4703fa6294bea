//go:build linux

// Command border tries the border between node and Core for as long as it is
// told, and writes down what it has seen.
//
//	go run ./test/border kills --count N --seed S --resume FILE
//	go run ./test/border all
//
// kills: a real Core, in its jail, dies at a place of a dialogue that follows
// from seed and number of the case: before, in and after every message, in
// both directions, also of the handshake. Every request must end with exactly
// the output that an unharmed Core gives, and the hook must be asked nothing
// twice. What is counted are deaths.
//
// standby: the same with a Core that stands by and has compiled the contract.
//
// slow: Cores that are silent, deaf, slow, flood the node with questions or
// with output, several at a time. Every request must be over 50 ms after its
// deadline. What is counted are dialogues.
//
// soak: calls, of which one in a hundred ends in a crash. Memory, goroutines,
// descriptors, threads and zombies must not grow.
//
// storm: a Core that always dies. There may be one start in each pause.
//
// shutdown: Close while requests run must return within 2 s and leave nothing.
//
// A campaign goes on where the last one with its name and seed stopped. It
// stops at the first broken promise. all runs each until its goal, as it is in
// the file goals.tsv. The campaign frames is TestHostileFrames of the driver.
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
	"syscall"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/test/targets"
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
	done() uint64    // how much counts so far
	figures() string // what was measured so far
	Close() error
}

func command(ctx context.Context, args []string) error {
	if len(args) == 0 || args[0] != "all" && campaigns[args[0]] == nil {
		return errors.New("name a campaign: kills, standby, slow, soak, storm or shutdown, or all; frames is a test of the driver, see make border")
	}
	root, err := targets.Root()
	if err != nil {
		return err
	}
	name := args[0]
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	count := flags.Uint64("count", 0, "how much is to be done in all, by this and earlier runs with the seed; 0 is the goal of the campaign")
	seed := flags.Uint64("seed", 1, "everything follows from it")
	file := flags.String("resume", filepath.Join(root, "test", "border", "figures.tsv"), "where the figures are")
	remark := flags.String("remark", "", "what is to be known of this run")
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
	goals, err := figures.Goals(filepath.Join(root, "test", "border", "goals.tsv"))
	if err != nil {
		return err
	}
	if *count > 0 && name != "all" {
		goals = []figures.Goal{{Name: name, Count: *count}}
	}
	for _, g := range goals {
		if campaigns[g.Name] == nil || name != g.Name && name != "all" {
			continue
		}
		from, done, err := figures.Next(*file, g.Name, *seed)
		if err != nil {
			return err
		}
		if done >= g.Count {
			fmt.Printf("%s, seed %d: all %d are done\n", g.Name, *seed, g.Count)
			continue
		}
		r := &figures.Run{Name: g.Name, Seed: *seed, From: from, Text: *remark}
		broken := run(ctx, r, g.Count-done, *file)
		fmt.Println(r.Line())
		if broken != nil {
			return broken
		}
	}
	return nil
}
