// Package engine runs instrumented modules. It is the only package that knows
// wazero: everything that comes out of it is a type of ours.
//
// It does not know gas policy, accounts or contracts. Its invariants: only
// bytes that meter.Instrument made reach the engine; an Instance has gas
// before it runs; a panic of ours in a host function comes back as the error
// it carried, a runtime error of Go is raised again (it is our bug and has to
// end the process), anything else is a trap of the guest.
//
// Both ways of running, compiler and interpreter, give the same results, the
// same traps and the same gas.
package engine

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/cpu"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// HostFunction is a function that guests can import. Call gets the words of
// the parameters in stack and leaves the result, if any, in stack[0]. The upper
// half of the word of an i32 parameter is zero; that of an i32 result is
// ignored. To stop the guest Call panics with a *Stop; Instance.Call returns
// the error in it. Any other value that is an error is returned itself.
type HostFunction struct {
	Module, Name string
	Type         wasm.FuncType
	Call         func(stack []uint64)
}

// The names of what runs.
const (
	Compiler    = "compiler" // makes executable memory
	Interpreter = "interpreter"
)

// features are those that instrumented modules need: the ones that contracts
// may use, and several results, which the instrumentation uses.
const features = api.CoreFeatureMutableGlobal |
	api.CoreFeatureSignExtensionOps |
	api.CoreFeatureNonTrappingFloatToIntConversion |
	api.CoreFeatureMultiValue

// Engine compiles and instantiates modules that share one set of host
// functions. It is not safe for concurrent use, but for Compile.
type Engine struct {
	runtime  wazero.Runtime
	config   wazero.ModuleConfig
	name     string
	memories memories
	ctx      context.Context // tells wazero to use memories, and nothing else

	once       bool      // instances that are released are closed
	idle       list.List // of *Instance that were released, newest first
	idleMemory int       // bytes of their memories
	idleHeld   int       // bytes that they hold besides
	stacks     stacks

	// current is the instance that runs, nil if none does. host is true while a
	// host function runs: a panic that is caught while it is true came out of the
	// host function. Instance.Call saves both around itself, because host functions
	// call other instances.
	current *Instance
	host    bool

	// direct is true if the next host function is called by ourselves, because the
	// guest exports what it imports.
	direct bool
}

// New makes an engine: the interpreter, or the compiler where it is trusted.
//
// keep, if it is not nil, is told how many bytes of memory instances get
// (before, when they are made or grow) and give back (as a negative number).
// It may refuse more by an error: Instantiate returns it, and a guest that grows
// its memory ends with it as if a host function had failed.
func New(interpreter bool, functions []HostFunction, keep func(bytes int) error) (*Engine, error) {
	e := &Engine{
		// Contracts have no start function and no name, and nothing gives them
		// random numbers; to say so saves wazero the seeding of a generator.
		config: wazero.NewModuleConfig().WithStartFunctions().WithName("").WithRandSource(strings.NewReader("")),
		name:   Interpreter,
	}
	e.memories = memories{engine: e, keep: keep}
	e.ctx = experimental.WithMemoryAllocator(context.Background(), &e.memories)
	config := wazero.NewRuntimeConfigInterpreter()
	if !interpreter && compilerTrusted() {
		e.name = Compiler
		config = wazero.NewRuntimeConfigCompiler()
	}
	// Never WithCloseOnContextDone: gas bounds a run, and the checks would cost
	// more than ten times the run.
	config = config.WithCoreFeatures(features).
		WithMemoryLimitPages(wasm.MaxMemoryPages).
		WithDebugInfoEnabled(false)
	e.runtime = wazero.NewRuntimeWithConfig(context.Background(), config)
	if err := e.offer(functions); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// compilerTrusted says whether the compiler is trusted here: it has open
// defects on every architecture but this one (DECISIONS.md, engine).
func compilerTrusted() bool { return runtime.GOARCH == "amd64" && cpu.X86.HasSSE41 }

// offer makes the host functions importable.
func (e *Engine) offer(functions []HostFunction) error {
	var order []string
	builders := make(map[string]wazero.HostModuleBuilder)
	for i := range functions {
		f := &functions[i]
		b, ok := builders[f.Module]
		if !ok {
			b = e.runtime.NewHostModuleBuilder(f.Module)
			builders[f.Module] = b
			order = append(order, f.Module)
		}
		b.NewFunctionBuilder().
			WithGoFunction(newHostCall(e, f), valueTypes(f.Type.Params), valueTypes(f.Type.Results)).
			Export(f.Name)
	}
	for _, module := range order {
		if _, err := builders[module].Instantiate(context.Background()); err != nil {
			return fmt.Errorf("host module %q: %w", module, err)
		}
	}
	return nil
}

// hostCall is a host function as wazero wants it. wazero leaves the upper half
// of an i32 undefined, in one engine other than in the other.
type hostCall struct {
	engine *Engine
	call   func(stack []uint64)
	narrow []uint8 // indices of the i32 parameters
	cut    bool    // the result is an i32
}

func newHostCall(e *Engine, f *HostFunction) *hostCall {
	h := &hostCall{engine: e, call: f.Call}
	for i, t := range f.Type.Params {
		if t == wasm.I32 {
			h.narrow = append(h.narrow, uint8(i))
		}
	}
	h.cut = len(f.Type.Results) > 0 && f.Type.Results[0] == wasm.I32
	return h
}

// Call implements api.GoFunction.
func (h *hostCall) Call(_ context.Context, stack []uint64) {
	for _, i := range h.narrow {
		stack[i] = uint64(uint32(stack[i]))
	}
	e := h.engine
	e.host = true
	if e.current.Gas() <= 0 && !e.direct {
		panic(&Stop{ErrOutOfGas}) // the test that the meter leaves to us
	}
	e.direct = false
	h.call(stack)
	e.host = false
	if h.cut {
		stack[0] = uint64(uint32(stack[0]))
	}
}

func valueTypes(types []wasm.ValueType) []api.ValueType {
	out := make([]api.ValueType, len(types))
	for i, t := range types {
		out[i] = api.ValueType(t) // both numbered as in the binary format
	}
	return out
}

// Name says what runs: "compiler" or "interpreter".
func (e *Engine) Name() string { return e.name }

// Close frees everything, including code that is still referenced.
func (e *Engine) Close() error {
	err := e.runtime.Close(context.Background())
	e.memories.close()
	return err
}

// Code is compiled code.
type Code struct {
	compiled  wazero.CompiledModule
	memory    int // bytes that an instance begins with
	held      int // bytes that an instance holds besides, see Holds
	imports   uint32
	instances int
	part      bool   // has one function only, or none
	only      int    // its index, if part
	imaged    bool   // image was taken, or could not
	image     *image // nil if instances are not used again
	idle      []*Instance
}

// Functions of a module that has parallelBytes, instrumented, are compiled by
// several workers, because one takes milliseconds for them. Each takes memory.
// What they make does not depend on their number.
const (
	parallelBytes = 16_384
	maxWorkers    = 4
)

// Compile compiles an instrumented module. An error means that the module is
// not valid: the checks before the engine have a gap. Unlike everything else
// it may run at the same time as other uses of the engine.
func (e *Engine) Compile(instrumented []byte) (*Code, error) {
	ctx := context.Background()
	if len(instrumented) >= parallelBytes {
		ctx = experimental.WithCompilationWorkers(ctx, min(runtime.GOMAXPROCS(0), maxWorkers))
	}
	return e.compile(ctx, instrumented)
}

// CompilePart is Compile for a module of which only one exported function is
// to be called, or none if it is negative.
func (e *Engine) CompilePart(instrumented []byte, function int) (*Code, error) {
	code, err := e.Compile(instrumented)
	if err == nil {
		code.part, code.only = true, function
	}
	return code, err
}

func (e *Engine) compile(ctx context.Context, instrumented []byte) (*Code, error) {
	compiled, err := e.runtime.CompileModule(ctx, instrumented)
	if err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	code := &Code{compiled: compiled, imports: uint32(len(compiled.ImportedFunctions()))}
	if memory, ok := compiled.ExportedMemories()[meter.MemoryExport]; ok {
		code.memory = int(memory.Min()) * wasm.PageBytes
	}
	return code, nil
}

// Holds says how many bytes an instance holds besides its memory, its table above
// all: instances at rest are counted by it. It is none if nobody says so. No
// instance may be there yet.
func (c *Code) Holds(bytes int) { c.held = bytes }

// Instances is the number of instances that are in use.
func (c *Code) Instances() int { return c.instances }

// Close frees the code. No instance of it may be in use.
func (c *Code) Close() error {
	var errs []error
	for len(c.idle) > 0 {
		errs = append(errs, c.idle[0].closeIdle())
	}
	return errors.Join(append(errs, c.compiled.Close(context.Background()))...)
}
