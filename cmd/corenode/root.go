package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// errReported ends a command whose output already says what went wrong.
var errReported = errors.New("reported")

// settings are the flags that all commands share.
type settings struct {
	data      string
	schedule  string
	engine    string
	inprocess bool
	sandbox   string
	strict    bool
}

func (s *settings) ledgerPath() string { return filepath.Join(s.data, "ledger.db") }

func root() *cobra.Command {
	s := new(settings)
	cmd := &cobra.Command{
		Use:           "corenode",
		Short:         "A chain of one with Core as its VM",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	flags := cmd.PersistentFlags()
	flags.StringVar(&s.data, "data", "./corenode-data", "directory of the ledger")
	flags.StringVar(&s.schedule, "schedule", "", "gas schedule: a name or a TOML file (default: core, the calibrated one)")
	flags.StringVar(&s.engine, "engine", "default", "default (the compiler where there is one) or interpreter")
	flags.BoolVar(&s.inprocess, "inprocess", false, "run contracts in this process instead of Core's")
	flags.StringVar(&s.sandbox, "sandbox", driver.SandboxBest.String(), "protection from Core: best, require (all of it, or no start) or off")
	flags.BoolVar(&s.strict, "strict", false, "Core makes no memory executable: the interpreter, much slower")
	cmd.SetHelpCommand(helpCommand())
	cmd.AddCommand(demoCommand(s), deployCommand(s), callCommand(s), queryCommand(s),
		testCommand(s), fmtCommand(), traceCommand(s), checkCommand(s), profileCommand(s), ledgerCommand(s), vectorsCommand(s), importsCommand(s), versionCommand())
	return cmd
}

// helpCommand is cobra's, but for a name that no command has: an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil && len(rest) > 0 {
				err = fmt.Errorf("unknown command %q for %q", rest[0], about.CommandPath())
			}
			if err != nil {
				return err
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// onTerminal says whether f shows colours: on a terminal, unless NO_COLOR is
// set.
func onTerminal(f *os.File) bool {
	return isTerminal(f) && os.Getenv("NO_COLOR") == ""
}

func isTerminal(f *os.File) bool {
	stat, err := f.Stat()
	return err == nil && stat.Mode()&os.ModeCharDevice != 0
}
