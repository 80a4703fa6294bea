package ipc

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Codec is how messages are written.
type Codec uint8

const (
	// JSON is readable. Bytes are base64 in it.
	JSON Codec = 0
	// Binary is compact.
	Binary Codec = 1
)

// String names the codec.
func (c Codec) String() string {
	switch c {
	case JSON:
		return "json"
	case Binary:
		return "binary"
	}
	return "codec(" + strconv.Itoa(int(c)) + ")"
}

// Known says whether the codec exists.
func (c Codec) Known() bool { return c <= Binary }

func (c Codec) appendEnvelope(dst []byte, nonce uint32, m *Message) []byte {
	if c == Binary {
		dst = binary.LittleEndian.AppendUint32(dst, nonce)
		dst = binary.LittleEndian.AppendUint32(dst, uint32(m.Kind))
		dst = append(dst, byte(m.Status))
		dst = AppendBytes(dst, m.Text)
		return append(dst, m.Body...)
	}
	dst = append(dst, `{"DialogueNonce":`...)
	dst = strconv.AppendUint(dst, uint64(nonce), 10)
	dst = append(dst, `,"Kind":`...)
	dst = strconv.AppendUint(dst, uint64(m.Kind), 10)
	if m.Status != StatusValue {
		dst = append(dst, `,"Status":`...)
		dst = strconv.AppendUint(dst, uint64(m.Status), 10)
		dst = append(dst, `,"Text":"`...)
		dst = base64.StdEncoding.AppendEncode(dst, m.Text)
		dst = append(dst, '"')
	}
	dst = append(dst, `,"Body":`...)
	if len(m.Body) == 0 {
		dst = append(dst, "{}"...)
	}
	dst = append(dst, m.Body...)
	return append(dst, '}')
}

// readEnvelope fills m, whose text and body are views of the payload, or nil.
func (c Codec) readEnvelope(payload []byte, m *Message) (nonce uint32, err error) {
	if c == Binary {
		r := Reader{b: payload}
		nonce = r.Uint32()
		*m = Message{Kind: Kind(r.Uint32()), Status: Status(r.Byte()), Text: r.Bytes()}
		m.Body = r.rest()
		return nonce, r.Err()
	}
	if err := checkJSON(payload); err != nil {
		return 0, err
	}
	var e struct {
		DialogueNonce *uint32
		Kind          *Kind
		Status        Status
		Text          []byte
		Body          json.RawMessage
	}
	if err := json.Unmarshal(payload, &e); err != nil {
		return 0, err
	}
	if e.DialogueNonce == nil || e.Kind == nil {
		return 0, errors.New("DialogueNonce or Kind is missing")
	}
	*m = Message{Kind: *e.Kind, Status: e.Status, Text: e.Text, Body: e.Body}
	return *e.DialogueNonce, nil
}

// checkJSON bounds what decoding can cost before it starts. A short text can
// stand for a large value ("{}" for a whole structure) or for much work (a
// number of a million digits).
func checkJSON(text []byte) error {
	const structBytes, elementBytes = 200, 24
	budget := 8*len(text) + 1<<16
	number := 0
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '"':
			number = 0
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case b == '{':
			number = 0
			budget -= structBytes
		case b == ',' || b == '[':
			number = 0
			budget -= elementBytes
		case b >= '0' && b <= '9' || b == '-':
			if number++; number > maxNumberBytes {
				return fmt.Errorf("number has more than %d digits", maxNumberBytes)
			}
		default:
			number = 0
		}
		if budget < 0 {
			return errors.New("too many empty values")
		}
	}
	return nil
}
