package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/node"
)

func callCommand(s *settings) *cobra.Command {
	return callLike(s, "call", "Call a function of a contract in a transaction", (*node.Node).Call)
}

// callLike makes the commands call and query, which differ in what becomes of
// the result.
func callLike(s *settings, name, short string, do func(*node.Node, context.Context, *node.Call) (*node.Receipt, error)) *cobra.Command {
	var t terms
	cmd := &cobra.Command{
		Use:   name + " CONTRACT FUNCTION [ARGUMENT...]",
		Short: short,
		Long: short + ".\n\nCONTRACT is an address or the name of a sample that is deployed once.\n" +
			"An argument is 0xHEX, a decimal number, str:TEXT, - for nothing, a name or an address.",
		Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withChain(cmd, s, &t, false, func(c *chain) (*node.Receipt, error) {
				call := &node.Call{Function: args[1], Gas: t.gas}
				var err error
				if call.Sender, call.Value, err = t.read(c); err != nil {
					return nil, err
				}
				if call.Contract, err = c.address(args[0]); err != nil {
					return nil, err
				}
				if call.Arguments, err = c.arguments(args[2:]); err != nil {
					return nil, err
				}
				n, err := c.start()
				if err != nil {
					return nil, err
				}
				return do(n, cmd.Context(), call)
			})
		},
	}
	t.addFlags(cmd)
	return cmd
}
