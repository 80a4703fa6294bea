package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
)

func deployCommand(s *settings) *cobra.Command {
	var t terms
	var metadata string
	cmd := &cobra.Command{
		Use:   "deploy FILE|NAME [ARGUMENT...]",
		Short: "Deploy a contract from a .wasm file or one of the samples",
		Long: "Deploy a contract from a .wasm file or one of the samples.\n\n" +
			"An argument is 0xHEX, a decimal number, str:TEXT, - for nothing, a name or an address.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			code, err := readCode(args[0])
			if err != nil {
				return err
			}
			flags, err := node.ParseBytes(metadata)
			if err != nil {
				return fmt.Errorf("--metadata: %w", err)
			}
			return withChain(cmd, s, &t, true, func(c *chain) (*node.Receipt, error) {
				d := &node.Deployment{Code: code, Metadata: flags, Gas: t.gas}
				if d.Sender, d.Value, err = t.read(c); err != nil {
					return nil, err
				}
				if d.Arguments, err = c.arguments(args[1:]); err != nil {
					return nil, err
				}
				n, err := c.start()
				if err != nil {
					return nil, err
				}
				return n.Deploy(cmd.Context(), d)
			})
		},
	}
	t.addFlags(cmd)
	cmd.Flags().StringVar(&metadata, "metadata", "0x0100", "code metadata: 01 upgradeable and 04 readable in the first byte, 02 payable in the second")
	return cmd
}

// readCode reads a file or, if there is none of that name, a sample contract.
func readCode(name string) ([]byte, error) {
	code, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && slices.Contains(contracts.Names(), name) {
		return contracts.Wasm(name), nil
	}
	return code, err
}
