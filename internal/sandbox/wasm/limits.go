package wasm

import "fmt"

// Limits of a module. The numbers but the last are those of the chain: a tighter
// limit would refuse contracts that are already there. Each one is the greatest
// number that is accepted. The length of a body and of a module is limited
// only by the price of its bytes.
const (
	// MaxTypes has one more than a round number because the chain accepted
	// that many.
	MaxTypes = 10_001

	// MaxFunctions bounds tables per function in engines; imported functions
	// count.
	MaxFunctions = 10_000

	// MaxGlobals bounds what an instance has to save and reset.
	MaxGlobals = 4_000

	// MaxParams is per function type. Parameters cost no gas, so a call may
	// not move many of them.
	MaxParams = 100

	// MaxLocals and MaxLocalRuns are per function, without parameters. All
	// locals are set to zero on each call.
	MaxLocals    = 4_000
	MaxLocalRuns = 4_000

	// MaxBrTableTargets is per br_table, without the default.
	MaxBrTableTargets = 131_072

	// MaxNameBytes is per name of an import or export.
	MaxNameBytes = 100_000

	// MaxTableElements bounds the memory that a few bytes of code can claim:
	// a table costs at least 8 bytes per element and instance.
	MaxTableElements = 100_000

	// MaxSegmentElements is per element segment.
	MaxSegmentElements = 10_000

	// MaxMemoryPages bounds the declared minimum and maximum of a memory, and
	// its size when it grows. A page has 64 KiB.
	MaxMemoryPages = 1_000

	// MaxWork bounds the work of compiling a module, see Work. It is a limit of
	// ours: the chain has none, and no contract comes near this one.
	MaxWork = 15_000_000
)

// PageBytes is the size of a page of memory.
const PageBytes = 65_536

// tooMuchWork says that a function, or a module, is too much work.
func tooMuchWork(what string) string {
	return fmt.Sprintf("compiling %s is too much work: at most %d units are allowed", what, MaxWork)
}

func tooMany(what string, count, limit int) string {
	return fmt.Sprintf("%d %s, at most %d are allowed", count, what, limit)
}
