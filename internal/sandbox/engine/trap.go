package engine

import (
	"errors"
	"runtime"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
)

// ErrOutOfGas is returned when the module's own metering stopped it.
var ErrOutOfGas = errors.New("out of gas")

// Trap is returned when the guest trapped, or exceeded its stack.
type Trap struct {
	Kind string // for people and traces; never reaches an output
}

func (t *Trap) Error() string { return "trap: " + t.Kind }

// Stop carries an error out of a host function. wazero puts the text of what it
// catches into a longer one, and contracts can choose texts of many megabytes.
type Stop struct{ Err error }

func (s *Stop) Error() string { return "stopped by the host" }

// stackExhausted is the kind of the trap when the weights of the live
// functions exceed meter.StackLimit.
const stackExhausted = "stack exhausted"

// defect is what is panicked with when wazero caught a panic that is a bug of
// ours or of wazero. It has its own type so that it stays a defect when it
// passes through the calls of outer instances, each of which catches it again.
type defect struct{ caught error }

func (d *defect) Error() string { return d.caught.Error() }

// outcome sorts an error that came out of a call. inHost says that it came
// out of a host function. wazero wraps the value of every panic that is an
// error exactly once; for any other value it returns an error that wraps
// nothing.
func (in *Instance) outcome(err error, inHost bool) error {
	cause := errors.Unwrap(err)
	if cause == nil {
		// A panic that is no error, or the compiler's own stack overflow, which
		// the limit on weights keeps out of reach.
		panic(&defect{err})
	}
	switch cause.(type) {
	case runtime.Error, *defect:
		panic(&defect{err})
	}
	if inHost {
		if s, ok := cause.(*Stop); ok {
			return s.Err
		}
		return cause
	}
	switch in.reason.Get() {
	case meter.ReasonOutOfGas:
		return ErrOutOfGas
	case meter.ReasonStack:
		return &Trap{Kind: stackExhausted}
	}
	return &Trap{Kind: kind(cause)}
}

// kind names a trap of wazero. Its errors are not exported and can only be
// told apart by their text; the kinds are a closed list so that no text of
// the engine goes further.
func kind(cause error) string {
	switch text := cause.Error(); text {
	case "unreachable", "integer divide by zero", "integer overflow",
		"invalid conversion to integer", "out of bounds memory access",
		"invalid table access", "indirect call type mismatch":
		return text
	}
	// Nothing else can be reached; "stack overflow" of the interpreter would
	// be a gap in the limit on weights, and a result that depends on the
	// engine.
	panic(&defect{cause})
}
