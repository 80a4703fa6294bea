package engine

import (
	"context"

	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
)

// A Listener hears when functions of guests begin and end, in the order in
// which they do, over all instances. A run that fails ends its functions
// without a word. Functions are numbered as in the original module. Gas is what
// remains, to the unit.
type Listener interface {
	// EnterFunction is called when a function begins; position is where in the
	// original module its caller is. It has no meaning if the host called it.
	EnterFunction(function uint32, gas int64, position int)
	LeaveFunction(function uint32, gas int64)
}

// CompileTraced compiles what meter.InstrumentTraced made, so that l hears of
// its functions; the original module has that many, imported ones included.
// Results and gas are those of Compile.
func (e *Engine) CompileTraced(instrumented []byte, functions uint32, l Listener) (*Code, error) {
	return e.compile(experimental.WithFunctionListenerFactory(context.Background(), listeners{functions, l}), instrumented)
}

// Position gives where in the original module a traced instance is, or was when
// it stopped: the last instruction that calls, tests the gas or may trap, 0
// before the first one of a function.
func (in *Instance) Position() int {
	if position := in.module.ExportedGlobal(meter.PositionExport); position != nil {
		return int(position.Get())
	}
	return 0
}

// listeners makes wazero's listeners for the functions of a module.
type listeners struct {
	functions uint32
	listener  Listener
}

// NewFunctionListener implements experimental.FunctionListenerFactory. What
// the instrumentation added is not heard of.
func (l listeners) NewFunctionListener(f api.FunctionDefinition) experimental.FunctionListener {
	if _, _, imported := f.Import(); imported || f.Index() >= l.functions {
		return nil
	}
	return heard{l.listener, f.Index()}
}

// heard listens to one function. As instrumented, its gas is its last
// parameter but one and its last result.
type heard struct {
	listener Listener
	index    uint32
}

// Before implements experimental.FunctionListener.
func (h heard) Before(_ context.Context, module api.Module, _ api.FunctionDefinition, params []uint64, _ experimental.StackIterator) {
	position := module.ExportedGlobal(meter.PositionExport).(api.MutableGlobal)
	at := int(position.Get())
	position.Set(0)
	h.listener.EnterFunction(h.index, int64(params[len(params)-2]), at)
}

// After implements experimental.FunctionListener.
func (h heard) After(_ context.Context, _ api.Module, _ api.FunctionDefinition, results []uint64) {
	h.listener.LeaveFunction(h.index, int64(results[len(results)-1]))
}

// Abort implements experimental.FunctionListener.
func (heard) Abort(context.Context, api.Module, api.FunctionDefinition, error) {}
