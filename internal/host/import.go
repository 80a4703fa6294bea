package host

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox"

// Import is one function that contracts can import: one row of the table in
// package imports.
type Import struct {
	Module string // "env" or "ethereum"
	Name   string
	Doc    string // one sentence, ends with a full stop

	// Price is "Section.Key" of the schedule, charged before Body runs; empty
	// if the function is free.
	Price string

	Params []Param
	Result Result // zero value: none

	// Unreserved marks the few names that a contract may use for functions of
	// its own (DECISIONS.md, reserved names).
	Unreserved bool

	// Body runs after the price was charged. It reads its words from stack and
	// leaves its result in stack[0]. An error ends the guest.
	Body func(x *Frame, stack []uint64) error
}

// FuncType is the type under which the function is imported.
func (im *Import) FuncType() sandbox.FuncType {
	var t sandbox.FuncType
	for _, p := range im.Params {
		t.Params = append(t.Params, p.Words...)
	}
	if im.Result.Type != 0 {
		t.Results = []sandbox.ValueType{im.Result.Type}
	}
	return t
}

// Param is one parameter as the documentation shows it. A meaning may take
// several words.
type Param struct {
	Name  string
	Kind  string // "bytes", "address", "handle", …
	Words []sandbox.ValueType
}

// Result is what a function returns.
type Result struct {
	Name string
	Type sandbox.ValueType // 0: nothing
}
