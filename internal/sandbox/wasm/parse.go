package wasm

// section ids of the binary format
const (
	customSection    = 0
	typeSection      = 1
	importSection    = 2
	functionSection  = 3
	tableSection     = 4
	memorySection    = 5
	globalSection    = 6
	exportSection    = 7
	startSection     = 8
	elementSection   = 9
	codeSection      = 10
	dataSection      = 11
	dataCountSection = 12
	tagSection       = 13
	sectionIDs       = 14
)

var sectionNames = [sectionIDs]string{
	customSection: "custom", typeSection: "type", importSection: "import", functionSection: "function",
	tableSection: "table", memorySection: "memory", globalSection: "global", exportSection: "export",
	startSection: "start", elementSection: "element", codeSection: "code", dataSection: "data",
	dataCountSection: "data count", tagSection: "tag",
}

const magic = "\x00asm\x01\x00\x00\x00"

// Parse reads a module. Every error is an *Error. It never allocates more than
// a small multiple of len(code).
//
// The code may end at the border of any section. Bodies are only cut out:
// Check reads their instructions.
func Parse(code []byte) (*Module, error) {
	if len(code) < len(magic) || string(code[:len(magic)]) != magic {
		return nil, &Error{Function: -1, Reason: "not a WebAssembly 1.0 binary"}
	}
	p := parser{module: &Module{Size: len(code)}}
	pos, last := len(magic), 0
	for pos < len(code) {
		r := reader{code: code, pos: pos + 1, section: "unknown"}
		id := int(code[pos])
		if id < len(sectionNames) {
			r.section = sectionNames[id]
		}
		size := r.count("bytes of the section", 1)
		if r.ok() && id != customSection {
			if id <= last {
				r.failAt(pos, "section is out of order or there twice")
			}
			last = id
			if id < sectionIDs {
				p.module.sections[id] = pos
			}
		}
		if r.ok() {
			r.code = code[:r.pos+size]
			p.section(&r, id, pos)
		}
		if !r.ok() {
			return nil, r.err
		}
		pos = len(r.code)
	}
	if len(p.module.Functions) != len(p.module.Bodies) {
		return nil, &Error{Section: "code", Function: -1, Offset: len(code),
			Reason: "the code section is missing"}
	}
	p.module.FunctionNames = functionNames(p.names, len(p.module.Imports)+len(p.module.Functions))
	return p.module, nil
}

// parser holds what is read.
type parser struct {
	module *Module
	names  []byte // content of the name section
}

// section reads a section wholly. start is the offset of its id.
func (p *parser) section(r *reader, id, start int) {
	switch id {
	case customSection:
		p.custom(r)
	case typeSection:
		p.types(r)
	case importSection:
		p.imports(r)
	case functionSection:
		p.functions(r)
	case tableSection:
		p.table(r)
	case memorySection:
		p.memory(r)
	case globalSection:
		p.globals(r)
	case exportSection:
		p.exports(r)
	case startSection:
		r.failAt(start, "a start function is refused: contracts run only when they are deployed or called")
	case elementSection:
		p.elements(r)
	case codeSection:
		p.bodies(r)
	case dataSection:
		p.segments(r)
	case dataCountSection:
		r.failAt(start, "data count section is refused: %s", bulkMemory)
	case tagSection:
		r.failAt(start, "tag section is refused: %s", exceptions)
	default:
		r.failAt(start, "unknown section %d", id)
	}
	if r.ok() && r.left() > 0 {
		r.fail("%d bytes are left at the end of the section", r.left())
	}
}

// custom skips a custom section; the name section is kept for the end, when
// the number of functions is known.
func (p *parser) custom(r *reader) {
	if name := r.name("name of the section"); name == "name" && r.ok() {
		p.names = r.code[r.pos:]
	}
	r.pos = len(r.code)
}
