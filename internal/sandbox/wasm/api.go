package wasm

// Parse reads a module. Every error is an *Error. It never allocates more than
// a small multiple of len(code).
func Parse(code []byte) (*Module, error) { panic("skeleton") }

// Resolver gives the type of a function the host offers.
type Resolver func(module, name string) (FuncType, bool)

// Check validates a parsed module: all rules of the WebAssembly specification,
// the limits of limits.go, the subset of opcode.go, and that resolve knows each
// import with exactly its type. It fills in Body.MaxHeight. Every error is an
// *Error.
func Check(m *Module, resolve Resolver) error { panic("skeleton") }

// Encode writes a module in the binary format. Used for instrumented modules.
func Encode(m *Module) []byte { panic("skeleton") }

// Error says where and why a module is refused.
type Error struct {
	Section  string // "code", "import", …; empty if none
	Function int    // index of the function, imports included; -1 if none
	Offset   int    // into the module
	Reason   string
}

func (e *Error) Error() string { panic("skeleton") }

// Opcode is an instruction: its byte, or 0xFC00 | sub-opcode.
type Opcode uint16

// Instr is one decoded instruction of a checked body.
type Instr struct {
	Op    Opcode
	Start int // offset of its first byte in the body's Code
	End   int // offset after its last byte

	// Index is the label of br and br_if, the index of call, local.* and
	// global.*, the type of call_indirect, the offset of loads and stores.
	Index uint32
	Block byte     // block type: 0x40 or a value type
	Const int64    // i32.const, i64.const
	Table []uint32 // br_table labels, default last
}

// A Decoder walks through the instructions of a checked body.
type Decoder struct {
	code []byte
	pos  int
}

// NewDecoder starts at the beginning of code.
func NewDecoder(code []byte) *Decoder { return &Decoder{code: code} }

// Next decodes the next instruction into in, or returns false at the end. The
// code must be that of a checked body: Next panics on malformed code.
func (d *Decoder) Next(in *Instr) bool { panic("skeleton") }
