package imports

import (
	"bytes"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestSignedBytes(t *testing.T) {
	for _, test := range []struct {
		value int64
		want  string
	}{
		{0, ""}, {1, "\x01"}, {127, "\x7f"}, {128, "\x00\x80"}, {255, "\x00\xff"}, {256, "\x01\x00"},
		{-1, "\xff"}, {-127, "\x81"}, {-128, "\x80"}, {-129, "\xff\x7f"}, {-255, "\xff\x01"}, {-256, "\xff\x00"}, {-257, "\xfe\xff"},
		{math.MaxInt64, "\x7f\xff\xff\xff\xff\xff\xff\xff"}, {math.MinInt64, "\x80\x00\x00\x00\x00\x00\x00\x00"},
	} {
		if got := signedBytes(big.NewInt(test.value)); string(got) != test.want {
			t.Errorf("%d is %x as a big integer, want %x", test.value, got, test.want)
		}
		if got := appendSigned([]byte("x"), test.value); string(got) != "x"+test.want {
			t.Errorf("%d is %x, want %x behind an x", test.value, got, test.want)
		}
		if got, ok := parseSigned([]byte(test.want)); !ok || got != test.value {
			t.Errorf("%x is read as %d, %v, want %d", test.want, got, ok, test.value)
		}
	}
}

// Numbers of all sizes around the places where an encoding becomes longer.
func TestEncodingsAreShortestAndReadBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for bits := range uint(200) {
		for _, off := range []int64{-2, -1, 0, 1, 2, random.Int64()} {
			v := new(big.Int).Lsh(big.NewInt(1), bits)
			v.Add(v, big.NewInt(off))
			for _, v := range []*big.Int{v, new(big.Int).Neg(v)} {
				b := signedBytes(v)
				if got := fromSigned(b); got.Cmp(v) != 0 {
					t.Fatalf("%v is %x, which is %v", v, b, got)
				}
				if int64(len(b)) != signedSize(v) {
					t.Fatalf("%v: %d bytes, announced %d", v, len(b), signedSize(v))
				}
				if len(b) > 1 && fromSigned(b[1:]).Cmp(v) == 0 {
					t.Fatalf("%v is %x, which has a byte too many", v, b)
				}
				padding := byte(0)
				if v.Sign() < 0 {
					padding = 0xFF
				}
				long := append(bytes.Repeat([]byte{padding}, 3), b...)
				if got := fromSigned(long); v.Sign() != 0 && got.Cmp(v) != 0 {
					t.Fatalf("%x is read as %v, want %v", long, got, v)
				}
				small, ok := parseSigned(long)
				if ok != v.IsInt64() && v.Sign() != 0 || ok && small != v.Int64() && v.Sign() != 0 {
					t.Fatalf("%x is read as %d, %v", long, small, ok)
				}
				u, ok := parseUnsigned(append([]byte{0, 0}, v.Bytes()...))
				if ok != (v.BitLen() <= 64) || ok && uint64(u) != new(big.Int).Abs(v).Uint64() {
					t.Fatalf("%x is read as unsigned %d, %v", v.Bytes(), uint64(u), ok)
				}
				if v.IsUint64() && !bytes.Equal(appendUnsigned(nil, v.Uint64()), v.Bytes()) {
					t.Fatalf("%v is %x unsigned", v, appendUnsigned(nil, v.Uint64()))
				}
			}
		}
	}
}

func TestLow64IsThatOfTheMagnitude(t *testing.T) {
	for _, test := range []struct {
		value string
		want  int64
	}{
		{"0", 0}, {"-5", -5}, {"9223372036854775807", math.MaxInt64}, {"-9223372036854775808", math.MinInt64},
		{"9223372036854775808", math.MinInt64}, {"18446744073709551617", 1}, {"-18446744073709551618", -2},
		{"18446744073709551616", 0}, {"-18446744073709551615", 1},
	} {
		v, ok := new(big.Int).SetString(test.value, 10)
		if !ok {
			t.Fatal(test.value)
		}
		if got := low64(v); got != test.want {
			t.Errorf("%s gives %d, want %d", test.value, got, test.want)
		}
	}
}

func TestSizesOfCountsThatLeave31BitsAreNegative(t *testing.T) {
	for _, test := range []struct{ count, size, want int32 }{
		{0, 4, 0}, {3, 4, 12}, {-1, 4, -1}, {1<<29 - 1, 4, 1<<31 - 4}, {1 << 29, 4, -1}, {1 << 30, 4, -1},
		{1<<26 - 1, 32, 1<<31 - 32}, {1 << 26, 32, -1}, {math.MinInt32, 32, -1}, {math.MaxInt32, 32, -1},
	} {
		if got := bytesOf(test.count, test.size); got != test.want {
			t.Errorf("%d items of %d bytes have %d bytes, want %d", test.count, test.size, got, test.want)
		}
	}
}

func TestSlices(t *testing.T) {
	const bounds, negative = "GuardedGetBytesSlice: bad bounds", "GuardedGetBytesSlice: negative length"
	for _, test := range []struct {
		offset, length int32
		want           string
	}{
		{0, 0, ""}, {0, 10, ""}, {10, 0, ""}, {9, 1, ""}, {0, 11, bounds}, {11, 0, bounds}, {11, -1, bounds},
		{-1, 1, bounds}, {0, -1, bounds}, {3, -4, bounds}, {3, -3, negative}, {10, -1, negative},
		{math.MaxInt32, math.MaxInt32, bounds}, {5, math.MaxInt32, bounds}, {math.MinInt32, math.MinInt32, bounds},
	} {
		got := ""
		if err := checkSlice(10, test.offset, test.length); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%d bytes from %d of 10: %q, want %q", test.length, test.offset, got, test.want)
		}
	}
}

func TestCallDataOfEthereum(t *testing.T) {
	for _, test := range []struct {
		name, function string
		args           [][]byte
		want           string // in hex, - for a fault
	}{
		{"a function without arguments is four bytes of the hash of its name", "hello", nil, "1c8aff95"},
		{"no function has no selector", "", [][]byte{{1}}, strings.Repeat("00", 31) + "01"},
		{"an empty argument is a word of zeros", "", [][]byte{nil}, strings.Repeat("00", 32)},
		{"32 bytes are a word", "", [][]byte{bytes.Repeat([]byte{7}, 32)}, strings.Repeat("07", 32)},
		{"33 bytes are no word", "main", [][]byte{make([]byte, 33)}, "-"},
	} {
		in := &vm.CallInput{Input: vm.Input{Arguments: test.args}, Function: test.function}
		data, err := callData(in)
		if test.want == "-" {
			if err == nil || err.Error() != "invalid API call" {
				t.Errorf("%s: %x, %v", test.name, data, err)
			}
			continue
		}
		n, sizeErr := callDataSize(in)
		if err != nil || sizeErr != nil || n != len(data) {
			t.Fatalf("%s: %v, %v, %d bytes announced of %d", test.name, err, sizeErr, n, len(data))
		}
		got := ""
		for _, c := range data {
			got += string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15])
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

// Words reach the body in the order of the parameters, whatever they take, and
// a result of 32 bits fills no more of its word.
func TestWordsOfEveryArity(t *testing.T) {
	two := func(name string) Meaning[int64] {
		return meaning(name, "pair", func(_ *host.Frame, w []uint64) (int64, error) {
			return int64(w[0]*10 + w[1]), nil
		}, sandbox.I32, sandbox.I64)
	}
	var got []int64
	note := func(v ...int64) { got = v }
	a, b, c := I64("a"), two("b"), I64("c")
	d, e, f := two("d"), I64("e"), two("f")
	out := OutI64("sum")
	rows := []host.Import{
		Fn0("", "", "", out, func(*host.Frame) (int64, error) { note(); return 7, nil }),
		Fn1("", "", "", a, out, func(_ *host.Frame, a int64) (int64, error) { note(a); return 7, nil }),
		Fn2("", "", "", a, b, out, func(_ *host.Frame, a, b int64) (int64, error) { note(a, b); return 7, nil }),
		Fn3("", "", "", a, b, c, out, func(_ *host.Frame, a, b, c int64) (int64, error) { note(a, b, c); return 7, nil }),
		Fn4("", "", "", a, b, c, d, out, func(_ *host.Frame, a, b, c, d int64) (int64, error) { note(a, b, c, d); return 7, nil }),
		Fn5("", "", "", a, b, c, d, e, out, func(_ *host.Frame, a, b, c, d, e int64) (int64, error) { note(a, b, c, d, e); return 7, nil }),
		Fn6("", "", "", a, b, c, d, e, f, out, func(_ *host.Frame, a, b, c, d, e, f int64) (int64, error) { note(a, b, c, d, e, f); return 7, nil }),
		Proc0("", "", "", func(*host.Frame) error { note(); return nil }),
		Proc1("", "", "", a, func(_ *host.Frame, a int64) error { note(a); return nil }),
		Proc2("", "", "", a, b, func(_ *host.Frame, a, b int64) error { note(a, b); return nil }),
		Proc3("", "", "", a, b, c, func(_ *host.Frame, a, b, c int64) error { note(a, b, c); return nil }),
		Proc4("", "", "", a, b, c, d, func(_ *host.Frame, a, b, c, d int64) error { note(a, b, c, d); return nil }),
		Proc5("", "", "", a, b, c, d, e, func(_ *host.Frame, a, b, c, d, e int64) error { note(a, b, c, d, e); return nil }),
		Proc6("", "", "", a, b, c, d, e, f, func(_ *host.Frame, a, b, c, d, e, f int64) error { note(a, b, c, d, e, f); return nil }),
	}
	want := []int64{1, 23, 4, 56, 7, 89}
	for i, row := range rows {
		got = nil
		words := []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9}
		if err := row.Body(nil, words); err != nil {
			t.Fatal(err)
		}
		n := i % 7
		if len(got) != n || len(row.Params) != n {
			t.Fatalf("row %d: %d values, %d parameters, want %d", i, len(got), len(row.Params), n)
		}
		for j, v := range got {
			if v != want[j] {
				t.Errorf("row %d: value %d is %d, want %d", i, j, v, want[j])
			}
		}
		if hasResult := i < 7; hasResult != (words[0] == 7) || hasResult != (row.Result.Type != 0) {
			t.Errorf("row %d: word 0 is %d, result %+v", i, words[0], row.Result)
		}
	}
	if w := OutI32("").word(-1); w != math.MaxUint32 {
		t.Errorf("-1 of 32 bits is the word %x", w)
	}
	if w := OutI64("").word(-1); w != math.MaxUint64 {
		t.Errorf("-1 of 64 bits is the word %x", w)
	}
}

func TestASoftRowAnswersOnlyFailuresThatAreSoft(t *testing.T) {
	row := func(err error) host.Import {
		return soft(1, Fn0("", "", "", OutI32("status"), func(*host.Frame) (int32, error) { return 0, err }))
	}
	words := []uint64{9}
	fault := host.Fault("text")
	if err := row(fault).Body(nil, words); err != fault || words[0] != 9 {
		t.Errorf("a fault gives %v and the word %d", err, words[0])
	}
	if err := row(nil).Body(nil, words); err != nil || words[0] != 0 {
		t.Errorf("success gives %v and the word %d", err, words[0])
	}
}
