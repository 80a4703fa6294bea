package wasm

import (
	"fmt"
	"unicode/utf8"
)

// reader reads the binary format from hostile bytes. Its first failure stays
// in err, and everything read after it is zero; so a caller has to look at err
// only before it loops, allocates, or returns.
type reader struct {
	code    []byte // up to the end of the current section
	pos     int
	section string
	err     *Error
}

func (r *reader) left() int { return len(r.code) - r.pos }

func (r *reader) ok() bool { return r.err == nil }

func (r *reader) fail(format string, args ...any) {
	r.failAt(r.pos, format, args...)
}

func (r *reader) failAt(offset int, format string, args ...any) {
	if r.err == nil {
		r.err = &Error{Section: r.section, Function: -1, Offset: offset, Reason: fmt.Sprintf(format, args...)}
		r.pos = len(r.code)
	}
}

func (r *reader) byte(what string) byte {
	if r.left() == 0 {
		r.fail("unexpected end: %s expected", what)
		return 0
	}
	r.pos++
	return r.code[r.pos-1]
}

func (r *reader) u32(what string) uint32 {
	v, n := readU32(r.code[r.pos:])
	if n == 0 {
		r.fail("malformed or missing %s", what)
		return 0
	}
	r.pos += n
	return v
}

// count reads the length of a vector whose elements take at least size bytes
// each, so that nobody allocates more elements than can follow.
func (r *reader) count(what string, size int) int {
	return r.countOf("", what, size)
}

// countOf is count for the bytes of something: the message is put together
// only when it is needed, because there are very many counts.
func (r *reader) countOf(unit, what string, size int) int {
	at := r.pos
	n, length := readU32(r.code[at:])
	if length == 0 {
		r.fail("malformed or missing number of %s%s", unit, what)
		return 0
	}
	r.pos += length
	if uint64(n)*uint64(size) > uint64(r.left()) {
		r.failAt(at, "%d %s%s cannot be in the %d bytes that are left", n, unit, what, r.left())
		return 0
	}
	return int(n)
}

// bytes reads a length and that many bytes. The result is a part of the
// module.
func (r *reader) bytes(what string) []byte {
	n := r.countOf("bytes of ", what, 1)
	b := r.code[r.pos : r.pos+n : r.pos+n]
	r.pos += n
	return b
}

func (r *reader) name(what string) string {
	at := r.pos
	b := r.bytes(what)
	if !utf8.Valid(b) {
		r.failAt(at, "%s is not UTF-8", what)
		return ""
	}
	return string(b)
}

func (r *reader) valueType(what string) ValueType {
	at := r.pos
	b := r.byte(what)
	if r.ok() && !numeric(ValueType(b)) {
		r.failAt(at, "%s: %s", what, unknownType(b))
	}
	return ValueType(b)
}

func (r *reader) valueTypes(what string) []ValueType {
	n := r.count(what, 1)
	if n == 0 {
		return nil
	}
	types := make([]ValueType, n)
	for i := range types {
		types[i] = r.valueType(what)
	}
	return types
}

// constant reads a constant expression and returns its bytes, including the
// end. Only constants are possible: global.get could only name an imported
// global, and there are none.
func (r *reader) constant() []byte {
	at := r.pos
	n := 0
	switch op := Opcode(r.byte("constant")); op {
	case OpI32Const:
		_, n = readS32(r.code[r.pos:])
	case OpI64Const:
		_, n = readS64(r.code[r.pos:])
	case OpF32Const:
		n = 4
	case OpF64Const:
		n = 8
	case OpGlobalGet:
		r.failAt(at, "constant expression uses a global, only imported ones could be and there are none")
	default:
		if r.ok() {
			r.failAt(at, "constant expression with %s, a constant is expected", op)
		}
	}
	if n == 0 || n > r.left() {
		r.fail("malformed constant")
		return nil
	}
	r.pos += n
	if end := r.pos; Opcode(r.byte("end of the constant expression")) != OpEnd {
		r.failAt(end, "constant expression is not one constant")
		return nil
	}
	return r.code[at:r.pos:r.pos]
}

// limits reads the limits of a table or memory.
func (r *reader) limits(what string) *Limits {
	at := r.pos
	var l Limits
	switch flags := r.byte(what + " limits"); flags {
	case 0:
		l.Min = r.u32(what + " minimum")
	case 1:
		l.Min = r.u32(what + " minimum")
		l.Max = r.u32(what + " maximum")
		l.HasMax = true
	case 2, 3:
		r.failAt(at, "a shared %s is refused: %s", what, threads)
	case 4, 5, 6, 7:
		r.failAt(at, "a 64-bit %s is refused", what)
	default:
		r.failAt(at, "unknown kind 0x%02X of %s limits", flags, what)
	}
	return &l
}
