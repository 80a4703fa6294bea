package wasm

func (p *parser) types(r *reader) {
	n := r.count("types", 3)
	p.module.Types = make([]FuncType, 0, n)
	for range n {
		at := r.pos
		if form := r.byte("type"); r.ok() && form != 0x60 {
			r.failAt(at, "type 0x%02X is not a function type", form)
		}
		params := r.valueTypes("parameters")
		at = r.pos
		results := r.valueTypes("results")
		if len(results) > 1 {
			r.failAt(at, "%d results are refused: multi-value is not supported", len(results))
		}
		if !r.ok() {
			return
		}
		p.module.Types = append(p.module.Types, FuncType{Params: params, Results: results})
	}
}

var importKinds = [...]string{0: "function", 1: "table", 2: "memory", 3: "global", 4: "tag"}

func (p *parser) imports(r *reader) {
	n := r.count("imports", 4)
	p.module.Imports = make([]Import, 0, n)
	for range n {
		at := r.pos
		im := Import{Module: r.name("module of the import"), Name: r.name("name of the import")}
		kind := int(r.byte("kind of the import"))
		switch {
		case kind >= len(importKinds):
			r.failAt(at, "unknown kind 0x%02X of import", kind)
		case kind != 0:
			r.failAt(at, "import of a %s is refused: the host offers functions only", importKinds[kind])
		}
		im.Type = r.u32("type of the import")
		if !r.ok() {
			return
		}
		p.module.Imports = append(p.module.Imports, im)
	}
}

func (p *parser) functions(r *reader) {
	n := r.count("functions", 1)
	p.module.Functions = make([]uint32, n)
	for i := range p.module.Functions {
		p.module.Functions[i] = r.u32("type of a function")
	}
}

func (p *parser) table(r *reader) {
	at := r.pos
	n := r.count("tables", 3)
	if n > 1 {
		r.failAt(at, "%d tables are refused: one is supported", n)
	}
	if n == 0 || !r.ok() {
		return
	}
	at = r.pos
	switch t := r.byte("type of the table"); t {
	case 0x70:
		p.module.Table = r.limits("table")
	case 0x6F:
		r.failAt(at, "a table of external references is refused: %s", references)
	default:
		r.failAt(at, "unknown type 0x%02X of table", t)
	}
}

func (p *parser) memory(r *reader) {
	at := r.pos
	n := r.count("memories", 2)
	if n > 1 {
		r.failAt(at, "%d memories are refused: one is supported", n)
	}
	if n == 0 || !r.ok() {
		return
	}
	p.module.Memory = r.limits("memory")
}

func (p *parser) globals(r *reader) {
	n := r.count("globals", 5)
	p.module.Globals = make([]Global, 0, n)
	for range n {
		g := Global{Type: r.valueType("type of the global")}
		at := r.pos
		mutable := r.byte("mutability of the global")
		if mutable > 1 {
			r.failAt(at, "unknown mutability 0x%02X of global", mutable)
		}
		g.Mutable = mutable == 1
		g.Init = r.constant()
		if !r.ok() {
			return
		}
		p.module.Globals = append(p.module.Globals, g)
	}
}

func (p *parser) exports(r *reader) {
	n := r.count("exports", 3)
	p.module.Exports = make([]Export, 0, n)
	for range n {
		e := Export{Name: r.name("name of the export")}
		at := r.pos
		e.Kind = ExportKind(r.byte("kind of the export"))
		if e.Kind > ExportGlobal {
			r.failAt(at, "unknown kind 0x%02X of export", byte(e.Kind))
		}
		e.Index = r.u32("index of the export")
		if !r.ok() {
			return
		}
		p.module.Exports = append(p.module.Exports, e)
	}
}

func (p *parser) elements(r *reader) {
	n := r.count("element segments", 5)
	p.module.Elements = make([]Element, 0, n)
	for range n {
		at := r.pos
		switch flags := r.u32("kind of the element segment"); {
		case flags == 0:
		case flags == 1 || flags == 3:
			r.failAt(at, "a passive element segment is refused: %s", bulkMemory)
		case flags == 2:
			r.failAt(at, "an element segment with a table index is refused: one table is supported")
		case flags <= 7:
			r.failAt(at, "an element segment of expressions is refused: %s", references)
		default:
			r.failAt(at, "unknown kind %d of element segment", flags)
		}
		e := Element{Offset: r.constant()}
		e.Functions = make([]uint32, r.count("functions of the element segment", 1))
		for i := range e.Functions {
			e.Functions[i] = r.u32("function of the element segment")
		}
		if !r.ok() {
			return
		}
		p.module.Elements = append(p.module.Elements, e)
	}
}

func (p *parser) bodies(r *reader) {
	at := r.pos
	n := r.count("bodies", 3)
	if n != len(p.module.Functions) {
		r.failAt(at, "%d bodies for %d functions", n, len(p.module.Functions))
		return
	}
	p.module.Bodies = make([]Body, 0, n)
	for i := range n {
		size := r.count("bytes of the body", 1)
		one := reader{code: r.code[:r.pos+size], pos: r.pos, section: r.section, err: r.err}
		b := body(&one)
		if !one.ok() {
			r.err = one.err
			r.err.Function = len(p.module.Imports) + i
			return
		}
		p.module.Bodies = append(p.module.Bodies, b)
		r.pos += size
	}
}

// body reads the declarations of locals; the rest are the instructions.
func body(r *reader) Body {
	n := r.count("runs of locals", 2)
	var locals []LocalRun
	if n > 0 {
		locals = make([]LocalRun, n)
	}
	for i := range locals {
		locals[i] = LocalRun{Count: r.u32("number of locals"), Type: r.valueType("type of locals")}
	}
	if r.ok() && r.left() == 0 {
		r.fail("body without instructions")
	}
	return Body{Locals: locals, Code: r.code[r.pos:len(r.code):len(r.code)], Offset: r.pos}
}

func (p *parser) segments(r *reader) {
	n := r.count("data segments", 5)
	p.module.Segments = make([]DataSegment, 0, n)
	for range n {
		at := r.pos
		switch flags := r.u32("kind of the data segment"); flags {
		case 0:
		case 1:
			r.failAt(at, "a passive data segment is refused: %s", bulkMemory)
		case 2:
			r.failAt(at, "a data segment with a memory index is refused: one memory is supported")
		default:
			r.failAt(at, "unknown kind %d of data segment", flags)
		}
		s := DataSegment{Offset: r.constant(), Init: r.bytes("data segment")}
		if !r.ok() {
			return
		}
		p.module.Segments = append(p.module.Segments, s)
	}
}
