package wasm

// Faults is Check for people: it goes on after a fault and gives all that can
// be found, each section and each function with its first one. Bodies are
// checked if what they refer to is sound; imports that the host does not offer
// do not keep them from it. It gives nil exactly if Check does.
func Faults(m *Module, resolve Resolver) []*Error {
	c := checker{module: m, functions: len(m.Imports) + len(m.Functions)}
	var list []*Error
	sound := true
	for _, s := range c.steps(nil) {
		if s.section == importSection {
			for i := range m.Imports {
				reason := c.importForm(i)
				if reason != "" {
					sound = false
				} else {
					reason = c.importOffer(i, resolve)
				}
				if reason != "" {
					list = append(list, c.fault(importSection, reason))
				}
			}
			continue
		}
		if reason := s.check(); reason != "" {
			sound = false
			list = append(list, c.fault(s.section, reason))
		}
	}
	if !sound {
		return list
	}
	b := newBodyChecker(m, c.functions)
	for i := range m.Bodies {
		if err := b.fault(m, i); err != nil {
			list = append(list, err)
		}
	}
	if len(list) == 0 && Work(m) > MaxWork {
		list = append(list, c.fault(codeSection, tooMuchWork("the module")))
	}
	return list
}

// A Section is a part of a module, as it lies in the binary format.
type Section struct {
	Name   string // "code"; of custom sections their own name
	Custom bool
	Offset int // of its content
	Size   int // of its content
}

// Sections lists the sections of a module as far as they can be told apart. The
// module need not be valid.
func Sections(code []byte) []Section {
	var list []Section
	if len(code) < len(magic) || string(code[:len(magic)]) != magic {
		return nil
	}
	for pos := len(magic); pos < len(code); {
		r := reader{code: code, pos: pos + 1}
		id := int(code[pos])
		size := r.count("bytes of the section", 1)
		if !r.ok() {
			return list
		}
		s := Section{Name: "unknown", Custom: id == customSection, Offset: r.pos, Size: size}
		if id < len(sectionNames) {
			s.Name = sectionNames[id]
		}
		if s.Custom {
			content := reader{code: code[:r.pos+size], pos: r.pos}
			if name := content.name("name of the section"); content.ok() {
				s.Name = name
			}
		}
		list = append(list, s)
		pos = r.pos + size
	}
	return list
}
