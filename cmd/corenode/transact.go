package main

import (
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/node"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// terms are the flags of a transaction.
type terms struct {
	from  string
	value string
	gas   uint64
}

func (t *terms) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.from, "from", "alice", "sender: a name or an address")
	cmd.Flags().StringVar(&t.value, "value", "0", "value that is sent along")
	cmd.Flags().Uint64Var(&t.gas, "gas", 500_000_000, "gas that may be used")
}

// read gives the sender and the value.
func (t *terms) read(c *chain) (sender vm.Address, value *big.Int, err error) {
	if sender, err = c.address(t.from); err != nil {
		return sender, nil, fmt.Errorf("--from: %w", err)
	}
	if value, err = node.ParseNumber(t.value); err != nil {
		return sender, nil, fmt.Errorf("--value: %w", err)
	}
	return sender, value, nil
}

// withChain opens the chain, does something on it and prints the receipt.
func withChain(cmd *cobra.Command, s *settings, t *terms, make bool, do func(*chain) (*node.Receipt, error)) (err error) {
	c, err := s.openChain(make)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	r, err := do(c)
	if err != nil {
		return err
	}
	if out := r.Output; out.Code != vm.OK {
		return fmt.Errorf("the contract refused: %v (code %d): %q", out.Code, out.Code, out.Message)
	}
	return printReceipt(cmd.OutOrStdout(), r, t.gas)
}

func printReceipt(w io.Writer, r *node.Receipt, gas uint64) error {
	var err error
	print := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(w, format, args...)
		}
	}
	print("contract %v\n", r.Contract)
	for i, item := range r.Output.ReturnData {
		print("result %d %s\n", i, node.FormatBytes(item))
	}
	for _, log := range r.Output.Logs {
		print("event    %s\n", node.FormatBytes(log.Identifier))
		for i, topic := range log.Topics {
			print("  topic %d %s\n", i, node.FormatBytes(topic))
		}
		print("  data    %s\n", node.FormatBytes(log.Data))
	}
	print("gas used %d\n", gas-min(gas, r.Output.GasRemaining))
	if r.Included {
		print("block    %d\n", r.Block.Nonce)
	}
	return err
}
