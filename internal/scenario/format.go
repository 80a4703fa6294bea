package scenario

// Format gives the canonical form of a scenario file: four spaces for each
// level, one member or element a line, the order and the expressions as they
// are, a newline at the end. Formatting what it gave changes nothing.
//
// An object that has a key twice is an error, since the second one would get
// lost.
func Format(src *Source) ([]byte, error) {
	v, warnings, err := parseTree(src)
	if err != nil {
		return nil, err
	}
	if len(warnings) > 0 {
		return nil, warnings[0]
	}
	return append(v.appendTo(make([]byte, 0, len(src.Text)+len(src.Text)/4), 0), '\n'), nil
}

const indentation = "    "

func (v *Value) appendTo(b []byte, level int) []byte {
	switch v.Kind {
	case String:
		return appendQuoted(b, v.Text)
	case Bool:
		return append(b, v.Text...)
	case List:
		if len(v.Items) == 0 {
			return append(b, "[]"...)
		}
		b = append(b, '[')
		for i, item := range v.Items {
			b = appendLine(b, i, level+1)
			b = item.appendTo(b, level+1)
		}
		return append(appendLine(b, 0, level), ']')
	}
	if len(v.Members) == 0 {
		return append(b, "{}"...)
	}
	b = append(b, '{')
	for i, m := range v.Members {
		b = appendLine(b, i, level+1)
		b = append(appendQuoted(b, m.Key), ": "...)
		b = m.Value.appendTo(b, level+1)
	}
	return append(appendLine(b, 0, level), '}')
}

// appendLine begins the line of element i.
func appendLine(b []byte, i, level int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	b = append(b, '\n')
	for range level {
		b = append(b, indentation...)
	}
	return b
}

func appendQuoted(b []byte, s string) []byte {
	return append(append(append(b, '"'), s...), '"')
}
