package wasm

import (
	"encoding/hex"
	"math"
	"testing"
)

func TestNumbersAreReadAsTheSpecificationSays(t *testing.T) {
	tests := []struct {
		name    string
		kind    string
		in      string // what follows must not matter
		want    int64
		length  int
		invalid bool
	}{
		{name: "one byte", kind: "u32", in: "7fff", want: 127, length: 1},
		{name: "two bytes", kind: "u32", in: "800100", want: 128, length: 2},
		{name: "zero in five bytes is allowed", kind: "u32", in: "8080808000", want: 0, length: 5},
		{name: "the greatest u32", kind: "u32", in: "ffffffff0f", want: math.MaxUint32, length: 5},
		{name: "a bit beyond 32", kind: "u32", in: "ffffffff1f", invalid: true},
		{name: "unused bits of u32 are not a sign", kind: "u32", in: "ffffffff7f", invalid: true},
		{name: "zero in six bytes", kind: "u32", in: "808080808000", invalid: true},
		{name: "u32 cut off", kind: "u32", in: "ffff", invalid: true},
		{name: "no byte for u32", kind: "u32", in: "", invalid: true},

		{name: "the greatest of one byte", kind: "s32", in: "3f", want: 63, length: 1},
		{name: "the least of one byte", kind: "s32", in: "40", want: -64, length: 1},
		{name: "minus one", kind: "s32", in: "7f00", want: -1, length: 1},
		{name: "minus one in five bytes", kind: "s32", in: "ffffffff7f", want: -1, length: 5},
		{name: "the greatest i32", kind: "s32", in: "ffffffff07", want: math.MaxInt32, length: 5},
		{name: "the least i32", kind: "s32", in: "8080808078", want: math.MinInt32, length: 5},
		{name: "i32 whose last bits do not repeat the sign", kind: "s32", in: "ffffffff0f", invalid: true},
		{name: "negative i32 whose last bits do not repeat the sign", kind: "s32", in: "8080808038", invalid: true},
		{name: "i32 in six bytes", kind: "s32", in: "ffffffffff7f", invalid: true},
		{name: "i32 cut off", kind: "s32", in: "80808080", invalid: true},

		{name: "minus one as i64", kind: "s64", in: "7f", want: -1, length: 1},
		{name: "an i64 in nine bytes", kind: "s64", in: "ffffffffffffffff7f", want: -1, length: 9},
		{name: "the greatest i64", kind: "s64", in: "ffffffffffffffffff00", want: math.MaxInt64, length: 10},
		{name: "the least i64", kind: "s64", in: "8080808080808080807f", want: math.MinInt64, length: 10},
		{name: "i64 whose last bits do not repeat the sign", kind: "s64", in: "ffffffffffffffffff7e", invalid: true},
		{name: "i64 in eleven bytes", kind: "s64", in: "8080808080808080808000", invalid: true},
		{name: "no byte for i64", kind: "s64", in: "", invalid: true},
	}
	for _, tt := range tests {
		b, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		var got int64
		n := 0
		switch tt.kind {
		case "u32":
			var v uint32
			v, n = readU32(b)
			got = int64(v)
		case "s32":
			var v int32
			v, n = readS32(b)
			got = int64(v)
		case "s64":
			got, n = readS64(b)
		}
		if tt.invalid {
			if n != 0 {
				t.Errorf("%s: %s %s is read as %d", tt.name, tt.kind, tt.in, got)
			}
		} else if got != tt.want || n != tt.length {
			t.Errorf("%s: %s %s is read as %d from %d bytes", tt.name, tt.kind, tt.in, got, n)
		}
	}
}

func TestWrittenNumbersAreReadBack(t *testing.T) {
	for shift := range 64 {
		for _, d := range []int64{-1, 0, 1} {
			v := int64(1)<<shift + d
			for _, v := range []int64{v, -v} {
				b := AppendSigned(nil, v)
				if got, n := readS64(append(b, 0xFF)); got != v || n != len(b) {
					t.Errorf("%d is read as %d from %d of %d bytes", v, got, n, len(b))
				}
				if v == int64(int32(v)) {
					if got, n := readS32(b); got != int32(v) || n != len(b) {
						t.Errorf("%d is read as %d from %d of %d bytes", v, got, n, len(b))
					}
				}
			}
			if u := uint32(v); int64(u) == v {
				b := AppendUnsigned(nil, uint64(u))
				if got, n := readU32(append(b, 0xFF)); got != u || n != len(b) {
					t.Errorf("%d is read as %d from %d of %d bytes", u, got, n, len(b))
				}
			}
		}
	}
}
