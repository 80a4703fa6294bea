package ipc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

// The binary codec knows these shapes, all integers little endian:
//
//	bool      one byte, 0 or 1
//	bytes     uint32 length, then the bytes
//	list      uint32 number of elements, then the elements
//	big int   one byte: 0 zero, 1 positive, 2 negative, 3 none;
//	          then, unless it is 3, the magnitude as bytes, most significant first

// AppendBool appends a bool.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, 1)
	}
	return append(dst, 0)
}

// AppendUint32 appends a uint32.
func AppendUint32(dst []byte, v uint32) []byte { return binary.LittleEndian.AppendUint32(dst, v) }

// AppendUint64 appends a uint64.
func AppendUint64(dst []byte, v uint64) []byte { return binary.LittleEndian.AppendUint64(dst, v) }

// AppendBytes appends bytes with their length.
func AppendBytes(dst, b []byte) []byte {
	return append(AppendUint32(dst, uint32(len(b))), b...)
}

// AppendList appends a list of bytes.
func AppendList(dst []byte, list [][]byte) []byte {
	dst = AppendUint32(dst, uint32(len(list)))
	for _, b := range list {
		dst = AppendBytes(dst, b)
	}
	return dst
}

// AppendBigInt appends an integer, or none.
func AppendBigInt(dst []byte, x *big.Int) []byte {
	switch {
	case x == nil:
		return append(dst, 3)
	case x.Sign() < 0:
		dst = append(dst, 2)
	default:
		dst = append(dst, byte(x.Sign()))
	}
	return AppendBytes(dst, x.Bytes())
}

// A Reader takes shapes from received bytes. After the first mistake
// everything it gives is zero and Err says what was wrong, so a decoder looks
// at Err once, at its end. Bytes it gives are views of the input.
type Reader struct {
	b   []byte
	err error
}

// NewReader makes a reader of b.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err is the first mistake, or nil.
func (r *Reader) Err() error { return r.err }

// Fail records a mistake that the caller has found.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
		r.b = nil
	}
}

// Close says what was wrong, also if bytes are left.
func (r *Reader) Close() error {
	if r.err == nil && len(r.b) > 0 {
		return fmt.Errorf("%d bytes are left over", len(r.b))
	}
	return r.err
}

// Raw takes n bytes. On a mistake it gives nil.
func (r *Reader) Raw(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.Fail(errors.New("message ends too early"))
		return nil
	}
	taken := r.b[:n:n]
	r.b = r.b[n:]
	return taken
}

// Byte takes a byte.
func (r *Reader) Byte() byte {
	if b := r.Raw(1); b != nil {
		return b[0]
	}
	return 0
}

// Bool takes a bool.
func (r *Reader) Bool() bool {
	b := r.Byte()
	if b > 1 {
		r.Fail(fmt.Errorf("bool is %d", b))
	}
	return b == 1
}

// Uint32 takes a uint32.
func (r *Reader) Uint32() uint32 {
	if b := r.Raw(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// Uint64 takes a uint64.
func (r *Reader) Uint64() uint64 {
	if b := r.Raw(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

// Bytes takes bytes; no bytes are nil.
func (r *Reader) Bytes() []byte {
	n := r.Uint32()
	if uint64(n) > uint64(len(r.b)) {
		r.Fail(errors.New("message ends too early"))
		return nil
	}
	if n == 0 {
		return nil
	}
	return r.Raw(int(n))
}

// Count takes the number of elements of a list. An element takes at least
// elementBytes, so a number that the rest of the message cannot hold is a
// mistake, and the list may be allocated at once.
func (r *Reader) Count(elementBytes int) int {
	n := r.Uint32()
	if uint64(n)*uint64(elementBytes) > uint64(len(r.b)) {
		r.Fail(fmt.Errorf("list of %d elements does not fit into the message", n))
		return 0
	}
	return int(n)
}

// List takes a list of bytes; an empty one is nil.
func (r *Reader) List() [][]byte {
	n := r.Count(4)
	if n == 0 {
		return nil
	}
	list := make([][]byte, n)
	for i := range list {
		list[i] = r.Bytes()
	}
	return list
}

// BigInt takes an integer, or nil.
func (r *Reader) BigInt() *big.Int {
	sign := r.Byte()
	if r.err != nil || sign == 3 {
		return nil
	}
	magnitude := r.Bytes()
	switch {
	case r.err != nil:
		return nil
	case sign > 3:
		r.Fail(fmt.Errorf("integer has sign %d", sign))
		return nil
	case len(magnitude) > MaxBigIntBytes:
		r.Fail(fmt.Errorf("integer has %d bytes, more than %d", len(magnitude), MaxBigIntBytes))
		return nil
	case (sign == 0) != (len(magnitude) == 0) || len(magnitude) > 0 && magnitude[0] == 0:
		r.Fail(errors.New("integer is not in its shortest form"))
		return nil
	}
	x := new(big.Int).SetBytes(magnitude)
	if sign == 2 {
		x.Neg(x)
	}
	return x
}

func (r *Reader) rest() []byte { return r.Raw(len(r.b)) }
