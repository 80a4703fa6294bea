// Package wasm reads, checks and writes WebAssembly modules: the subset that
// contracts may use (WebAssembly 1.0 with sign extension and saturating
// truncation, without anything that produces a float).
//
// It is the first of the two places where hostile bytes enter Core. Parse
// bounds every count by the bytes that are left before it allocates; Check
// does the full type check of the specification. A *Module that Parse returned
// without an error and that Check accepted is valid, and everything behind
// this package may rely on that.
//
// It knows nothing of gas, of hosts or of an engine.
package wasm

import "slices"

// ValueType is a WebAssembly value type, numbered as in the binary format.
type ValueType byte

// The value types.
const (
	I32 ValueType = 0x7F
	I64 ValueType = 0x7E
	F32 ValueType = 0x7D
	F64 ValueType = 0x7C
)

// FuncType is a function type. Results has at most one element.
type FuncType struct {
	Params  []ValueType
	Results []ValueType
}

// Module is a parsed module. Slices into the original bytes are kept, so the
// bytes must not change.
type Module struct {
	Types     []FuncType
	Imports   []Import // functions only; anything else is refused
	Functions []uint32 // type index of each defined function
	Table     *Limits  // nil if there is none
	Memory    *Limits  // nil if there is none; in pages of 64 KiB
	Globals   []Global
	Exports   []Export
	Elements  []Element
	Bodies    []Body // same length as Functions
	Segments  []DataSegment

	// FunctionNames comes from the name section: index → name, for traces
	// only. It is nil if the section is absent or malformed.
	FunctionNames map[uint32]string

	Size int // of the original bytes

	sections [sectionIDs]int // offsets of the sections, for messages
}

// Import is an imported function.
type Import struct {
	Module, Name string
	Type         uint32 // index into Types
}

// Limits are the limits of a table or a memory.
type Limits struct {
	Min    uint32
	Max    uint32
	HasMax bool
}

// Global is a defined global. Init is its constant initialiser, raw, including
// the final end.
type Global struct {
	Type    ValueType
	Mutable bool
	Init    []byte
}

// ExportKind says what an export exports, numbered as in the binary format.
type ExportKind byte

// The export kinds.
const (
	ExportFunction ExportKind = 0
	ExportTable    ExportKind = 1
	ExportMemory   ExportKind = 2
	ExportGlobal   ExportKind = 3
)

// Export is an exported name.
type Export struct {
	Name  string
	Kind  ExportKind
	Index uint32
}

// Element is an active element segment of table 0. Offset is its constant
// expression, raw, including the final end.
type Element struct {
	Offset    []byte
	Functions []uint32
}

// DataSegment is an active data segment of memory 0.
type DataSegment struct {
	Offset []byte
	Init   []byte
}

// LocalRun is one declaration of locals: Count locals of Type.
type LocalRun struct {
	Count uint32
	Type  ValueType
}

// Body is the code of a defined function.
type Body struct {
	Locals []LocalRun
	Code   []byte // instructions, including the final end
	Offset int    // of Code in the original bytes, for messages

	// MaxHeight is the greatest number of operands on the stack, found by
	// Check: the greatest height of the operand stack of the specification's
	// validation algorithm after any instruction, in dead code too.
	MaxHeight uint32

	// Values bounds what a compiler may have to keep of the body on the stack of
	// the machine, which can be far more than operands and locals: a compiler may
	// give a place to each value that a local ever has. It counts the instructions,
	// and for each block, loop and if the instructions in it that set a local, but
	// no more than there are parameters and locals. Found by Check.
	Values uint64

	// FloatSelects are the selects of floats, in the order of the code, found
	// by Check.
	FloatSelects []FloatSelect

	work uint64 // of compiling it, in nanoseconds, found by Check
}

// FloatSelect is a select whose operands are floats.
type FloatSelect struct {
	Start int // offset of the instruction in the body's Code
	Type  ValueType
}

// FunctionType gives the type of the function with index, imported functions
// first. The index must be valid.
func (m *Module) FunctionType(index uint32) FuncType {
	if int(index) < len(m.Imports) {
		return m.Types[m.Imports[index].Type]
	}
	return m.Types[m.Functions[int(index)-len(m.Imports)]]
}

// Equal says whether two function types are the same.
func (t FuncType) Equal(o FuncType) bool {
	return slices.Equal(t.Params, o.Params) && slices.Equal(t.Results, o.Results)
}
