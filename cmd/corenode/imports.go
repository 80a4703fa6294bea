package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
)

func importsCommand(s *settings) *cobra.Command {
	return &cobra.Command{
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
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "function\ttype\tgas\tdescription")
			for _, row := range imports.All() {
				price, err := priceOf(schedule, row.Price)
				if err != nil {
					return fmt.Errorf("%s.%s: %w", row.Module, row.Name, err)
				}
				fmt.Fprintf(w, "%s.%s\t%s\t%d\t%s\n", row.Module, row.Name, signature(&row), price, row.Doc)
			}
			return w.Flush()
		},
	}
}

// priceOf looks up "Section.Key"; no key is no price.
func priceOf(schedule *gas.Schedule, key string) (uint64, error) {
	if key == "" {
		return 0, nil
	}
	section, name, _ := strings.Cut(key, ".")
	return schedule.Price(section, name)
}

// signature shows the WebAssembly type of a row.
func signature(row *host.Import) string {
	var words []string
	for _, p := range row.Params {
		for _, word := range p.Words {
			words = append(words, fmt.Sprint(word))
		}
	}
	text := "(" + strings.Join(words, " ") + ")"
	if row.Result.Type != 0 {
		text += fmt.Sprintf(" → %v", row.Result.Type)
	}
	return text
}
