package ipc

import (
	"time"

	"golang.org/x/sys/unix"
)

// Spin waits until something can be read from a descriptor, for at most d and
// without ever sleeping: that takes a whole core, and saves the time in which
// the system would wake this thread.
func Spin(fd int, d time.Duration) {
	begin := time.Now()
	fds := [1]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for {
		if n, err := unix.Poll(fds[:], 0); n != 0 || err != nil && err != unix.EINTR {
			return // whatever it is, the read will say it
		}
		if time.Since(begin) >= d {
			return
		}
	}
}
