package engine

import "golang.org/x/sys/unix"

// noReserve keeps address space out of the kernel's account of what was
// promised.
const noReserve = unix.MAP_NORESERVE
