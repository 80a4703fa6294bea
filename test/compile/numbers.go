package compile

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// A Statement is something that bodies are made of.
type Statement int

// The statements.
const (
	Block Statement = iota
	Loop
	If
	BrIf
	BrTable
	Break // br or return, in an if
	Call
	CallIndirect
	CallHost
	Set    // a local gets a value computed from two others
	Tee    // a chain of local.tee
	Load   // from memory
	Store  // to memory
	Global // get, or get and set
	Divide // division, remainder
	Count  // instructions that need several of the machine's
	Select
	Choose     // select of floats
	Truncate   // a float
	Grow       // the memory
	Return     // in an if
	Hold       // an operand that stays on the stack
	Operate    // operators, many in a row
	CallBare   // an import without parameters
	CallTyped  // through the table, with one of the types that the module has besides
	MoveFloat  // from one local to another
	Use        // of a local, and no more
	Stop       // unreachable: what follows in the block is dead
	statements // how many there are
)

// Numbers of a Kind, after the weights of its statements.
const (
	Share       = int(statements) + iota // of the bytes of the module
	Bytes                                // of a body
	Params                               // of each function
	Locals                               // of each function
	Window                               // how many locals are used
	Nesting                              // of blocks, at most
	Closing                              // how likely a block ends, of 100
	Results                              // how many blocks have a result, of 100
	Targets                              // of a br_table
	Far                                  // how many branches go far out, of 100
	Stack                                // operands that are held, at most
	Wide                                 // how many locals are i64, of 100
	Operator                             // the first that Operate takes, see operators
	Operators                            // how many more it takes
	Run                                  // how many operators there are in a row
	Dropped                              // how many of their results are dropped, of 100
	Callees                              // how many functions are called, beside the one that calls
	GlobalsUsed                          // how many globals are used, beside the first
	Floats                               // locals of types f32 and f64 in turn
	Carried                              // how many br_table take an operand along, of 100
	numbers
)

// A Kind is a kind of functions: numbers that say how likely each statement is,
// and how large things are.
type Kind [numbers]int

// Numbers of a Module.
const (
	Types             = iota // beside those that functions and imports need
	TypeParams               // of each of them; without, they are all the host's
	Globals                  // that are mutable, beside two
	Constants                // globals that are not
	Imports                  // of the host's function, beside one
	BareImports              // of the host's function without parameters
	ImportsInTable           // the first ones
	FunctionsInTable         // the first ones
	Elements                 // segments of the table besides, each with all of these
	ExportedImports          // of those without parameters
	ExportedFunctions        // the first ones
	ExportedGlobals          // the first ones
	Segments                 // of memory
	SegmentBytes             // in each
	declarations
)

// A Module is what functions share: numbers that say how much a module declares.
type Module [declarations]int

// A number has a name, in what String writes, and a greatest value.
type number struct {
	name string
	most int
}

var kindNumbers = [numbers]number{
	Block: {"block", 100}, Loop: {"loop", 100}, If: {"if", 100}, BrIf: {"brif", 100}, BrTable: {"brtable", 100},
	Break: {"break", 100}, Call: {"call", 100}, CallIndirect: {"callindirect", 100}, CallHost: {"callhost", 100},
	Set: {"set", 100}, Tee: {"tee", 100}, Load: {"load", 100}, Store: {"store", 100}, Global: {"global", 100},
	Divide: {"divide", 100}, Count: {"count", 100}, Select: {"select", 100}, Choose: {"choose", 100},
	Truncate: {"truncate", 100}, Grow: {"grow", 100}, Return: {"return", 100}, Hold: {"hold", 100},
	Operate: {"operate", 100}, CallBare: {"callbare", 100}, CallTyped: {"calltyped", 100},
	MoveFloat: {"movefloat", 100}, Use: {"use", 100}, Stop: {"stop", 100},
	Share: {"share", 100}, Bytes: {"bytes", Large}, Params: {"params", wasm.MaxParams}, Locals: {"locals", 3_990},
	Window: {"window", 4_100}, Nesting: {"nesting", 20_000}, Closing: {"closing", 100}, Results: {"results", 100},
	Targets: {"targets", 131_071}, Far: {"far", 100}, Stack: {"stack", 10_000}, Wide: {"wide", 100},
	Operator: {"operator", len(operators) - 1}, Operators: {"operators", len(operators) - 1}, Run: {"run", 100},
	Dropped: {"dropped", 100}, Callees: {"callees", wasm.MaxFunctions}, GlobalsUsed: {"globalsused", wasm.MaxGlobals},
	Floats: {"floats", 3_980}, Carried: {"carried", 100},
}

var moduleNumbers = [declarations]number{
	Types: {"types", 9_990}, TypeParams: {"typeparams", wasm.MaxParams}, Globals: {"globals", wasm.MaxGlobals - 2},
	Constants: {"constants", wasm.MaxGlobals - 2}, Imports: {"imports", 9_990}, BareImports: {"bareimports", 9_990},
	ImportsInTable: {"importsintable", 9_990}, FunctionsInTable: {"functionsintable", 9_990},
	Elements: {"elements", 100_000}, ExportedImports: {"exportedimports", 9_990},
	ExportedFunctions: {"exportedfunctions", 9_990}, ExportedGlobals: {"exportedglobals", wasm.MaxGlobals},
	Segments: {"segments", 100_000}, SegmentBytes: {"segmentbytes", 100_000},
}

// operators are the instructions that compute, load, store, and give a constant
// or the size of the memory.
var operators = [...]wasm.Opcode{
	wasm.OpI32Load, wasm.OpI64Load, wasm.OpI32Load8S, wasm.OpI32Load8U, wasm.OpI32Load16S, wasm.OpI32Load16U, wasm.OpI64Load8S,
	wasm.OpI64Load8U, wasm.OpI64Load16S, wasm.OpI64Load16U, wasm.OpI64Load32S, wasm.OpI64Load32U, wasm.OpI32Store,
	wasm.OpI64Store, wasm.OpI32Store8, wasm.OpI32Store16, wasm.OpI64Store8, wasm.OpI64Store16, wasm.OpI64Store32,
	wasm.OpMemorySize, wasm.OpMemoryGrow, wasm.OpI32Const, wasm.OpI64Const, wasm.OpI32Eqz, wasm.OpI32Eq, wasm.OpI32Ne,
	wasm.OpI32LtS, wasm.OpI32LtU, wasm.OpI32GtS, wasm.OpI32GtU, wasm.OpI32LeS, wasm.OpI32LeU, wasm.OpI32GeS, wasm.OpI32GeU,
	wasm.OpI64Eqz, wasm.OpI64Eq, wasm.OpI64Ne, wasm.OpI64LtS, wasm.OpI64LtU, wasm.OpI64GtS, wasm.OpI64GtU, wasm.OpI64LeS,
	wasm.OpI64LeU, wasm.OpI64GeS, wasm.OpI64GeU, wasm.OpI32Clz, wasm.OpI32Ctz, wasm.OpI32Popcnt, wasm.OpI32Add, wasm.OpI32Sub,
	wasm.OpI32Mul, wasm.OpI32DivS, wasm.OpI32DivU, wasm.OpI32RemS, wasm.OpI32RemU, wasm.OpI32And, wasm.OpI32Or, wasm.OpI32Xor,
	wasm.OpI32Shl, wasm.OpI32ShrS, wasm.OpI32ShrU, wasm.OpI32Rotl, wasm.OpI32Rotr, wasm.OpI64Clz, wasm.OpI64Ctz, wasm.OpI64Popcnt,
	wasm.OpI64Add, wasm.OpI64Sub, wasm.OpI64Mul, wasm.OpI64DivS, wasm.OpI64DivU, wasm.OpI64RemS, wasm.OpI64RemU, wasm.OpI64And,
	wasm.OpI64Or, wasm.OpI64Xor, wasm.OpI64Shl, wasm.OpI64ShrS, wasm.OpI64ShrU, wasm.OpI64Rotl, wasm.OpI64Rotr, wasm.OpI32WrapI64,
	wasm.OpI32TruncF32S, wasm.OpI32TruncF32U, wasm.OpI32TruncF64S, wasm.OpI32TruncF64U, wasm.OpI64ExtendI32S,
	wasm.OpI64ExtendI32U, wasm.OpI64TruncF32S, wasm.OpI64TruncF32U, wasm.OpI64TruncF64S, wasm.OpI64TruncF64U,
	wasm.OpI32ReinterpretF32, wasm.OpI64ReinterpretF64, wasm.OpI32Extend8S, wasm.OpI32Extend16S, wasm.OpI64Extend8S,
	wasm.OpI64Extend16S, wasm.OpI64Extend32S, wasm.OpI32TruncSatF32S, wasm.OpI32TruncSatF32U, wasm.OpI32TruncSatF64S,
	wasm.OpI32TruncSatF64U, wasm.OpI64TruncSatF32S, wasm.OpI64TruncSatF32U, wasm.OpI64TruncSatF64S, wasm.OpI64TruncSatF64U,
}
