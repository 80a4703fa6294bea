// Command core is the process that runs smart contracts. A node starts it (see
// package driver) and talks to it over pipes; it has no arguments.
package main

import "github.com/Dharitri-org/core-wasm-vm/coreproc"

func main() { coreproc.Run() }
