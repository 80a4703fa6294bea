package vm

import "math/big"

// A BlockchainHook answers what the VM has to know of the chain. The node
// implements it.
//
// During one execution equal questions must have equal answers: the VM
// remembers nearly all of them until the execution ends. Nothing
// that the hook does may change the chain: ProcessBuiltinFunction too only
// says what would happen; the node carries it out when it applies the Output.
//
// What a method returns is kept until the execution ends, and must not be
// changed meanwhile.
//
// A method answers in one of three ways: with a value; with a *Refusal, the
// deterministic "no" of a healthy node, which contracts can see; or with any
// other error, which ends the execution without an Output and which no
// contract ever sees.
type BlockchainHook interface {
	// BlockFacts describes the block being made and the last committed one.
	BlockFacts() (BlockFacts, error)

	// BlockHash gives the hash of the block with that nonce.
	BlockHash(nonce uint64) ([]byte, error)

	// Account describes an account. Nil without an error means that it is not
	// kept here (another shard).
	Account(address Address) (*Account, error)

	// Code gives the code with the hash that Account reported for address.
	// The VM asks only for hashes it does not keep, and keeps what it is given
	// at least until the execution ends, up to 64 MiB.
	Code(address Address, hash Hash) ([]byte, error)

	// Storage gives the value under key, empty if there is none.
	Storage(address Address, key []byte) ([]byte, error)

	// NewAddress derives the address of the contract that creator deploys
	// with nonce.
	NewAddress(creator Address, nonce uint64, vmType []byte) (Address, error)

	// ShardOfAddress gives the shard that keeps the account.
	ShardOfAddress(address Address) (uint32, error)

	// IsSmartContract says whether the address is one of a contract.
	IsSmartContract(address Address) (bool, error)

	// IsPayable says whether the account accepts value.
	IsPayable(address Address) (bool, error)

	// ProcessBuiltinFunction says what the protocol function input.Function
	// would do. It changes nothing.
	ProcessBuiltinFunction(input *CallInput) (*Output, error)
}

// Refusal is the deterministic no of a healthy node: no such account, unknown
// block, built-in refused. Contracts can see its text, so it must be the same
// on every node.
type Refusal struct{ Text string }

// Error gives the text.
func (r *Refusal) Error() string { return r.Text }

// Account is what the chain knows of an account.
type Account struct {
	Nonce        uint64
	Balance      *big.Int // nil stands for 0
	CodeHash     Hash     // zero if it has no code; equal hashes mean equal code
	CodeMetadata []byte
	Owner        []byte // 32 bytes, or empty
}

// BlockFacts is what contracts can learn of blocks without naming one.
type BlockFacts struct {
	Current       Block // the block being made
	Last          Block // the last committed block
	StateRootHash []byte
}

// Block describes one block.
type Block struct {
	Nonce      uint64
	Round      uint64
	Timestamp  uint64 // seconds since 1970
	Epoch      uint32
	RandomSeed []byte
}
