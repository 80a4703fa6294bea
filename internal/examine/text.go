package examine

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer, path string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	verdict := "valid"
	if !r.Valid {
		verdict = fmt.Sprintf("not valid, %d reasons", len(r.Faults))
		if len(r.Faults) == 1 {
			verdict = "not valid"
		}
	}
	fmt.Fprintf(t, "%s: %s\n", path, verdict)
	for _, f := range r.Faults {
		fmt.Fprintf(t, "  %v\n", f)
	}
	fmt.Fprintf(t, "\nsize\t%d bytes\n", r.Size)
	for _, s := range r.Sections {
		kind := ""
		if s.Custom {
			kind = " (custom)"
		}
		fmt.Fprintf(t, "  %s%s\t%d\n", printable(s.Name), kind, s.Size)
	}
	if r.read {
		fmt.Fprintf(t, "functions\t%d\nmemory\t%d pages of 64 KiB\n", r.Functions, r.Memory)
	}
	if r.Valid {
		fmt.Fprintf(t, "work of compiling\t%d, %.1f %% of what is allowed\ndeploying costs\tat least %d gas, and what init uses\n", r.Work, 100*float64(r.Work)/float64(r.MaxWork), r.Deploy)
	}
	if len(r.Imports) > 0 {
		fmt.Fprintf(t, "\nimports\tprice\n")
	}
	for _, i := range r.Imports {
		if i.Known {
			fmt.Fprintf(t, "  %s.%s\t%d\t%s\n", i.Module, i.Name, i.Price, i.Doc)
		} else {
			fmt.Fprintf(t, "  %s.%s\t\tnot offered\n", printable(i.Module), printable(i.Name))
		}
	}
	if len(r.Exports) > 0 {
		fmt.Fprintf(t, "\nexports\n")
	}
	for _, e := range r.Exports {
		fmt.Fprintf(t, "  %s\t%s\n", printable(e.Name), e.Kind)
	}
	return t.Flush()
}

// String gives the fault as one line.
func (f Fault) String() string {
	if f.Where == "" {
		return printable(f.Reason)
	}
	return printable(f.Where) + ": " + printable(f.Reason)
}

// printable keeps what a module chooses from breaking lines.
func printable(text string) string {
	const limit = 200
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r >= 0x80 && r < 0xA0 || r == 0x2028 || r == 0x2029 {
			return '?'
		}
		return r
	}, text)
}
