package coreproc

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/Dharitri-org/core-wasm-vm/internal/corepart"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// drillMark is in no program but this test.
const drillMark = "escape drill: this Core tries to break out"

// RunDrill is Core as Run makes it, taken over by whoever wrote drill.
func RunDrill() {
	os.Exit(corepart.Main(drillMark, func(init *protocol.Init, hook vm.BlockchainHook) (vm.Executor, corepart.Facts, error) {
		executor, facts, err := construct(init, hook)
		return &drill{executor, Attempts()}, facts, err
	}))
}

// TellMemoryLimit is a function of the drill that is no attempt: it gives the
// bytes from which on Go collects garbage at any time.
const TellMemoryLimit = "tell the memory limit"

// drill is an executor whose calls are attempts to break out, by the name of
// their function. All other calls it leaves to the real one.
type drill struct {
	vm.Executor
	attempts []Attempt // made before the jail, which already stops the making of some
}

func (d *drill) Call(ctx context.Context, in *vm.CallInput) (*vm.Output, error) {
	for _, a := range d.attempts {
		if a.Name == in.Function {
			out := &vm.Output{Message: "done"}
			if e := a.do(); e != 0 {
				out.Message = unix.ErrnoName(e)
			}
			return out, nil
		}
	}
	if in.Function == TellMemoryLimit {
		return &vm.Output{Message: strconv.FormatInt(debug.SetMemoryLimit(-1), 10)}, nil
	}
	return d.Executor.Call(ctx, in)
}

// Attempt is one attempt to break out.
type Attempt struct {
	Name   string
	Strict bool // only the strict profile has to stop it
	do     func() unix.Errno
}

// call makes a system call with arguments that are integers or strings.
func call(number uintptr, args ...any) func() unix.Errno {
	return func() unix.Errno {
		var a [6]uintptr
		var texts [6]*byte
		for i, arg := range args {
			switch arg := arg.(type) {
			case int:
				a[i] = uintptr(arg)
			case string:
				b, err := unix.BytePtrFromString(arg)
				if err != nil {
					panic(err)
				}
				texts[i], a[i] = b, uintptr(unsafe.Pointer(b))
			}
		}
		_, _, e := unix.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
		runtime.KeepAlive(texts)
		return e
	}
}

// fork makes a child that ends at once.
func fork(flags uintptr) func() unix.Errno {
	return func() unix.Errno {
		pid, _, e := unix.RawSyscall6(unix.SYS_CLONE, flags|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		if e == 0 && pid == 0 {
			for {
				unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
			}
		}
		return e
	}
}

func executablePage() unix.Errno {
	_, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANON)
	return errno(err)
}

func pageMadeExecutable() unix.Errno {
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err == nil {
		err = unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC)
	}
	return errno(err)
}

func errno(err error) unix.Errno {
	if err == nil {
		return 0
	}
	return err.(unix.Errno)
}

// Attempts lists what a Core that was taken over could try.
func Attempts() []Attempt {
	parent, here := os.Getppid(), unix.AT_FDCWD
	return []Attempt{
		{Name: "open a file", do: call(unix.SYS_OPENAT, here, "/etc/passwd", unix.O_RDONLY)},
		{Name: "make a file", do: call(unix.SYS_OPENAT, here, "/tmp", unix.O_RDWR|unix.O_TMPFILE, 0o600)},
		{Name: "read a directory", do: call(unix.SYS_GETDENTS64, 0, 0, 0)},
		{Name: "start a program", do: call(unix.SYS_EXECVE, "/bin/true", 0, 0)},
		{Name: "start a program from a descriptor", do: call(unix.SYS_EXECVEAT, 0, "/bin/true", 0, 0, 0)},
		{Name: "open a socket", do: call(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM, 0)},
		{Name: "trace its node", do: call(unix.SYS_PTRACE, unix.PTRACE_SEIZE, parent)},
		{Name: "read the memory of its node", do: call(unix.SYS_PROCESS_VM_READV, parent)},
		{Name: "send a signal to its node", do: call(unix.SYS_KILL, parent, 0)},
		{Name: "send a signal to a thread of its node", do: call(unix.SYS_TGKILL, parent, parent, 0)},
		{Name: "fork", do: fork(0)},
		{Name: "fork in shared memory", do: fork(unix.CLONE_VM | unix.CLONE_VFORK)},
		{Name: "fork in a new namespace of users", do: fork(unix.CLONE_NEWUSER)},
		{Name: "fork by the newer call", do: call(unix.SYS_CLONE3, 0, 0)},
		{Name: "leave its namespaces", do: call(unix.SYS_UNSHARE, unix.CLONE_NEWUSER)},
		{Name: "make a file in memory", do: call(unix.SYS_MEMFD_CREATE, "x", 0)},
		{Name: "make a ring of system calls", do: call(unix.SYS_IO_URING_SETUP, 1, 0)},
		{Name: "load a program into the kernel", do: call(unix.SYS_BPF, 0, 0, 0)},
		{Name: "handle faults of memory", do: call(unix.SYS_USERFAULTFD, 0)},
		{Name: "raise a limit", do: call(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, 0, 0)},
		{Name: "change what it is", do: call(unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)},
		{Name: "become another user", do: call(unix.SYS_SETUID, 0)},
		{Name: "mount", do: call(unix.SYS_MOUNT, "none", "/tmp", "tmpfs")},
		{Name: "remove a file", do: call(unix.SYS_UNLINKAT, here, "/tmp/no such file", 0)},
		{Name: "control a device", do: call(unix.SYS_IOCTL, 0, unix.TIOCSTI, 0)},
		{Name: "duplicate a descriptor", do: call(unix.SYS_DUP, 0)},
		{Name: "map executable memory", Strict: true, do: executablePage},
		{Name: "make memory executable", Strict: true, do: pageMadeExecutable},
	}
}

// DrillMark is drillMark.
const DrillMark = drillMark
