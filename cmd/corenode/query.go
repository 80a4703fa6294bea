package main

import (
	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/node"
)

func queryCommand(s *settings) *cobra.Command {
	return callLike(s, "query", "Call a function of a contract without changing anything", (*node.Node).Query)
}
