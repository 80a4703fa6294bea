package ipc

import (
	"encoding/binary"
	"fmt"
)

// Kind says what a message is. The numbers belong to the protocol spoken;
// those below FirstKind belong to another, older one and are always refused.
// A request has an even number, its answer the next one.
type Kind uint32

// FirstKind is the lowest kind in use.
const FirstKind Kind = 64

// preambleLength is the number of bytes in front of a payload.
const preambleLength = 8

// putPreamble fills the first bytes of frame, which includes the preamble.
func putPreamble(frame []byte, kind Kind) {
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-preambleLength))
	binary.LittleEndian.PutUint32(frame[4:], uint32(kind))
}

// ProtocolError says that the other side broke a rule of the conversation.
type ProtocolError struct{ Reason string }

// Error gives the reason.
func (e *ProtocolError) Error() string { return e.Reason }

func violation(format string, args ...any) error {
	return &ProtocolError{Reason: fmt.Sprintf(format, args...)}
}

// undecodable is a violation. What err says of it may repeat what was received,
// and is cut.
func undecodable(what string, err error) error {
	return violation("%s cannot be decoded: %.*s", what, maxReasonBytes, err.Error())
}

// SizeError says that a message is too large to be sent.
type SizeError struct {
	Kind         Kind
	Bytes, Limit int
}

// Error gives the sizes.
func (e *SizeError) Error() string {
	return fmt.Sprintf("message of kind %d has %d bytes, more than %d", e.Kind, e.Bytes, e.Limit)
}
