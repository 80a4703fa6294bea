package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/examine"
	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
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
				r, err := n.Deploy(cmd.Context(), d)
				if err == nil && r.Output.Code == vm.ContractInvalid {
					err = whyInvalid(args[0], code, c.config)
				}
				return r, err
			})
		},
	}
	t.addFlags(cmd)
	cmd.Flags().StringVar(&metadata, "metadata", "0x0100", "code metadata: 01 upgradeable and 04 readable in the first byte, 02 payable in the second")
	return cmd
}

// whyInvalid says why Core refused code. The chain's own answer has no reason:
// it has to be the same on every node, today and later. Nil if no reason is
// found.
func whyInvalid(name string, code []byte, config vm.Config) (err error) {
	e, err := examine.New(config)
	if err != nil {
		return err
	}
	defer closeQuietly(e, &err)
	report := e.Examine(code)
	if report.Valid {
		return nil
	}
	text := fmt.Sprintf("%s: invalid contract code: %s", name, report.Faults[0])
	if more := len(report.Faults) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more, see corenode check)", more)
	}
	return errors.New(text)
}

// readCode reads a file or, if there is none of that name, a sample contract.
func readCode(name string) ([]byte, error) {
	code, err := scenario.NewFiles().Content(name)
	if errors.Is(err, fs.ErrNotExist) && slices.Contains(contracts.Names(), name) {
		return contracts.Wasm(name), nil
	}
	return code, err
}
