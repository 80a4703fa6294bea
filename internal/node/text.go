package node

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// ParseBytes reads bytes as people write them on a command line:
//
//	0x0aff      hex digits
//	1000        a decimal number, big endian without leading zeros; 0 is empty
//	str:hello   the letters themselves
//	-           nothing
func ParseBytes(text string) ([]byte, error) {
	if digits, ok := strings.CutPrefix(text, "0x"); ok {
		b, err := hex.DecodeString(digits)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		return b, nil
	}
	if letters, ok := strings.CutPrefix(text, "str:"); ok {
		return []byte(letters), nil
	}
	if text == "-" {
		return nil, nil
	}
	n, err := ParseNumber(text)
	if err != nil {
		return nil, fmt.Errorf("%q is neither 0xHEX, a number, str:TEXT nor -", text)
	}
	return n.Bytes(), nil
}

// ParseNumber reads a decimal number that is at least 0.
func ParseNumber(text string) (*big.Int, error) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return nil, fmt.Errorf("%q is not a decimal number", text)
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, fmt.Errorf("%q is not a decimal number", text)
	}
	return n, nil
}

// maxNumber is how many bytes are still shown as a number.
const maxNumber = 16

// FormatBytes shows bytes in hex and, where that may be meant, as a number and
// as text; zeros that fill up a text are left out.
func FormatBytes(b []byte) string {
	shown := "0x" + hex.EncodeToString(b)
	if len(b) <= maxNumber {
		shown += fmt.Sprintf("  number %v", new(big.Int).SetBytes(b))
	}
	if text := strings.TrimRight(string(b), "\x00"); text != "" && printable(text) {
		shown += "  text " + strconv.Quote(text)
	}
	return shown
}

func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}
