package crypto

import (
	"crypto/sha512"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
)

// The BLS scheme is that of the herumi library in its original mode: keys in
// G2, signatures in G1, little-endian coordinates, a generator of its own and
// a map to the curve of its own. None of it is that of RFC 9380 or of the
// Ethereum beacon chain, so only the field, the groups and the pairing of the
// library below are of use.
const (
	blsKeyLength       = 96
	blsSignatureLength = 48
	signBit            = 0x80 // in the last byte of a point: y is odd
)

// VerifyBLS checks a signature (48 bytes, G1) by key (96 bytes, G2). Further
// bytes of the signature are ignored. An empty message, the point at infinity
// and points outside the subgroups are refused.
func VerifyBLS(key, message, signature []byte) bool {
	if len(key) != blsKeyLength || len(signature) < blsSignatureLength || len(message) == 0 {
		return false
	}
	k, ok := decodeG2([blsKeyLength]byte(key))
	if !ok || !k.IsInSubGroup() {
		return false
	}
	s, ok := decodeG1([blsSignatureLength]byte(signature))
	if !ok || !s.IsInSubGroup() {
		return false
	}
	h, ok := hashToG1(message)
	if !ok {
		return false
	}
	h.Neg(&h)
	// e(s, g2) = e(h, k), written as a product that is 1.
	valid, err := bls12381.PairingCheck([]bls12381.G1Affine{s, h}, []bls12381.G2Affine{generatorG2(), k})
	return err == nil && valid
}

// decodeG1 reads a point that is not the one at infinity, which is all zeros:
// x in 48 little-endian bytes, of which the last bit says that y is odd.
func decodeG1(b [fp.Bytes]byte) (p bls12381.G1Affine, ok bool) {
	if b == [fp.Bytes]byte{} {
		return p, false
	}
	odd := b[fp.Bytes-1]&signBit != 0
	b[fp.Bytes-1] &^= signBit
	x, err := fp.LittleEndian.Element(&b)
	if err != nil { // x >= p
		return p, false
	}
	y2 := curveG1(&x)
	if p.Y.Sqrt(&y2) == nil {
		return p, false
	}
	if isOdd(&p.Y) != odd {
		p.Y.Neg(&p.Y)
	}
	p.X = x
	return p, true
}

// decodeG2 reads a point that is not the one at infinity, which is all zeros:
// the two parts of x in 48 little-endian bytes each, of which the last bit
// says that the first part of y is odd.
func decodeG2(b [blsKeyLength]byte) (p bls12381.G2Affine, ok bool) {
	if b == [blsKeyLength]byte{} {
		return p, false
	}
	odd := b[blsKeyLength-1]&signBit != 0
	b[blsKeyLength-1] &^= signBit
	var err error
	if p.X.A0, err = fp.LittleEndian.Element((*[fp.Bytes]byte)(b[:fp.Bytes])); err != nil {
		return p, false
	}
	if p.X.A1, err = fp.LittleEndian.Element((*[fp.Bytes]byte)(b[fp.Bytes:])); err != nil {
		return p, false
	}
	var y2, four, test bls12381.E2 // y² = x³ + 4(1 + i)
	four.A0.SetUint64(4)
	four.A1.SetUint64(4)
	y2.Square(&p.X).Mul(&y2, &p.X).Add(&y2, &four)
	p.Y.Sqrt(&y2)
	if test.Square(&p.Y); !test.Equal(&y2) {
		return p, false
	}
	if isOdd(&p.Y.A0) != odd {
		p.Y.Neg(&p.Y)
	}
	return p, true
}

func isOdd(z *fp.Element) bool { return z.Bits()[0]&1 == 1 }

// curveG1 gives y² for an x: x³ + 4.
func curveG1(x *fp.Element) (y2 fp.Element) {
	var four fp.Element
	four.SetUint64(4)
	y2.Square(x).Mul(&y2, x).Add(&y2, &four)
	return y2
}

// hashToG1 maps a message to the subgroup: SHA-512, a field element from its
// first 48 bytes, the map of Fouque and Tibouchi, and the cofactor.
func hashToG1(message []byte) (p bls12381.G1Affine, ok bool) {
	digest := sha512.Sum512(message)
	t := hashToField([fp.Bytes]byte(digest[:fp.Bytes]))
	if p, ok = mapToCurve(&t); !ok {
		return p, false
	}
	return clearCofactor(&p), true
}

// hashToField reads 381 bits, little-endian, and drops the highest of them if
// that is p or more.
func hashToField(b [fp.Bytes]byte) fp.Element {
	b[fp.Bytes-1] &= 1<<5 - 1
	t, err := fp.LittleEndian.Element(&b)
	if err != nil {
		b[fp.Bytes-1] &= 1<<4 - 1
		t, _ = fp.LittleEndian.Element(&b) // below 2^380, hence below p
	}
	return t
}

// mapToCurve is the map of Fouque and Tibouchi: the first of three candidates
// for x that is on the curve. Zero has no image.
func mapToCurve(t *fp.Element) (p bls12381.G1Affine, ok bool) {
	sign := t.Legendre()
	if sign == 0 {
		return p, false
	}
	var one, c1, c2, d, w, u fp.Element
	one.SetOne()
	c1.SetBytes(sqrtMinus3())
	c2.Sub(&c1, &one).Halve()
	d.SetUint64(5)
	u.Square(t)
	d.Add(&d, &u)
	if d.IsZero() {
		return p, false
	}
	w.Mul(&c1, t).Div(&w, &d) // c1·t / (1 + 4 + t²)

	var x [3]fp.Element
	u.Mul(t, &w)
	x[0].Sub(&c2, &u)
	x[1].Neg(&one).Sub(&x[1], &x[0])
	u.Square(&w).Inverse(&u)
	x[2].Add(&one, &u)
	for i := range x {
		y2 := curveG1(&x[i])
		if p.Y.Sqrt(&y2) == nil { // the root is y2^((p+1)/4)
			continue
		}
		if sign < 0 {
			p.Y.Neg(&p.Y)
		}
		p.X = x[i]
		return p, true
	}
	return p, false
}

// clearCofactor multiplies by (z-1)²/3, which brings every point of the curve
// into the subgroup. Bit by bit: the faster multiplications of the library are
// right in the subgroup only.
func clearCofactor(p *bls12381.G1Affine) (q bls12381.G1Affine) {
	const high, low = uint64(0x396c8c005555e156), uint64(0x8c00aaab0000aaab)
	var base, sum bls12381.G1Jac
	base.FromAffine(p)
	sum.FromAffine(&q) // infinity
	for _, word := range []uint64{high, low} {
		for bit := 63; bit >= 0; bit-- {
			sum.DoubleAssign()
			if word>>bit&1 == 1 {
				sum.AddAssign(&base)
			}
		}
	}
	q.FromJacobian(&sum)
	return q
}
