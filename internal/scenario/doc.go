// Package scenario is the language of JSON scenario files: it reads and
// formats them, keeps the world they describe, and runs their steps on any
// vm.Executor.
//
// It is not a chain: there are no blocks but those that a scenario sets, no
// signatures, and nothing is delivered that a contract sends away. It does not
// look for files (package suite does) and starts no process: whoever runs a
// scenario brings an executor whose hook is a Hook of this package.
//
// The way of a scenario: bytes → *Value, a tree that knows where each part of
// it was written → *Scenario, in which every expression has been evaluated →
// steps that run one after the other on a *World. The first step that fails
// ends the scenario.
//
// Invariants: what is wrong with a file is reported as an *Error with its
// place, before the first step runs; the order of everything written is that
// of the file or of sorted keys, never that of a map; a file is only read
// through Files, which bounds sizes.
package scenario
