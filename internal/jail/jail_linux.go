package jail

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Enter puts this process into the jail, as far as the kernel and this build
// of the program allow.
func Enter(r Rules) State {
	// What is done below for one thread is done for the whole process, or
	// reaches the other threads from this one.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	warmUp()

	var s State
	if raceDetector {
		s.add("jail", errors.New("this program is built with the race detector, which needs more"))
		return s
	}
	cgo, err := noNewPrivileges()
	calls := Calls(cgo) // before landlock, because it reads a file
	s.add("no_new_privs", err)
	if err == nil {
		version, err := landlock(cgo)
		s.add(versioned("landlock", version), err)
	}
	s.add("rlimits", limit(r.DataBytes)) // after landlock, which takes a descriptor for a moment
	if err != nil {
		return s
	}
	err = seccomp(calls, cgo, r.Executable)
	s.add(versioned("seccomp", len(calls)), err)
	if !r.Executable {
		s.add("wx", err)
	}
	return s
}

func versioned(layer string, n int) string {
	if n == 0 {
		return layer
	}
	return fmt.Sprintf("%s/%d", layer, n)
}

// Namespaced says whether this process has namespaces of its own: it is the
// first process of one, although another process started it.
func Namespaced() bool { return os.Getpid() == 1 }

// warmUp makes the Go runtime do now what it does once: start its poller for
// the first timer, the workers and threads of its collector. It also stops it
// from looking at the machine's processors from time to time.
func warmUp() {
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	time.Sleep(time.Microsecond)
	runtime.GC()
}

// noNewPrivileges is what Landlock and seccomp ask for. It says whether the
// program is linked with cgo: then the Go runtime cannot act for all threads,
// and the flag reaches the others only along with the seccomp filter.
func noNewPrivileges() (cgo bool, err error) {
	_, _, e := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0)
	if cgo = e == unix.ENOTSUP; cgo {
		return true, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	return false, errnoError(e)
}

// limit sets the limits of the system for this process, for good.
func limit(data uint64) error {
	return errors.Join(
		// Not RLIMIT_AS: the Go runtime reserves over a gigabyte of address
		// space that it may never use.
		setLimit("data", unix.RLIMIT_DATA, data),
		setLimit("descriptors", unix.RLIMIT_NOFILE, 0), // those that are open stay
		setLimit("file size", unix.RLIMIT_FSIZE, 0),    // pipes have no size
		setLimit("core dumps", unix.RLIMIT_CORE, 0),
		setLimit("locked memory", unix.RLIMIT_MEMLOCK, 0),
		setLimit("message queues", unix.RLIMIT_MSGQUEUE, 0),
	)
}

func setLimit(what string, resource int, n uint64) error {
	limit := unix.Rlimit{Cur: n, Max: n}
	// Prlimit, not Setrlimit: that one lets package syscall remember a limit
	// of descriptors to be given to children.
	if err := unix.Prlimit(0, resource, &limit, nil); err != nil {
		return fmt.Errorf("limit of %s: %w", what, err)
	}
	return nil
}

func errnoError(e unix.Errno) error {
	if e != 0 {
		return e
	}
	return nil
}
