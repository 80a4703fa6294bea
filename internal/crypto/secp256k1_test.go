package crypto

import (
	"bytes"
	"testing"
)

const (
	secpKey = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
	secpR   = "dac18e64e55ca014e517d1633dc0db8776a3abc04f0498aa76fc3394f28e726b"
	secpS   = "2e767d3c90f24355ba8949c722e562f15c5de251cff080e6448ec7180736bca5"
	// secpHighS is n - s.
	secpHighS = "d18982c36f0dbcaa4576b638dd1a9d0d5e50fa94df581f557b439774c8ff849c"
	secpN     = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
	// secpY is the y of the key.
	secpY = "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
)

func TestSecp256k1Signatures(t *testing.T) {
	for _, test := range []struct {
		name, signature string
		want            bool
	}{
		{"in DER", "3045022100" + secpR + "0220" + secpS, true},
		{"n - s in place of s", "3046022100" + secpR + "022100" + secpHighS, true},
		{"r without its leading zero", "30440220" + secpR + "0220" + secpS, true},
		{"more leading zeros", "304802220000" + secpR + "02220000" + secpS, true},
		{"bytes after the announced length", "3045022100" + secpR + "0220" + secpS + "ffff", true},
		{"r and s side by side", secpR + secpS, false},
		{"another tag", "3145022100" + secpR + "0220" + secpS, false},
		{"another tag of r", "3045032100" + secpR + "0220" + secpS, false},
		{"another tag of s", "3045022100" + secpR + "0320" + secpS, false},
		{"announced one byte less", "3044022100" + secpR + "0220" + secpS, false},
		{"announced one byte more", "3046022100" + secpR + "0220" + secpS + "00", false},
		{"announced more than there is", "3046022100" + secpR + "0220" + secpS, false},
		{"s = 0", "3026022100" + secpR + "020100", false},
		{"r = 0", "30250201000220" + secpS, false},
		{"r = n", "3045022100" + secpN + "0220" + secpS, false},
		{"s = n", "3046022100" + secpR + "022100" + secpN, false},
		{"r + n", "3046022201" + secpR + "0220" + secpS, false},
		{"an empty r", "302402000220" + secpS, false},
		{"an empty s", "3025022100" + secpR + "0200", false},
		{"nothing", "", false},
		{"the header alone", "3045", false},
		{"lengths beyond the end", "3006022100020100", false},
	} {
		if got := VerifySecp256k1(unhex(t, secpKey), []byte("hello"), unhex(t, test.signature)); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestSecp256k1Keys(t *testing.T) {
	const x = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
	signature := unhex(t, "3045022100"+secpR+"0220"+secpS)
	for _, test := range []struct {
		name, key string
		want      bool
	}{
		{"33 bytes", "02" + x, true},
		{"65 bytes", "04" + x + secpY, true},
		{"65 bytes, hybrid, y is even", "06" + x + secpY, true},
		{"65 bytes, hybrid, y is not odd", "07" + x + secpY, false},
		{"the other parity", "03" + x, false},
		{"33 bytes of another format", "04" + x, false},
		{"65 bytes of another format", "02" + x + secpY, false},
		{"not on the curve", "04" + x + x, false},
		{"an x without a point", "02" + "0000000000000000000000000000000000000000000000000000000000000005", false},
		{"x of the 65-byte form is p + 1", "04" + "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30" + secpY, false},
		{"32 bytes", x, false},
		{"64 bytes", x + secpY, false},
		{"nothing", "", false},
	} {
		if got := VerifySecp256k1(unhex(t, test.key), []byte("hello"), signature); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestCompressedKeysCountModuloP(t *testing.T) {
	small, ok := parseKey(unhex(t, "020000000000000000000000000000000000000000000000000000000000000001"))
	if !ok {
		t.Fatal("x = 1 has no point")
	}
	large, ok := parseKey(unhex(t, "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30"))
	if !ok || !large.IsEqual(small) {
		t.Error("x = p + 1 is not x = 1")
	}
}

func TestSecp256k1EveryBitMatters(t *testing.T) {
	key, message := unhex(t, secpKey), []byte("hello")
	signature := unhex(t, "3045022100"+secpR+"0220"+secpS)
	for bit := range 8 * len(signature) {
		if bit/8 == 4 {
			continue // the leading zero of r: tested as r + n
		}
		if VerifySecp256k1(key, message, flipped(signature, bit)) {
			t.Errorf("bit %d of the signature makes no difference", bit)
		}
	}
	for bit := range 8 * len(key) {
		if VerifySecp256k1(flipped(key, bit), message, signature) {
			t.Errorf("bit %d of the key makes no difference", bit)
		}
	}
	if VerifySecp256k1(key, []byte("hellO"), signature) {
		t.Error("the message makes no difference")
	}
}

// FuzzVerifySecp256k1 looks for panics of the reader of keys and signatures.
func FuzzVerifySecp256k1(f *testing.F) {
	f.Add(unhex(f, secpKey), unhex(f, "3045022100"+secpR+"0220"+secpS))
	f.Add([]byte{2}, []byte{0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01})
	f.Fuzz(func(t *testing.T, key, signature []byte) {
		if VerifySecp256k1(key, []byte("another message"), signature) && bytes.Equal(key, unhex(t, secpKey)) {
			t.Errorf("valid: %x", signature)
		}
	})
}
