package wasm

// Resolver gives the type of a function the host offers.
type Resolver func(module, name string) (FuncType, bool)

// Check validates a parsed module: all rules of the WebAssembly specification,
// the limits of limits.go, the subset of opcode.go, and that resolve knows each
// import with exactly its type. It fills in Body.MaxHeight. Every error is an
// *Error.
func Check(m *Module, resolve Resolver) error { panic("skeleton") }
