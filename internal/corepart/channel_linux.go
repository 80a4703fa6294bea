package corepart

import (
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// roomBytes is what a pipe takes without waiting: whoever writes has the turn,
// so the pipe is empty. One whose user has too many holds a page only, and
// then the writer waits for the Node with its thread.
const roomBytes = 32 << 10

// channel is a pipe whose user waits in the kernel itself, on its own thread,
// without what a file has for waiting elsewhere and for being closed meanwhile.
type channel struct {
	file *os.File // keeps it open
	fd   int
	soon bool // what is read comes soon, see attend
}

// attend says whether the next bytes come soon, because the Node was asked for
// them. Go's scheduler is not told that this thread waits then. Where it has no
// other processor, log lines and their profiles wait for as long.
func (c *channel) attend(soon bool) { c.soon = soon }

// direct gives the shortest way to a pipe, and a function to be told whether
// what is read next comes soon.
func direct(f *os.File) (pipe io.ReadWriter, attend func(soon bool), err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, nil, err
	}
	c := &channel{file: f}
	var flags int
	if errControl := raw.Control(func(fd uintptr) {
		c.fd = int(fd)
		flags, err = unix.FcntlInt(fd, unix.F_GETFL, 0)
	}); errControl != nil {
		return nil, nil, errControl
	}
	if err != nil {
		return nil, nil, os.NewSyscallError("fcntl", err)
	}
	if flags&unix.O_NONBLOCK != 0 {
		return f, func(bool) {}, nil // it cannot be waited for in the kernel
	}
	return c, c.attend, nil
}

// Read implements io.Reader.
func (c *channel) Read(b []byte) (int, error) {
	read := unix.Read
	if c.soon {
		read = ipc.ReadSoon
	}
	for {
		n, err := read(c.fd, b)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, &os.PathError{Op: "read", Path: c.file.Name(), Err: err}
		case n == 0 && len(b) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// Write implements io.Writer.
func (c *channel) Write(b []byte) (int, error) {
	write := unix.Write
	if len(b) <= roomBytes {
		write = ipc.WriteNow
	}
	for written := 0; ; {
		n, err := write(c.fd, b[written:])
		if err != nil && err != unix.EINTR {
			return written, &os.PathError{Op: "write", Path: c.file.Name(), Err: err}
		}
		if written += max(n, 0); written == len(b) {
			return written, nil
		}
	}
}
