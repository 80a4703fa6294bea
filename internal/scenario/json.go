package scenario

import (
	"bytes"
	"fmt"
	"strings"
)

// Kind is the kind of a Value.
type Kind uint8

// The kinds. There are neither numbers nor null in scenarios.
const (
	String Kind = iota
	Bool
	List
	Object
)

// A Value is a part of a scenario file.
type Value struct {
	Kind    Kind
	Text    string // of a String as it is written, without quotes; of a Bool
	Items   []*Value
	Members []Member // of an Object, in the order of the file, each key once

	Offset, End int // where it is written
}

// A Member is a key of an object with its value.
type Member struct {
	Key    string
	Offset int // of the key
	Value  *Value
}

// maxDepth bounds how deep lists and objects may nest.
const maxDepth = 200

// maxWarnings bounds how many are reported for one file.
const maxWarnings = 100

// A Warning is something in a file that has no effect but that its author
// hardly meant.
type Warning = Error

// parseTree reads one value and nothing else. Strings are taken as they are:
// no escape is decoded, and a quote after a backslash does not end them. A
// second key of the same name has no effect and is a warning.
func parseTree(src *Source) (*Value, []*Warning, error) {
	p := &treeParser{src: src, text: src.Text}
	v := p.value(0)
	if p.err == nil {
		p.space()
		if p.pos < len(p.text) {
			p.fail(p.pos, "unexpected characters at the end")
		}
	}
	if p.err != nil {
		return nil, p.warnings, p.err
	}
	return v, p.warnings, nil
}

type treeParser struct {
	src      *Source
	text     []byte
	pos      int
	err      error
	warnings []*Warning
}

func (p *treeParser) fail(offset int, format string, args ...any) {
	if p.err == nil {
		p.err = p.src.errorAt(offset, format, args...)
	}
}

func (p *treeParser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

// next gives the next character that is no white space, 0 at the end.
func (p *treeParser) next() byte {
	p.space()
	if p.pos >= len(p.text) {
		return 0
	}
	return p.text[p.pos]
}

func (p *treeParser) value(depth int) *Value {
	c := p.next()
	v := &Value{Offset: p.pos}
	switch {
	case depth > maxDepth:
		p.fail(p.pos, "lists and objects are nested more than %d deep", maxDepth)
	case p.pos == len(p.text):
		p.fail(p.pos, "state stack should be empty at the end: a value is missing")
	case c == '"':
		v.Kind, v.Text = String, p.string()
	case c == '[':
		p.list(v, depth)
	case c == '{':
		p.object(v, depth)
	case strings.IndexByte("]},:", c) >= 0:
		p.fail(p.pos, "misplaced character %q", c)
	default:
		p.word(v)
	}
	v.End = p.pos
	return v
}

// string reads a string; the parser is at its first quote.
func (p *treeParser) string() string {
	start := p.pos
	for i := start + 1; i < len(p.text); i++ {
		if p.text[i] == '"' && p.text[i-1] != '\\' {
			p.pos = i + 1
			return string(p.text[start+1 : i])
		}
	}
	p.fail(start, "state stack should be empty at the end: the string has no end")
	return ""
}

// word reads true or false, or reports what stands there instead.
func (p *treeParser) word(v *Value) {
	rest := p.text[p.pos:]
	end := bytes.IndexAny(rest, " \t\r\n,:[]{}\"")
	if end < 0 {
		end = len(rest)
	}
	v.Kind, v.Text = Bool, string(rest[:end])
	if v.Text != "true" && v.Text != "false" {
		const shown = 40
		if len(v.Text) > shown {
			v.Text = v.Text[:shown] + "…"
		}
		p.fail(p.pos, "Invalid value: %s", readable([]byte(v.Text)))
	}
	p.pos += end
}

func (p *treeParser) list(v *Value, depth int) {
	v.Kind = List
	p.pos++
	for first := true; p.err == nil; first = false {
		switch c := p.next(); {
		case c == ']' && first:
			p.pos++
			return
		case c == 0:
			p.unclosed("list", v.Offset)
		default:
			v.Items = append(v.Items, p.value(depth+1))
			if p.more(']', "list", v.Offset) {
				return
			}
		}
	}
}

// more reads what comes after an element and says whether it was the last.
func (p *treeParser) more(end byte, what string, start int) bool {
	if p.err != nil {
		return true
	}
	switch c := p.next(); c {
	case end:
		p.pos++
		return true
	case ',':
		comma := p.pos
		p.pos++
		if p.next() == end {
			p.fail(comma, "misplaced character ',': nothing follows it in this %s", what)
		}
	case 0:
		p.unclosed(what, start)
	default:
		p.fail(p.pos, "misplaced character %q: a comma or the end of this %s expected", c, what)
	}
	return false
}

func (p *treeParser) unclosed(what string, start int) {
	line, column := p.src.Position(start)
	p.fail(p.pos, "state stack should be empty at the end: the %s from %d:%d has no end", what, line, column)
}

func (p *treeParser) object(v *Value, depth int) {
	v.Kind = Object
	p.pos++
	seen := make(map[string]int)
	for first := true; p.err == nil; first = false {
		c := p.next()
		switch {
		case c == '}' && first:
			p.pos++
			return
		case c == 0:
			p.unclosed("object", v.Offset)
			return
		case c != '"':
			p.fail(p.pos, "map key must start with a quote")
			return
		}
		m := Member{Offset: p.pos}
		m.Key = p.string()
		if p.err == nil && p.next() != ':' {
			p.fail(p.pos, "invalid character in map definition, colon expected")
			return
		}
		p.pos++
		if c := p.next(); p.err == nil && (c == ',' || c == '}') {
			p.fail(p.pos, "missing value in map")
		}
		if p.err != nil {
			return
		}
		m.Value = p.value(depth + 1)
		p.add(v, m, seen)
		if p.more('}', "object", v.Offset) {
			return
		}
	}
}

// add adds a member unless there is one of that name.
func (p *treeParser) add(v *Value, m Member, seen map[string]int) {
	before, there := seen[m.Key]
	if !there {
		seen[m.Key] = m.Offset
		v.Members = append(v.Members, m)
		return
	}
	if len(p.warnings) == maxWarnings {
		return
	}
	line, column := p.src.Position(before)
	p.warnings = append(p.warnings, p.src.errorAt(m.Offset,
		"the key %q is there twice, this one is ignored (the first is at %d:%d)", m.Key, line, column))
}

// Inline shows a value on one line: the text of a string as it is, anything
// else as JSON.
func (v *Value) Inline() string {
	if v == nil {
		return ""
	}
	if v.Kind == String {
		return v.Text
	}
	var b strings.Builder
	v.inline(&b)
	return b.String()
}

func (v *Value) inline(b *strings.Builder) {
	switch v.Kind {
	case String:
		fmt.Fprintf(b, `"%s"`, v.Text)
	case Bool:
		b.WriteString(v.Text)
	case List:
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteString(", ")
			}
			item.inline(b)
		}
		b.WriteByte(']')
	case Object:
		b.WriteByte('{')
		for i, m := range v.Members {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, `"%s": `, m.Key)
			m.Value.inline(b)
		}
		b.WriteByte('}')
	}
}
