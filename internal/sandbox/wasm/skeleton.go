package wasm

// Opcodes is the number of rows of the opcode table.
const Opcodes = 512
