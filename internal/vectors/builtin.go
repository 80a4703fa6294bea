package vectors

import (
	"bytes"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

const (
	builtinGas   = 10 // what a built-in function of the recording burns
	builtinMoves = 42 // what it moves from the recipient to the caller
)

// ProcessBuiltinFunction implements vm.BlockchainHook with the functions that
// the hook of the recording offered. Like every hook it only says what would
// happen.
func (w *World) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	switch in.Function {
	case "builtinFail":
		return nil, &vm.Refusal{Text: "built-in failed"}
	case "builtinUserError":
		return &vm.Output{
			Code:         vm.UserError,
			Message:      "refused by the built-in",
			GasRemaining: in.GasProvided,
		}, nil
	}
	if in.GasProvided < builtinGas {
		return nil, &vm.Refusal{Text: "not enough gas for built-in"}
	}
	out := &vm.Output{GasRemaining: in.GasProvided - builtinGas}
	switch in.Function {
	case "builtinNoRefund":
	case "builtinForward":
		if len(in.Arguments) == 0 {
			return nil, &vm.Refusal{Text: "built-in needs an argument"}
		}
		out.Accounts = []vm.OutputAccount{{
			Address:      in.Recipient,
			BalanceDelta: new(big.Int),
			Transfers:    []vm.Transfer{{Sender: in.Caller, Value: new(big.Int), Data: bytes.Clone(in.Arguments[0])}},
		}}
	default:
		out.Accounts = moved(in.Recipient, in.Caller)
	}
	return out, nil
}

func moved(from, to vm.Address) []vm.OutputAccount {
	if from == to {
		return []vm.OutputAccount{{Address: from, BalanceDelta: new(big.Int)}}
	}
	accounts := []vm.OutputAccount{
		{Address: from, BalanceDelta: big.NewInt(-builtinMoves)},
		{Address: to, BalanceDelta: big.NewInt(builtinMoves)},
	}
	slices.SortFunc(accounts, func(a, b vm.OutputAccount) int {
		return bytes.Compare(a.Address[:], b.Address[:])
	})
	return accounts
}
