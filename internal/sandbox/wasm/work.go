package wasm

// Work is a measure of the work of compiling a checked module.
func Work(m *Module) uint64 { return uint64(m.Size) }
