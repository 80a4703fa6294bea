package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
)

func fmtCommand() *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "fmt PATH...",
		Short: "Format JSON scenario files",
		Long: `Format JSON scenario files: four spaces for each level, one element a line.

The order of everything and all expressions stay as they are. A PATH is a file
or a directory, in which all scenarios and fragments are found; - formats
standard input to standard output. Files that are changed are listed. If one
file cannot be read, none is changed.`,
		Example: `  corenode fmt test/scenarios
  corenode fmt --check test/scenarios     # only list, exit code 1 if there are any
  corenode fmt - < my.scen.json`,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && args[0] == "-" {
				return formatInput(cmd)
			}
			return formatFiles(cmd, args, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing, list what is not formatted and fail if there is any")
	return cmd
}

// maxInput bounds what is read from standard input.
const maxInput = 32 << 20

func formatInput(cmd *cobra.Command) error {
	type input struct {
		text []byte
		err  error
	}
	read := make(chan input, 1)
	go func() { // it stays in its read if nothing comes, until the process ends
		text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), maxInput+1))
		read <- input{text, err}
	}()
	var text []byte
	select {
	case in := <-read:
		if in.err != nil {
			return in.err
		}
		text = in.text
	case <-cmd.Context().Done():
		return cmd.Context().Err()
	}
	if len(text) > maxInput {
		return fmt.Errorf("standard input has more than %d bytes", maxInput)
	}
	formatted, err := scenario.Format(&scenario.Source{Path: "-", Text: text})
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(formatted)
	return err
}

func formatFiles(cmd *cobra.Command, paths []string, check bool) error {
	files, err := suite.FindAll(paths)
	if err != nil {
		return err
	}
	var changed []string
	formatted := make(map[string][]byte)
	for _, path := range files {
		text, err := scenario.NewFiles().Content(path)
		if err != nil {
			return err
		}
		if formatted[path], err = scenario.Format(&scenario.Source{Path: path, Text: text}); err != nil {
			return err
		}
		if !bytes.Equal(text, formatted[path]) {
			changed = append(changed, path)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	for _, path := range changed {
		if check {
			continue
		}
		if err := suite.Replace(path, formatted[path]); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintln(cmd.OutOrStdout(), strings.Join(changed, "\n")); err != nil || !check {
		return err
	}
	return errReported
}
