//go:build unix && !linux

package driver

import "syscall"

// attributes: without a signal for the death of the parent it is the end of
// the log profile pipe that tells Core.
func attributes() *syscall.SysProcAttr { return nil }
