// Package imports is the table of what a contract can ask: one row per
// function, grouped by file. A body calls one method of host.Frame; rules live
// there.
//
// It is the second of the two places where hostile bytes enter Core: every
// word of a row is read by its meaning (meaning.go), which checks it once.
package imports

import "github.com/Dharitri-org/core-wasm-vm/internal/host"

// All returns every row, sorted by module and name within its group.
func All() []host.Import { panic("skeleton") }
