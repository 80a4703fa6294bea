// Package sandbox turns code bytes of a contract into something callable:
// read, check, instrument, compile, with a cache of compiled code.
//
// It does not know what a contract means. Everything it returns is safe to
// run; the bytes it was given are not trusted at all.
package sandbox

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// ValueType is wasm.ValueType, FuncType is wasm.FuncType: the host declares
// its imports in these.
type (
	ValueType = wasm.ValueType
	FuncType  = wasm.FuncType
)

// The value types that host functions may use.
const (
	I32 = wasm.I32
	I64 = wasm.I64
)

// Options are what a Sandbox is made of.
type Options struct {
	Interpreter bool // never make executable memory
	Prices      meter.Prices
	Functions   []engine.HostFunction
}

// Sandbox loads contracts. It is not safe for concurrent use.
type Sandbox struct{}

// New makes a sandbox.
func New(o Options) (*Sandbox, error) { panic("skeleton") }

// EngineName says what runs: "compiler" or "interpreter".
func (s *Sandbox) EngineName() string { panic("skeleton") }

// Close frees everything.
func (s *Sandbox) Close() error { panic("skeleton") }

// Load gives the code ready to be instantiated. An error is a *wasm.Error (the
// module is refused). Results are cached by the SHA-256 of the bytes.
func (s *Sandbox) Load(key [32]byte, code []byte) (*Code, error) { panic("skeleton") }

// Cached gives loaded code by its key.
func (s *Sandbox) Cached(key [32]byte) (*Code, bool) { panic("skeleton") }

// Size is the size of the original bytes.
func (c *Code) Size() int { panic("skeleton") }

// PriceKey is the schedule key of a row of meter.Prices.Opcode, empty if the
// row is never charged.
func PriceKey(row int) string { panic("skeleton") }

// Code is loaded code.
type Code struct{}

// Function is an exported function.
type Function struct {
	Name  string
	Index uint32
	Type  FuncType
}

// Functions lists the exported functions in module order. Not to be changed.
func (c *Code) Functions() []Function { panic("skeleton") }

// Function finds an exported function by name.
func (c *Code) Function(name string) (Function, bool) { panic("skeleton") }

// ExportsMemory says whether a memory is exported, under any name.
func (c *Code) ExportsMemory() bool { panic("skeleton") }

// Start makes an instance with gas to spend. An error means that the contract
// is invalid (a segment does not fit).
func (s *Sandbox) Start(code *Code, gas uint64) (*Instance, error) { panic("skeleton") }

// Stop ends the use of an instance.
func (s *Sandbox) Stop(in *Instance) { panic("skeleton") }

// Instance is a running contract.
type Instance = engine.Instance
