package crypto

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readJSON(t testing.TB, name string, v any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

// flipped gives b with one bit changed.
func flipped(b []byte, bit int) []byte {
	c := bytes.Clone(b)
	c[bit/8] ^= 1 << (bit % 8)
	return c
}

func TestHashesOfKnownMessages(t *testing.T) {
	for _, test := range []struct {
		name, message, want string
		hash                func([]byte) []byte
	}{
		{"SHA-256", "hello", "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", SHA256},
		{"Keccak-256", "hello", "1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8", Keccak256},
		{"Keccak-256 of nothing", "", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470", Keccak256},
		{"RIPEMD-160", "hello", "108f07b8382412612c048d07d13f814118445acd", Ripemd160},
	} {
		if got := test.hash([]byte(test.message)); !bytes.Equal(got, unhex(t, test.want)) {
			t.Errorf("%s of %q is %x, want %s", test.name, test.message, got, test.want)
		}
	}
}

// The messages are 0, 7, 14, … modulo 256, of lengths around the block sizes.
func TestHashesOfRecordedLengths(t *testing.T) {
	var tests []struct {
		Hash   string
		Length int
		Digest string
	}
	readJSON(t, "hashes.json", &tests)
	if len(tests) != 57 {
		t.Fatalf("%d records", len(tests))
	}
	hashes := map[string]func([]byte) []byte{"SHA256": SHA256, "Keccak256": Keccak256, "Ripemd160": Ripemd160}
	for _, test := range tests {
		message := make([]byte, test.Length)
		for i := range message {
			message[i] = byte(7 * i)
		}
		if got := hashes[test.Hash](message); !bytes.Equal(got, unhex(t, test.Digest)) {
			t.Errorf("%s of %d bytes is %x, want %s", test.Hash, test.Length, got, test.Digest)
		}
	}
}

func TestRecordedSignatures(t *testing.T) {
	var tests []struct {
		Name, Scheme, Key, Message, Signature string
		Valid                                 bool
	}
	readJSON(t, "signatures.json", &tests)
	schemes := map[string]func(key, message, signature []byte) bool{
		"bls": VerifyBLS, "ed25519": VerifyEd25519, "secp256k1": VerifySecp256k1,
	}
	count := map[string]int{}
	for _, test := range tests {
		count[test.Scheme]++
		got := schemes[test.Scheme](unhex(t, test.Key), unhex(t, test.Message), unhex(t, test.Signature))
		if got != test.Valid {
			t.Errorf("%s %s: valid is %v, want %v", test.Scheme, test.Name, got, test.Valid)
		}
	}
	for scheme := range schemes {
		if count[scheme] < 20 {
			t.Errorf("%s has %d records", scheme, count[scheme])
		}
	}
}

func TestEd25519(t *testing.T) {
	key := unhex(t, "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")
	signature := unhex(t, "e25c8723d039fe8f45d6c9d6a8917fa91bc754913cd596fd358a493a21a3cb590a6537babc7df0400ab61a05589c9c36b65a143878cb0341d4e9e48419c4370d")
	message := []byte("hello")
	if !VerifyEd25519(key, message, signature) {
		t.Error("a good signature is refused")
	}
	for bit := range 8 * len(signature) {
		if VerifyEd25519(key, message, flipped(signature, bit)) {
			t.Errorf("bit %d of the signature makes no difference", bit)
		}
	}
	for _, n := range []int{0, 1, 31, 33, 64} {
		if VerifyEd25519(make([]byte, n), message, signature) {
			t.Errorf("a key of %d bytes is accepted", n)
		}
	}
	for _, n := range []int{0, 1, 63, 65} {
		if VerifyEd25519(key, message, make([]byte, n)) {
			t.Errorf("a signature of %d bytes is accepted", n)
		}
	}
}
