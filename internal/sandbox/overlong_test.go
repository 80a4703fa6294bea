package sandbox_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// long writes a number in one byte more than is needed, or as many as are
// allowed, and a negative one as its sign demands.
func long(n int64, width int) []byte {
	var b []byte
	for i := range width {
		b = append(b, byte(n>>(7*i))&0x7F|0x80)
	}
	b[width-1] &= 0x7F
	return b
}

// A number may be written in more bytes than it needs, up to a limit. The
// engines need not be trusted to read that alike: one took the first byte of a
// long sub-opcode for all of it.
func TestLongEncodingsMeanWhatShortOnesDo(t *testing.T) {
	const (
		drop, end = byte(wasm.OpDrop), byte(wasm.OpEnd)
		tell      = 0 // index of the import
	)
	code := func(parts ...any) []byte {
		var b []byte
		for _, part := range parts {
			switch part := part.(type) {
			case wasm.Opcode:
				b = append(b, byte(part))
			case byte:
				b = append(b, part)
			case int:
				b = append(b, byte(part))
			case []byte:
				b = append(b, part...)
			}
		}
		return append(b, end)
	}
	for _, test := range []struct {
		name        string
		short, long []byte
	}{
		{"a sub-opcode",
			code(wasm.OpLocalGet, 1, 0xFC, 6, wasm.OpCall, tell),
			code(wasm.OpLocalGet, 1, 0xFC, long(6, 5), wasm.OpCall, tell)},
		{"a sub-opcode of zero",
			code(wasm.OpLocalGet, 2, 0xFC, 0, wasm.OpI64ExtendI32U, wasm.OpCall, tell),
			code(wasm.OpLocalGet, 2, 0xFC, long(0, 2), wasm.OpI64ExtendI32U, wasm.OpCall, tell)},
		{"constants",
			code(wasm.OpI32Const, 0x7F, drop, wasm.OpI64Const, 0x7E, wasm.OpCall, tell),
			code(wasm.OpI32Const, long(-1, 5), drop, wasm.OpI64Const, long(-2, 10), wasm.OpCall, tell)},
		{"indices of locals and globals",
			code(wasm.OpLocalGet, 0, wasm.OpCall, tell, wasm.OpGlobalGet, 0, wasm.OpLocalTee, 0, wasm.OpGlobalSet, 0),
			code(wasm.OpLocalGet, long(0, 5), wasm.OpCall, tell, wasm.OpGlobalGet, long(0, 5), wasm.OpLocalTee, long(0, 4), wasm.OpGlobalSet, long(0, 3))},
		{"the index of a function",
			code(wasm.OpI64Const, 1, wasm.OpCall, tell), code(wasm.OpI64Const, 1, wasm.OpCall, long(tell, 5))},
		{"alignment and offset",
			code(wasm.OpI32Const, 1, wasm.OpI64Load, 0, 70, wasm.OpCall, tell),
			code(wasm.OpI32Const, 1, wasm.OpI64Load, long(0, 5), long(70, 5), wasm.OpCall, tell)},
		{"labels",
			code(wasm.OpBlock, 0x40, wasm.OpI32Const, 0, wasm.OpBrIf, 0, wasm.OpBr, 0, end),
			code(wasm.OpBlock, 0x40, wasm.OpI32Const, 0, wasm.OpBrIf, long(0, 5), wasm.OpBr, long(0, 5), end)},
		{"labels of a table",
			code(wasm.OpBlock, 0x40, wasm.OpI32Const, 1, wasm.OpBrTable, 1, 0, 1, end),
			code(wasm.OpBlock, 0x40, wasm.OpI32Const, 1, wasm.OpBrTable, long(1, 5), long(0, 5), long(1, 5), end)},
		{"a type of an indirect call",
			code(wasm.OpI32Const, 0, wasm.OpCallIndirect, 1, 0), code(wasm.OpI32Const, 0, wasm.OpCallIndirect, long(1, 5), 0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, func(t *testing.T, interpreter bool) {
				if got, want := runs(t, interpreter, test.long), runs(t, interpreter, test.short); got != want {
					t.Errorf("the long form gave %s, the short one %s", got, want)
				}
			})
		})
	}
}

// runs gives what becomes of a call of the code, and what it costs.
func runs(t *testing.T, interpreter bool, code []byte) string {
	t.Helper()
	m, err := wasm.Parse(assemble(t, "import env.tell i64\nmemory 1\ndata 70 abcdefghi\ntable 1\nelem 0 other\nglobal i64 9\nfunc main; local 1 i64; local 1 f64; local 1 f32\nfunc other"))
	if err != nil {
		t.Fatal(err)
	}
	m.Bodies[0].Code = slices.Clone(code)
	module := wasm.Encode(m)
	w := newWorld(t, interpreter, distinct())
	loaded, err := w.Load(sha256.Sum256(module), module)
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.Start(loaded, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop(in)
	end := call(t, loaded, in, "main")
	return fmt.Sprintf("%s, told %v, %s", end, w.told, explain(in, 1_000_000))
}
