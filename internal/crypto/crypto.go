// Package crypto is the crypto hook: hashes and signature checks that
// contracts can ask for. All are pure functions in Go, none crosses the pipe.
//
// A check answers yes or no. What is malformed in a key or a signature makes
// no difference to a contract, so there is no error. Every input is hostile,
// and no input of any length may make a function panic. Which inputs are
// accepted is part of consensus: see DECISIONS.md, bls and der.
package crypto

import (
	"crypto/ed25519"
	"crypto/sha256"

	//lint:ignore SA1019 contracts can ask for this hash, whatever its worth
	"golang.org/x/crypto/ripemd160"
	"golang.org/x/crypto/sha3"
)

// SHA256 returns 32 bytes.
func SHA256(data []byte) []byte {
	sum := sha256.Sum256(data)
	return sum[:]
}

// Keccak256 returns 32 bytes, with the original padding.
func Keccak256(data []byte) []byte {
	h := sha3.NewLegacyKeccak256()
	h.Write(data)
	return h.Sum(nil)
}

// Ripemd160 returns 20 bytes.
func Ripemd160(data []byte) []byte {
	h := ripemd160.New()
	h.Write(data)
	return h.Sum(nil)
}

// VerifyEd25519 checks a signature (64 bytes) by key (32 bytes). R is compared
// as bytes, without the cofactor; keys of small order and those with y >= p are
// not refused as such.
func VerifyEd25519(key, message, signature []byte) bool {
	return len(key) == ed25519.PublicKeySize && ed25519.Verify(key, message, signature)
}
