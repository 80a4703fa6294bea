package vm

import (
	"encoding/json"
	"math/big"
)

// CallType says how a call came about.
type CallType uint8

// The call types and their fixed numbers.
const (
	DirectCall    CallType = 0 // sent by a user, or made inside an execution
	AsyncCall     CallType = 1 // the arriving half of an asynchronous call
	AsyncCallback CallType = 2 // its answer coming back
)

// Input is what a deployment and a call have in common.
type Input struct {
	Caller    Address
	Arguments [][]byte

	// Value is the native value transferred with the call, at least 0. The
	// node has already taken it from the sender. Nil stands for 0.
	Value *big.Int

	CallType    CallType
	GasPrice    uint64
	GasProvided uint64

	// OriginalTxHash is the hash of the user's transaction that started the
	// chain of calls; CurrentTxHash that of the present one. Either may be
	// empty.
	OriginalTxHash []byte
	CurrentTxHash  []byte

	// DCTValue and DCTTokenName describe a token payment received with the
	// call; nil and empty if there is none.
	DCTValue     *big.Int
	DCTTokenName []byte
}

// CreateInput asks for a deployment.
type CreateInput struct {
	Input
	Code         []byte // a WebAssembly module
	CodeMetadata []byte // two bytes, see MetadataUpgradeable and its neighbours
}

// CallInput asks for a call, or for an upgrade if Function is
// "upgradeContract" (Arguments are then code, metadata, init arguments).
type CallInput struct {
	Input
	Recipient Address
	Function  string // any bytes; contracts can choose it in nested calls
}

// MarshalJSON writes the function name as bytes, since it need not be UTF-8.
func (in *CallInput) MarshalJSON() ([]byte, error) {
	type plain CallInput
	return json.Marshal(struct {
		*plain
		Function []byte
	}{(*plain)(in), []byte(in.Function)})
}

// UnmarshalJSON is the inverse of MarshalJSON.
func (in *CallInput) UnmarshalJSON(b []byte) error {
	type plain CallInput
	wire := struct {
		*plain
		Function []byte
	}{plain: (*plain)(in)}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	in.Function = string(wire.Function)
	return nil
}

// Code metadata: two bytes; any other length reads as no flag at all.
const (
	MetadataUpgradeable = 0x01 // in byte 0: the owner may upgrade it
	MetadataReadable    = 0x04 // in byte 0: other contracts may read its storage
	MetadataPayable     = 0x02 // in byte 1: it accepts value
)
