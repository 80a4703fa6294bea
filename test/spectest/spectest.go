// Package spectest runs the WebAssembly core test suite (MVP) on the subset
// that contracts may use: through reader, checks, instrumentation and both
// engines, and through the oracle.
//
// A module outside the subset has to be refused with a reason that is one of a
// short list. If single functions of it are outside, because of an instruction
// that makes a float, these functions are replaced by unreachable and the
// assertions that do not reach them are run all the same.
//
// It is for tests and no part of Core.
package spectest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// suite is the suite as wazero ships it: one JSON file for each source file
// and the modules in the binary format. NOTICE says where it comes from.
//
//go:embed testdata/mvp.tar.gz
var suite []byte

// files opens the suite: names and contents.
func files() (map[string][]byte, []string, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(suite))
	if err != nil {
		return nil, nil, err
	}
	all := make(map[string][]byte)
	var names []string
	for archive := tar.NewReader(unzipped); ; {
		head, err := archive.Next()
		if err == io.EOF {
			return all, names, nil
		}
		if err != nil {
			return nil, nil, err
		}
		if all[head.Name], err = io.ReadAll(archive); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", head.Name, err)
		}
		names = append(names, head.Name)
	}
}

// Modules gives every binary module of the suite, valid or not, in the order
// of the archive.
func Modules() ([][]byte, error) {
	all, names, err := files()
	var modules [][]byte
	for _, name := range names {
		if path.Ext(name) == ".wasm" {
			modules = append(modules, all[name])
		}
	}
	return modules, err
}

// script is a JSON file of the suite.
type script struct {
	Source   string    `json:"source_filename"`
	Commands []command `json:"commands"`
}

type command struct {
	Type       string  `json:"type"`
	Line       int     `json:"line"`
	Name       string  `json:"name"`     // of a module
	Filename   string  `json:"filename"` // of a module
	ModuleType string  `json:"module_type"`
	Text       string  `json:"text"`
	As         string  `json:"as"`
	Action     action  `json:"action"`
	Expected   []value `json:"expected"`
}

type action struct {
	Type   string  `json:"type"` // invoke or get
	Module string  `json:"module"`
	Field  string  `json:"field"`
	Args   []value `json:"args"`
}

// value is a value by its bits, as a decimal number, or a pattern of NaNs.
type value struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Report says what was done and what failed.
type Report struct {
	Counts   map[string]int // what was done, by a sentence
	Refusals map[string]int // modules outside the subset, by reason
	Outside  map[string]int // assertions not run, by reason
	Failures []string
}

// Run runs the whole suite.
func Run() (*Report, error) {
	all, names, err := files()
	if err != nil {
		return nil, err
	}
	r := &runner{files: all, report: &Report{Counts: make(map[string]int), Refusals: make(map[string]int), Outside: make(map[string]int)}}
	if err := r.open(); err != nil {
		return nil, err
	}
	for _, name := range names {
		if path.Ext(name) != ".json" {
			continue
		}
		var s script
		if err := json.Unmarshal(all[name], &s); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.name = strings.TrimSuffix(name, ".json")
		r.script(&s)
	}
	return r.report, r.close()
}

// String gives all counts as lines with tabs; the first one is a heading.
func (r *Report) String() string {
	var b strings.Builder
	b.WriteString("part\tcount\twhat\n")
	for _, part := range []struct {
		name   string
		counts map[string]int
	}{{"done", r.Counts}, {"modules refused", r.Refusals}, {"not run", r.Outside}} {
		for _, what := range slices.Sorted(maps.Keys(part.counts)) {
			fmt.Fprintf(&b, "%s\t%d\t%s\n", part.name, part.counts[what], what)
		}
	}
	return b.String()
}

// fail notes a failure.
func (r *runner) fail(line int, format string, args ...any) {
	r.report.Failures = append(r.report.Failures, fmt.Sprintf("%s.wast:%d: ", r.name, line)+fmt.Sprintf(format, args...))
}
