package suite

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
)

// Text writes results as lines. The zero value of all fields but Out is ready
// for use.
type Text struct {
	Out    io.Writer
	Colour bool
	Quiet  bool // only what failed
	Gas    bool // the gas of every execution
}

// Result writes one result: a line, and what a failure has to say.
func (t *Text) Result(r *Result) error {
	var b strings.Builder
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning: %v\n", w)
	}
	b.WriteString(r.Dump)
	switch {
	case r.Status == Failed:
		fmt.Fprintf(&b, "%s  %s\n", t.paint(red, "FAIL"), r.Path)
		b.WriteString(indent(r.Err.Error()))
	case t.Quiet:
	case r.Status == Skipped:
		fmt.Fprintf(&b, "%s  %s\n", t.paint(yellow, "skip"), r.Path)
	default:
		fmt.Fprintf(&b, "%s    %s\n", t.paint(green, "ok"), r.Path)
	}
	if t.Gas {
		for _, m := range r.Measures {
			fmt.Fprintf(&b, "      %12d gas  %s %s\n", m.Used, m.Step, m.Function)
		}
	}
	_, err := io.WriteString(t.Out, b.String())
	return err
}

// The colours, as terminals know them.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
)

func (t *Text) paint(colour, text string) string {
	if !t.Colour {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func indent(text string) string {
	return "      " + strings.ReplaceAll(text, "\n", "\n      ") + "\n"
}

// jsonReport is the form of WriteJSON.
type jsonReport struct {
	Passed    int          `json:"passed"`
	Failed    int          `json:"failed"`
	Skipped   int          `json:"skipped"`
	Steps     int          `json:"steps"`
	Scenarios []jsonResult `json:"scenarios"`
}

type jsonResult struct {
	Path         string      `json:"path"`
	Status       Status      `json:"status"`
	Milliseconds float64     `json:"milliseconds"`
	Error        *jsonError  `json:"error,omitempty"`
	Warnings     []jsonError `json:"warnings,omitempty"`
	Executions   []jsonGas   `json:"executions,omitempty"`
	Dump         string      `json:"dump,omitempty"`
}

type jsonError struct {
	Path   string `json:"path,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Step   string `json:"step,omitempty"`
	Text   string `json:"text"`
}

type jsonGas struct {
	Step     string `json:"step"`
	Function string `json:"function"`
	Used     uint64 `json:"gasUsed"`
	Remains  uint64 `json:"gasRemaining"`
}

func jsonErrorOf(err error) jsonError {
	var e *scenario.Error
	if errors.As(err, &e) {
		return jsonError{Path: e.Path, Line: e.Line, Column: e.Column, Step: e.Step, Text: e.Text}
	}
	return jsonError{Text: err.Error()}
}

// WriteJSON writes results as one JSON object.
func WriteJSON(w io.Writer, results []*Result) error {
	s := Summarize(results)
	report := jsonReport{Passed: s.Passed, Failed: s.Failed, Skipped: s.Skipped, Steps: s.Steps, Scenarios: []jsonResult{}}
	for _, r := range results {
		j := jsonResult{
			Path: filepath.ToSlash(r.Path), Status: r.Status,
			Milliseconds: float64(r.Duration.Microseconds()) / 1000, Dump: r.Dump,
		}
		if r.Err != nil {
			e := jsonErrorOf(r.Err)
			j.Error = &e
		}
		for _, warning := range r.Warnings {
			j.Warnings = append(j.Warnings, jsonErrorOf(warning))
		}
		for _, m := range r.Measures {
			j.Executions = append(j.Executions, jsonGas{m.Step, m.Function, m.Used, m.Remains})
		}
		report.Scenarios = append(report.Scenarios, j)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(report)
}

// The elements of a JUnit report.
type (
	junitSuites struct {
		XMLName xml.Name   `xml:"testsuites"`
		Suite   junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure,omitempty"`
		Skipped *struct{}     `xml:"skipped,omitempty"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes results as a JUnit report.
func WriteJUnit(w io.Writer, results []*Result) error {
	s := Summarize(results)
	suite := junitSuite{Name: "scenarios", Tests: len(results), Failures: s.Failed, Skipped: s.Skipped}
	var seconds float64
	for _, r := range results {
		seconds += r.Duration.Seconds()
		path := filepath.ToSlash(r.Path)
		class, name := "", path
		if i := strings.LastIndexByte(path, '/'); i >= 0 {
			class, name = path[:i], path[i+1:]
		}
		c := junitCase{Name: name, Class: class, Time: fmt.Sprintf("%.3f", r.Duration.Seconds()), Output: r.Dump}
		if r.Err != nil {
			first, _, _ := strings.Cut(r.Err.Error(), "\n")
			c.Failure = &junitFailure{Message: first, Text: r.Err.Error()}
		}
		if r.Status == Skipped {
			c.Skipped = new(struct{})
		}
		suite.Cases = append(suite.Cases, c)
	}
	suite.Time = fmt.Sprintf("%.3f", seconds)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{Suite: suite}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
