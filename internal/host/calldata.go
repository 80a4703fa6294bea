package host

import (
	"bytes"
	"encoding/hex"
)

// parse reads call data after counting what that makes of it.
func (x *Frame) parse(data []byte) (function string, args [][]byte, err error) {
	if err := x.vm.fits(parsedBytes(data)); err != nil {
		return "", nil, err
	}
	return parseCallData(data)
}

// parsedBytes is what parsed call data counts.
func parsedBytes(data []byte) int64 {
	return int64(len(data)) + itemBytes*int64(bytes.Count(data, []byte{'@'}))
}

// parseCallData reads "function@hex@hex…". The function is raw text and not
// empty; an argument may be empty. Anything else is "tokenize failed".
func parseCallData(data []byte) (function string, args [][]byte, err error) {
	tokens := bytes.Split(data, []byte("@"))
	if len(tokens[0]) == 0 {
		return "", nil, failWith(textTokenize)
	}
	args = make([][]byte, 0, len(tokens)-1)
	for _, token := range tokens[1:] {
		arg := make([]byte, hex.DecodedLen(len(token)))
		if _, err := hex.Decode(arg, token); err != nil {
			return "", nil, failWith(textTokenize)
		}
		args = append(args, arg)
	}
	return string(tokens[0]), args, nil
}

// appendHexArgument appends "@" and the argument in hex.
func appendHexArgument(data, arg []byte) []byte {
	return hex.AppendEncode(append(data, '@'), arg)
}
