package wasm

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func describe(in *Instr) string {
	s := in.Op.String()
	switch in.Op.Immediate() {
	case ImmLabel, ImmFunction, ImmType, ImmLocal, ImmGlobal:
		s += fmt.Sprint(" ", in.Index)
	case ImmMemArg:
		s += fmt.Sprintf(" align=%d offset=%d", in.Align, in.Index)
	case ImmI32, ImmI64:
		s += fmt.Sprint(" ", in.Const)
	case ImmLabels:
		s += fmt.Sprint(" ", in.Table)
	case ImmBlock:
		s += fmt.Sprintf(" %02x", in.Block)
	}
	return fmt.Sprintf("%d-%d %s", in.Start, in.End, s)
}

func TestDecoderReadsEveryKindOfImmediate(t *testing.T) {
	b := code(
		OpBlock, NoResult, OpLoop, I32, OpIf, F64,
		OpI32Const, -129, OpI64Const, -1<<63, OpNop,
		OpLocalGet, uint32(300), OpGlobalSet, uint32(1<<32-1),
		OpI64Load32U, 2, uint32(1<<32-1), OpMemoryGrow, 0,
		OpBr, 1, OpBrIf, 2, OpBrTable, 2, 0, 1, uint32(99), OpBrTable, 0, 7,
		OpCall, 5, OpCallIndirect, 6, 0, OpI32TruncSatF32S,
		OpI64TruncSatF64U, OpSelect, OpEnd,
	)
	want := `0-2 block 40
2-4 loop 7f
4-6 if 7c
6-9 i32.const -129
9-20 i64.const -9223372036854775808
20-21 nop
21-24 local.get 300
24-30 global.set 4294967295
30-37 i64.load32_u align=2 offset=4294967295
37-39 memory.grow
39-41 br 1
41-43 br_if 2
43-48 br_table [0 1 99]
48-51 br_table [7]
51-53 call 5
53-56 call_indirect 6
56-58 i32.trunc_sat_f32_s
58-60 i64.trunc_sat_f64_u
60-61 select
61-62 end
`
	var got strings.Builder
	var in Instr
	for d := NewDecoder(b); d.Next(&in); {
		fmt.Fprintln(&got, describe(&in))
	}
	if got.String() != want {
		t.Errorf("decoded\n%swant\n%s", got.String(), want)
	}
}

// What an encoder may write longer than necessary is read as the same.
func TestDecoderReadsLongEncodings(t *testing.T) {
	b := []byte{0x20, 0x81, 0x00, 0x41, 0xFF, 0x7F, 0xFC, 0x87, 0x80, 0x00}
	want := []string{"0-3 local.get 1", "3-6 i32.const -1", "6-10 i64.trunc_sat_f64_u"}
	var got []string
	var in Instr
	for d := NewDecoder(b); d.Next(&in); {
		got = append(got, describe(&in))
	}
	if !slices.Equal(got, want) {
		t.Errorf("decoded %q, want %q", got, want)
	}
}

func TestDecoderDoesNotAllocate(t *testing.T) {
	b := code(OpBlock, NoResult, OpI32Const, 1, OpBrTable, 2, 0, 0, 0, OpEnd, OpI32Const, 0, OpI64Load, 3, 8, OpDrop, OpEnd)
	d := Decoder{code: b}
	in := Instr{Table: make([]uint32, 0, 3)}
	if n := testing.AllocsPerRun(100, func() {
		d.pos = 0
		for d.Next(&in) {
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestDecoderPanicsOnCodeThatWasNotChecked(t *testing.T) {
	for _, b := range [][]byte{{0x20}, {0x41, 0x80}, {0x43, 0, 0, 0, 0}, {0x28, 0}, {0xFC}, {0x0E, 9, 0}, {0xFF}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("% x was decoded", b)
				}
			}()
			var in Instr
			NewDecoder(b).Next(&in)
		}()
	}
}

func BenchmarkDecoder(b *testing.B) {
	c := code(OpLocalGet, 0, OpI32Const, 77, OpI32Add, OpLocalTee, 1, OpI32Load, 2, 16, OpBrIf, 0)
	for len(c) < 1<<16 {
		c = append(c, c...)
	}
	b.SetBytes(int64(len(c)))
	b.ReportAllocs()
	var in Instr
	for b.Loop() {
		for d := NewDecoder(c); d.Next(&in); {
		}
	}
}
