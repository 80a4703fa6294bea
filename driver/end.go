package driver

import (
	"io"
	"os"
	"time"
)

// end is the node's end of a pipe that carries messages: an *os.File, or a
// *rawEnd where there is one. Deadlines and Close may come from any goroutine,
// and end what is under way.
type end interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// filePipe makes a pipe whose ends are files, which wait in Go's poller.
func filePipe(nodeReads bool, _ time.Duration) (node end, core *os.File, err error) {
	r, w, err := os.Pipe()
	switch {
	case err != nil:
		return nil, nil, err
	case nodeReads:
		return r, w, nil
	}
	return w, r, nil
}
