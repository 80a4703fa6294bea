//go:build !linux

// Command border needs the processes of Linux.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "border: only on Linux, whose pipes and processes the campaigns look into")
	os.Exit(1)
}
