package engine

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// maxOpen bounds the accessible bytes of a space that nobody uses: the system
// counts them against the limit of the process, used or not.
const maxOpen = 2 << 20

// space is address space for one memory. It never moves. Beyond what is
// accessible, nothing is; what is accessible and not in use is zero.
type space struct {
	all  []byte
	open int // accessible bytes from the start
}

// newSpace reserves a space. That the system has none is not for a contract to
// see: it ends the process.
func newSpace() *space {
	all, err := unix.Mmap(-1, 0, spaceBytes, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		fail("reserve memory", err)
	}
	return &space{all: all}
}

// resize gives the first bytes of the space.
func (s *space) resize(bytes int) []byte {
	if bytes > s.open {
		if err := unix.Mprotect(s.all[:bytes], unix.PROT_READ|unix.PROT_WRITE); err != nil {
			fail("open memory", err)
		}
		s.open = bytes
	}
	return s.all[:bytes:bytes]
}

// zero makes the first bytes zero again, which is all that were in use.
func (s *space) zero(bytes int) {
	if bytes <= maxClear {
		clear(s.all[:bytes])
	} else if err := unix.Madvise(s.all[:bytes], unix.MADV_DONTNEED); err != nil {
		fail("clear memory", err)
	}
}

// shrink makes a space that is not in use as small as the limit on accessible
// bytes wants it.
func (s *space) shrink() { s.narrow(maxOpen) }

// fit makes no more accessible than the first bytes, which are all in use. What
// a larger memory left open beyond them is zero, but the system counts it, and
// its pages may still be there.
func (s *space) fit(bytes int) {
	if s.open > bytes {
		if err := unix.Madvise(s.all[bytes:s.open], unix.MADV_DONTNEED); err != nil {
			fail("clear memory", err)
		}
		s.narrow(bytes)
	}
}

// narrow makes at most the first bytes accessible.
func (s *space) narrow(bytes int) {
	if s.open > bytes {
		if err := unix.Mprotect(s.all[bytes:s.open], unix.PROT_NONE); err != nil {
			fail("close memory", err)
		}
		s.open = bytes
	}
}

func (s *space) close() {
	if err := unix.Munmap(s.all); err != nil {
		fail("free memory", err)
	}
	s.all = nil
}

func fail(what string, err error) {
	panic(&defect{fmt.Errorf("%s: %w", what, err)})
}
