package crypto

import (
	"crypto/sha256"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
)

// VerifySecp256k1 checks a DER signature over the double SHA-256 of message.
// The key has 33 bytes (02 or 03, x), or 65 bytes (04, x, y; or 06 or 07 as
// the parity of y says). High s is accepted.
func VerifySecp256k1(key, message, signature []byte) bool {
	k, ok := parseKey(key)
	if !ok {
		return false
	}
	s, ok := parseDER(signature)
	if !ok {
		return false
	}
	first := sha256.Sum256(message)
	second := sha256.Sum256(first[:])
	return s.Verify(second[:], k)
}

// parseKey reads a public key. In the 33-byte form alone x may be p or more:
// it counts modulo p.
func parseKey(key []byte) (*secp256k1.PublicKey, bool) {
	if len(key) != secp256k1.PubKeyBytesLenCompressed {
		k, err := secp256k1.ParsePubKey(key)
		return k, err == nil
	}
	format := key[0]
	if format != secp256k1.PubKeyFormatCompressedEven && format != secp256k1.PubKeyFormatCompressedOdd {
		return nil, false
	}
	var x, y secp256k1.FieldVal
	x.SetByteSlice(key[1:])
	x.Normalize()
	if !secp256k1.DecompressY(&x, format == secp256k1.PubKeyFormatCompressedOdd, &y) {
		return nil, false
	}
	y.Normalize()
	return secp256k1.NewPublicKey(&x, &y), true
}

// minDER is the length of the shortest signature: two numbers of one byte.
const minDER = 8

// parseDER reads 30 len 02 rlen r 02 slen s with lengths of one byte each.
// Leniently: bytes after the announced length are ignored, leading zeros and a
// set top bit of r and s are not minded. The two numbers fill the announced
// length exactly, and both are in 1 … n-1.
func parseDER(b []byte) (*ecdsa.Signature, bool) {
	if len(b) < minDER || b[0] != 0x30 {
		return nil, false
	}
	n := int(b[1])
	if n+2 > len(b) || n+2 < minDER {
		return nil, false
	}
	r, rest, ok := parseInteger(b[2 : n+2])
	if !ok {
		return nil, false
	}
	s, rest, ok := parseInteger(rest)
	if !ok || len(rest) != 0 {
		return nil, false
	}
	return ecdsa.NewSignature(&r, &s), true
}

// parseInteger reads 02 len v and gives what follows.
func parseInteger(b []byte) (v secp256k1.ModNScalar, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != 0x02 {
		return v, nil, false
	}
	n := int(b[1])
	if n == 0 || n > len(b)-2 {
		return v, nil, false
	}
	digits, rest := b[2:n+2], b[n+2:]
	for len(digits) > 0 && digits[0] == 0 {
		digits = digits[1:]
	}
	if len(digits) > 32 || v.SetByteSlice(digits) || v.IsZero() {
		return v, nil, false
	}
	return v, rest, true
}
