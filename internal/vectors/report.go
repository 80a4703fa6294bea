package vectors

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// A Report says how the steps of a run ended.
type Report struct {
	Families []*Family // in the order in which they were first run
	Failures []Failure // in the order in which they happened
}

// A Family counts the steps of the cases whose names begin alike.
type Family struct {
	Name       string
	Passed     int // equal to the recording
	Failed     int // different from it, or without an output
	Superseded int // run, but a decision changes the recorded outcome
	Skipped    int // not run
}

// A Failure is a step that did not give what was recorded.
type Failure struct {
	Case       string
	Step       int
	Note       string
	Difference string // the first one; may have several lines
}

// String gives the failure as text of several lines.
func (f Failure) String() string {
	note := ""
	if f.Note != "" {
		note = fmt.Sprintf(" (%s)", f.Note)
	}
	return fmt.Sprintf("%s, step %d%s: %s", f.Case, f.Step, note, f.Difference)
}

func (r *Report) family(name string) *Family {
	for _, f := range r.Families {
		if f.Name == name {
			return f
		}
	}
	f := &Family{Name: name}
	r.Families = append(r.Families, f)
	return f
}

// Total sums up all families.
func (r *Report) Total() Family {
	total := Family{Name: "total"}
	for _, f := range r.Families {
		total.Passed += f.Passed
		total.Failed += f.Failed
		total.Superseded += f.Superseded
		total.Skipped += f.Skipped
	}
	return total
}

// maxFailures bounds how many failures of one family are written out.
const maxFailures = 5

// Write writes the counts as a table and the first failures of each family.
func (r *Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "family\tpassed\tfailed\tsuperseded\tskipped\t")
	total := r.Total()
	for _, f := range append(slices.Clone(r.Families), &total) {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%d\t\n", f.Name, f.Passed, f.Failed, f.Superseded, f.Skipped)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	seen := make(map[string]int)
	for _, f := range r.Failures {
		family, _, _ := strings.Cut(f.Case, "/")
		if seen[family]++; seen[family] > maxFailures {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%v\n", f); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
