//go:build !linux

package ipc

import "time"

// Spin does not wait here: the read that follows does.
func Spin(int, time.Duration) {}
