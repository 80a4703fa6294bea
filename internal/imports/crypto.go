package imports

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/crypto"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// Sizes of keys and signatures, in bytes.
const (
	blsKeyLength           = 96
	blsSignatureLength     = 48
	ed25519KeyLength       = 32
	ed25519SignatureLength = 64
	secp256k1Compressed    = 33
	secp256k1Uncompressed  = 65
)

// cryptoRows is hashes and signatures.
func cryptoRows() []host.Import {
	return []host.Import{
		hashRow("sha256", "writes the SHA-256 of data, 32 bytes, and gives 0; DataCopyPerByte for each byte of data.",
			"CryptoAPICost.SHA256", crypto.SHA256),
		hashRow("keccak256", "writes the Keccak-256 of data, with its original padding, 32 bytes, and gives 0; DataCopyPerByte for each byte of data.",
			"CryptoAPICost.Keccak256", crypto.Keccak256),
		hashRow("ripemd160", "writes the RIPEMD-160 of data, 20 bytes, and gives 0; DataCopyPerByte for each byte of data.",
			"CryptoAPICost.Ripemd160", crypto.Ripemd160),
		Fn3("verifyBLS", "checks a BLS signature of 48 bytes by a key of 96 bytes and gives 0 if it is valid, else -1; DataCopyPerByte for each byte of the message.",
			"CryptoAPICost.VerifyBLS", Fixed("key", blsKeyLength), CopiedBytes("message"), Fixed("signature", blsSignatureLength), OutI32("verdict"),
			verify(crypto.VerifyBLS)),
		Fn3("verifyEd25519", "checks an Ed25519 signature of 64 bytes by a key of 32 bytes and gives 0 if it is valid, else -1; DataCopyPerByte for each byte of the message.",
			"CryptoAPICost.VerifyEd25519", Fixed("key", ed25519KeyLength), CopiedBytes("message"), Fixed("signature", ed25519SignatureLength), OutI32("verdict"),
			verify(crypto.VerifyEd25519)),
		Fn3("verifySecp256k1", "checks an ECDSA signature in DER over the double SHA-256 of the message by a key of 33 or 65 bytes and gives 0 if it is valid, else -1; DataCopyPerByte for each byte of the message.",
			"CryptoAPICost.VerifySecp256k1", secp256k1Key("key"), CopiedBytes("message"), derSignature("signature"), OutI32("verdict"),
			verify(crypto.VerifySecp256k1)),
	}
}

// hashRow is a row that writes the hash of some data.
func hashRow(name, doc, price string, hash func([]byte) []byte) host.Import {
	return Fn2(name, doc, price, CopiedBytes("data"), Ptr("result"), OutI32("zero"),
		func(x *host.Frame, data []byte, result int32) (int32, error) {
			return 0, x.StoreMemory(result, hash(data))
		})
}

// verify turns an answer into what contracts read: 0 valid, -1 not.
func verify(valid func(key, message, signature []byte) bool) func(*host.Frame, []byte, []byte, []byte) (int32, error) {
	return func(_ *host.Frame, key, message, signature []byte) (int32, error) {
		if valid(key, message, signature) {
			return 0, nil
		}
		return -1, nil
	}
}

// secp256k1Key is a public key: 33 or 65 bytes.
func secp256k1Key(name string) Meaning[[]byte] {
	return meaning(name, "bytes", func(x *host.Frame, w []uint64) ([]byte, error) {
		n := i32(w[1])
		if n != secp256k1Compressed && n != secp256k1Uncompressed {
			return nil, host.Fault("invalid public key size")
		}
		return x.LoadMemory(i32(w[0]), n)
	}, sandbox.I32, sandbox.I32)
}

// derSignature is a signature that says its length in its second byte.
func derSignature(name string) Meaning[[]byte] {
	return meaning(name, "signature", func(x *host.Frame, w []uint64) ([]byte, error) {
		head, err := x.LoadMemory(i32(w[0]), 2)
		if err != nil {
			return nil, err
		}
		return x.LoadMemory(i32(w[0]), 2+int32(head[1]))
	}, sandbox.I32)
}
