package state

import (
	"bytes"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Accounts lists what was done to every account that was touched, sorted by
// address, storage pairs by key.
func (s *State) Accounts() []vm.OutputAccount {
	n := 0
	for _, acc := range s.accounts {
		if acc.listed {
			n++
		}
	}
	list := make([]vm.OutputAccount, 0, n)
	zeros := make([]big.Int, n) // an output owns its integers
	for _, acc := range s.accounts {
		if !acc.listed {
			continue
		}
		out := acc.output()
		if out.BalanceDelta == &s.zero {
			out.BalanceDelta = &zeros[len(list)]
		}
		list = append(list, out)
	}
	slices.SortFunc(list, func(a, b vm.OutputAccount) int {
		return bytes.Compare(a.Address[:], b.Address[:])
	})
	return list
}

func (acc *account) output() vm.OutputAccount {
	out := vm.OutputAccount{
		Address:      acc.address,
		Nonce:        acc.nonce,
		BalanceDelta: acc.delta,
		Transfers:    acc.transfers,
	}
	if acc.balance != nil {
		out.Balance = new(big.Int).Set(acc.balance) // which may be the hook's
	}
	if acc.code != nil {
		out.Code, out.CodeMetadata = acc.code.Bytes, acc.code.Metadata
		out.CodeDeployer = bytes.Clone(acc.code.Deployer[:])
	}
	n := 0
	for i := range acc.pairs.entries {
		if acc.pairs.entries[i].pair.listed {
			n++
		}
	}
	if n == 0 {
		return out
	}
	out.StorageUpdates = make([]vm.StorageUpdate, 0, n)
	for i := range acc.pairs.entries {
		if e := &acc.pairs.entries[i]; e.pair.listed {
			out.StorageUpdates = append(out.StorageUpdates, vm.StorageUpdate{
				Key: e.key, Value: e.pair.value, Written: e.pair.written,
			})
		}
	}
	slices.SortFunc(out.StorageUpdates, func(a, b vm.StorageUpdate) int { return bytes.Compare(a.Key, b.Key) })
	return out
}

// Logs are the log entries in the order in which they were written.
func (s *State) Logs() []vm.LogEntry { return s.logs }

// Refund is the gas refund.
func (s *State) Refund() uint64 { return s.refund }
