package state

import (
	"bytes"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Accounts lists what was done to every account that was touched, sorted by
// address, storage pairs by key.
func (s *State) Accounts() []vm.OutputAccount {
	list := make([]vm.OutputAccount, 0, len(s.accounts))
	for _, acc := range s.accounts {
		list = append(list, acc.output())
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
		Balance:      acc.balance,
		BalanceDelta: acc.delta,
		Transfers:    acc.transfers,
		GasUsed:      acc.gasUsed,
	}
	if acc.code != nil {
		out.Code, out.CodeMetadata = acc.code.Bytes, acc.code.Metadata
		out.CodeDeployer = acc.code.Deployer[:]
	}
	keys := make([]string, 0, len(acc.pairs))
	for key := range acc.pairs {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, strings.Compare)
	for _, key := range keys {
		p := acc.pairs[key]
		out.StorageUpdates = append(out.StorageUpdates, vm.StorageUpdate{
			Key: []byte(key), Value: p.value, Written: p.written,
		})
	}
	return out
}

// Logs are the log entries in the order in which they were written.
func (s *State) Logs() []vm.LogEntry { return s.logs }

// Refund is the gas refund.
func (s *State) Refund() uint64 { return s.refund }
