// Package trace shows what happens inside executions: the tree of calls across
// contracts, with host functions, storage, logs, gas at each step, and at a
// failure the stack of the guest.
//
// It is a tool, not a part of Core: it runs contracts in this process, with a
// host.Observer that writes down what it sees (Recorder). Outputs and gas are
// those of any other run.
package trace

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Call is one level of an execution: a call, a deployment, an upgrade.
type Call struct {
	How       string // "call", "deploy", "async call", …; see host.Observer
	Caller    vm.Address
	Contract  vm.Address
	Storage   vm.Address // whose storage is the own one
	Function  string
	Arguments [][]byte
	Value     *big.Int
	CallType  vm.CallType

	GasProvided uint64
	GasUsed     uint64 // by this level and everything inside

	Events []*Event

	Code    vm.ReturnCode
	Message string
	Results [][]byte
	Stop    *Stop // where the guest stopped, if it did before its end
}

// Failed says whether the call has no effect.
func (c *Call) Failed() bool { return c.Code != vm.OK }

// An EventKind says what an Event is.
type EventKind string

// The kinds.
const (
	HostCall EventKind = "import"   // Name, Parameters, Result, Events inside
	Nested   EventKind = "call"     // Call
	Read     EventKind = "read"     // Address, Key, After
	Write    EventKind = "write"    // Address, Key, Before, After
	Log      EventKind = "log"      // Log
	Transfer EventKind = "transfer" // Address, Transfer
	Gas      EventKind = "gas"      // Name: what it went for; GasUsed
)

// An Event is something that happened at a level.
type Event struct {
	Kind       EventKind
	Name       string
	Parameters []Parameter
	Result     *Parameter // nil if there is none, or the guest ended in it
	Ended      bool       // the host function ended the guest

	Address  vm.Address
	Key      []byte
	Before   []byte
	After    []byte
	Log      *vm.LogEntry
	Transfer *vm.Transfer
	Call     *Call

	GasLeft uint64 // of the level, before
	GasUsed int64  // negative if some was given back
	Events  []*Event
}

// A Parameter is a parameter of a host function, or its result. It has one or
// more of Text, Item, List and Number.
type Parameter struct {
	Name   string
	Kind   string   // as host.Param says
	Text   string   // a number, "#handle" or "@pointer"
	Item   []byte   // bytes and addresses; not nil if it is one
	List   [][]byte // argument lists; not nil if it is one
	Number *big.Int // amounts, and what handles stand for
}

// A Stop says where a guest stopped.
type Stop struct {
	Reason string
	Stack  []Place // the innermost function first
}

// A Place is a function that was running, and where in it.
type Place struct {
	Function string
	Index    uint32
	Offset   int    // into the module, 0 if it is not known
	File     string // empty if it is not known
	Line     int
}
