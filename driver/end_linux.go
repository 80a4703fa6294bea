package driver

import (
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// writePause is how long a writer sleeps in the kernel before it looks at its
// deadline again.
const writePause = 10 * time.Millisecond

// pokePause is how long a reader that could not be poked waits for the next
// attempt.
const pokePause = 10 * time.Millisecond

// rawEnd is one end of a pipe whose user waits in the kernel itself, on its own
// thread. A file waits in Go's poller instead: then another thread hears of the
// bytes first and has to wake the one that wants them, which takes about twice
// as long as the pipe itself.
//
// Whoever waits in the kernel for bytes cannot be told to stop, so the bytes
// come from this side then: the reader is poked with one byte through an end
// that is opened for it. A read that was poked fails, whatever it has read, and
// the pipe is of no more use.
//
// One goroutine at a time reads or writes.
type rawEnd struct {
	fd    int
	dir   string // where descriptors are files
	reads bool
	spin  time.Duration // before a reader sleeps

	use sync.Mutex // held while the descriptor is in use; taken before mu

	mu       sync.Mutex // guards what follows
	deadline time.Time
	timer    *time.Timer // pokes the reader when the deadline comes; goes off no later
	fires    time.Time   // when it does; zero if it was stopped or went off
	waiting  bool        // a read is under way
	poked    bool        // during it
	closed   bool
	lost     func() // ends whoever holds the other end; nil if nobody is known
}

// descriptors is where the descriptors of this process are files.
const descriptors = "/proc/self/fd"

// rawPipe makes a pipe whose end for the node is raw. Its reader waits for the
// time spin without sleeping first. Where a reader could not be poked, because
// there is no /proc, its end is a file.
func rawPipe(nodeReads bool, spin time.Duration) (node end, core *os.File, err error) {
	return rawPipeIn(descriptors, nodeReads, spin)
}

func rawPipeIn(dir string, nodeReads bool, spin time.Duration) (node end, core *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	e := &rawEnd{fd: fds[1], dir: dir, spin: spin}
	if nodeReads {
		e.fd, e.reads = fds[0], true
		core = os.NewFile(uintptr(fds[1]), "coreToNode")
		var poke int
		if poke, err = e.openPoke(); err != nil {
			if err = errors.Join(e.Close(), core.Close()); err != nil {
				return nil, nil, err
			}
			return filePipe(nodeReads, spin)
		}
		err = unix.Close(poke)
	} else {
		core = os.NewFile(uintptr(fds[0]), "nodeToCore")
		err = os.NewSyscallError("fcntl", unix.SetNonblock(e.fd, true))
	}
	if err != nil {
		return nil, nil, errors.Join(err, e.Close(), core.Close())
	}
	return e, core, nil
}

// openPoke opens the other end of the pipe.
func (e *rawEnd) openPoke() (int, error) {
	fd, err := unix.Open(e.dir+"/"+strconv.Itoa(e.fd), unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	return fd, os.NewSyscallError("open", err)
}

// Read implements io.Reader.
func (e *rawEnd) Read(b []byte) (int, error) {
	n, err := e.read(b)
	if err != nil && err != io.EOF {
		err = &os.PathError{Op: "read", Path: "|0", Err: err} // as a file says it
	}
	return n, err
}

func (e *rawEnd) read(b []byte) (int, error) {
	e.use.Lock()
	defer e.use.Unlock()
	for {
		if err := e.begin(); err != nil {
			return 0, err
		}
		if e.spin > 0 {
			ipc.Spin(e.fd, e.spin)
		}
		n, err := unix.Read(e.fd, b)
		if poked := e.finish(); poked != nil {
			return 0, poked
		}
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, err
		case n == 0 && len(b) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

// begin says why a read may not begin.
func (e *rawEnd) begin() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.over(); err != nil {
		return err
	}
	e.waiting = true
	return nil
}

// finish says why what was read may not be used.
func (e *rawEnd) finish() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.waiting = false
	if !e.poked {
		return nil
	}
	if err := e.over(); err != nil {
		return err
	}
	return os.ErrDeadlineExceeded // it was moved since
}

// over says why nothing may be done any more. The caller holds mu.
func (e *rawEnd) over() error {
	switch {
	case e.closed:
		return os.ErrClosed
	case e.poked, !e.deadline.IsZero() && time.Until(e.deadline) <= 0:
		return os.ErrDeadlineExceeded
	}
	return nil
}

// Write implements io.Writer.
func (e *rawEnd) Write(b []byte) (int, error) {
	n, err := e.write(b)
	if err != nil {
		err = &os.PathError{Op: "write", Path: "|1", Err: err}
	}
	return n, err
}

func (e *rawEnd) write(b []byte) (int, error) {
	e.use.Lock()
	defer e.use.Unlock()
	written := 0
	for {
		e.mu.Lock()
		err := e.over()
		e.mu.Unlock()
		if err != nil || written == len(b) {
			return written, err
		}
		n, err := ipc.WriteNow(e.fd, b[written:])
		switch {
		case err == unix.EAGAIN:
			pause := unix.NsecToTimespec(writePause.Nanoseconds())
			if _, err := unix.Ppoll([]unix.PollFd{{Fd: int32(e.fd), Events: unix.POLLOUT}}, &pause, nil); err != nil && err != unix.EINTR {
				return written, os.NewSyscallError("ppoll", err)
			}
		case err != nil && err != unix.EINTR:
			return written, err
		default:
			if written += max(n, 0); written == len(b) {
				return written, nil
			}
		}
	}
}

// SetReadDeadline bounds what is under way and what follows.
func (e *rawEnd) SetReadDeadline(t time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return os.ErrClosed
	}
	e.deadline = t
	if !e.reads {
		return nil // a writer looks by itself
	}
	if t.IsZero() || !e.fires.IsZero() && !t.Before(e.fires) {
		return nil // it goes off early enough, and looks then
	}
	e.arm()
	return nil
}

// arm lets the timer go off at the deadline. The caller holds mu.
func (e *rawEnd) arm() {
	left := time.Until(e.deadline)
	switch {
	case left <= 0:
		e.poke()
		return
	case e.timer == nil:
		e.timer = time.AfterFunc(left, e.expire)
	default:
		e.timer.Reset(left)
	}
	e.fires = e.deadline
}

// SetWriteDeadline is SetReadDeadline: an end has one direction.
func (e *rawEnd) SetWriteDeadline(t time.Time) error { return e.SetReadDeadline(t) }

// expire looks at the deadline, which may have been moved meanwhile.
func (e *rawEnd) expire() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fires = time.Time{}
	if !e.deadline.IsZero() && !e.closed {
		e.arm()
	}
}

// poke ends the read that is under way. The caller holds mu.
func (e *rawEnd) poke() {
	if !e.waiting || e.poked {
		return
	}
	e.poked = true
	e.wake()
}

// wake writes a byte for the reader. If the node has no descriptor left for
// it, whoever holds the other end is ended, which ends the read as well, and
// it is tried again. The caller holds mu.
func (e *rawEnd) wake() {
	fd, err := e.openPoke()
	if err == nil {
		// A pipe that is full does not keep its reader waiting. Whatever close
		// says, the descriptor is gone.
		_, _ = unix.Write(fd, []byte{0})
		_ = unix.Close(fd)
		return
	}
	if e.lost != nil {
		e.lost()
	}
	time.AfterFunc(pokePause, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.waiting {
			e.wake()
		}
	})
}

// whenLost says how to end whoever holds the other end.
func (e *rawEnd) whenLost(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lost = f
}

// Close ends what is under way.
func (e *rawEnd) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return os.ErrClosed
	}
	e.closed = true
	if e.timer != nil {
		e.timer.Stop()
	}
	e.poke()
	e.mu.Unlock()
	e.use.Lock()
	defer e.use.Unlock()
	return os.NewSyscallError("close", unix.Close(e.fd))
}
