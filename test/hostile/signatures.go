package hostile

import (
	"crypto/ed25519"
	"fmt"
)

// Signed are signatures of the message hello, which is kept at 1,280.
type Signed struct{ message string }

// Signatures gives them.
func Signatures() Signed { return Signed{"data 1280 hello\n"} }

// BLS has the key at 1,024 and the signature at 1,184.
func (s Signed) BLS() string {
	const (
		key = "cc1ef2d9d8c53b60568548e55c1a3ae34e07ce638182fcbd6476c381db2806dfbb612c123cab0a1400cf1af81a013d0f" +
			"b3a4f19603d35ca16f6709162ca8fc9e5ffbbdbfa6dc2ad8f655660e3f4c928ce26401a98e65c2168a900f08a5f71d97"
		signature = "a1ddb026e51f6e477354f63b8b3cb59af7bf6da8e8a61685ab8c83c3c572ef801824318a45d97fc961fc6229ba18428e"
	)
	return fmt.Sprintf("%shex 1024 %s\nhex 1184 %s\n", s.message, key, signature)
}

// Ed25519 has the key at 1,024 and the signature at 1,088.
func (s Signed) Ed25519() string {
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	return fmt.Sprintf("%shex 1024 %x\nhex 1088 %x\n", s.message, private.Public(), ed25519.Sign(private, []byte("hello")))
}

// Secp256k1 has the key of 33 bytes at 1,024 and the signature at 1,088.
func (s Signed) Secp256k1() string {
	const (
		key       = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
		signature = "3045022100dac18e64e55ca014e517d1633dc0db8776a3abc04f0498aa76fc3394f28e726b" +
			"02202e767d3c90f24355ba8949c722e562f15c5de251cff080e6448ec7180736bca5"
	)
	return fmt.Sprintf("%shex 1024 %s\nhex 1088 %s\n", s.message, key, signature)
}
