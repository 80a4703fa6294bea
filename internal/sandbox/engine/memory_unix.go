//go:build unix

package engine

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Pages of memory are mapped without access, which costs nothing but address
// space, and get access when they are used: a limit on the data of a process
// (RLIMIT_DATA) counts what is writable, used or not (DECISIONS.md, memory
// budget).

// reserve sets address space aside.
func reserve(bytes int) []byte {
	if bytes == 0 {
		return nil
	}
	region, err := unix.Mmap(-1, 0, bytes, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON|noReserve)
	if err != nil {
		panic(&defect{fmt.Errorf("reserving %d bytes of memory: %w", bytes, err)})
	}
	return region
}

// commit makes region[from:to] usable; it is zero. Both are whole pages.
func commit(region []byte, from, to int) {
	if from == to {
		return
	}
	if err := unix.Mprotect(region[from:to], unix.PROT_READ|unix.PROT_WRITE); err != nil {
		panic(&defect{fmt.Errorf("growing memory to %d bytes: %w", to, err)})
	}
}

// release gives a region back.
func release(region []byte) {
	if len(region) == 0 {
		return
	}
	if err := unix.Munmap(region); err != nil {
		panic(&defect{fmt.Errorf("freeing memory: %w", err)})
	}
}
