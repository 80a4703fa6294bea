package driver

import "syscall"

// attributes makes the kernel end Core when the thread that started it ends:
// when the node dies, however it dies.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
