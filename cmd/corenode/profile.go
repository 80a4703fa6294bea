package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/Dharitri-org/core-wasm-vm/internal/profile"
	"github.com/Dharitri-org/core-wasm-vm/internal/trace"
)

// profileOptions are the flags of the command profile.
type profileOptions struct {
	lookInside
	pprof string
	flame string
	top   int
	json  bool
}

func profileCommand(s *settings) *cobra.Command {
	o := new(profileOptions)
	cmd := &cobra.Command{
		Use:   "profile SCENARIO | --ledger CONTRACT FUNCTION [ARGUMENT...]",
		Short: "Show where the gas of executions goes",
		Long: `Show where the gas of the executions of a scenario goes, or of a call on the
ledger, which stays as it is: by contract, by function of the contract and by
host function. The gas is that of a run without a profile, which is made too and
compared, and the parts sum up to it.

Contracts are deployed without names. --symbols names a module with the same
code that still has them.`,
		Example: `  corenode profile erc20.scen.json
  corenode profile --step 'alice to bob' --flame transfer.svg erc20.scen.json
  corenode profile --pprof gas.pb.gz erc20.scen.json && go tool pprof -top gas.pb.gz
  corenode profile --ledger erc20 transfer bob 300 --from alice`,
		ValidArgsFunction: completeScenarios,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.profile(cmd, s, args)
		},
	}
	o.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.pprof, "pprof", "", `write a profile for "go tool pprof" into this file`)
	flags.StringVar(&o.flame, "flame", "", "write a flame graph into this file, as SVG")
	flags.IntVar(&o.top, "top", 20, "how many lines of the table to write, 0 for all")
	flags.BoolVar(&o.json, "json", false, "write the table as JSON")
	return cmd
}

func (o *profileOptions) profile(cmd *cobra.Command, s *settings, args []string) error {
	if o.top < 0 {
		return fmt.Errorf("--top %d is negative", o.top)
	}
	set, step, err := o.read(args)
	if err != nil {
		return err
	}
	var tree *profile.Node
	var title string
	if o.ledger {
		title = args[0] + "." + args[1]
		tree, err = o.profileLedger(cmd, s, args, set)
	} else {
		title = filepath.Base(args[0])
		if o.step != "" {
			title += ": " + o.step
		}
		tree, err = o.profileScenario(cmd, s, args[0], set, step)
	}
	if err != nil {
		return err
	}
	var files []newFile
	if o.pprof != "" {
		files = append(files, newFile{o.pprof, func(f *os.File) error { return tree.WritePprof(f) }})
	}
	if o.flame != "" {
		files = append(files, newFile{o.flame, func(f *os.File) error { return tree.WriteFlame(f, title) }})
	}
	if err := writeFiles(files...); err != nil {
		return err
	}
	if o.json {
		return o.writeJSON(cmd, tree)
	}
	return o.writeTable(cmd, tree)
}

func (o *profileOptions) writeTable(cmd *cobra.Command, tree *profile.Node) error {
	total := tree.Total()
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "own\t%%\twith callees\t%%\tcalls\t \n")
	rows := tree.Table()
	for i, r := range rows {
		if o.top > 0 && i == o.top {
			fmt.Fprintf(w, "\t\t\t\t\t … %d more\n", len(rows)-i)
			break
		}
		fmt.Fprintf(w, "%s\t%.1f\t%s\t%.1f\t%d\t %s %s\n", trace.Separated(r.Self), percent(r.Self, total),
			trace.Separated(r.Total), percent(r.Total, total), r.Calls, r.Kind, r.Name)
	}
	fmt.Fprintf(w, "%s\t100.0\t\t\t\t in all\n", trace.Separated(total))
	return w.Flush()
}

func percent(part, total int64) float64 {
	if total == 0 {
		return 0
	}
	return 100 * float64(part) / float64(total)
}

// profileRow is a row of the JSON form.
type profileRow struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Own   int64  `json:"own"`
	Total int64  `json:"withCallees"`
	Calls int64  `json:"calls"`
}

func (o *profileOptions) writeJSON(cmd *cobra.Command, tree *profile.Node) error {
	report := struct {
		Gas  int64        `json:"gas"`
		Rows []profileRow `json:"rows"`
	}{tree.Total(), []profileRow{}}
	for _, r := range tree.Table() {
		report.Rows = append(report.Rows, profileRow{r.Kind.String(), r.Name, r.Self, r.Total, r.Calls})
	}
	enc := json.NewEncoder(cmd.OutOrStdout())
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}
