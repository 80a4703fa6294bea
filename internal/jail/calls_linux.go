package jail

import "golang.org/x/sys/unix"

// Call is a system call that is allowed. If Mask is not 0, only with an
// argument of which the bits of Mask are Want.
type Call struct {
	Name       string
	Number     uint32
	Argument   int
	Mask, Want uint32

	// Errno, if it is not 0, is what the call then fails with, without being
	// made: for callers that ask whether a kernel has it.
	Errno unix.Errno
}

// threadFlags are those of clone that make a thread of this process; the
// others in threadMask would make a process, or a namespace.
const (
	threadFlags = unix.CLONE_VM | unix.CLONE_THREAD
	threadMask  = threadFlags | unix.CLONE_NEWCGROUP | unix.CLONE_NEWIPC | unix.CLONE_NEWNET |
		unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWUSER | unix.CLONE_NEWUTS
)

// Calls lists all that the process may ask of the kernel: what the Go runtime
// needs to run, and what a program linked with cgo needs more to start a
// thread.
func Calls(cgo bool) []Call {
	calls := []Call{
		{Name: "read", Number: unix.SYS_READ},
		{Name: "write", Number: unix.SYS_WRITE},
		{Name: "futex", Number: unix.SYS_FUTEX},
		{Name: "mmap", Number: unix.SYS_MMAP},
		{Name: "munmap", Number: unix.SYS_MUNMAP},
		{Name: "mprotect", Number: unix.SYS_MPROTECT},
		{Name: "madvise", Number: unix.SYS_MADVISE},
		{Name: "rt_sigprocmask", Number: unix.SYS_RT_SIGPROCMASK},
		{Name: "rt_sigreturn", Number: unix.SYS_RT_SIGRETURN},
		{Name: "sigaltstack", Number: unix.SYS_SIGALTSTACK},
		{Name: "nanosleep", Number: unix.SYS_NANOSLEEP},
		{Name: "epoll_pwait", Number: unix.SYS_EPOLL_PWAIT},
		{Name: "sched_yield", Number: unix.SYS_SCHED_YIELD},
		{Name: "clone", Number: unix.SYS_CLONE, Mask: threadMask, Want: threadFlags},
		{Name: "gettid", Number: unix.SYS_GETTID},
		{Name: "getpid", Number: unix.SYS_GETPID},
		{Name: "tgkill", Number: unix.SYS_TGKILL, Mask: 0xFFFFFFFF, Want: uint32(unix.Getpid())}, // own threads
		{Name: "exit_group", Number: unix.SYS_EXIT_GROUP},
	}
	if clockIsCall() {
		calls = append(calls, Call{Name: "clock_gettime", Number: unix.SYS_CLOCK_GETTIME})
	}
	if cgo {
		calls = append(calls,
			Call{Name: "set_robust_list", Number: unix.SYS_SET_ROBUST_LIST},
			Call{Name: "rseq", Number: unix.SYS_RSEQ},
			Call{Name: "brk", Number: unix.SYS_BRK},
		)
	}
	return calls
}

// refusals are calls that the Go runtime, the C library or the kernel on their
// behalf try, and do without if they fail.
func refusals() []Call {
	return []Call{
		// The runtime names its memory.
		{Name: "prctl", Number: unix.SYS_PRCTL, Mask: 0xFFFFFFFF, Want: unix.PR_SET_VMA, Errno: unix.EINVAL},
		// The kernel makes it in a process that was stopped while it waited. The
		// runtime waits again when it sees that it was interrupted.
		{Name: "restart_syscall", Number: unix.SYS_RESTART_SYSCALL, Errno: unix.EINTR},
		{Name: "clone3", Number: unix.SYS_CLONE3, Errno: unix.ENOSYS}, // its flags cannot be looked at
	}
}
