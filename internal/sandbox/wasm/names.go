package wasm

import "unicode/utf8"

const functionNamesID = 1 // subsection of the name section

// functionNames reads the function names from the content of the name section.
// The section has no meaning, so it cannot make a module invalid: a malformed
// one gives nil, and names of functions that do not exist are left out.
func functionNames(section []byte, functions int) map[uint32]string {
	r := reader{code: section}
	for r.ok() && r.left() > 0 {
		id := r.byte("subsection")
		content := r.bytes("subsection")
		if r.ok() && id == functionNamesID {
			return nameMap(content, functions)
		}
	}
	return nil
}

func nameMap(content []byte, functions int) map[uint32]string {
	r := reader{code: content}
	names := make(map[uint32]string)
	for range r.count("names", 2) {
		index := r.u32("index")
		name := r.bytes("name")
		if !r.ok() || !utf8.Valid(name) {
			return nil
		}
		if len(name) > 0 && int64(index) < int64(functions) {
			names[index] = string(name)
		}
	}
	if !r.ok() || r.left() > 0 {
		return nil
	}
	return names
}
