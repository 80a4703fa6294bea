// Package symbols says what functions of a WebAssembly module are called and
// which line of which file an instruction came from: from the name section, the
// exports and imports, and DWARF.
//
// It is for people. None of it has a meaning for an execution, all of it may be
// missing or wrong, and then there are numbers instead. Contracts are deployed
// without it, so a Set can take it from the file that a compiler wrote before
// names were removed: two modules with the same code have the same symbols.
package symbols

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// A Table holds the symbols of one module.
type Table struct {
	names map[uint32]string
	base  int // where the content of the code section begins
	lines []line
}

// Read reads the symbols of a module. What cannot be read is left out.
func Read(code []byte) *Table {
	t := &Table{names: make(map[uint32]string)}
	m, err := wasm.Parse(code)
	if err != nil {
		return t
	}
	for _, e := range m.Exports {
		if e.Kind == wasm.ExportFunction {
			t.names[e.Index] = e.Name
		}
	}
	for i, im := range m.Imports {
		t.names[uint32(i)] = im.Module + "." + im.Name
	}
	for i, name := range m.FunctionNames {
		if int(i) >= len(m.Imports) {
			t.names[i] = plain(name)
		}
	}
	sections := customSections(code)
	t.base = sections.code
	t.lines = readLines(sections.custom)
	return t
}

// Function gives the name of a function, or its number.
func (t *Table) Function(index uint32) string {
	if name, ok := t.names[index]; ok {
		return name
	}
	return fmt.Sprintf("func[%d]", index)
}

// plain removes what compilers put around the names of functions: legacy names
// of Rust become paths, and a hash at the end is dropped.
func plain(name string) string {
	rest, ok := strings.CutPrefix(name, "_ZN")
	if !ok {
		return name
	}
	var parts []string
	for rest != "" && rest[0] != 'E' {
		n := 0
		for rest != "" && rest[0] >= '0' && rest[0] <= '9' && n < 1000 {
			n = 10*n + int(rest[0]-'0')
			rest = rest[1:]
		}
		if n == 0 || n > len(rest) {
			return name
		}
		part := rest[:n]
		if strings.HasPrefix(part, "_$") {
			part = part[1:]
		}
		parts = append(parts, part)
		rest = rest[n:]
	}
	if n := len(parts); n > 1 && len(parts[n-1]) == 17 && parts[n-1][0] == 'h' {
		parts = parts[:n-1]
	}
	return strings.NewReplacer("$LT$", "<", "$GT$", ">", "$u20$", " ", "$RF$", "&", "$LP$", "(", "$RP$", ")", "$C$", ",", "..", "::").
		Replace(strings.Join(parts, "::"))
}

// sections are the parts of a module that wasm.Parse does not keep.
type sections struct {
	code    int // offset of the content of the code section
	content []byte
	custom  map[string][]byte
}

func customSections(code []byte) sections {
	s := sections{custom: make(map[string][]byte)}
	for _, section := range wasm.Sections(code) {
		content := code[section.Offset : section.Offset+section.Size]
		switch {
		case section.Custom: // the content begins with the name, after its length
			_, n := binary.Uvarint(content)
			s.custom[section.Name] = content[min(max(n, 0)+len(section.Name), len(content)):]
		case section.Name == "code":
			s.code, s.content = section.Offset, content
		}
	}
	return s
}

// A Set finds the symbols of modules. The zero value is ready for use. It is
// not safe for concurrent use.
type Set struct {
	tables map[[sha256.Size]byte]*Table // by the hash of the module
	extra  map[[sha256.Size]byte]*Table // by the hash of the code section
}

// Add takes symbols from a module for all modules with the same code.
func (s *Set) Add(code []byte) error {
	if _, err := wasm.Parse(code); err != nil {
		return err
	}
	if s.extra == nil {
		s.extra = make(map[[sha256.Size]byte]*Table)
	}
	s.extra[sha256.Sum256(customSections(code).content)] = Read(code)
	return nil
}

// Of gives the symbols of a module.
func (s *Set) Of(code []byte) *Table {
	sum := sha256.Sum256(code)
	if t, ok := s.tables[sum]; ok {
		return t
	}
	if s.tables == nil {
		s.tables = make(map[[sha256.Size]byte]*Table)
	}
	t := Read(code)
	sections := customSections(code)
	if extra, ok := s.extra[sha256.Sum256(sections.content)]; ok {
		merged := *extra
		merged.base = sections.code
		t = &merged
	}
	s.tables[sum] = t
	return t
}
