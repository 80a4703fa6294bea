package scenario

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/sha3"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Reader gives the content of files that expressions name.
type Reader interface {
	// Read gives the bytes of a file.
	Read(path string) ([]byte, error)
	// Code gives the code inside a container (.mxsc.json).
	Code(path string) ([]byte, error)
}

// maxExpressionBytes bounds what one expression may evaluate to.
const maxExpressionBytes = 64 << 20

var errTooLong = errors.New("the value is too long")

// Evaluate gives the bytes that a string expression stands for. The first row
// that fits counts:
//
//	(nothing)                no bytes
//	file:PATH                the content of a file; the rest is the path
//	mxsc:PATH                the code in a contract container
//	keccak256:EXPR           hash of the whole rest, also with | in it
//	EXPR|EXPR…               concatenation
//	true, false              01, no bytes
//	str:TEXT ``TEXT ''TEXT   the text as it is
//	address:TEXT             32 bytes: the text, filled up with _; TEXT#xx sets the last byte
//	sc:TEXT                  the same after eight zero bytes
//	u8:N u16:N u32:N u64:N   a number of fixed width, big endian
//	i8:N i16:N i32:N i64:N   the same in two's complement
//	biguint:N                length in 4 bytes, then the number
//	nested:EXPR              length in 4 bytes, then the value
//	N                        a number of minimal length, see number
func Evaluate(expr string, files Reader) ([]byte, error) {
	b, err := evaluate(expr, files, 0)
	if err == nil && len(b) > maxExpressionBytes {
		return nil, errTooLong
	}
	return b, err
}

func evaluate(expr string, files Reader, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("expressions are nested more than %d deep", maxDepth)
	}
	if b, done, err := fromFile(expr, files); done {
		return b, err
	}
	if rest, ok := strings.CutPrefix(expr, "keccak256:"); ok {
		b, err := evaluate(rest, files, depth+1)
		if err != nil {
			return nil, fmt.Errorf("cannot parse keccak256 argument: %w", err)
		}
		h := sha3.NewLegacyKeccak256()
		h.Write(b)
		return h.Sum(nil), nil
	}
	if strings.Contains(expr, "|") {
		var all []byte
		for part := range strings.SplitSeq(expr, "|") {
			b, err := evaluate(part, files, depth+1)
			if err != nil {
				return nil, err
			}
			if all = append(all, b...); len(all) > maxExpressionBytes {
				return nil, errTooLong
			}
		}
		return all, nil
	}
	return evaluateSimple(expr, files, depth)
}

// fromFile reads files. done says that expr is about one.
func fromFile(expr string, files Reader) (b []byte, done bool, err error) {
	path, code := "", false
	if rest, ok := strings.CutPrefix(expr, "file:"); ok {
		path = rest
	} else if rest, ok := strings.CutPrefix(expr, "mxsc:"); ok {
		path, code = rest, true
	} else {
		return nil, false, nil
	}
	switch {
	case path == "":
		return nil, true, nil
	case files == nil:
		return nil, true, errors.New("parser FileResolver not provided")
	case code:
		b, err = files.Code(path)
	default:
		b, err = files.Read(path)
	}
	return b, true, err
}

// evaluateSimple evaluates what is neither a file nor made of parts.
func evaluateSimple(expr string, files Reader, depth int) ([]byte, error) {
	switch expr {
	case "", "false":
		return nil, nil
	case "true":
		return []byte{1}, nil
	}
	for _, quote := range []string{"str:", "``", "''"} {
		if text, ok := strings.CutPrefix(expr, quote); ok {
			return []byte(text), nil
		}
	}
	prefix, rest, found := strings.Cut(expr, ":")
	if !found {
		return number(expr)
	}
	switch prefix {
	case "address":
		return address(rest, 0), nil
	case "sc":
		return address(rest, contractZeros), nil
	case "u8", "u16", "u32", "u64":
		return fixedWidth(rest, width(prefix), false)
	case "i8", "i16", "i32", "i64":
		return fixedWidth(rest, width(prefix), true)
	case "biguint":
		b, err := unsigned(rest)
		return withLength(bytes.TrimLeft(b, "\x00")), err
	case "nested":
		b, err := evaluate(rest, files, depth+1)
		return withLength(b), err
	}
	return number(expr)
}

// contractZeros is how many zero bytes the address of a contract begins with.
const contractZeros = 8

const addressFill = '_'

// address makes an address of a text. "#" and two hex digits at the end set
// its last byte, which names the shard.
func address(text string, zeros int) []byte {
	last := -1
	if i := len(text) - 3; i >= 0 && text[i] == '#' {
		if b, err := strconv.ParseUint(text[i+1:], 16, 8); err == nil {
			text, last = text[:i], int(b)
		}
	}
	b := bytes.Repeat([]byte{addressFill}, vm.AddressLength)
	clear(b[:zeros])
	copy(b[zeros:], text)
	if last >= 0 {
		b[len(b)-1] = byte(last)
	}
	return b
}

// width is the number of bytes of u8, i16 and so on.
func width(prefix string) int {
	bits, err := strconv.Atoi(prefix[1:])
	if err != nil {
		panic(err) // the prefix is one of a closed list
	}
	return bits / 8
}

func withLength(b []byte) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(b)), uint32(len(b))), b...)
}
