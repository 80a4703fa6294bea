//go:build linux

// Command calibrate measures what contracts can make Core do, and finds prices
// for it such that the gas of a block cannot last longer than a node waits.
//
//	go run ./test/calibrate                   # writes schedules/core.toml and bench/calibration.txt
//	go run ./test/calibrate -only TEXT        # measures what has TEXT in its name, writes nothing
//
// A program for every import, instruction, size and state that makes a
// difference runs in a real Core; its CPU time, of both processes, is compared
// with its gas. See docs/gas-and-time.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func main() {
	coreproc.Main()
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

func command(args []string) error {
	flags := flag.NewFlagSet("calibrate", flag.ContinueOnError)
	only := flags.String("only", "", "measure only what has this in its name, and write nothing")
	runs := flags.Int("runs", 5, "how often everything runs; the fastest counts")
	schedule := flags.String("schedule", "schedules/core.toml", "file to write")
	table := flags.String("table", "bench/calibration.txt", "file to write")
	flags.SetOutput(io.Discard) // the error says it
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(os.Stdout)
		flags.Usage()
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q?", flags.Arg(0))
	}
	if *runs < 1 {
		return fmt.Errorf("-runs is %d, and one is the least", *runs)
	}
	if *only == "" { // better said now than when all is measured
		for _, path := range []string{*schedule, *table} {
			if _, err := os.Stat(filepath.Dir(path)); err != nil {
				return fmt.Errorf("%s cannot be written, run this at the root of the module: %w", path, err)
			}
		}
	}
	return run(*runs, *only, *schedule, *table)
}

func run(runs int, only, schedule, table string) error {
	prices, err := start()
	if err != nil {
		return err
	}
	rows, err := measureAll(runs, only, prices)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("nothing has %q in its name", only)
	}
	settle(prices)
	report, err := summary(rows, prices)
	if err != nil {
		return err
	}
	fmt.Print(report.text())
	if only != "" {
		return nil
	}
	return errors.Join(figures.Replace(schedule, report.schedule(prices)), figures.Replace(table, report.text()))
}

// measureAll measures everything and raises the prices on the way, so that
// what comes later is paid for with the prices of what comes before.
func measureAll(runs int, only string, prices vm.GasSchedule) (rows []*row, err error) {
	b, err := newBench(runs)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.core.Close()) }()
	var errs []error
	try := func(r *row, c cost, err error) {
		if r.cost = c; err == nil {
			err = pay(prices, r)
		}
		if err != nil {
			errs = append(errs, err)
			fmt.Fprintln(os.Stderr, "calibrate:", err)
			return
		}
		rows = append(rows, r)
		fmt.Fprintf(os.Stderr, "%-70s %12.1f ns  %v\n", r.name, r.cost.nanoseconds, r.keys)
	}
	program := func(list []*program) {
		for _, p := range list {
			if strings.Contains(p.name, only) {
				c, err := b.measure(p)
				try(&row{name: p.name, keys: p.keys, base: p.base, alone: p.alone, gas: func(s vm.GasSchedule) (float64, error) { return gasOf(p, s) }}, c, err)
			}
		}
	}
	program(instructions())
	all, err := modules()
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if strings.Contains(m.name, only) {
			c, err := b.deploy(&m)
			try(&row{name: m.name, keys: m.keys, gas: func(s vm.GasSchedule) (float64, error) { return gasOfDeployment(&m, s) }}, c, err)
		}
	}
	small, sized := imported()
	program(small)
	program(sized)
	program(signing())
	program(nested())
	return rows, errors.Join(errs...)
}
