package scenario

import (
	"bytes"
	"encoding/hex"
	"math/big"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Notate writes bytes as an expression in the notation of a like one, so that
// what was expected and what is there can be compared by eye. What that
// notation cannot say is written in hex. Evaluating the result gives b.
func Notate(b []byte, like string) string {
	if text, ok := notateLike(b, like); ok {
		return text
	}
	return "0x" + hex.EncodeToString(b)
}

func notateLike(b []byte, like string) (string, bool) {
	for _, quote := range []string{"str:", "``", "''"} {
		if strings.HasPrefix(like, quote) {
			return notateText(b, quote)
		}
	}
	if like == "" || strings.Contains(like, "|") {
		return "", len(b) == 0
	}
	prefix, rest, found := strings.Cut(like, ":")
	if !found {
		return notateNumber(b, like)
	}
	switch prefix {
	case "address", "sc":
		return addressName(b)
	case "u8", "u16", "u32", "u64":
		if len(b) == width(prefix) && !strings.HasPrefix(rest, "0x") {
			return prefix + ":" + new(big.Int).SetBytes(b).String(), true
		}
	case "i8", "i16", "i32", "i64":
		if len(b) == width(prefix) && !strings.HasPrefix(rest, "0x") {
			n := signed(b)
			text := n.String()
			if n.Sign() > 0 && strings.HasPrefix(rest, "+") {
				text = "+" + text
			}
			return prefix + ":" + text, true
		}
	case "biguint":
		if len(b) >= 4 && new(big.Int).SetBytes(b[:4]).Cmp(big.NewInt(int64(len(b)-4))) == 0 && (len(b) == 4 || b[4] != 0) {
			return "biguint:" + new(big.Int).SetBytes(b[4:]).String(), true
		}
	}
	return "", false
}

// notateText writes a text, which may be filled up with zeros.
func notateText(b []byte, quote string) (string, bool) {
	text := bytes.TrimRight(b, "\x00")
	if len(text) == 0 && len(b) > 0 || !printable(text) {
		return "", false
	}
	if zeros := b[len(text):]; len(zeros) > 0 {
		return quote + string(text) + "|0x" + hex.EncodeToString(zeros), true
	}
	return quote + string(text), true
}

// maxNumberBytes is how long a value is still written in decimal digits.
const maxNumberBytes = 32

// notateNumber writes b like a decimal number, if that gives b again.
func notateNumber(b []byte, like string) (string, bool) {
	if strings.HasPrefix(like, "0") && len(like) > 1 || len(b) > maxNumberBytes {
		return "", false
	}
	if like[0] == '+' || like[0] == '-' {
		n := signed(b)
		if string(twosComplement(n)) != string(b) {
			return "", false
		}
		if n.Sign() >= 0 {
			return "+" + n.String(), true
		}
		return n.String(), true
	}
	if len(b) > 0 && b[0] == 0 {
		return "", false
	}
	return separated(new(big.Int).SetBytes(b).String(), strings.Contains(like, ",")), true
}

// separated puts a comma before every third digit from the end.
func separated(digits string, separate bool) string {
	if !separate {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// addressName writes an address that was made of a text as address:TEXT or
// sc:TEXT.
func addressName(b []byte) (string, bool) {
	if len(b) != vm.AddressLength {
		return "", false
	}
	kind, text := "address:", b
	if [contractZeros]byte(b[:contractZeros]) == [contractZeros]byte{} {
		kind, text = "sc:", b[contractZeros:]
	}
	name := strings.TrimRight(string(text), string(addressFill))
	if name == "" || !printable([]byte(name)) || strings.Contains(name, "#") {
		return "", false
	}
	return kind + name, true
}

// NameAddress writes an address as people know it.
func NameAddress(a vm.Address) string {
	if name, ok := addressName(a[:]); ok {
		return name
	}
	return "0x" + a.String()
}

// NotateFreely writes bytes in the notation that people read best: an address,
// a text, a small number, else hex. Evaluating the result gives b.
func NotateFreely(b []byte) string {
	if name, ok := addressName(b); ok && b[len(b)-1] == addressFill {
		return name
	}
	if text, ok := notateText(b, "str:"); ok && len(b) > 1 {
		return text
	}
	const small = 8
	if len(b) > 0 && len(b) <= small && b[0] != 0 {
		return separated(new(big.Int).SetBytes(b).String(), true)
	}
	return "0x" + hex.EncodeToString(b)
}

// printable says whether b can stand in a string of a scenario.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' || c == '"' || c == '\\' || c == '|' {
			return false
		}
	}
	return true
}

// show gives bytes the way dumps and storage errors do: [] if there are none,
// with the text if they are one, else with the number.
func show(b []byte) string {
	switch {
	case len(b) == 0:
		return "[]"
	case printable(b):
		return "0x" + hex.EncodeToString(b) + " (``" + string(b) + ")"
	case len(b) > maxNumberBytes:
		return "0x" + hex.EncodeToString(b)
	}
	return "0x" + hex.EncodeToString(b) + " (" + new(big.Int).SetBytes(b).String() + ")"
}
