package scenario

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// maxIncludes bounds how many files a scenario includes, each as often as it
// is included.
const maxIncludes = 10_000

// Load reads a scenario file and everything it names. Every error has a place,
// if it is not that the file cannot be read.
func Load(path string) (*Scenario, error) {
	l := &loader{files: NewFiles()}
	s, err := l.load(path)
	if err != nil {
		return nil, err
	}
	s.Builtins = l.builtins
	return s, nil
}

// Parse reads a scenario from text as if it were the content of path. Files
// that it names are read if files is not nil.
func Parse(path string, text []byte, files *Files) (*Scenario, error) {
	l := &loader{files: files}
	s, err := l.parse(&Source{Path: path, Text: text})
	if err != nil {
		return nil, err
	}
	s.Builtins = l.builtins
	return s, nil
}

// loader loads a scenario with its includes.
type loader struct {
	files    *Files   // nil: no file is read
	open     []string // the files that are being loaded, outermost first
	includes int
	builtins bool
	warnings []*Warning // of included files
}

func (l *loader) load(path string) (*Scenario, error) {
	clean := filepath.Clean(path)
	if slices.Contains(l.open, clean) {
		return nil, fmt.Errorf("%s includes itself", clean)
	}
	if l.includes++; l.includes > maxIncludes {
		return nil, fmt.Errorf("more than %d files are included", maxIncludes)
	}
	text, err := l.files.read(clean)
	if err != nil {
		return nil, err
	}
	l.open = append(l.open, clean)
	defer func() { l.open = l.open[:len(l.open)-1] }()
	return l.parse(&Source{Path: path, Text: text})
}

func (l *loader) parse(src *Source) (*Scenario, error) {
	tree, warnings, err := parseTree(src)
	if err != nil {
		return nil, err
	}
	p := &parser{loader: l, src: src}
	if l.files != nil {
		p.reader = relative{files: l.files, directory: filepath.Dir(src.Path)}
	}
	s, err := p.scenario(tree)
	if err != nil {
		return nil, err
	}
	s.Warnings = append(warnings, l.warnings...)
	l.warnings = nil
	return s, nil
}

// parser makes a scenario of a tree.
type parser struct {
	loader *loader
	src    *Source
	reader Reader // nil: expressions cannot name files
	step   string // what the present step is, for messages
}

// fail makes an error about the place where v is written.
func (p *parser) fail(v *Value, format string, args ...any) error {
	return p.failAt(v.Offset, format, args...)
}

func (p *parser) failAt(offset int, format string, args ...any) error {
	e := p.src.errorAt(offset, format, args...)
	e.Step = p.step
	return e
}

// prefix puts words before the text of an error.
func prefix(err error, format string, args ...any) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	clone := *e
	if words := fmt.Sprintf(format, args...); !strings.HasPrefix(e.Text, words) {
		clone.Text = words + e.Text
	}
	return &clone
}

// A field reads one member of an object.
type field struct {
	name string
	read func(v *Value) error
}

// object reads an object by a table of its fields. notObject and unknown are
// the words of what can be wrong; unknown is followed by the key.
func (p *parser) object(v *Value, notObject, unknown string, fields ...field) error {
	if v.Kind != Object {
		return p.fail(v, "%s", notObject)
	}
	for _, m := range v.Members {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == m.Key })
		if i < 0 {
			return p.failAt(m.Offset, "%s%s", unknown, shorten(m.Key))
		}
		if err := fields[i].read(m.Value); err != nil {
			return err
		}
	}
	return nil
}

// comment is a field without meaning.
func (p *parser) comment() field {
	return field{"comment", func(v *Value) error { return p.text(v, new(string)) }}
}

func (p *parser) text(v *Value, to *string) error {
	if v.Kind != String {
		return p.fail(v, "not a string value")
	}
	*to = v.Text
	return nil
}

func (p *parser) scenario(v *Value) (*Scenario, error) {
	s := &Scenario{Source: p.src, CheckGas: true}
	err := p.object(v, "unmarshalled test top level object is not a map", "unknown step field: ",
		field{"name", func(v *Value) error { return p.text(v, &s.Name) }},
		field{"comment", func(v *Value) error { return p.text(v, &s.Comment) }},
		field{"checkGas", func(v *Value) error {
			if v.Kind != Bool {
				return p.fail(v, "scenario checkGas flag is not boolean")
			}
			s.CheckGas = v.Text == "true"
			return nil
		}},
		field{"gasSchedule", func(v *Value) error {
			if err := p.text(v, &s.Schedule); err != nil {
				return err
			}
			if !slices.Contains(scheduleNames(), s.Schedule) {
				return p.fail(v, "unknown gasSchedule %s: want one of %s", shorten(s.Schedule), strings.Join(scheduleNames(), ", "))
			}
			return nil
		}},
		field{"steps", func(v *Value) error {
			if v.Kind != List {
				return p.fail(v, "steps not a JSON list")
			}
			for _, item := range v.Items {
				step, err := p.parseStep(item, len(s.Steps)+1)
				if err != nil {
					return prefix(err, "error processing steps: ")
				}
				s.Steps = append(s.Steps, step)
			}
			return nil
		}})
	return s, err
}

// scheduleNames are the values of gasSchedule.
func scheduleNames() []string { return []string{"default", "dummy", "v1", "v2", "v3"} }

// stepTable is all that a step can be.
func (p *parser) stepTable() []stepRow {
	row := func(k txKind) stepRow {
		return stepRow{k.step(), func(s *Step, v *Value) (action, error) { return p.transaction(k, s, v) }}
	}
	return []stepRow{
		{"externalSteps", p.externalSteps},
		{"setState", p.setState},
		{"checkState", p.checkState},
		{"dumpState", p.dumpState},
		row(deploy), row(call), row(query), row(transfer), row(reward),
	}
}

type stepRow struct {
	name string
	read func(s *Step, v *Value) (action, error)
}

func (p *parser) parseStep(v *Value, index int) (*Step, error) {
	p.step = fmt.Sprintf("step %d", index)
	defer func() { p.step = "" }()
	if v.Kind != Object {
		return nil, p.fail(v, "unmarshalled step object is not a map")
	}
	s := &Step{Index: index, offset: v.Offset, source: p.src}
	var kind *Value
	for _, m := range v.Members {
		switch m.Key {
		case "step":
			kind = m.Value
		case "txId", "id": // before the rest, so that every message can name it
			if m.Value.Kind == String {
				s.ID = m.Value.Text
			}
		}
	}
	if kind == nil {
		return nil, p.fail(v, "no step type field provided")
	}
	if err := p.text(kind, &s.Kind); err != nil {
		return nil, err
	}
	p.step = s.Label()
	for _, row := range p.stepTable() {
		if row.name == s.Kind {
			var err error
			s.action, err = row.read(s, v)
			return s, err
		}
	}
	return nil, p.fail(kind, "unknown step type: %s", shorten(s.Kind))
}

// Label names a step in messages: "step 3 (scCall transfer-1)".
func (s *Step) Label() string {
	name := shorten(s.Kind)
	if s.ID != "" {
		name += " " + shorten(s.ID)
	}
	return fmt.Sprintf("step %d (%s)", s.Index, name)
}

// kindField is the field that says which step it is; it has been read.
func kindField() field { return field{"step", func(*Value) error { return nil }} }

func (p *parser) stepComment(s *Step) field {
	return field{"comment", func(v *Value) error { return p.text(v, &s.Comment) }}
}

func (p *parser) externalSteps(s *Step, v *Value) (action, error) {
	var path *Value
	err := p.object(v, "", "invalid externalSteps field: ", kindField(), p.stepComment(s),
		field{"path", func(v *Value) error { path = v; return p.text(v, new(string)) }})
	if err != nil {
		return nil, err
	}
	if path == nil || path.Text == "" {
		return nil, p.fail(v, "externalSteps without a path")
	}
	if p.loader.files == nil {
		return nil, p.fail(path, "parser FileResolver not provided")
	}
	included, err := p.loader.load(filepath.Join(filepath.Dir(p.src.Path), filepath.FromSlash(path.Text)))
	var e *Error
	if err != nil && !errors.As(err, &e) { // it could not be read: the place is here
		return nil, p.fail(path, "%v", err)
	}
	if err != nil {
		return nil, e.includedBy(p.src, v.Offset)
	}
	p.loader.warnings = append(p.loader.warnings, included.Warnings...)
	return &include{included}, nil
}

func (p *parser) dumpState(s *Step, v *Value) (action, error) {
	return dumpState{}, p.object(v, "", "invalid check state field: ", kindField(), p.stepComment(s))
}

// ---- values ----

// eval evaluates a string expression.
func (p *parser) eval(v *Value) ([]byte, error) {
	if v.Kind != String {
		return nil, p.fail(v, "not a string value")
	}
	b, err := Evaluate(v.Text, p.reader)
	if err != nil {
		return nil, p.fail(v, "%v", err)
	}
	return b, nil
}

// tree evaluates a string expression, or the concatenation of a list or an
// object of trees.
func (p *parser) tree(v *Value) ([]byte, error) {
	switch v.Kind {
	case String:
		return p.eval(v)
	case Bool:
		return nil, p.fail(v, "cannot interpret given JSON subtree as value")
	}
	var all []byte
	add := func(v *Value) error {
		b, err := p.tree(v)
		if all = append(all, b...); err == nil && len(all) > maxExpressionBytes {
			err = p.fail(v, "%v", errTooLong)
		}
		return err
	}
	for _, item := range v.Items {
		if err := add(item); err != nil {
			return nil, err
		}
	}
	for _, m := range v.Members {
		if err := add(m.Value); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (p *parser) uint64(v *Value) (uint64, error) {
	b, err := p.eval(v)
	if err != nil {
		return 0, err
	}
	n := (&bytesValue{bytes: b}).number()
	if !n.IsUint64() {
		return 0, p.fail(v, "value is not uint64")
	}
	return n.Uint64(), nil
}

// address evaluates the key of a member, or a value, to an address.
func (p *parser) address(expr string, offset int) (vm.Address, error) {
	b, err := Evaluate(expr, p.reader)
	switch {
	case err != nil:
		return vm.Address{}, p.failAt(offset, "%v", err)
	case len(b) == 0:
		return vm.Address{}, p.failAt(offset, "missing account address")
	case len(b) != vm.AddressLength:
		return vm.Address{}, p.failAt(offset, "account addressis not 32 bytes in length")
	}
	return vm.Address(b), nil
}

func (p *parser) addressValue(v *Value) (vm.Address, error) {
	if v.Kind != String {
		return vm.Address{}, p.fail(v, "not a string value")
	}
	return p.address(v.Text, v.Offset)
}

// isAny says whether a check accepts everything.
func isAny(v *Value) bool { return v.Kind == String && v.Text == "*" }

// check reads a check of bytes.
func (p *parser) check(v *Value) (check, error) {
	c := check{set: true, want: bytesValue{origin: v}}
	if isAny(v) {
		c.any = true
		return c, nil
	}
	var err error
	c.want.bytes, err = p.tree(v)
	return c, err
}

// checkUint64 reads a check of a number of 64 bits.
func (p *parser) checkUint64(v *Value) (check, error) {
	c, err := p.check(v)
	if err == nil && !c.any && !c.want.number().IsUint64() {
		err = p.fail(v, "value is not uint64")
	}
	return c, err
}
