package scenario

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Source is a file that was read.
type Source struct {
	Path string // as messages show it
	Text []byte
}

// Position gives line and column of an offset, both from 1. Columns count
// characters.
func (s *Source) Position(offset int) (line, column int) {
	offset = min(max(offset, 0), len(s.Text))
	before := s.Text[:offset]
	line = 1
	start := 0
	for i, b := range before {
		if b == '\n' {
			line++
			start = i + 1
		}
	}
	return line, utf8.RuneCount(before[start:]) + 1
}

// An Error says what is wrong, or what was found to be different, and where.
type Error struct {
	Path         string
	Line, Column int    // from 1; 0 if there is no place
	Step         string // "step 3 (scCall transfer-1)", or empty
	Text         string // may have several lines if a check failed
}

// Error gives "path:line:column: step: text".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Place())
	if e.Step != "" {
		b.WriteString(e.Step + ": ")
	}
	b.WriteString(e.Text)
	return b.String()
}

// Place gives "path:line:column: ", as far as it is known.
func (e *Error) Place() string {
	if e.Path == "" {
		return ""
	}
	if e.Line == 0 {
		return e.Path + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", e.Path, e.Line, e.Column)
}

// errorAt makes an error about a place in the source.
func (s *Source) errorAt(offset int, format string, args ...any) *Error {
	line, column := s.Position(offset)
	return &Error{Path: s.Path, Line: line, Column: column, Text: fmt.Sprintf(format, args...)}
}

// includedBy adds where the file of the error is included.
func (e *Error) includedBy(src *Source, offset int) *Error {
	clone := *e
	line, _ := src.Position(offset)
	clone.Text += fmt.Sprintf("\nincluded by %s:%d", src.Path, line)
	return &clone
}
