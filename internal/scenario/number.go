package scenario

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDigits bounds decimal and binary numbers: reading decimal digits takes
// more than linear time.
const maxDigits = 20_000

// number gives the bytes of a number:
//
//	123  1,234,567  1_000   decimal, without leading zero bytes; 0 is no bytes
//	0x12ab                  the bytes themselves; an odd digit gets a 0 before it
//	0b101                   binary
//	+N  -N                  two's complement of minimal length
func number(text string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	switch text[0] {
	case '+', '-':
		magnitude, err := unsigned(text[1:])
		if err != nil {
			return nil, err
		}
		n := new(big.Int).SetBytes(magnitude)
		if text[0] == '-' {
			n.Neg(n)
		}
		return twosComplement(n), nil
	}
	return unsigned(text)
}

// unsigned reads a number without a sign.
func unsigned(text string) ([]byte, error) {
	if len(text) >= 2 && text[0] == '0' {
		switch text[1] {
		case 'x', 'X':
			return hexDigits(text[2:])
		case 'b', 'B':
			return binaryDigits(text)
		}
	}
	if strings.HasPrefix(text, "-") {
		return nil, fmt.Errorf("negative numbers not allowed in this context: %s", shorten(text))
	}
	digits := withoutSeparators(text)
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return nil, fmt.Errorf("could not parse base 10 value: %s", shorten(text))
	}
	return parseDigits(digits, 10)
}

func hexDigits(digits string) ([]byte, error) {
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	b, err := hex.DecodeString(digits)
	if err != nil {
		return nil, fmt.Errorf("could not parse hex value: 0x%s: %w", shorten(digits), err)
	}
	return b, nil
}

func binaryDigits(text string) ([]byte, error) {
	digits := withoutSeparators(text[2:])
	if digits == "" || strings.Trim(digits, "01") != "" {
		return nil, fmt.Errorf("could not parse binary value: %s", shorten(text))
	}
	return parseDigits(digits, 2)
}

func parseDigits(digits string, base int) ([]byte, error) {
	if len(digits) > maxDigits {
		return nil, fmt.Errorf("number of %d digits, at most %d are allowed", len(digits), maxDigits)
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok {
		panic("scenario: digits were not digits")
	}
	return n.Bytes(), nil
}

func withoutSeparators(text string) string {
	if strings.ContainsAny(text, ",_") {
		return strings.NewReplacer(",", "", "_", "").Replace(text)
	}
	return text
}

// shorten keeps what a file says fit for a message of one line.
func shorten(text string) string {
	const limit = 80
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:limit], "") + "…"
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) {
		return strconv.Quote(text)
	}
	return text
}

// fixedWidth gives a number in exactly n bytes. A number without a sign is
// filled up with zeros, also if signed numbers are allowed.
func fixedWidth(text string, n int, signed bool) ([]byte, error) {
	fill := byte(0)
	var b []byte
	var err error
	if text != "" && (text[0] == '+' || text[0] == '-' && signed) {
		if signed {
			b, err = number(text)
			if len(b) > 0 && b[0] >= 0x80 {
				fill = 0xFF
			}
		} else {
			b, err = unsigned(text[1:])
		}
	} else {
		b, err = unsigned(text)
	}
	if err != nil {
		return nil, err
	}
	if len(b) > n {
		return nil, fmt.Errorf("representation of %s does not fit in %d bytes", shorten(text), n)
	}
	out := make([]byte, n)
	for i := range n - len(b) {
		out[i] = fill
	}
	copy(out[n-len(b):], b)
	return out, nil
}

// twosComplement gives a signed number in as few bytes as possible, big
// endian; 0 is no bytes.
func twosComplement(n *big.Int) []byte {
	switch n.Sign() {
	case 0:
		return nil
	case 1:
		b := n.Bytes()
		if b[0] >= 0x80 {
			b = append([]byte{0}, b...)
		}
		return b
	}
	// -n-1 has the same bits, inverted.
	b := new(big.Int).Not(n).Bytes()
	for i := range b {
		b[i] = ^b[i]
	}
	if len(b) == 0 || b[0] < 0x80 {
		b = append([]byte{0xFF}, b...)
	}
	return b
}

// signed reads two's complement.
func signed(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}
