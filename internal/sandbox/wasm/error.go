package wasm

import (
	"fmt"
	"strings"
)

// Error says where and why a module is refused. It is for people: its text
// never becomes part of a result.
type Error struct {
	Section  string // "code", "import", …; empty if none
	Function int    // index of the function, imports included; -1 if none
	Offset   int    // into the module
	Reason   string
}

// Error gives one line, for example
// "code section, function 3, offset 0x1f: f32.add is refused: …".
func (e *Error) Error() string {
	var b strings.Builder
	if e.Section != "" {
		fmt.Fprintf(&b, "%s section, ", e.Section)
	}
	if e.Function >= 0 {
		fmt.Fprintf(&b, "function %d, ", e.Function)
	}
	fmt.Fprintf(&b, "offset 0x%x: %s", e.Offset, e.Reason)
	return b.String()
}
