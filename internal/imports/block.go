package imports

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// blockRows is what a contract can ask about blocks, the chain and accounts.
func blockRows() []host.Import {
	return append(accountRows(),
		Fn2("getBlockHash", "writes the hash of the block with that nonce, or nothing if the chain does not know it; the result is 0 either way.",
			"DharitriAPICost.GetBlockHash", I64("nonce"), Ptr("result"), OutI32("zero"),
			func(x *host.Frame, nonce int64, result int32) (int32, error) {
				hash, err := x.BlockHash(nonce)
				if err != nil {
					return 0, err
				}
				return 0, x.StoreMemory(result, hash)
			}),
		Proc1("getOriginalTxHash", "writes the hash of the transaction that started the chain of calls, or nothing inside a nested call.",
			"DharitriAPICost.GetBlockHash", Ptr("result"),
			func(x *host.Frame, result int32) error {
				return x.StoreMemory(result, x.Input().OriginalTxHash)
			}),
		Proc1("getStateRootHash", "writes the root hash of the state after the last block.",
			"DharitriAPICost.GetStateRootHash", Ptr("result"),
			func(x *host.Frame, result int32) error {
				facts, err := x.Block()
				if err != nil {
					return err
				}
				return x.StoreMemory(result, facts.StateRootHash)
			}),
		Fn0("getGasLeft", "gives the gas that is left after this call was paid.",
			"DharitriAPICost.GetGasLeft", OutI64("gas"),
			func(x *host.Frame) (int64, error) { return int64(x.GasLeft()), nil }),

		blockNumber("getBlockTimestamp", "gives the time of this block in seconds since 1970.",
			"DharitriAPICost.GetBlockTimeStamp", current, timestamp),
		blockNumber("getBlockNonce", "gives the nonce of this block.",
			"DharitriAPICost.GetBlockNonce", current, nonce),
		blockNumber("getBlockRound", "gives the round of this block.",
			"DharitriAPICost.GetBlockRound", current, round),
		blockNumber("getBlockEpoch", "gives the epoch of this block.",
			"DharitriAPICost.GetBlockEpoch", current, epoch),
		randomSeed("getBlockRandomSeed", "writes the random seed of this block.",
			"DharitriAPICost.GetBlockRandomSeed", current),
		blockNumber("getPrevBlockTimestamp", "gives the time of the last block in seconds since 1970.",
			"DharitriAPICost.GetBlockTimeStamp", last, timestamp),
		blockNumber("getPrevBlockNonce", "gives the nonce of the last block.",
			"DharitriAPICost.GetBlockNonce", last, nonce),
		blockNumber("getPrevBlockRound", "gives the round of the last block.",
			"DharitriAPICost.GetBlockRound", last, round),
		blockNumber("getPrevBlockEpoch", "gives the epoch of the last block.",
			"DharitriAPICost.GetBlockEpoch", last, epoch),
		randomSeed("getPrevBlockRandomSeed", "writes the random seed of the last block.",
			"DharitriAPICost.GetBlockRandomSeed", last),
	)
}

// accountRows is what a contract can ask about addresses.
func accountRows() []host.Import {
	return []host.Import{
		Proc1("getSCAddress", "writes the address of the running contract.",
			"DharitriAPICost.GetSCAddress", Ptr("result"), writeOwnAddress),
		Proc1("getOwnerAddress", "writes the address of the owner of the running contract.",
			"DharitriAPICost.GetOwnerAddress", Ptr("result"),
			func(x *host.Frame, result int32) error {
				owner, err := x.Owner()
				if err != nil {
					return err
				}
				return x.StoreMemory(result, owner)
			}),
		Fn1("getShardOfAddress", "gives the shard that keeps an account.",
			"DharitriAPICost.GetShardOfAddress", Address("address"), OutI32("shard"),
			func(x *host.Frame, a vm.Address) (int32, error) {
				shard, err := x.ShardOf(a)
				return int32(shard), err
			}),
		Fn1("isSmartContract", "says whether an address is one of a contract: 1 or 0.",
			"DharitriAPICost.IsSmartContract", Address("address"), OutI32("yes"),
			func(x *host.Frame, a vm.Address) (int32, error) {
				yes, err := x.IsSmartContract(a)
				if err != nil || !yes {
					return 0, err
				}
				return 1, nil
			}),
		Proc2("getExternalBalance", "writes the balance of an account, big-endian without padding, so nothing if it is 0.",
			"DharitriAPICost.GetExternalBalance", Address("address"), Ptr("result"), writeBalance),
	}
}

func writeOwnAddress(x *host.Frame, result int32) error {
	a := x.Address()
	return x.StoreMemory(result, a[:])
}

func writeBalance(x *host.Frame, a vm.Address, result int32) error {
	balance, err := x.Balance(a)
	if err != nil {
		return err
	}
	return x.StoreMemory(result, balance.Bytes())
}

// blockNumber is a row that gives one number of one block.
func blockNumber(name, doc, price string, which func(*vm.BlockFacts) *vm.Block, number func(*vm.Block) uint64) host.Import {
	return Fn0(name, doc, price, OutI64("number"), func(x *host.Frame) (int64, error) {
		facts, err := x.Block()
		if err != nil {
			return 0, err
		}
		return int64(number(which(facts))), nil
	})
}

// randomSeed is a row that writes the random seed of one block.
func randomSeed(name, doc, price string, which func(*vm.BlockFacts) *vm.Block) host.Import {
	return Proc1(name, doc, price, Ptr("result"), func(x *host.Frame, result int32) error {
		facts, err := x.Block()
		if err != nil {
			return err
		}
		return x.StoreMemory(result, which(facts).RandomSeed)
	})
}

func current(f *vm.BlockFacts) *vm.Block { return &f.Current }
func last(f *vm.BlockFacts) *vm.Block    { return &f.Last }

func timestamp(b *vm.Block) uint64 { return b.Timestamp }
func nonce(b *vm.Block) uint64     { return b.Nonce }
func round(b *vm.Block) uint64     { return b.Round }
func epoch(b *vm.Block) uint64     { return uint64(b.Epoch) }
