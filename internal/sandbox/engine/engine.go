// Package engine runs instrumented modules. It is the only package that knows
// wazero: everything that comes out of it is a type of ours.
//
// It does not know gas policy, accounts or contracts. Its invariants: only
// bytes that meter.Instrument made reach the engine; an Instance has gas
// before it runs; a panic of ours in a host function comes back as the error
// it carried, a runtime error of Go is raised again (it is our bug and has to
// end the process), anything else is a trap of the guest.
package engine

import (
	"errors"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// HostFunction is a function that guests can import. Call gets the words of
// the parameters in stack and leaves the result, if any, in stack[0]. To stop
// the guest it panics with a value that is an error; Instance.Call returns it.
type HostFunction struct {
	Module, Name string
	Type         wasm.FuncType
	Call         func(stack []uint64)
}

// Engine compiles and instantiates modules that share one set of host
// functions. It is not safe for concurrent use.
type Engine struct{}

// New makes an engine: the interpreter, or the compiler where it is trusted.
func New(interpreter bool, functions []HostFunction) (*Engine, error) { panic("skeleton") }

// Name says what runs: "compiler" or "interpreter".
func (e *Engine) Name() string { panic("skeleton") }

// Close frees everything, including code that is still referenced.
func (e *Engine) Close() error { panic("skeleton") }

// Code is compiled code.
type Code struct{}

// Compile compiles an instrumented module.
func (e *Engine) Compile(instrumented []byte) (*Code, error) { panic("skeleton") }

// Close frees the code. No instance of it may be alive.
func (c *Code) Close() error { panic("skeleton") }

// Instance is a running module with its own memory, globals and table.
type Instance struct{}

// Instantiate makes a fresh instance. It fails if a data or element segment
// does not fit: the contract is invalid then.
func (e *Engine) Instantiate(code *Code) (*Instance, error) { panic("skeleton") }

// Close frees the instance.
func (in *Instance) Close() error { panic("skeleton") }

// Gas gives the gas that remains. It is negative if more was used.
func (in *Instance) Gas() int64 { panic("skeleton") }

// SetGas sets the gas that remains.
func (in *Instance) SetGas(gas int64) { panic("skeleton") }

// Memory is a view of the whole memory, valid until it grows; nil if the
// module has none.
func (in *Instance) Memory() []byte { panic("skeleton") }

// Grow adds pages to the memory, within its declared maximum and
// wasm.MaxMemoryPages, and says whether it could.
func (in *Instance) Grow(pages uint32) bool { panic("skeleton") }

// Call runs the exported function with that index in the original module. It
// takes no parameters; a result is dropped. Errors: ErrOutOfGas, a *Trap, or
// the error a host function panicked with.
func (in *Instance) Call(function uint32) error { panic("skeleton") }

// ErrOutOfGas is returned when the module's own metering stopped it.
var ErrOutOfGas = errors.New("out of gas")

// Trap is returned when the guest trapped, or exceeded its stack.
type Trap struct {
	Kind string // for people and traces; never reaches an output
}

func (t *Trap) Error() string { return "trap: " + t.Kind }
