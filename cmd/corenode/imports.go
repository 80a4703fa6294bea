package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
)

func importsCommand(s *settings) *cobra.Command {
	var markdown bool
	cmd := &cobra.Command{
		Use:   "imports",
		Short: "Print the functions that contracts can import, with their prices",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			prices, err := s.gasSchedule()
			if err != nil {
				return err
			}
			schedule, err := gas.New(prices)
			if err != nil {
				return err
			}
			if markdown {
				text, err := imports.Document(schedule, cmp.Or(s.schedule, defaultSchedule))
				if err != nil {
					return err
				}
				_, err = fmt.Fprint(cmd.OutOrStdout(), text)
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "function\ttype\tgas\tdescription")
			for _, row := range imports.All() {
				price, err := priceOf(schedule, row.Price)
				if err != nil {
					return fmt.Errorf("%s.%s: %w", row.Module, row.Name, err)
				}
				fmt.Fprintf(w, "%s.%s\t%s\t%d\t%s\n", row.Module, row.Name, imports.Signature(row), price, row.Doc)
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&markdown, "markdown", false, "the whole description, as docs/execution-environment.md has it for --schedule v1")
	return cmd
}

// priceOf looks up "Section.Key"; no key is no price.
func priceOf(schedule *gas.Schedule, key string) (uint64, error) {
	if key == "" {
		return 0, nil
	}
	section, name, _ := strings.Cut(key, ".")
	return schedule.Price(section, name)
}
