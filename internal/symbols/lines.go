package symbols

import (
	"cmp"
	"debug/dwarf"
	"slices"
	"sort"
	"strings"
)

// line is where code from an address on came from. Addresses are offsets into
// the content of the code section.
type line struct {
	address uint64
	file    string
	number  int
	end     bool // no code from here on
}

// maxLines bounds how many are read.
const maxLines = 4_000_000

// readLines reads the line tables of DWARF, nil if there are none.
func readLines(custom map[string][]byte) []line {
	data, err := dwarf.New(custom[".debug_abbrev"], nil, nil, custom[".debug_info"], custom[".debug_line"],
		nil, custom[".debug_ranges"], custom[".debug_str"])
	if err != nil {
		return nil
	}
	for _, name := range []string{".debug_addr", ".debug_line_str", ".debug_str_offsets", ".debug_rnglists"} {
		if section, ok := custom[name]; ok {
			if err := data.AddSection(name, section); err != nil {
				return nil
			}
		}
	}
	var lines []line
	for r := data.Reader(); ; r.SkipChildren() {
		unit, err := r.Next()
		if err != nil || unit == nil {
			break
		}
		if unit.Tag != dwarf.TagCompileUnit {
			continue
		}
		table, err := data.LineReader(unit)
		if err != nil || table == nil {
			continue
		}
		lines = readTable(lines, table)
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.address, b.address) })
	return lines
}

func readTable(lines []line, table *dwarf.LineReader) []line {
	var e dwarf.LineEntry
	for len(lines) < maxLines {
		if err := table.Next(&e); err != nil { // the end, or what cannot be read
			return lines
		}
		l := line{address: e.Address, number: e.Line, end: e.EndSequence}
		if e.File != nil {
			l.file = e.File.Name
		}
		lines = append(lines, l)
	}
	return lines
}

// Line says where the instruction at an offset into the module came from.
func (t *Table) Line(offset int) (file string, number int, ok bool) {
	if offset < t.base || len(t.lines) == 0 {
		return "", 0, false
	}
	address := uint64(offset - t.base)
	i := sort.Search(len(t.lines), func(i int) bool { return t.lines[i].address > address }) - 1
	if i < 0 || t.lines[i].end || t.lines[i].number == 0 {
		return "", 0, false
	}
	return strings.TrimPrefix(t.lines[i].file, "./"), t.lines[i].number, true
}
