package jail

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Offsets in struct seccomp_data, which the filter looks at.
const (
	offsetNumber    = 0
	offsetArch      = 4
	offsetArguments = 16 // 8 bytes each, the low half first
)

// seccomp ends the process at any system call but those given. In a program
// that is linked with cgo other calls fail with EPERM instead: the C library
// tries some, to look at the machine for instance, that depend on its version.
func seccomp(calls []Call, cgo, executable bool) error {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return errors.New("no list of calls for " + runtime.GOARCH)
	}
	other := uint32(unix.SECCOMP_RET_KILL_PROCESS)
	if cgo {
		other = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	}
	program := filter(slices.Concat(calls, refusals()), other, executable)
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	thread, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&fprog)))
	if e != 0 {
		return e
	}
	if thread != 0 {
		return fmt.Errorf("thread %d cannot be filtered", thread)
	}
	return nil
}

// filter writes the program that decides. other is what becomes of calls that
// are not among those given.
func filter(calls []Call, other uint32, executable bool) []unix.SockFilter {
	refuse := statement(unix.BPF_RET|unix.BPF_K, other)
	arch := uint32(unix.AUDIT_ARCH_X86_64)
	if runtime.GOARCH == "arm64" {
		arch = unix.AUDIT_ARCH_AARCH64
	}
	program := []unix.SockFilter{
		load(offsetArch),
		jumpEqual(arch, 1, 0),
		statement(unix.BPF_RET|unix.BPF_K, unix.SECCOMP_RET_KILL_PROCESS), // another machine's calls
		load(offsetNumber),
	}
	for _, c := range calls {
		if !executable && (c.Number == unix.SYS_MMAP || c.Number == unix.SYS_MPROTECT) {
			c.Argument, c.Mask, c.Want = 2, unix.PROT_EXEC, 0
		}
		verdict := statement(unix.BPF_RET|unix.BPF_K, unix.SECCOMP_RET_ALLOW)
		if c.Errno != 0 {
			verdict.K = unix.SECCOMP_RET_ERRNO | uint32(c.Errno)
		}
		if c.Mask == 0 {
			program = append(program, jumpEqual(c.Number, 0, 1), verdict)
			continue
		}
		program = append(program,
			jumpEqual(c.Number, 0, 5),
			load(uint32(offsetArguments+8*c.Argument)),
			statement(unix.BPF_ALU|unix.BPF_AND|unix.BPF_K, c.Mask),
			jumpEqual(c.Want, 0, 1),
			verdict,
			refuse)
	}
	return append(program, refuse)
}

func statement(code uint16, k uint32) unix.SockFilter { return unix.SockFilter{Code: code, K: k} }

func load(offset uint32) unix.SockFilter {
	return statement(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, offset)
}

func jumpEqual(k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: yes, Jf: no, K: k}
}

// clockIsCall says whether reading the clock may be a system call: it is one
// on machines whose clock cannot be read from a program.
func clockIsCall() bool {
	source, err := os.ReadFile("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	if err != nil {
		return true
	}
	switch strings.TrimSpace(string(source)) {
	case "tsc", "kvm-clock", "hyperv_clocksource_tsc_page", "arch_sys_counter":
		return false
	}
	return true
}
