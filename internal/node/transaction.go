package node

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/ledger"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// upgradeFunction is the name that makes a call an upgrade.
const upgradeFunction = "upgradeContract"

// A Deployment puts a contract on the chain.
type Deployment struct {
	Sender    vm.Address
	Code      []byte
	Metadata  []byte // two bytes, see vm.MetadataUpgradeable and its neighbours
	Arguments [][]byte
	Value     *big.Int // nil stands for 0
	Gas       uint64
}

// A Call runs a function of a contract, or upgrades it if Function is
// "upgradeContract" (Arguments are then code, metadata, init arguments).
type Call struct {
	Sender    vm.Address
	Contract  vm.Address
	Function  string
	Arguments [][]byte
	Value     *big.Int // nil stands for 0
	Gas       uint64
}

func (d *Deployment) sender() vm.Address { return d.Sender }
func (d *Deployment) value() *big.Int    { return orZero(d.Value) }
func (d *Deployment) gas() uint64        { return d.Gas }
func (c *Call) sender() vm.Address       { return c.Sender }
func (c *Call) value() *big.Int          { return orZero(c.Value) }
func (c *Call) gas() uint64              { return c.Gas }

func orZero(x *big.Int) *big.Int {
	if x == nil {
		return new(big.Int)
	}
	return x
}

func (d *Deployment) check(*Node) error {
	if len(d.Code) == 0 {
		return reject("there is no code")
	}
	if err := checkMetadata(d.Metadata); err != nil {
		return err
	}
	if d.value().Sign() > 0 && d.Metadata[1]&vm.MetadataPayable == 0 {
		return reject("value is sent to a contract that is not payable")
	}
	return nil
}

// checkMetadata rejects bits without a meaning, which the network drops.
func checkMetadata(metadata []byte) error {
	if len(metadata) != 2 {
		return reject("code metadata have %d bytes instead of 2", len(metadata))
	}
	const known0, known1 = vm.MetadataUpgradeable | vm.MetadataReadable, vm.MetadataPayable
	if metadata[0]&^known0 != 0 || metadata[1]&^known1 != 0 {
		return reject("code metadata %x have unknown bits", metadata)
	}
	return nil
}

func (c *Call) check(n *Node) error {
	a, err := n.ledger.Account(c.Contract)
	var refusal *vm.Refusal
	if errors.As(err, &refusal) || err == nil && a.CodeHash == (vm.Hash{}) {
		return reject("there is no contract at %v", c.Contract)
	}
	if err != nil {
		return err
	}
	if c.Function == "" {
		return reject("the function has no name")
	}
	if c.Function == upgradeFunction {
		return c.checkUpgrade(a)
	}
	if c.value().Sign() == 0 {
		return nil
	}
	payable, err := n.ledger.IsPayable(c.Contract)
	if err == nil && !payable {
		err = reject("value is sent to a contract that is not payable")
	}
	return err
}

func (c *Call) checkUpgrade(a *vm.Account) error {
	switch {
	case len(a.CodeMetadata) != 2 || a.CodeMetadata[0]&vm.MetadataUpgradeable == 0:
		return reject("%v is not upgradeable", c.Contract)
	case string(a.Owner) != string(c.Sender[:]):
		return reject("only its owner %x may upgrade %v", a.Owner, c.Contract)
	case len(c.Arguments) < 2:
		return reject("an upgrade needs code and metadata")
	}
	if err := checkMetadata(c.Arguments[1]); err != nil {
		return err
	}
	if c.value().Sign() > 0 && c.Arguments[1][1]&vm.MetadataPayable == 0 {
		return reject("value is sent to a contract that is not payable")
	}
	return nil
}

func (d *Deployment) hash(nonce uint64) vm.Hash {
	return hashOf("deploy", d.Sender, nonce, d.Code, d.Metadata, d.value(), d.Gas, d.Arguments)
}

func (c *Call) hash(nonce uint64) vm.Hash {
	return hashOf("call", c.Sender, nonce, c.Contract[:], []byte(c.Function), c.value(), c.Gas, c.Arguments)
}

// hashOf covers everything in a transaction, each part after its length.
func hashOf(kind string, sender vm.Address, nonce uint64, what, how []byte, value *big.Int, gas uint64, arguments [][]byte) vm.Hash {
	b := append([]byte(kind), sender[:]...)
	b = binary.BigEndian.AppendUint64(b, nonce)
	b = binary.BigEndian.AppendUint64(b, gas)
	for _, part := range append([][]byte{what, how, value.Bytes()}, arguments...) {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	return sha256.Sum256(b)
}

func (d *Deployment) execute(ctx context.Context, n *Node, nonce uint64, hash vm.Hash) (*vm.Output, vm.Address, error) {
	address, err := ledger.NewAddress(d.Sender, nonce, n.options.VMType[:])
	if err != nil {
		return nil, address, err
	}
	out, err := n.executor.Create(ctx, &vm.CreateInput{
		Input:        input(d, d.Arguments, hash),
		Code:         d.Code,
		CodeMetadata: d.Metadata,
	})
	if err != nil || out.Code != vm.OK {
		return out, address, err
	}
	for i := range out.Accounts {
		if a := &out.Accounts[i]; a.Address == address && len(a.Code) > 0 {
			return out, address, nil
		}
	}
	return nil, address, fmt.Errorf("node: the VM did not deploy to %v", address)
}

func (c *Call) execute(ctx context.Context, n *Node, _ uint64, hash vm.Hash) (*vm.Output, vm.Address, error) {
	out, err := n.executor.Call(ctx, &vm.CallInput{
		Input:     input(c, c.Arguments, hash),
		Recipient: c.Contract,
		Function:  c.Function,
	})
	return out, c.Contract, err
}

func input(t transaction, arguments [][]byte, hash vm.Hash) vm.Input {
	return vm.Input{
		Caller:         t.sender(),
		Arguments:      arguments,
		Value:          t.value(),
		CallType:       vm.DirectCall,
		GasProvided:    t.gas(),
		OriginalTxHash: hash[:],
		CurrentTxHash:  hash[:],
	}
}
