// Package gas holds the price schedule: which keys there are (keys.txt), how a
// schedule is read from TOML, and prices looked up by name.
//
// It does not know what is priced: opcode tables and imports belong to others.
//
// A *Schedule that exists is complete: every mandatory key is there and not
// zero. Unknown sections and keys do no harm, so that one file can serve the
// node and the VM. Nothing here depends on the order of a map.
package gas

import (
	_ "embed"
	"math"
	"math/bits"
	"strings"
)

// Sections of a schedule.
const (
	sectionBase   = "BaseOperationCost"
	sectionAPI    = "DharitriAPICost"
	sectionBigInt = "BigIntAPICost"
	sectionOpcode = "WASMOpcodeCost"
)

// keysText lists the mandatory keys as "Section.Key", one a line, in the order
// in which a schedule is checked. The order decides which missing key is
// reported, which is part of the behaviour of the VM: append, never reorder.
//
//go:embed keys.txt
var keysText string

// Keys lists the mandatory keys as "Section.Key", in the order in which a
// schedule is checked.
func Keys() []string { return strings.Fields(keysText) }

// Mul multiplies a price by a number of units, saturating. A negative number
// of units costs nothing.
func Mul(price uint64, units int64) uint64 {
	if units <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(price, uint64(units))
	if hi != 0 {
		return math.MaxUint64
	}
	return lo
}

// Add adds, saturating.
func Add(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		return math.MaxUint64
	}
	return sum
}
