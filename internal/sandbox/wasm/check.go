package wasm

import "fmt"

// Resolver gives the type of a function the host offers.
type Resolver func(module, name string) (FuncType, bool)

// Check validates a parsed module: all rules of the WebAssembly specification,
// the limits of limits.go, the subset of opcode.go, and that resolve knows each
// import with exactly its type. It fills in Body.MaxHeight, Body.Values and
// Body.FloatSelects. Every error is an *Error.
//
// Offsets of segments are constants, so that a segment does not fit, which the
// specification leaves to instantiation, is found here too.
func Check(m *Module, resolve Resolver) error {
	c := checker{module: m, functions: len(m.Imports) + len(m.Functions)}
	for _, s := range c.steps(resolve) {
		if reason := s.check(); reason != "" {
			return c.fault(s.section, reason)
		}
	}
	b := newBodyChecker(m, c.functions)
	work := uint64(0)
	for i := range m.Bodies {
		if err := b.fault(m, i); err != nil {
			return err
		}
		if work = saturatingAdd(work, m.Bodies[i].work); work/workUnit > MaxWork {
			break // the rest is not worth the time
		}
	}
	if Work(m) > MaxWork {
		return c.fault(codeSection, tooMuchWork("the module"))
	}
	return nil
}

// fault checks the body of a defined function; nil if there is nothing wrong.
func (c *bodyChecker) fault(m *Module, i int) *Error {
	body := &m.Bodies[i]
	reason := c.check(body, m.Types[m.Functions[i]])
	if reason == "" {
		return nil
	}
	return &Error{Section: sectionNames[codeSection], Function: len(m.Imports) + i,
		Offset: body.Offset + c.in.Start, Reason: reason}
}

// checker checks everything but bodies. Its methods return the reason of a
// refusal, or "".
type checker struct {
	module    *Module
	functions int // imports included
}

// step checks a section.
type step struct {
	section int
	check   func() string
}

// steps are in the order in which they are made.
func (c *checker) steps(resolve Resolver) [9]step {
	return [...]step{
		{typeSection, c.types},
		{importSection, func() string { return c.imports(resolve) }},
		{functionSection, c.functionTypes},
		{tableSection, c.table},
		{memorySection, c.memory},
		{globalSection, c.globals},
		{exportSection, c.exports},
		{elementSection, c.elements},
		{dataSection, c.segments},
	}
}

// fault is an error about a section.
func (c *checker) fault(section int, reason string) *Error {
	return &Error{Section: sectionNames[section], Function: -1, Offset: c.module.sections[section], Reason: reason}
}

func (c *checker) types() string {
	types := c.module.Types
	if len(types) > MaxTypes {
		return tooMany("types", len(types), MaxTypes)
	}
	for i := range types {
		if n := len(types[i].Params); n > MaxParams {
			return fmt.Sprintf("type %d: %s", i, tooMany("parameters", n, MaxParams))
		}
	}
	return ""
}

func (c *checker) imports(resolve Resolver) string {
	for i := range c.module.Imports {
		reason := c.importForm(i)
		if reason == "" {
			reason = c.importOffer(i, resolve)
		}
		if reason != "" {
			return reason
		}
	}
	return ""
}

// importForm checks an import without asking the host.
func (c *checker) importForm(i int) string {
	im := &c.module.Imports[i]
	if n := max(len(im.Module), len(im.Name)); n > MaxNameBytes {
		return fmt.Sprintf("import %d: %s", i, tooMany("bytes of a name", n, MaxNameBytes))
	}
	if int(im.Type) >= len(c.module.Types) {
		return fmt.Sprintf("%s: there is no type %d", im, im.Type)
	}
	return ""
}

// importOffer checks that the host offers an import.
func (c *checker) importOffer(i int, resolve Resolver) string {
	im := &c.module.Imports[i]
	offered, ok := resolve(im.Module, im.Name)
	if !ok {
		return im.String() + ": the host offers no such function"
	}
	if t := c.module.Types[im.Type]; !offered.Equal(t) {
		return fmt.Sprintf("%s: type is %s, the host's is %s", im, t, offered)
	}
	return ""
}

// String names the import in messages.
func (im *Import) String() string {
	return fmt.Sprintf("import %s.%s", quote(im.Module), quote(im.Name))
}

func (c *checker) functionTypes() string {
	if c.functions > MaxFunctions {
		return tooMany("functions", c.functions, MaxFunctions)
	}
	for i, t := range c.module.Functions {
		if int(t) >= len(c.module.Types) {
			return fmt.Sprintf("function %d: there is no type %d", len(c.module.Imports)+i, t)
		}
	}
	return ""
}

func (c *checker) table() string {
	t := c.module.Table
	switch {
	case t == nil:
	case t.HasMax && t.Min > t.Max:
		return fmt.Sprintf("table minimum %d is greater than its maximum %d", t.Min, t.Max)
	case t.Min > MaxTableElements:
		return tooMany("elements of a table", int(t.Min), MaxTableElements)
	}
	return ""
}

func (c *checker) memory() string {
	m := c.module.Memory
	switch {
	case m == nil:
	case m.HasMax && m.Min > m.Max:
		return fmt.Sprintf("memory minimum %d is greater than its maximum %d", m.Min, m.Max)
	case max(m.Min, m.Max) > MaxMemoryPages:
		return tooMany("pages of memory", int(max(m.Min, m.Max)), MaxMemoryPages)
	}
	return ""
}

func (c *checker) globals() string {
	if n := len(c.module.Globals); n > MaxGlobals {
		return tooMany("globals", n, MaxGlobals)
	}
	for i := range c.module.Globals {
		g := &c.module.Globals[i]
		if t := constantType(g.Init); t != g.Type {
			return fmt.Sprintf("global %d is %s, its initialiser is %s", i, g.Type, t)
		}
	}
	return ""
}

func (c *checker) exports() string {
	m := c.module
	seen := make(map[string]struct{}, len(m.Exports))
	for i := range m.Exports {
		e := &m.Exports[i]
		if n := len(e.Name); n > MaxNameBytes {
			return fmt.Sprintf("export %d: %s", i, tooMany("bytes of a name", n, MaxNameBytes))
		}
		if _, ok := seen[e.Name]; ok {
			return fmt.Sprintf("export %s is there twice", quote(e.Name))
		}
		seen[e.Name] = struct{}{}
		count := 0
		switch e.Kind {
		case ExportFunction:
			count = c.functions
		case ExportTable:
			count = one(m.Table)
		case ExportMemory:
			count = one(m.Memory)
		case ExportGlobal:
			count = len(m.Globals)
		}
		if int64(e.Index) >= int64(count) {
			return fmt.Sprintf("export %s: there is no %s %d", quote(e.Name), importKinds[e.Kind], e.Index)
		}
	}
	return ""
}

func (c *checker) elements() string {
	for i := range c.module.Elements {
		e := &c.module.Elements[i]
		switch n := len(e.Functions); {
		case c.module.Table == nil:
			return fmt.Sprintf("element segment %d: there is no table", i)
		case n > MaxSegmentElements:
			return fmt.Sprintf("element segment %d: %s", i, tooMany("elements", n, MaxSegmentElements))
		case constantType(e.Offset) != I32:
			return fmt.Sprintf("element segment %d: offset is %s, i32 expected", i, constantType(e.Offset))
		case !fits(e.Offset, n, uint64(c.module.Table.Min)):
			return fmt.Sprintf("element segment %d does not fit into the table", i)
		}
		for _, f := range e.Functions {
			if int64(f) >= int64(c.functions) {
				return fmt.Sprintf("element segment %d: there is no function %d", i, f)
			}
		}
	}
	return ""
}

func (c *checker) segments() string {
	for i := range c.module.Segments {
		s := &c.module.Segments[i]
		switch t := constantType(s.Offset); {
		case c.module.Memory == nil:
			return fmt.Sprintf("data segment %d: there is no memory", i)
		case t != I32:
			return fmt.Sprintf("data segment %d: offset is %s, i32 expected", i, t)
		case !fits(s.Offset, len(s.Init), uint64(c.module.Memory.Min)*PageBytes):
			return fmt.Sprintf("data segment %d does not fit into the memory", i)
		}
	}
	return ""
}

// fits says whether n elements from a constant offset on are within size. The
// offset is unsigned, and has to be within size even if n is 0.
func fits(offset []byte, n int, size uint64) bool {
	return uint64(uint32(Constant(offset)))+uint64(n) <= size
}

// one counts a table or memory.
func one(l *Limits) int {
	if l == nil {
		return 0
	}
	return 1
}

// quote makes a name of the module fit for a message.
func quote(name string) string {
	const limit = 60
	if len(name) > limit {
		return fmt.Sprintf("%q…", name[:limit])
	}
	return fmt.Sprintf("%q", name)
}
