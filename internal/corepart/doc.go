// Package corepart is Core's half of the conversation: it reads what Core is
// built from, says that it is ready, and then answers one request after
// another for ever.
//
// It does not know WebAssembly nor what a contract is: it is given a function
// that makes a vm.Executor.
//
// # Invariants
//
//   - One goroutine runs the loop and, inside it, the contract. Only logging
//     and watching the Node happen beside it, and neither can block the loop.
//   - A failure of the channel (end of file, broken frame, wrong nonce, wrong
//     kind) ends the loop and the process. A question that the Node could not
//     answer ends only the execution that asked it.
//   - Nothing recovers from a panic: the process ends, and the Node starts
//     another one.
package corepart
