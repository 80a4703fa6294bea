package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"

	"golang.org/x/crypto/sha3"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// lockDialogue gives the open dialogue. Also with an error the lock is held
// and the caller unlocks.
func (l *Ledger) lockDialogue() (*Dialogue, error) {
	l.mu.Lock()
	if l.dialogue == nil {
		return nil, ErrNoDialogue
	}
	return l.dialogue, nil
}

// accountFor gives an account as the execution sees it, nil if there is none.
func (d *Dialogue) accountFor(address vm.Address) (*account, error) {
	if address == d.change.Sender {
		return d.sender, nil
	}
	return accountAt(d.tx, address)
}

// BlockFacts implements vm.BlockchainHook. The state root is the hash of the
// last block, which covers all changes ever applied.
func (l *Ledger) BlockFacts() (vm.BlockFacts, error) {
	d, err := l.lockDialogue()
	defer l.mu.Unlock()
	if err != nil {
		return vm.BlockFacts{}, err
	}
	return d.facts, nil
}

// BlockHash implements vm.BlockchainHook for all committed blocks.
func (l *Ledger) BlockHash(nonce uint64) ([]byte, error) {
	d, err := l.lockDialogue()
	defer l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	block, err := blockAt(d.tx, nonce)
	if err != nil {
		return nil, err
	}
	if block == nil {
		return nil, &vm.Refusal{Text: "block not found"}
	}
	return bytes.Clone(block.Hash[:]), nil
}

// Account implements vm.BlockchainHook. All accounts are kept here, so one
// that is not found does not exist: a refusal.
func (l *Ledger) Account(address vm.Address) (*vm.Account, error) {
	d, err := l.lockDialogue()
	defer l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	a, err := d.accountFor(address)
	if err != nil {
		return nil, err
	}
	if a == nil {
		return nil, &vm.Refusal{Text: "account not found"}
	}
	return a.vm(), nil
}

func (a *account) vm() *vm.Account {
	return &vm.Account{
		Nonce:        a.nonce,
		Balance:      new(big.Int).Set(a.balance),
		CodeHash:     a.codeHash,
		CodeMetadata: bytes.Clone(a.metadata),
		Owner:        bytes.Clone(a.owner),
	}
}

// Code implements vm.BlockchainHook.
func (l *Ledger) Code(address vm.Address, hash vm.Hash) ([]byte, error) {
	d, err := l.lockDialogue()
	defer l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	code := bucket(d.tx, bucketCode).Get(hash[:])
	if code == nil {
		return nil, fmt.Errorf("ledger: there is no code %v for %v", hash, address)
	}
	return bytes.Clone(code), nil
}

// Storage implements vm.BlockchainHook.
func (l *Ledger) Storage(address vm.Address, key []byte) ([]byte, error) {
	d, err := l.lockDialogue()
	defer l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return pairAt(d.tx, address, key)
}

// NewAddress implements vm.BlockchainHook; see NewAddress.
func (l *Ledger) NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	return NewAddress(creator, nonce, vmType)
}

// ShardOfAddress implements vm.BlockchainHook: there is one shard.
func (l *Ledger) ShardOfAddress(vm.Address) (uint32, error) { return 0, nil }

// IsSmartContract implements vm.BlockchainHook. It is a question of the
// address alone.
func (l *Ledger) IsSmartContract(address vm.Address) (bool, error) { return isContract(address), nil }

// IsPayable implements vm.BlockchainHook: users always are, contracts if their
// metadata say so, contracts that do not exist yet are not.
func (l *Ledger) IsPayable(address vm.Address) (bool, error) {
	d, err := l.lockDialogue()
	defer l.mu.Unlock()
	if err != nil {
		return false, err
	}
	if !isContract(address) {
		return true, nil
	}
	a, err := d.accountFor(address)
	if err != nil || a == nil {
		return false, err
	}
	return len(a.metadata) == 2 && a.metadata[1]&vm.MetadataPayable != 0, nil
}

// ProcessBuiltinFunction implements vm.BlockchainHook: this chain offers none.
func (l *Ledger) ProcessBuiltinFunction(*vm.CallInput) (*vm.Output, error) {
	return nil, &vm.Refusal{Text: "built-in function not found"}
}

// NewAddress derives the address of a contract: eight zero bytes, the VM type
// (two bytes), twenty bytes of the Keccak-256 of creator and nonce, and the
// creator's last two bytes, which keep the contract in its shard.
func NewAddress(creator vm.Address, nonce uint64, vmType []byte) (vm.Address, error) {
	if len(vmType) != 2 {
		return vm.Address{}, &vm.Refusal{Text: fmt.Sprintf("VM type has %d bytes instead of 2", len(vmType))}
	}
	h := sha3.NewLegacyKeccak256()
	h.Write(creator[:])
	h.Write(binary.LittleEndian.AppendUint64(nil, nonce))
	address := vm.Address(h.Sum(nil))
	clear(address[:8])
	copy(address[8:10], vmType)
	copy(address[30:], creator[30:])
	return address, nil
}

// isContract says whether an address is one of a contract: its first eight
// bytes are zero.
func isContract(address vm.Address) bool { return [8]byte(address[:8]) == [8]byte{} }
