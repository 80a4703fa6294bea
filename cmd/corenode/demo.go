package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/demo"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
)

func demoCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Deploy a token and two crowdfunding campaigns, call them, kill Core, go on",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			c, err := s.openChain(true)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, c.close()) }()
			if _, err := c.start(); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			summary, err := demo.Run(cmd.Context(), demo.Options{
				Ledger: c.ledger, Executor: c.executor, VMType: c.config.VMType,
				Code: contracts.Wasm, Process: c.executor.process(),
				Out: out, Colour: onTerminal(os.Stdout),
			})
			if err != nil {
				return err
			}
			if p, ok := c.executor.(*piped); ok {
				if _, err := fmt.Fprintf(out, "\nsandbox of Core: %s", p.protection()); err != nil {
					return err
				}
			}
			path, err := filepath.Abs(s.data)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(out, "\ncalls %d, gas %d, restarts of Core %d, last block %d\nledger in %s\n",
				summary.Calls, summary.Gas, summary.Restarts, summary.Height, path)
			return err
		},
	}
}
