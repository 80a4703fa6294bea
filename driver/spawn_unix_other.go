//go:build unix && !linux

package driver

import "syscall"

// attributes: without a signal for the death of the parent it is the end of
// the log profile pipe that tells Core.
func attributes(bool) *syscall.SysProcAttr { return nil }

// namespacesDenied says whether a start failed because of namespaces.
func namespacesDenied(error) bool { return false }
