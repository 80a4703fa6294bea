package ipc

import (
	"context"
	"log/slog"
	"math"
	"time"
)

// LevelTrace is the level at which every message is logged.
const LevelTrace = slog.Level(-8)

// Status says what an answer is. In a request it is StatusValue.
type Status uint8

const (
	// StatusValue: the body is what was asked for.
	StatusValue Status = 0
	// StatusRefused: a healthy and deterministic no.
	StatusRefused Status = 1
	// StatusFailed: the answering side could not answer.
	StatusFailed Status = 2
)

// Message is what a frame carries, besides the dialogue nonce.
type Message struct {
	Kind   Kind
	Status Status
	Text   []byte // why, if Status is not StatusValue; any bytes
	Body   []byte // encoded in the codec of the messenger
}

// A Messenger is one side of a dialogue: it labels what it sends with the
// dialogue nonce and checks the nonce of what it receives. It is not safe for
// concurrent use, except for SetDeadline.
type Messenger struct {
	sender   *Sender
	receiver *Receiver
	codec    Codec
	nonce    uint32
	buf      []byte // of the last frame that was sent
	body     []byte // of the last body that was encoded
	reader   Reader // of the last body that was decoded
	received Message
	size     int // bytes of its payload
	answer   Message
	logger   *slog.Logger
	name     func(Kind) string
}

// NewMessenger makes a messenger at the beginning of a dialogue. Messages are
// logged to logger under the names that name gives to their kinds.
func NewMessenger(s *Sender, r *Receiver, codec Codec, logger *slog.Logger, name func(Kind) string) *Messenger {
	return &Messenger{sender: s, receiver: r, codec: codec, logger: logger, name: name}
}

// Codec is how bodies are encoded.
func (m *Messenger) Codec() Codec { return m.codec }

// SetDeadline bounds all sending and receiving that follows, and what is under
// way.
func (m *Messenger) SetDeadline(t time.Time) error {
	if err := m.sender.SetDeadline(t); err != nil {
		return err
	}
	return m.receiver.SetDeadline(t)
}

// Send labels a message with the next dialogue nonce and sends it. After a
// *SizeError nothing was sent and the turn is still this side's.
func (m *Messenger) Send(msg *Message) error {
	if m.nonce == math.MaxUint32 {
		return violation("the dialogue has too many messages")
	}
	var preamble [preambleLength]byte
	frame := append(m.buf[:0], preamble[:]...)
	frame = m.codec.appendEnvelope(frame, m.nonce+1, msg)
	if cap(frame) <= keptFrameBytes {
		m.buf = frame
	}
	if err := m.sender.send(msg.Kind, frame); err != nil {
		return err
	}
	m.nonce++
	m.trace("message sent", msg.Kind, len(frame))
	return nil
}

// Receive waits for the next message of the dialogue. It has the next dialogue
// nonce, and one kind, or is a *ProtocolError. The message is valid until the
// next one is received; what it refers to belongs to the caller.
func (m *Messenger) Receive() (*Message, error) {
	kind, payload, err := m.receiver.receive()
	if err != nil {
		return nil, err
	}
	msg := &m.received
	nonce, err := m.codec.readEnvelope(payload, msg)
	if err != nil {
		return nil, undecodable("message", err)
	}
	if msg.Kind != kind {
		return nil, violation("message has kind %d in its preamble and %d in its payload", kind, msg.Kind)
	}
	if nonce != m.nonce+1 || nonce == 0 {
		return nil, violation("invalid dialogue nonce %d in a message of kind %d, want %d", nonce, kind, m.nonce+1)
	}
	if msg.Status > StatusFailed {
		return nil, violation("message of kind %d has unknown status %d", kind, msg.Status)
	}
	m.nonce, m.size = nonce, len(payload)
	m.trace("message received", kind, preambleLength+len(payload))
	return msg, nil
}

// ReceivedBytes is the size of the payload of the last message received.
func (m *Messenger) ReceivedBytes() int { return m.size }

// Reset ends the dialogue: the next message has nonce 1. It fails if the other
// side has said more than its turn allowed.
func (m *Messenger) Reset() error {
	m.nonce = 0
	if m.receiver.pending() {
		return violation("bytes follow the end of the dialogue")
	}
	return nil
}

func (m *Messenger) trace(text string, kind Kind, bytes int) {
	if m.logger.Enabled(context.Background(), LevelTrace) {
		m.logger.Log(context.Background(), LevelTrace, text,
			"kind", m.name(kind), "nonce", m.nonce, "bytes", bytes)
	}
}
