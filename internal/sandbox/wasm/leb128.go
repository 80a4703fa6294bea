package wasm

// The functions of this file read LEB128 numbers from the front of b and
// return how many bytes they took, or 0 if b is too short, the number is
// longer than its type allows, or unused bits of its last byte are wrong.
// Encodings longer than necessary are allowed within these limits, as in the
// specification.

func readU32(b []byte) (uint32, int) {
	if len(b) > 0 && b[0] < 0x80 { // nearly all of them
		return uint32(b[0]), 1
	}
	var v uint32
	for i := range min(5, len(b)) {
		c := b[i]
		if i == 4 && c > 0x0F {
			return 0, 0
		}
		v |= uint32(c&0x7F) << (7 * i)
		if c < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

func readS32(b []byte) (int32, int) {
	var v int32
	for i := range min(5, len(b)) {
		c := b[i]
		// The last byte has 4 bits of the number, the rest repeats its sign.
		if i == 4 && c > 0x07 && c < 0x78 || i == 4 && c >= 0x80 {
			return 0, 0
		}
		v |= int32(c&0x7F) << (7 * i)
		if c < 0x80 {
			if i < 4 {
				v = v << (25 - 7*i) >> (25 - 7*i)
			}
			return v, i + 1
		}
	}
	return 0, 0
}

func readS64(b []byte) (int64, int) {
	var v int64
	for i := range min(10, len(b)) {
		c := b[i]
		// The last byte has one bit of the number, the rest repeats its sign.
		if i == 9 && c != 0 && c != 0x7F {
			return 0, 0
		}
		v |= int64(c&0x7F) << (7 * i)
		if c < 0x80 {
			if i < 9 {
				v = v << (57 - 7*i) >> (57 - 7*i)
			}
			return v, i + 1
		}
	}
	return 0, 0
}

// AppendUnsigned appends v as an unsigned LEB128 number of minimal length.
func AppendUnsigned(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// AppendSigned appends v as a signed LEB128 number of minimal length. It
// writes i32.const as well as i64.const.
func AppendSigned(b []byte, v int64) []byte {
	for v < -0x40 || v >= 0x40 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7F)
}
