// Package vm holds the words that a blockchain node and Core share: what is
// asked of the VM (CreateInput, CallInput), what comes back (Output), what the
// VM may ask the node meanwhile (BlockchainHook), and the one interface that
// every way of running a contract implements (Executor).
//
// It contains no logic beyond encoding, and RunBlock, which runs calls on any
// Executor. Nothing in it knows about processes, pipes or WebAssembly.
//
// # Ownership
//
// A caller that hands an input to an Executor does not change it until the
// call returns; the Executor keeps no part of it afterwards. An Output belongs
// to the caller. A BlockchainHook may return slices it owns; the VM copies what
// it keeps and changes nothing.
//
// # Three kinds of failure, never mixed
//
//   - The contract failed: a normal Output whose Code is not OK. It is
//     deterministic and part of consensus.
//   - The node could not answer: the hook returned an error that is not a
//     *Refusal. The execution ends with that error and has no Output.
//   - The VM process or its channel failed: the driver returns a
//     *driver.CriticalError and has no Output.
package vm

import "context"

// An Executor runs contracts: driver.Driver in a process of its own,
// inprocess.Executor in this one. Both give the same Output for the same input
// and the same answers of the hook.
type Executor interface {
	// Create deploys a contract: it derives the address, checks and stores
	// the code and runs its init function.
	Create(ctx context.Context, input *CreateInput) (*Output, error)

	// Call runs a function of a deployed contract, or upgrades the contract
	// when input.Function is "upgradeContract".
	Call(ctx context.Context, input *CallInput) (*Output, error)
}

// Config is what a VM is built from. It is the same for all nodes of a network
// at the same block.
type Config struct {
	// VMType goes into the addresses of new contracts. Core's is 05 00.
	VMType [2]byte

	// BlockGasLimit is what a contract reads as the gas limit of a block. It
	// does not limit an execution.
	BlockGasLimit uint64

	// GasSchedule prices every operation. Nil stands for Core's default.
	GasSchedule GasSchedule

	// BuiltinFunctions names the functions that the protocol itself offers
	// through BlockchainHook.ProcessBuiltinFunction. Order does not matter.
	BuiltinFunctions []string

	// ProtectedKeyPrefix starts the storage keys that no contract may write.
	// Empty stands for "DHARITRI".
	ProtectedKeyPrefix []byte

	// Features switches on optional parts by name; see FeatureEthereum. A name
	// that is not known is an error.
	Features []string

	// Engine chooses how WebAssembly runs. It can never change an Output.
	Engine Engine
}

// FeatureEthereum offers the import module "ethereum" besides "env".
const FeatureEthereum = "ethereum"

// GasSchedule prices operations: section, then key, then price in gas. The
// sections and keys are those of the network's gas schedule files.
type GasSchedule map[string]map[string]uint64

// Engine chooses how WebAssembly is run.
type Engine uint8

const (
	// EngineDefault is the compiler where it is trusted (amd64), else the
	// interpreter.
	EngineDefault Engine = iota
	// EngineInterpreter never makes executable memory.
	EngineInterpreter
)
