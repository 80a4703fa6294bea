// Package driver is the node's half of Core: it starts the process that runs
// contracts, gives it one request after another, answers its questions from
// the node's vm.BlockchainHook, and replaces it when it dies, hangs or lies.
//
// A Driver implements vm.Executor:
//
//	d, err := driver.New(hook, driver.Options{Config: config})
//	…
//	defer d.Close()
//	output, err := d.Call(ctx, &vm.CallInput{…})
//
// It runs one request at a time. A Pool is several of them, for calls that do
// not depend on each other.
//
// # What can come back
//
//   - An output. Whether the contract succeeded is in its Code.
//   - An error of the hook, wrapped: the node could not answer a question of
//     the contract. Core is well and stays.
//   - ctx.Err(), wrapped, or ErrClosed: the caller gave up. Core is replaced, if
//     it had begun.
//   - Any other error: the input is missing, out of range or too large, and was
//     not sent. Core is well and stays.
//   - A *CriticalError: Core died, was too slow, broke the rules, or cannot be
//     started. Core is gone; the next request starts another one.
//
// Only the first may become part of a chain. In particular a *CriticalError is
// never a failed contract: another node may have an output where this one has
// the error.
//
// # Trust
//
// Nothing that comes from the Core process is trusted. Its messages, results,
// log lines and output are bounded, checked and never used as a size or an
// index before they were compared with a limit. No behaviour of it can stop or
// end the node, or make an operation last longer than its deadline, not
// counting the time that the node's own hook takes to return, what it takes to
// decode one message, and a few hundredths of a second to end Core.
//
// The package knows nothing of WebAssembly.
package driver
