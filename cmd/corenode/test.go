package main

import (
	"fmt"
	"os"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
)

// testOptions are the flags of the command test.
type testOptions struct {
	scenarioOptions
	run       string
	parallel  int
	quiet     bool
	gas       bool
	json      bool
	junit     string
	updateGas bool
	snapshot  string
	check     bool
}

func testCommand(s *settings) *cobra.Command {
	o := &testOptions{}
	cmd := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run JSON scenario files",
		Long: `Run JSON scenario files and say which passed.

A PATH is a scenario (*.scen.json, or a fragment *.steps.json or *.step.json)
or a directory, in which every *.scen.json is found. Files run at the same
time, each in a world of its own, on contracts in a process of their own
(--inprocess: in this one). The last line counts what passed, failed and was
skipped. The exit code is 1 if anything failed.

Prices are those of schedule v3, where everything costs 1, unless --schedule
says otherwise or a scenario names its own.`,
		Example: `  corenode test test/scenarios
  corenode test --run 'erc20|escrow' --gas test/scenarios
  corenode test --junit report.xml contracts/
  corenode test --gas-snapshot gas.txt contracts/           # write
  corenode test --gas-snapshot gas.txt --check contracts/   # fail on a change`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.runTests(cmd, s, args)
		},
	}
	o.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.run, "run", "", "only scenarios whose path matches this regular expression")
	flags.IntVar(&o.parallel, "parallel", 0, "how many files run at the same time (default: one for each processor)")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "write only what failed, and the last line")
	flags.BoolVar(&o.gas, "gas", false, "write the gas of every execution")
	flags.BoolVar(&o.json, "json", false, "write a report as JSON instead")
	flags.StringVar(&o.junit, "junit", "", "write a JUnit report into this file too")
	flags.BoolVar(&o.updateGas, "update-gas", false, "write the gas that was measured into the gas expectations of the files")
	flags.StringVar(&o.snapshot, "gas-snapshot", "", "write the gas of every execution into this file")
	flags.BoolVar(&o.check, "check", false, "with --gas-snapshot: compare with the file instead, and fail on a change")
	return cmd
}

func (o *testOptions) runTests(cmd *cobra.Command, s *settings, args []string) error {
	if o.check && o.snapshot == "" {
		return fmt.Errorf("--check needs --gas-snapshot")
	}
	if o.parallel < 0 {
		return fmt.Errorf("--parallel %d is negative", o.parallel)
	}
	var match *regexp.Regexp
	var err error
	if o.run != "" {
		if match, err = regexp.Compile(o.run); err != nil {
			return fmt.Errorf("--run: %w", err)
		}
	}
	var before []byte
	if o.check {
		if before, err = os.ReadFile(o.snapshot); err != nil {
			return plainPath(err)
		}
	}
	files, err := suite.Find(args)
	if err != nil {
		return err
	}
	start, err := o.starter(s)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	text := &suite.Text{Out: out, Colour: colours(out), Quiet: o.quiet, Gas: o.gas}
	progress := newProgress(cmd.ErrOrStderr(), "scenarios")
	report := func(r *suite.Result) {
		if err == nil && !o.json {
			progress.hide()
			err = text.Result(r)
		}
	}
	results, runErr := suite.Run(cmd.Context(), suite.Options{
		Files: files, Match: match, Parallel: o.parallel, Start: start,
		IgnoreGas: o.updateGas, Report: report, Progress: progress.show,
	})
	progress.hide()
	if runErr != nil {
		return runErr
	}
	if err != nil {
		return err
	}
	return o.finish(cmd, results, before)
}

// finish writes the reports and says whether all is well.
func (o *testOptions) finish(cmd *cobra.Command, results []*suite.Result, before []byte) error {
	out := cmd.OutOrStdout()
	summary := suite.Summarize(results)
	if o.junit != "" {
		if err := writeFiles(newFile{o.junit, func(f *os.File) error { return suite.WriteJUnit(f, results) }}); err != nil {
			return err
		}
	}
	bad := summary.Failed > 0
	if !bad {
		different, err := o.finishGas(cmd, results, before)
		if err != nil {
			return err
		}
		bad = different
	}
	var err error
	if o.json {
		err = suite.WriteJSON(out, results)
	} else {
		_, err = fmt.Fprintln(out, summary)
	}
	if err == nil && bad {
		err = errReported
	}
	return err
}

// testTimeout is how long one step may take, unless --timeout says otherwise.
const testTimeout = 30 * time.Second
