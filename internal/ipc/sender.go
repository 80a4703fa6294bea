package ipc

import (
	"fmt"
	"io"
	"os"
	"time"
)

// A Sender writes frames to a pipe. It is not safe for concurrent use.
type Sender struct {
	w     io.Writer
	limit int
}

// NewSender makes a sender of frames with payloads of at most limit bytes.
func NewSender(w io.Writer, limit int) *Sender { return &Sender{w, limit} }

// SetDeadline bounds the writes that follow, and one that is under way. The
// zero time is no bound. It fails if the pipe has no deadlines.
func (s *Sender) SetDeadline(t time.Time) error {
	if d, ok := s.w.(interface{ SetWriteDeadline(time.Time) error }); ok {
		return d.SetWriteDeadline(t)
	}
	return os.ErrNoDeadline
}

// send writes frame, whose first preambleLength bytes are still free, in one
// piece.
func (s *Sender) send(kind Kind, frame []byte) error {
	if n := len(frame) - preambleLength; n > s.limit {
		return &SizeError{kind, n, s.limit}
	}
	putPreamble(frame, kind)
	if _, err := s.w.Write(frame); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}
