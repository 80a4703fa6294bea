package jail

import (
	"errors"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the versions of Landlock brought.
const (
	filesystemRights   = 1<<13 - 1 // of version 1
	referVersion       = 2
	truncateVersion    = 3
	networkVersion     = 4
	ioctlVersion       = 5
	scopeVersion       = 6
	allThreadsVersion  = 8
	fixedThreadSignals = 1 << 1 // erratum 2: signals between threads of a process
)

// landlock denies all files and the network to this process: it handles every
// right that the kernel knows, and allows none. It gives the version of
// Landlock.
func landlock(cgo bool) (version int, err error) {
	v, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if e != 0 {
		return 0, errors.New("not in this kernel: " + e.Error())
	}
	version = int(v)
	if cgo && version < allThreadsVersion {
		return 0, errors.New("this program is linked with cgo: build it with CGO_ENABLED=0")
	}
	attr, size := rights(version)
	fd, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if e != 0 {
		return version, e
	}
	if cgo {
		_, _, e = unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, unix.LANDLOCK_RESTRICT_SELF_TSYNC, 0)
	} else {
		_, _, e = syscall.AllThreadsSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0)
	}
	return version, errors.Join(errnoError(e), unix.Close(int(fd)))
}

// rights gives all rights of a version, and the size of what it knows of them.
func rights(version int) (attr unix.LandlockRulesetAttr, size uintptr) {
	attr.Handled_access_fs = filesystemRights
	size = unsafe.Sizeof(attr.Handled_access_fs)
	if version >= referVersion {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= truncateVersion {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= networkVersion {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
		size += unsafe.Sizeof(attr.Handled_access_net)
	}
	if version >= ioctlVersion {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if version >= scopeVersion {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
		size += unsafe.Sizeof(attr.Scoped)
		// Before that fix the signals with which the Go runtime stops its own
		// threads would be lost.
		errata, _, e := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_ERRATA)
		if e == 0 && errata&fixedThreadSignals != 0 {
			attr.Scoped |= unix.LANDLOCK_SCOPE_SIGNAL
		}
	}
	return attr, size
}
