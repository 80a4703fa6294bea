package ipc

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// A Receiver reads frames from a pipe. It is not safe for concurrent use.
type Receiver struct {
	pipe  io.Reader
	r     *bufio.Reader
	limit int
}

// NewReceiver makes a receiver of frames with payloads of at most limit bytes.
func NewReceiver(r io.Reader, limit int) *Receiver {
	return &Receiver{r, bufio.NewReaderSize(r, firstChunkBytes), limit}
}

// SetLimit changes the limit, for the frames that follow.
func (r *Receiver) SetLimit(limit int) { r.limit = limit }

// SetDeadline bounds the reads that follow, and one that is under way. The
// zero time is no bound: reads then block until bytes or the end of the pipe
// come. It fails if the pipe has no deadlines.
func (r *Receiver) SetDeadline(t time.Time) error {
	if d, ok := r.pipe.(interface{ SetReadDeadline(time.Time) error }); ok {
		return d.SetReadDeadline(t)
	}
	return os.ErrNoDeadline
}

// receive reads one frame: kind and payload. The payload belongs to the caller.
func (r *Receiver) receive() (Kind, []byte, error) {
	var preamble [preambleLength]byte
	if _, err := io.ReadFull(r.r, preamble[:]); err != nil {
		return 0, nil, fmt.Errorf("receive: %w", err)
	}
	length := binary.LittleEndian.Uint32(preamble[:])
	kind := Kind(binary.LittleEndian.Uint32(preamble[4:]))
	if kind < FirstKind {
		return 0, nil, violation("kind %d belongs to an older protocol that is not spoken here", kind)
	}
	if length == 0 {
		return 0, nil, violation("message of kind %d has no payload", kind)
	}
	if uint64(length) > uint64(r.limit) {
		return 0, nil, violation("payload of kind %d is announced with %d bytes, more than %d", kind, length, r.limit)
	}
	payload, err := r.payload(int(length))
	if err != nil {
		return 0, nil, fmt.Errorf("receive: %w", err)
	}
	return kind, payload, nil
}

// payload reads n bytes. The buffer at most doubles what has arrived, so that
// an announced length alone costs nothing.
func (r *Receiver) payload(n int) ([]byte, error) {
	buf := make([]byte, 0, min(n, firstChunkBytes))
	for len(buf) < n {
		if len(buf) == cap(buf) {
			grown := make([]byte, len(buf), min(n, 2*cap(buf)))
			copy(grown, buf)
			buf = grown
		}
		m, err := r.r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+m]
		if err == io.EOF && len(buf) < n {
			return nil, io.ErrUnexpectedEOF
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
	}
	return buf, nil
}

// pending says whether bytes have arrived that belong to no message yet.
func (r *Receiver) pending() bool { return r.r.Buffered() > 0 }
