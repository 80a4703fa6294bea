package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "corenode %s %s %s/%s\n",
				coreproc.Build(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
