package bench

import (
	"io"
	"os"

	"golang.org/x/sys/unix"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// bareWays are ways of reading and writing the same pipes.
var bareWays = []string{"Go files", "waiting in the kernel", "unknown to Go's scheduler"}

// bare gives reading and writing in one of bareWays. The last one is what no
// program can do for long: a collection of garbage would wait for the other
// side.
func bare(way string, r, w *os.File) (read, write func([]byte) error) {
	if way == bareWays[0] {
		return func(b []byte) error { _, err := io.ReadFull(r, b); return err },
			func(b []byte) error { _, err := w.Write(b); return err }
	}
	in, out := int(r.Fd()), int(w.Fd()) // which lets them wait in the kernel
	reads, writes := unix.Read, unix.Write
	if way == bareWays[2] {
		reads, writes = ipc.ReadSoon, ipc.WriteNow
	}
	whole := func(n, want int, err error) error {
		if err == nil && n < want {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return func(b []byte) error { n, err := reads(in, b); return whole(n, len(b), err) },
		func(b []byte) error { n, err := writes(out, b); return whole(n, len(b), err) }
}
