package suite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// UpdateGas writes the gas that was measured into the gas expectations of the
// scenario files and says which files it changed. Expectations that accept
// any gas, and steps without one, stay as they are. It needs results that all
// passed.
func UpdateGas(results []*Result) (changed []string, err error) {
	files := make(map[string]*edit)
	for _, r := range results {
		if r.Status == Failed {
			return nil, errors.New("gas is not updated: there are scenarios that fail")
		}
		for _, m := range r.Measures {
			if m.Expected == nil {
				continue
			}
			if err := collect(files, &m); err != nil {
				return nil, fmt.Errorf("gas is not updated: %w", err)
			}
		}
	}
	for _, path := range sorted(files) {
		text := files[path].apply()
		if bytes.Equal(text, files[path].before) {
			continue
		}
		if err := Replace(path, text); err != nil {
			return changed, err
		}
		changed = append(changed, path)
	}
	return changed, nil
}

// edit is what changes in one file.
type edit struct {
	before []byte
	places map[int]place // by offset
}

type place struct {
	end  int
	text string
}

func collect(files map[string]*edit, m *Measure) error {
	at := m.Expected
	path := filepath.Clean(at.Source.Path)
	e := files[path]
	if e == nil {
		e = &edit{before: at.Source.Text, places: make(map[int]place)}
		files[path] = e
	}
	text := `"` + numberLike(m.Remains, at.Text) + `"`
	if other, ok := e.places[at.Offset]; ok && other.text != text {
		line, column := at.Source.Position(at.Offset)
		return fmt.Errorf("%s:%d:%d: runs more than once, with different gas: %s and %s", path, line, column, other.text, text)
	}
	e.places[at.Offset] = place{at.End, text}
	return nil
}

// numberLike writes n with the separators that like has.
func numberLike(n uint64, like string) string {
	digits := strconv.FormatUint(n, 10)
	for _, separator := range []string{",", "_"} {
		if !strings.Contains(like, separator) {
			continue
		}
		for i := len(digits) - 3; i > 0; i -= 3 {
			digits = digits[:i] + separator + digits[i:]
		}
		break
	}
	return digits
}

func (e *edit) apply() []byte {
	var out []byte
	at := 0
	for _, offset := range sortedInts(e.places) {
		p := e.places[offset]
		out = append(append(out, e.before[at:offset]...), p.text...)
		at = p.end
	}
	return append(out, e.before[at:]...)
}

// Replace replaces the content of a file as a whole or not at all. A symbolic
// link stays one.
func Replace(path string, text []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return plain(path, err)
	}
	stat, err := os.Stat(target)
	if err != nil {
		return plain(path, err)
	}
	draft, err := os.CreateTemp(filepath.Dir(target), ".new-*")
	if err != nil {
		return plain(path, err)
	}
	defer os.Remove(draft.Name()) // not there any more if all went well
	_, err = draft.Write(text)
	if err := errors.Join(err, draft.Chmod(stat.Mode().Perm()), draft.Close()); err != nil {
		return plain(path, err)
	}
	if err := os.Rename(draft.Name(), target); err != nil {
		return plain(path, err)
	}
	return nil
}

// Snapshot lists the gas of every execution, one a line: scenario, step,
// function, gas used. Paths are written relative to base.
func Snapshot(results []*Result, base string) ([]byte, error) {
	var b strings.Builder
	for _, r := range results {
		if r.Status == Failed {
			return nil, errors.New("no gas snapshot: there are scenarios that fail")
		}
		path := r.Path
		if relative, err := relativeTo(base, path); err == nil {
			path = relative
		}
		for _, m := range r.Measures {
			fmt.Fprintf(&b, "%s\t%s\t%s\t%d\n", filepath.ToSlash(path), oneField(m.Step), oneField(m.Function), m.Used)
		}
	}
	return []byte(b.String()), nil
}

// relativeTo gives path relative to base, however either is written.
func relativeTo(base, path string) (string, error) {
	base, err := filepath.Abs(base)
	if err != nil {
		return "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", err
	}
	return filepath.Rel(base, path)
}

// oneField keeps what scenarios and contracts choose from breaking lines.
func oneField(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return '?'
		}
		return r
	}, text)
}

// CompareSnapshots says what is different between two snapshots, one line
// each: executions that cost something else, that are new, that are gone.
// Executions of the same name are compared in their order.
func CompareSnapshots(before, after []byte) []string {
	old, now := executions(before), executions(after)
	var lines []string
	for _, key := range now.order {
		was, is := old.gas[key], now.gas[key]
		switch {
		case was == "":
			lines = append(lines, fmt.Sprintf("new: %s: %s gas", key, is))
		case was != is:
			lines = append(lines, fmt.Sprintf("%s: %s gas, was %s%s", key, is, was, percent(was, is)))
		}
	}
	for _, key := range old.order {
		if now.gas[key] == "" {
			lines = append(lines, fmt.Sprintf("gone: %s: was %s gas", key, old.gas[key]))
		}
	}
	return lines
}

type executionList struct {
	order []string
	gas   map[string]string
}

func executions(snapshot []byte) executionList {
	list := executionList{gas: make(map[string]string)}
	seen := make(map[string]int)
	for line := range strings.Lines(string(snapshot)) {
		line = strings.TrimSuffix(line, "\n")
		i := strings.LastIndexByte(line, '\t')
		if i < 0 || strings.HasPrefix(line, "#") {
			continue
		}
		key := strings.ReplaceAll(line[:i], "\t", ": ")
		if seen[key]++; seen[key] > 1 {
			key = fmt.Sprintf("%s (%d)", key, seen[key])
		}
		list.order = append(list.order, key)
		list.gas[key] = line[i+1:]
	}
	return list
}

// percent says how much a number grew or shrank, nothing if it cannot.
func percent(was, is string) string {
	a, err := strconv.ParseUint(was, 10, 64)
	if err != nil || a == 0 {
		return ""
	}
	b, err := strconv.ParseUint(is, 10, 64)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (%+.2f%%)", 100*(float64(b)-float64(a))/float64(a))
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func sortedInts[V any](m map[int]V) []int {
	keys := make([]int, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
