package scenario

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const bobHex = "626f62" + "5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"

func TestExpressionsGiveBytes(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{"", ""},
		{"0", ""}, {"1", "01"}, {"255", "ff"}, {"256", "0100"}, {"1,234,567", "12d687"}, {"1_000", "03e8"}, {"00012", "0c"},
		{"0x", ""}, {"0X0aFF", "0aff"}, {"0xabc", "0abc"}, {"0x0000", "0000"},
		{"0b101", "05"}, {"0B1_0000,0000", "0100"}, {"0b0", ""},
		{"+255", "00ff"}, {"-1", "ff"}, {"-128", "80"}, {"-129", "ff7f"}, {"-256", "ff00"}, {"+0", ""}, {"-0", ""}, {"+127", "7f"}, {"+128", "0080"},
		{"-0b101", "fb"}, {"+0xff", "00ff"}, {"-0x01", "ff"},
		{"true", "01"}, {"false", ""},
		{"str:abc", "616263"}, {"``abc", "616263"}, {"''abc", "616263"}, {"str:", ""}, {"str:true", "74727565"}, {"str:a:b", "613a62"},
		{"address:bob", bobHex}, {"address:", strings.Repeat("5f", 32)},
		{"address:0123456789012345678901234567890123456789", hex.EncodeToString([]byte("01234567890123456789012345678901"))},
		{"address:bob#2a", bobHex[:62] + "2a"}, {"address:bob#zz", "626f62237a7a" + strings.Repeat("5f", 26)}, {"address:a#b", "612362" + strings.Repeat("5f", 29)},
		{"sc:bob", "0000000000000000" + bobHex[:48]}, {"sc:bob#01", "0000000000000000" + bobHex[:46] + "01"},
		{"u8:5", "05"}, {"u16:5", "0005"}, {"u32:0x0102", "00000102"}, {"u64:0b11", "0000000000000003"}, {"u8:0", "00"}, {"u8:+5", "05"},
		{"i8:-1", "ff"}, {"i8:255", "ff"}, {"i8:+127", "7f"}, {"i16:+255", "00ff"}, {"i32:-2", "fffffffe"}, {"i64:-0", "0000000000000000"}, {"i16:-0x01", "ffff"},
		{"biguint:0", "00000000"}, {"biguint:256", "000000020100"}, {"biguint:0x0001", "0000000101"},
		{"nested:", "00000000"}, {"nested:str:ab", "000000026162"}, {"nested:nested:1", "000000050000000101"},
		{"``a|0x62", "6162"}, {"i16:0x61|u32:5", "006100000005"}, {"|||0x01|5||||", "0105"}, {"true|true", "0101"}, {"str:a|str:b", "6162"},
		{"keccak256:1|0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b000000000000000000000000", "19efaebcc296cffac396adb4a60d54c05eff43926a6072498a618e943908efe1"},
		{"keccak256:", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
		{"1|keccak256:|2", "01c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a47002"},
		{"file:", ""}, {"mxsc:", ""},
	} {
		got, err := Evaluate(tt.expr, nil)
		if err != nil || hex.EncodeToString(got) != tt.want {
			t.Errorf("%q gives %x (%v), want %s", tt.expr, got, err, tt.want)
		}
	}
}

func TestExpressionsThatMeanNothing(t *testing.T) {
	for _, tt := range []struct{ expr, want string }{
		{"abc", "could not parse base 10 value: abc"},
		{"1.5", "could not parse base 10 value: 1.5"},
		{" 1", "could not parse base 10 value:  1"},
		{",", "could not parse base 10 value: ,"},
		{"string:a", "could not parse base 10 value: string:a"},
		{"0xg", "could not parse hex value: 0x0g: "},
		{"0x1,0", "could not parse hex value: 0x01,0: "},
		{"0b", "could not parse binary value: 0b"},
		{"0b12", "could not parse binary value: 0b12"},
		{"+", "could not parse base 10 value: "},
		{"--5", "negative numbers not allowed in this context: -5"},
		{"+-5", "negative numbers not allowed in this context: -5"},
		{"u8:-1", "negative numbers not allowed in this context: -1"},
		{"u8:256", "representation of 256 does not fit in 1 bytes"},
		{"u8:0x0001", "representation of 0x0001 does not fit in 1 bytes"},
		{"i8:+255", "representation of +255 does not fit in 1 bytes"},
		{"i8:-129", "representation of -129 does not fit in 1 bytes"},
		{"i8:", "could not parse base 10 value: "},
		{"u32:", "could not parse base 10 value: "},
		{"biguint:-1", "negative numbers not allowed in this context: -1"},
		{"nested:x", "could not parse base 10 value: x"},
		{"keccak256:x", "cannot parse keccak256 argument: could not parse base 10 value: x"},
		{"1|x|2", "could not parse base 10 value: x"},
		{"file:a.wasm", "parser FileResolver not provided"},
		{"1|file:a.wasm", "parser FileResolver not provided"},
		{strings.Repeat("9", maxDigits+1), "number of 20001 digits, at most 20000 are allowed"},
		{strings.Repeat("nested:", maxDepth+2), "expressions are nested more than 200 deep"},
		{"a\nb", `could not parse base 10 value: "a\nb"`},
	} {
		got, err := Evaluate(tt.expr, nil)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%q gives %x and the error %v, want %q", tt.expr, got, err, tt.want)
		}
	}
}

func TestExpressionsReadFiles(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a|b.bin": "ab", "sub/c.bin": "c", "x.mxsc.json": `{"buildInfo": {}, "code": "00ff", "size": 2}`, "bad.mxsc.json": `{"code": "0g"}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files := relative{files: NewFiles(), directory: filepath.Join(dir, "sub")}
	for _, tt := range []struct{ expr, want, fails string }{
		{"file:c.bin", "c", ""},
		{"file:../a|b.bin", "ab", ""},
		{"1|file:c.bin|2", "\x01c\x02", ""},
		{"keccak256:file:missing", "", "cannot parse keccak256 argument: "},
		{"mxsc:../x.mxsc.json", "\x00\xff", ""},
		{"nested:mxsc:../x.mxsc.json", "\x00\x00\x00\x02\x00\xff", ""},
		{"mxsc:../bad.mxsc.json", "", "the code in the container: "},
		{"mxsc:c.bin", "", "not a contract container: "},
		{"file:../sub", "", "is a directory"},
		{"file:nothing", "", "no such file or directory"},
	} {
		got, err := Evaluate(tt.expr, files)
		if (err != nil) != (tt.fails != "") || err != nil && !strings.Contains(err.Error(), tt.fails) || string(got) != tt.want {
			t.Errorf("%q gives %q (%v)", tt.expr, got, err)
		}
	}
}

func TestValuesAreShownInTheNotationOfTheExpectedOne(t *testing.T) {
	for _, tt := range []struct{ like, bytes, want string }{
		{"5", "06", "6"}, {"5", "", "0"}, {"5", "0006", "0x0006"}, {"1,000", "0f4240", "1,000,000"}, {"1,000", "64", "100"},
		{"-1", "fe", "-2"}, {"+1", "0080", "+128"}, {"+1", "", "+0"}, {"-1", "00ff", "+255"}, {"-1", "0001", "0x0001"},
		{"0x05", "06", "0x06"}, {"0b1", "06", "0x06"},
		{"str:a", "6263", "str:bc"}, {"``a", "6263", "``bc"}, {"str:a", "00", "0x00"}, {"str:a|0x00", "626300", "str:bc|0x00"}, {"str:a", "7c", "0x7c"}, {"str:a", "", "str:"},
		{"u8:1", "02", "u8:2"}, {"u16:1", "02", "0x02"}, {"u64:1", "0000000000000100", "u64:256"}, {"i8:1", "ff", "i8:-1"}, {"i8:+1", "02", "i8:+2"}, {"u8:0x01", "02", "0x02"},
		{"biguint:1", "0000000102", "biguint:2"}, {"biguint:1", "0000000202", "0x0000000202"}, {"biguint:1", "00000000", "biguint:0"},
		{"address:a", bobHex, "address:bob"}, {"sc:a", bobHex, "address:bob"}, {"address:a", "0000000000000000" + bobHex[:48], "sc:bob"}, {"address:a", "01", "0x01"},
		{"address:a", strings.Repeat("00", 32), "0x" + strings.Repeat("00", 32)},
		{"true", "", "0"}, {"", "01", "0x01"}, {"", "", ""}, {"1|2", "03", "0x03"}, {"unknown:x", "03", "0x03"},
	} {
		b, err := hex.DecodeString(tt.bytes)
		if err != nil {
			t.Fatal(err)
		}
		got := Notate(b, tt.like)
		if got != tt.want {
			t.Errorf("%s like %q is %q, want %q", tt.bytes, tt.like, got, tt.want)
		}
		if back, err := Evaluate(got, nil); err != nil || string(back) != string(b) {
			t.Errorf("%q means %x (%v), not %s", got, back, err, tt.bytes)
		}
	}
}
