// Package sandbox turns code bytes of a contract into something callable:
// read, check, instrument, compile, with a cache of compiled code.
//
// It does not know what a contract means. Everything it returns is safe to
// run; the bytes it was given are not trusted at all.
package sandbox

import (
	"math"
	"sync/atomic"

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

	// Keep, if it is not nil, is told how many bytes of memory instances get
	// (before, when they start or grow) and give back (as a negative number).
	// It may refuse more by an error: Start returns it, and a guest that grows
	// its memory ends with it as if a host function had failed.
	Keep func(bytes int) error

	// Listener, if it is not nil, hears of every call of a function, and code
	// keeps its original bytes. For tools: it costs a lot.
	Listener engine.Listener
}

// Sandbox loads contracts. It is not safe for concurrent use.
type Sandbox struct {
	engine *engine.Engine
	prices meter.Prices
	offers map[offer]FuncType
	cache  cache

	noParts    bool
	compiled   bool        // something, since Compiled was asked
	unfinished *Code       // of the last LoadFor, nil if there is nothing to do
	busy       atomic.Bool // something compiles beside the requests

	listener engine.Listener // nil but for tools
}

// offer is the name under which a host function is imported.
type offer struct{ module, name string }

// New makes a sandbox.
func New(o Options) (*Sandbox, error) {
	e, err := engine.New(o.Interpreter, o.Functions, o.Keep)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{
		engine: e,
		prices: o.Prices,
		offers: make(map[offer]FuncType, len(o.Functions)),
		cache:  newCache(cacheBytes, cacheEach),

		listener: o.Listener,
	}
	for _, f := range o.Functions {
		s.offers[offer{f.Module, f.Name}] = f.Type
	}
	return s, nil
}

// Compiler is the name of the engine that makes executable memory.
const Compiler = engine.Compiler

// EngineName says what runs: Compiler or "interpreter".
func (s *Sandbox) EngineName() string { return s.engine.Name() }

// Close frees everything.
func (s *Sandbox) Close() error {
	for _, element := range s.cache.entries {
		if c := element.Value.(*Code); c.making != nil {
			<-c.making // the engine frees it
		}
	}
	return s.engine.Close()
}

// Instance is a running contract.
type Instance = engine.Instance

// Start makes an instance with gas to spend; more than the greatest int64 is
// as good as that. An error that is not one of Options.Keep means that the
// contract is invalid (a segment does not fit).
func (s *Sandbox) Start(code *Code, gas uint64) (*Instance, error) {
	compiled := code.whole
	if compiled == nil {
		compiled = code.part
	}
	in, err := s.engine.Instantiate(compiled)
	if err != nil {
		return nil, err
	}
	in.SetGas(int64(min(gas, math.MaxInt64)))
	return in, nil
}

// UseInstancesOnce makes a new instance for each Start from now on.
func (s *Sandbox) UseInstancesOnce() { s.engine.UseInstancesOnce() }

// Stop ends the use of an instance. It may be used again by Start, which gives
// it back as if it were new.
func (s *Sandbox) Stop(in *Instance) {
	if err := in.Release(); err != nil {
		// An instance has nothing outside the process that could fail.
		panic(err)
	}
}

// PriceKey is the key under which a schedule prices row of
// meter.Prices.Opcode, or "" if the row is refused and has no price.
func PriceKey(row int) string {
	op := wasm.OpcodeAt(row)
	if op.Refusal() != "" {
		return ""
	}
	return op.Key()
}
