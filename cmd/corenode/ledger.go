package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
)

func ledgerCommand(s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Look after the ledger",
		Args:  cobra.NoArgs, // without RunE a wrong name would be no error
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "check",
		Short: "Read everything in the ledger and verify sums, hashes and forms",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			l, err := ledger.OpenReadOnly(s.ledgerPath())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, l.Close()) }()
			c, err := l.Check()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(),
				"ok: block %d, %d accounts, %d contracts, %d codes, %d storage pairs, supply %v\n",
				c.Height, c.Accounts, c.Contracts, c.Codes, c.Pairs, c.Supply)
			return err
		},
	})
	return cmd
}
