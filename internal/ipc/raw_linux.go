package ipc

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// ReadSoon is a read that does not wait for long. Otherwise it is like WriteNow.
func ReadSoon(fd int, b []byte) (int, error) {
	n, _, e := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}

// WriteNow is a write that does not wait: the descriptor is in non-blocking
// mode, or the pipe is known to have room. Go's scheduler is not told of it,
// which takes a good part of a short write otherwise; for as long as it lasts
// no other goroutine of this thread's processor can run.
func WriteNow(fd int, b []byte) (int, error) {
	n, _, e := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
	if e != 0 {
		return 0, e
	}
	return int(n), nil
}
