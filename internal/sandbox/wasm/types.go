package wasm

import (
	"fmt"
	"strings"
)

// String gives the name of the type.
func (t ValueType) String() string {
	switch t {
	case I32:
		return "i32"
	case I64:
		return "i64"
	case F32:
		return "f32"
	case F64:
		return "f64"
	}
	return fmt.Sprintf("type 0x%02X", byte(t))
}

// String gives the type as in "(i32, i64) -> i32".
func (t FuncType) String() string {
	var b strings.Builder
	b.WriteByte('(')
	for i, p := range t.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.String())
	}
	b.WriteString(") -> ")
	if len(t.Results) == 0 {
		b.WriteString("()")
	}
	for _, r := range t.Results {
		b.WriteString(r.String())
	}
	return b.String()
}
