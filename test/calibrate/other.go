//go:build !linux

// Command calibrate needs the clocks of Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "calibrate: only on Linux, where the CPU time of another process can be read")
	os.Exit(1)
}
