package builtin

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// EncodeAmount gives the value that is stored for a token balance: field 1 of
// a protobuf message, of type bytes, that holds a sign byte and the magnitude.
// A balance of 0 is no value.
func EncodeAmount(amount *big.Int) []byte {
	if amount.Sign() == 0 {
		return nil
	}
	magnitude := amount.Bytes()
	b := binary.AppendUvarint([]byte{amountTag}, uint64(1+len(magnitude)))
	return append(append(b, 0), magnitude...)
}

// amountTag is field 1, length-delimited.
const amountTag = 1<<3 | 2

var errAmount = errors.New("builtin: stored token balance is damaged")

// DecodeAmount reads what EncodeAmount gave.
func DecodeAmount(b []byte) (*big.Int, error) {
	if len(b) == 0 {
		return new(big.Int), nil
	}
	n, size := binary.Uvarint(b[1:])
	if b[0] != amountTag || size <= 0 || n < 1 || n != uint64(len(b)-1-size) || b[1+size] != 0 {
		return nil, fmt.Errorf("%w: %x", errAmount, b)
	}
	return new(big.Int).SetBytes(b[2+size:]), nil
}

// Transfer says what moving tokens does to the accounts, and refuses if there
// are not enough.
func (f *Functions) Transfer(from, to vm.Address, token []byte, amount *big.Int) ([]vm.OutputAccount, error) {
	if len(token) == 0 {
		return nil, refuse("token identifier is empty")
	}
	if amount.Sign() <= 0 {
		return nil, refuse("token value is not positive")
	}
	key := TokenKey(token)
	have, err := f.balance(from, key)
	if err != nil {
		return nil, err
	}
	if have.Cmp(amount) < 0 {
		return nil, refuse("insufficient funds")
	}
	if from == to {
		return []vm.OutputAccount{update(from, key, EncodeAmount(have))}, nil
	}
	theirs, err := f.balance(to, key)
	if err != nil {
		return nil, err
	}
	return []vm.OutputAccount{
		update(from, key, EncodeAmount(have.Sub(have, amount))),
		update(to, key, EncodeAmount(theirs.Add(theirs, amount))),
	}, nil
}

func (f *Functions) balance(address vm.Address, key []byte) (*big.Int, error) {
	b, err := f.stored(address, key)
	if err != nil {
		return nil, err
	}
	return DecodeAmount(b)
}

// transfer is DCTTransfer: token, amount and, optionally, a function with
// arguments that a contract which receives the tokens then runs.
func (f *Functions) transfer(in *vm.CallInput) ([]vm.OutputAccount, error) {
	if len(in.Arguments) < 2 {
		return nil, refuse("wrong number of arguments")
	}
	accounts, err := f.Transfer(in.Caller, in.Recipient, in.Arguments[0], new(big.Int).SetBytes(in.Arguments[1]))
	if err != nil || len(in.Arguments) == 2 {
		return accounts, err
	}
	is, err := f.chain.IsSmartContract(in.Recipient)
	if err != nil {
		return nil, err
	}
	if !is {
		return nil, refuse("a function is called at an account that is no contract")
	}
	data := append([]byte(nil), in.Arguments[2]...)
	for _, argument := range in.Arguments[3:] {
		data = hex.AppendEncode(append(data, '@'), argument)
	}
	last := &accounts[len(accounts)-1]
	last.Transfers = []vm.Transfer{{Sender: in.Caller, Value: new(big.Int), Data: data}}
	return accounts, nil
}
