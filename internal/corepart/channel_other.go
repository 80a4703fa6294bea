//go:build !linux

package corepart

import (
	"io"
	"os"
)

// direct gives the shortest way to a pipe.
func direct(f *os.File) (io.ReadWriter, error) { return f, nil }
