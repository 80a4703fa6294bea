package spectest

import (
	"errors"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// runner runs the suite on both engines.
type runner struct {
	files   map[string][]byte
	report  *Report
	name    string // of the script at hand
	engines []*engine.Engine
	prices  meter.Prices
}

// The host functions that the suite expects: they do nothing.
var hostTypes = []struct {
	name string
	typ  wasm.FuncType
}{
	{"print", wasm.FuncType{}},
	{"print_i32", wasm.FuncType{Params: []wasm.ValueType{wasm.I32}}},
	{"print_i64", wasm.FuncType{Params: []wasm.ValueType{wasm.I64}}},
	{"print_f32", wasm.FuncType{Params: []wasm.ValueType{wasm.F32}}},
	{"print_f64", wasm.FuncType{Params: []wasm.ValueType{wasm.F64}}},
	{"print_i32_f32", wasm.FuncType{Params: []wasm.ValueType{wasm.I32, wasm.F32}}},
	{"print_f64_f64", wasm.FuncType{Params: []wasm.ValueType{wasm.F64, wasm.F64}}},
}

func resolve(module, name string) (wasm.FuncType, bool) {
	for _, h := range hostTypes {
		if module == "spectest" && h.name == name {
			return h.typ, true
		}
	}
	return wasm.FuncType{}, false
}

func (r *runner) open() error {
	for i := range r.prices.Opcode {
		r.prices.Opcode[i] = uint32(1 + i)
	}
	r.prices.LocalAllocate = 7
	var functions []engine.HostFunction
	for _, h := range hostTypes {
		functions = append(functions, engine.HostFunction{Module: "spectest", Name: h.name, Type: h.typ, Call: func([]uint64) {}})
	}
	for _, interpreter := range []bool{false, true} {
		e, err := engine.New(interpreter, functions, nil)
		if err != nil {
			return errors.Join(err, r.close())
		}
		r.engines = append(r.engines, e)
	}
	return nil
}

func (r *runner) close() error {
	var err error
	for _, e := range r.engines {
		err = errors.Join(err, e.Close())
	}
	return err
}

// unit is a module of a script with the commands that use it, in order.
type unit struct {
	line     int
	code     []byte
	commands []*command
	offered  bool // to other modules, by register
	changed  bool // another module, which was refused, may have changed it
}

// script runs one file. Modules of the subset cannot import from each other,
// so each is run alone, with its own commands.
func (r *runner) script(s *script) {
	var units []*unit
	named := make(map[string]*unit)
	change := func() { // what is offered is changed by modules that come later
		for _, u := range units {
			u.changed = u.offered
		}
	}
	for i := range s.Commands {
		c := &s.Commands[i]
		switch c.Type {
		case "module":
			change()
			u := &unit{line: c.Line, code: r.files[c.Filename]}
			units = append(units, u)
			if c.Name != "" {
				named[c.Name] = u
			}
		case "assert_return", "assert_trap", "assert_exhaustion", "action":
			u := units[len(units)-1]
			if c.Action.Module != "" {
				u = named[c.Action.Module]
			}
			if u.changed {
				r.report.Outside[c.Type+": a module that is refused may have changed what it shares"]++
				continue
			}
			u.commands = append(u.commands, c)
		case "assert_malformed", "assert_invalid", "assert_unlinkable", "assert_uninstantiable":
			change()
			r.refused(c)
		case "register":
			u := units[len(units)-1]
			if c.Name != "" {
				u = named[c.Name]
			}
			u.offered = true
			r.report.Outside["register (modules cannot import from each other)"]++
		default:
			r.fail(c.Line, "unknown command %q", c.Type)
		}
	}
	for _, u := range units {
		r.unit(u)
	}
}

// refused runs an assertion that a module is refused.
func (r *runner) refused(c *command) {
	if c.ModuleType == "text" {
		r.report.Outside[c.Type+" of the text format"]++
		return
	}
	_, err := check(r.files[c.Filename])
	switch {
	case err == nil:
		r.fail(c.Line, "%s: accepted (%s)", c.Type, c.Text)
	case reason(err) != "":
		r.report.Counts[c.Type+": refused, as outside the subset"]++
	default:
		r.report.Counts[c.Type+": refused"]++
	}
}

func check(code []byte) (*wasm.Module, error) {
	m, err := wasm.Parse(code)
	if err != nil {
		return nil, err
	}
	return m, wasm.Check(m, resolve)
}

// reasons are why valid modules are refused: what the text of the refusal
// contains, and the name in the report.
var reasons = []struct{ contains, name string }{
	{"it produces or moves a floating-point number", "an instruction that produces or moves a float"},
	{"import of a table is refused", "import of a table"},
	{"import of a memory is refused", "import of a memory"},
	{"import of a global is refused", "import of a global"},
	{"the host offers no such function", "import of a function that the host does not offer"},
	{"a start function is refused", "start function"},
	{"constant expression uses a global", "constant expression with a global"},
	{"pages of memory, at most", "limit: pages of memory"},
	{"elements of a table, at most", "limit: elements of a table"},
	{"parameters, at most", "limit: parameters"},
	{"multi-value is not supported", "several results"},
}

func reason(err error) string {
	for _, r := range reasons {
		if strings.Contains(err.Error(), r.contains) {
			return r.name
		}
	}
	return ""
}

// unit runs the assertions about one module.
func (r *runner) unit(u *unit) {
	m, err := check(u.code)
	var stubs map[uint32]bool
	if err == nil {
		r.report.Counts["modules: accepted"]++
	} else {
		name := reason(err)
		if name == "" {
			r.fail(u.line, "refused without a known reason: %v", err)
		}
		r.report.Refusals[name]++
		r.report.Counts["modules: outside the subset, refused with a reason"]++
		if m, stubs = reduce(u.code); m == nil {
			r.report.Outside["the module is refused: "+name] += len(u.commands)
			return
		}
		r.report.Counts["modules: run without their functions that make floats"]++
	}
	r.assertions(u, m, reaching(m, stubs))
}

// reduce replaces the functions of a module that use floats by unreachable. It
// gives nil if the module is refused for another reason.
func reduce(code []byte) (*wasm.Module, map[uint32]bool) {
	m, err := wasm.Parse(code)
	if err != nil {
		return nil, nil
	}
	stubs := make(map[uint32]bool)
	for {
		err := wasm.Check(m, resolve)
		if err == nil {
			return m, stubs
		}
		var refusal *wasm.Error
		if !errors.As(err, &refusal) || refusal.Function < 0 || reason(err) != reasons[0].name {
			return nil, nil
		}
		stubs[uint32(refusal.Function)] = true
		m.Bodies[refusal.Function-len(m.Imports)] = wasm.Body{Code: []byte{byte(wasm.OpUnreachable), byte(wasm.OpEnd)}}
	}
}

// reaching gives the functions that may call one of the stubs, and the stubs.
func reaching(m *wasm.Module, stubs map[uint32]bool) map[uint32]bool {
	reach := make(map[uint32]bool)
	for f := range stubs {
		reach[f] = true
	}
	for changed := len(stubs) > 0; changed; {
		changed = false
		table := false // one of the table's functions reaches a stub
		for _, e := range m.Elements {
			for _, f := range e.Functions {
				table = table || reach[f]
			}
		}
		var in wasm.Instr
		for i := range m.Bodies {
			f := uint32(len(m.Imports) + i)
			for d := wasm.NewDecoder(m.Bodies[i].Code); !reach[f] && d.Next(&in); {
				if in.Op == wasm.OpCall && reach[in.Index] || in.Op == wasm.OpCallIndirect && table {
					reach[f], changed = true, true
				}
			}
		}
	}
	return reach
}
