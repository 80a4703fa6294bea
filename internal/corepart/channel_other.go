//go:build !linux

package corepart

import (
	"io"
	"os"
)

// direct gives the shortest way to a pipe, and a function to be told whether
// what is read next comes soon.
func direct(f *os.File) (pipe io.ReadWriter, attend func(soon bool), err error) {
	return f, func(bool) {}, nil
}
