package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func vectorsCommand(*settings) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "vectors DIR",
		Short: "Run the recorded test vectors in a directory",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ways, err := vectorWays(path)
			if err != nil {
				return err
			}
			cases, err := vectors.Load(os.DirFS(args[0]))
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			passed, failed := 0, 0
			out := cmd.OutOrStdout()
			for _, w := range ways {
				fmt.Fprintf(out, "%s\n", w.name)
				runner := &vectors.Runner{New: w.start, Schedule: gas.File, Engine: w.engine}
				report, err := runner.Run(cmd.Context(), cases)
				if err != nil {
					return err
				}
				if err := report.Write(out); err != nil {
					return err
				}
				total := report.Total()
				passed, failed = passed+total.Passed, failed+total.Failed
				fmt.Fprintln(out)
			}
			_, err = fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
			if err == nil && failed > 0 {
				err = errReported
			}
			return err
		},
	}
	cmd.Flags().StringVar(&path, "path", "all", "inprocess, piped or all")
	return cmd
}

// A way is one way of running contracts.
type way struct {
	name   string
	engine vm.Engine
	start  func(vm.BlockchainHook, vm.Config) (vectors.Executor, error)
}

func vectorWays(path string) ([]way, error) {
	in := []way{
		{"in-process, compiler", vm.EngineDefault, startHere},
		{"in-process, interpreter", vm.EngineInterpreter, startHere},
	}
	piped := []way{
		{"piped, compiler", vm.EngineDefault, startPiped},
		{"piped, interpreter", vm.EngineInterpreter, startPiped},
	}
	switch path {
	case "inprocess":
		return in, nil
	case "piped":
		return piped, nil
	case "all":
		return append(in, piped...), nil
	}
	return nil, fmt.Errorf("unknown path %q: want inprocess, piped or all", path)
}
