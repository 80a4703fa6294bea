package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/examine"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func checkCommand(s *settings) *cobra.Command {
	var asJSON bool
	o := new(scenarioOptions)
	cmd := &cobra.Command{
		Use:   "check FILE.wasm...",
		Short: "Say whether the code of a contract is valid, and what is in it",
		Long: `Say whether Core accepts the code of a contract, and if not every reason; what
it imports and at which prices, what it exports, what its parts weigh, and what
deploying it costs at least. Nothing of the code runs. The exit code is 1 if a
file is not valid.

Prices are those of --schedule, or those of core.`,
		Example: `  corenode check build/erc20.wasm
  corenode check --schedule v3 --json build/*.wasm`,
		Args: cobra.MinimumNArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"wasm"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return checkFiles(cmd, s, o, args, asJSON)
		},
	}
	o.addFlags(cmd)
	if err := cmd.Flags().MarkHidden("timeout"); err != nil {
		panic(err) // the flag was added above
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write the reports as JSON")
	return cmd
}

// checkedFile is an element of the JSON form.
type checkedFile struct {
	Path string `json:"path"`
	*examine.Report
}

func checkFiles(cmd *cobra.Command, s *settings, o *scenarioOptions, paths []string, asJSON bool) (err error) {
	prices, err := s.gasSchedule()
	if err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	e, err := examine.New(vm.Config{GasSchedule: prices, Features: o.features})
	if err != nil {
		return err
	}
	defer closeQuietly(e, &err)
	var files []checkedFile
	valid := true
	for _, path := range paths { // all are read before anything is written
		code, err := scenario.NewFiles().Content(path)
		if err != nil {
			return err
		}
		r := e.Examine(code)
		files = append(files, checkedFile{path, r})
		valid = valid && r.Valid
	}
	if asJSON {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		err = enc.Encode(files)
	} else {
		err = writeReports(cmd, files)
	}
	if err == nil && !valid {
		err = errReported
	}
	return err
}

func writeReports(cmd *cobra.Command, files []checkedFile) error {
	for i, f := range files {
		if i > 0 {
			if _, err := fmt.Fprintln(cmd.OutOrStdout()); err != nil {
				return err
			}
		}
		if err := f.WriteText(cmd.OutOrStdout(), f.Path); err != nil {
			return err
		}
	}
	return nil
}
