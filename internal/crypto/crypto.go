// Package crypto is the crypto hook: hashes and signature checks that
// contracts can ask for. All are pure functions in Go, none crosses the pipe.
package crypto

// SHA256 returns 32 bytes.
func SHA256(data []byte) []byte { panic("skeleton") }

// Keccak256 returns 32 bytes, with the original padding.
func Keccak256(data []byte) []byte { panic("skeleton") }

// Ripemd160 returns 20 bytes.
func Ripemd160(data []byte) []byte { panic("skeleton") }

// VerifyEd25519 checks a signature (64 bytes) by key (32 bytes).
func VerifyEd25519(key, message, signature []byte) bool { panic("skeleton") }

// VerifySecp256k1 checks a DER signature over the double SHA-256 of message.
func VerifySecp256k1(key, message, signature []byte) bool { panic("skeleton") }

// VerifyBLS checks a signature (48 bytes, G1) by key (96 bytes, G2).
func VerifyBLS(key, message, signature []byte) bool { panic("skeleton") }
