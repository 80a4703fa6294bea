package oracle

import (
	"errors"
	"slices"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Borders of single instructions; the recorded runs cover the rest.
func TestNumbersAtTheirBorders(t *testing.T) {
	const (
		nan       = 2 // global: f64 NaN
		negative  = 3 // global: f32 -2^32
		minInt32  = -1 << 31
		minInt64  = -1 << 63
		lastBytes = 65_533 // 0x81 0x82 0x83, the end of the memory
	)
	global := func(index int, op wasm.Opcode) []any { return []any{wasm.OpGlobalGet, index, op} }
	sat := func(index, sub int) []any { return []any{wasm.OpGlobalGet, index, byte(0xFC), byte(sub)} }
	load := func(op wasm.Opcode, address, offset int) []any {
		return append([]any{i32c, address, op, 0}, unsigned(offset)...)
	}
	tests := []struct {
		name   string
		result wasm.ValueType
		code   []any
		want   uint64
		trap   error
	}{
		{"i32 division overflows", wasm.I32, []any{i32c, minInt32, i32c, -1, wasm.OpI32DivS}, 0, TrapOverflow},
		{"i32 remainder of the same is 0", wasm.I32, []any{i32c, minInt32, i32c, -1, wasm.OpI32RemS}, 0, nil},
		{"i64 division overflows", wasm.I64, []any{i64c, minInt64, i64c, -1, wasm.OpI64DivS}, 0, TrapOverflow},
		{"i64 remainder of the same is 0", wasm.I64, []any{i64c, minInt64, i64c, -1, wasm.OpI64RemS}, 0, nil},
		{"remainder by 0", wasm.I64, []any{i64c, 1, i64c, 0, wasm.OpI64RemU}, 0, TrapDivideByZero},
		{"unsigned division of the same is 0", wasm.I32, []any{i32c, minInt32, i32c, -1, wasm.OpI32DivU}, 0, nil},
		{"division rounds to 0", wasm.I32, []any{i32c, -7, i32c, 2, wasm.OpI32DivS}, 1<<32 - 3, nil},
		{"shifts take the distance modulo the width", wasm.I32, []any{i32c, 1, i32c, 33, wasm.OpI32Shl}, 2, nil},
		{"arithmetic shift", wasm.I64, []any{i64c, minInt64, i64c, 127, wasm.OpI64ShrS}, 1<<64 - 1, nil},
		{"rotation by 0", wasm.I32, []any{i32c, minInt32, i32c, 32, wasm.OpI32Rotl}, 1 << 31, nil},
		{"rotation", wasm.I64, []any{i64c, 1, i64c, 1, wasm.OpI64Rotr}, 1 << 63, nil},
		{"leading zeros of 0", wasm.I32, []any{i32c, 0, wasm.OpI32Clz}, 32, nil},
		{"trailing zeros of 0", wasm.I64, []any{i64c, 0, wasm.OpI64Ctz}, 64, nil},
		{"sign extension stays in 32 bits", wasm.I32, []any{i32c, 0x80, wasm.OpI32Extend8S}, 1<<32 - 128, nil},
		{"select of the first", wasm.I64, []any{i64c, 1, i64c, 2, i32c, -1, wasm.OpSelect}, 1, nil},

		{"truncation of NaN", wasm.I32, global(nan, wasm.OpI32TruncF64S), 0, TrapConversion},
		{"truncation out of range", wasm.I64, global(negative, wasm.OpI64TruncF32U), 0, TrapOverflow},
		{"truncation within range", wasm.I64, global(negative, wasm.OpI64TruncF32S), 1<<64 - 1<<32, nil},
		{"saturating truncation of NaN", wasm.I64, sat(nan, 7), 0, nil},
		{"saturating truncation to i32", wasm.I32, sat(negative, 0), 1 << 31, nil},
		{"saturating truncation to unsigned", wasm.I32, sat(negative, 1), 0, nil},
		{"reinterpretation", wasm.I32, global(negative, wasm.OpI32ReinterpretF32), 0xCF800000, nil},

		{"the last bytes of the memory", wasm.I32, load(wasm.OpI32Load16S, lastBytes, 1), 1<<32 - 1<<16 + 0x8382, nil},
		{"a load that is partly beyond", wasm.I32, load(wasm.OpI32Load16U, lastBytes, 2), 0, TrapMemory},
		{"a sign-extended byte", wasm.I64, load(wasm.OpI64Load8S, 0, lastBytes), 1<<64 - 0x7F, nil},
		{"an address and offset beyond 32 bits do not wrap", wasm.I32, load(wasm.OpI32Load8U, -1, 1<<32-1), 0, TrapMemory},
		{"their sum of exactly 2^32 neither", wasm.I32, load(wasm.OpI32Load8U, -1, 1), 0, TrapMemory},
		{"a store that is partly beyond", wasm.I32, []any{i32c, lastBytes, i32c, 0, wasm.OpI32Store, 2, 0, i32c, 0}, 0, TrapMemory},
		{"growing beyond the maximum", wasm.I32, []any{i32c, 3, wasm.OpMemoryGrow, 0}, 1<<32 - 1, nil},
		{"growing by the greatest number", wasm.I32, []any{i32c, -1, wasm.OpMemoryGrow, 0}, 1<<32 - 1, nil},
		{"growing by nothing", wasm.I32, []any{i32c, 0, wasm.OpMemoryGrow, 0}, 1, nil},
	}
	for _, tt := range tests {
		in := instance(t, nil, fn{results: []wasm.ValueType{tt.result}, code: tt.code})
		o := in.Run(0, 1000)
		if tt.trap != nil {
			if o.Kind != Trapped || !errors.Is(o.Err, tt.trap) {
				t.Errorf("%s: %s (%v), want %v", tt.name, o.Kind, o.Err, tt.trap)
			}
		} else if !slices.Equal(o.Results, []uint64{tt.want}) {
			t.Errorf("%s: %x (%v), want %x", tt.name, o.Results, o.Err, tt.want)
		}
	}
	// A store that traps leaves the memory as it is.
	in := instance(t, nil, fn{code: []any{i32c, lastBytes, i32c, 0, wasm.OpI32Store, 2, 0}})
	if in.Run(0, 1000); !slices.Equal(in.Memory()[lastBytes:], []byte{0x81, 0x82, 0x83}) {
		t.Errorf("% x", in.Memory()[lastBytes:])
	}
}

// unsigned gives the bytes of an offset, which code would write as signed.
func unsigned(v int) []any {
	var parts []any
	for _, b := range wasm.AppendUnsigned(nil, uint64(v)) {
		parts = append(parts, b)
	}
	return parts
}
