package crypto

import (
	"bytes"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
)

type blsVector struct{ Pk, Msg, Sig string }

// blsVectors are signatures made with the herumi library, and its generator.
func blsVectors(t testing.TB) (generator string, list []blsVector) {
	t.Helper()
	var file struct {
		GenG2 string
		V     []blsVector
	}
	readJSON(t, "bls_vectors.json", &file)
	if len(file.V) != 200 {
		t.Fatalf("%d vectors", len(file.V))
	}
	return file.GenG2, file.V
}

func TestBLSGeneratorIsThatOfTheLibrary(t *testing.T) {
	compressed, _ := blsVectors(t)
	g, ok := decodeG2([blsKeyLength]byte(unhex(t, compressed)))
	if want := generatorG2(); !ok || !g.Equal(&want) || !g.IsInSubGroup() {
		t.Errorf("got %v, %v, want %v", g, ok, want)
	}
	var three, c fp.Element
	three.SetUint64(3)
	c.SetBytes(sqrtMinus3())
	if c.Square(&c).Add(&c, &three); !c.IsZero() {
		t.Error("the constant of the map is not a root of -3")
	}
}

func TestBLSVectors(t *testing.T) {
	_, vectors := blsVectors(t)
	for i, v := range vectors {
		key, message, signature := unhex(t, v.Pk), unhex(t, v.Msg), unhex(t, v.Sig)
		if !VerifyBLS(key, message, signature) {
			t.Errorf("vector %d is refused", i)
		}
		// Which bit changes is different for every vector.
		if VerifyBLS(key, message, flipped(signature, 37*i%384)) {
			t.Errorf("vector %d: bit %d of the signature makes no difference", i, 37*i%384)
		}
		if VerifyBLS(key, flipped(message, i%(8*len(message))), signature) {
			t.Errorf("vector %d: bit %d of the message makes no difference", i, i%(8*len(message)))
		}
		if VerifyBLS(flipped(key, 53*i%768), message, signature) {
			t.Errorf("vector %d: bit %d of the key makes no difference", i, 53*i%768)
		}
	}
}

const (
	blsKey1     = "cc1ef2d9d8c53b60568548e55c1a3ae34e07ce638182fcbd6476c381db2806dfbb612c123cab0a1400cf1af81a013d0fb3a4f19603d35ca16f6709162ca8fc9e5ffbbdbfa6dc2ad8f655660e3f4c928ce26401a98e65c2168a900f08a5f71d97"
	blsHello1   = "a1ddb026e51f6e477354f63b8b3cb59af7bf6da8e8a61685ab8c83c3c572ef801824318a45d97fc961fc6229ba18428e"
	blsTorsion1 = "39846f47ab7d191bc9d1f139f5988c898fcaef843d4866bfef09083ec72e264dbb38807b58b58c73c0fc75c16bbda30d"
)

func TestBLSKnownAnswers(t *testing.T) {
	const key7 = "24c22bdb3d37f5ba6071a2e2873bbeb9eb847c17cb21e3661a5ac5ff8f4e4e7d5c0956489a8306daf83cfc87a1cf4d09fffb6548a6338ae4add3c2e6cde4df52ec6e24dc920b52dc997ad18369281999b807279db414add0a8848ed561278595"
	const hello7 = "4d76248f5390331fe988f38c7fe6afccb1620804efaaea6bfbe17dac6f45679513f7a654698b51da58503fbb55397606"
	zeroKey, zeroSignature := string(bytes.Repeat([]byte("00"), blsKeyLength)), string(bytes.Repeat([]byte("00"), blsSignatureLength))
	for _, test := range []struct {
		name, key, message, signature string
		want                          bool
	}{
		{"secret 1, hello", blsKey1, "hello", blsHello1, true},
		{"secret 1, a", blsKey1, "a", "ac5fd5add63d6a46212e629a43ebf75e214e65208afc81a0efb7e7689b51120e18c42a43912b60ef1e4726fed40c4013", true},
		{"secret 1, abc", blsKey1, "abc", "06e2624214b9e8fc87ecc18c514b0560443c3389960638f80ecde2b904dfad08432735ee1f73142a5e749e4744903716", true},
		{"secret 1000000007, hello", key7, "hello", hello7, true},
		{"the signature of another key", blsKey1, "hello", hello7, false},
		{"the signature of another message", blsKey1, "a", blsHello1, false},
		{"a valid signature plus a point of the cofactor's order", blsKey1, "hello", blsTorsion1, false},
		{"bytes after the signature are ignored", blsKey1, "hello", blsHello1 + "ff", true},
		{"a short signature", blsKey1, "hello", blsHello1[2:], false},
		{"no signature", blsKey1, "hello", "", false},
		{"a short key", blsKey1[2:], "hello", blsHello1, false},
		{"a long key", blsKey1 + "00", "hello", blsHello1, false},
		{"an empty message", blsKey1, "", blsHello1, false},
		{"the key at infinity", zeroKey, "hello", blsHello1, false},
		{"the signature at infinity", blsKey1, "hello", zeroSignature, false},
		{"both at infinity", zeroKey, "hello", zeroSignature, false},
	} {
		if got := VerifyBLS(unhex(t, test.key), []byte(test.message), unhex(t, test.signature)); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestBLSTorsionIsOnTheCurveButOutsideTheSubgroup(t *testing.T) {
	p, ok := decodeG1([blsSignatureLength]byte(unhex(t, blsTorsion1)))
	if !ok || !p.IsOnCurve() {
		t.Fatal("it is no point of the curve")
	}
	if p.IsInSubGroup() {
		t.Fatal("it is in the subgroup")
	}
	if q := clearCofactor(&p); !q.IsInSubGroup() || q.IsInfinity() {
		t.Error("the cofactor does not bring it into the subgroup")
	}
}

func TestBLSCoordinatesAreBelowP(t *testing.T) {
	p := fp.Modulus().FillBytes(make([]byte, fp.Bytes))
	slices.Reverse(p)
	if _, ok := decodeG1([fp.Bytes]byte(p)); ok {
		t.Error("x = p is a point")
	}
	one := bytes.Clone(p)
	one[0]++
	if _, ok := decodeG1([fp.Bytes]byte(one)); ok {
		t.Error("x = p + 1 is a point")
	}
	var key [blsKeyLength]byte
	copy(key[:], p)
	if _, ok := decodeG2(key); ok {
		t.Error("a first part of p is a point")
	}
	key = [blsKeyLength]byte{}
	copy(key[fp.Bytes:], p)
	if _, ok := decodeG2(key); ok {
		t.Error("a second part of p is a point")
	}
}

func TestHashToFieldDropsBitsUntilItIsBelowP(t *testing.T) {
	var all [fp.Bytes]byte
	for i := range all {
		all[i] = 0xFF
	}
	got := hashToField(all) // 2^381 - 1 is not below p, 2^380 - 1 is
	var want fp.Element
	all[fp.Bytes-1] = 0x0F
	slices.Reverse(all[:])
	if err := want.SetBytesCanonical(all[:]); err != nil || !got.Equal(&want) {
		t.Errorf("got %v, want %v, %v", got, want, err)
	}
	if _, ok := mapToCurve(&fp.Element{}); ok {
		t.Error("zero has an image")
	}
}

// FuzzVerifyBLS looks for panics: no input is valid, since no seed is.
func FuzzVerifyBLS(f *testing.F) {
	f.Add(make([]byte, blsKeyLength), []byte("m"), make([]byte, blsSignatureLength))
	f.Add(bytes.Repeat([]byte{1}, blsKeyLength), []byte("m"), bytes.Repeat([]byte{1}, blsSignatureLength))
	f.Fuzz(func(t *testing.T, key, message, signature []byte) {
		if VerifyBLS(key, message, signature) {
			t.Errorf("valid: %x %x %x", key, message, signature)
		}
	})
}

func TestMapGivesPointsOfTheCurveForSquaresAndOthers(t *testing.T) {
	signs := map[int]bool{}
	for i := range 64 {
		var t0 fp.Element
		t0.SetUint64(uint64(i + 1))
		p, ok := mapToCurve(&t0)
		if !ok || !p.IsOnCurve() {
			t.Fatalf("%d is not mapped to the curve", i+1)
		}
		signs[t0.Legendre()] = true
	}
	if len(signs) != 2 {
		t.Errorf("signs %v", signs)
	}
}

func BenchmarkVerifyBLS(b *testing.B) {
	key, signature := unhex(b, blsKey1), unhex(b, blsHello1)
	b.ReportAllocs()
	for b.Loop() {
		if !VerifyBLS(key, []byte("hello"), signature) {
			b.Fatal("refused")
		}
	}
}
