package imports

import (
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Sizes in the words of Ethereum, in bytes.
const (
	ethAddressLength = 20 // the last bytes of an address
	ethWordLength    = 32
	ethAmountLength  = 16 // of the call value and the gas price
)

// ethereumRows is the functions that contracts written for Ethereum expect.
// Their formats are mixed: each row says its own.
func ethereumRows() []host.Import {
	rows := append(ethChainRows(), ethCallRows()...)
	rows = append(rows, ethCodeRows()...)
	return append(rows, ethResultRows()...)
}

// ethChainRows is blocks, accounts, gas and storage.
func ethChainRows() []host.Import {
	return []host.Import{
		Proc1("useGas", "costs that much gas more, taken as an unsigned number.",
			"EthAPICost.UseGas", GasLimit("gas"),
			func(x *host.Frame, g int64) error { return x.Charge(uint64(g)) }),
		Proc1("getAddress", "writes the address of the running contract, 32 bytes.",
			"EthAPICost.GetAddress", Ptr("result"), writeOwnAddress),
		Proc2("getExternalBalance", "writes the balance of an account, big-endian without padding, so nothing if it is 0.",
			"EthAPICost.GetExternalBalance", Address("address"), Ptr("result"), writeBalance),
		soft(0, Fn2("getBlockHash", "writes the hash of the block with that nonce and gives 1, or 0 if the chain does not know it.",
			"EthAPICost.GetBlockHash", I64("nonce"), Ptr("result"), OutI32("found"),
			func(x *host.Frame, nonce int64, result int32) (int32, error) {
				hash, err := x.BlockHash(nonce)
				if err != nil || len(hash) == 0 {
					return 0, err
				}
				return 1, x.StoreMemory(result, hash)
			})),
		Fn0("getGasLeft", "gives the gas that is left after this call was paid.",
			"EthAPICost.GetGasLeft", OutI64("gas"),
			func(x *host.Frame) (int64, error) { return int64(x.GasLeft()), nil }),
		Fn0("getBlockGasLimit", "gives the configured gas limit of a block.",
			"EthAPICost.GetBlockGasLimit", OutI64("gas"),
			func(x *host.Frame) (int64, error) { return int64(x.BlockGasLimit()), nil }),
		blockNumber("getBlockNumber", "gives the nonce of this block.",
			"EthAPICost.GetBlockNumber", current, nonce),
		blockNumber("getBlockTimestamp", "gives the time of this block in seconds since 1970.",
			"EthAPICost.GetBlockTimeStamp", current, timestamp),
		randomSeed("getBlockCoinbase", "writes the random seed of this block.",
			"EthAPICost.GetBlockCoinbase", current),
		randomSeed("getBlockDifficulty", "writes the random seed of this block.",
			"EthAPICost.GetBlockCoinbase", current),
		Proc2("storageStore", "sets the value of a key, 32 bytes each; 32 zeros are a value too.",
			"EthAPICost.StorageStore", Fixed("key", ethWordLength), Fixed("value", ethWordLength),
			func(x *host.Frame, key, value []byte) error {
				_, err := x.Store(key, value)
				return err
			}),
		Proc2("storageLoad", "writes the value of a key in 32 bytes, padded with zeros on the left, DataCopyPerByte for each byte of the value.",
			"EthAPICost.StorageLoad", Fixed("key", ethWordLength), Ptr("result"),
			func(x *host.Frame, key []byte, result int32) error {
				value, err := x.Load(key)
				if err != nil {
					return err
				}
				var word [ethWordLength]byte
				if len(value) > len(word) {
					return invalidCall()
				}
				copy(word[len(word)-len(value):], value)
				return x.StoreMemory(result, word[:])
			}),
	}
}

// ethCallRows is the call that is answered.
func ethCallRows() []host.Import {
	return []host.Import{
		Proc1("getCaller", "writes the last 20 bytes of the address of the caller.",
			"EthAPICost.GetCaller", Ptr("result"), writeEthCaller),
		Proc1("getTxOrigin", "writes the last 20 bytes of the address of the caller.",
			"EthAPICost.GetTxOrigin", Ptr("result"), writeEthCaller),
		Proc1("getCallValue", "writes the value of the call in 16 bytes, little-endian, 0 if it needs more.",
			"EthAPICost.GetCallValue", Ptr("result"),
			func(x *host.Frame, result int32) error {
				var b [ethAmountLength]byte
				if v := x.Input().Value; v != nil && v.BitLen() <= 8*len(b) {
					v.FillBytes(b[:])
				}
				slices.Reverse(b[:])
				return x.StoreMemory(result, b[:])
			}),
		Proc1("getTxGasPrice", "writes the gas price in 16 bytes, big-endian, 0 inside a nested call.",
			"EthAPICost.GetTxGasPrice", Ptr("result"),
			func(x *host.Frame, result int32) error {
				var b [ethAmountLength]byte
				new(big.Int).SetUint64(x.Input().GasPrice).FillBytes(b[:])
				return x.StoreMemory(result, b[:])
			}),
		Fn0("getCallDataSize", "gives the length of the call data.",
			"EthAPICost.GetCallDataSize", OutI32("length"),
			func(x *host.Frame) (int32, error) {
				n, err := paidCallDataSize(x)
				return int32(n), err
			}),
		copyRow("callDataCopy", "writes a part of the call data, DataCopyPerByte for each byte: 4 bytes of the Keccak-256 of the function name, unless that is empty, and each argument in 32 bytes.",
			"EthAPICost.CallDataCopy", paidCallData),
	}
}

// ethCodeRows is code of accounts.
func ethCodeRows() []host.Import {
	return []host.Import{
		copyRow("codeCopy", "writes a part of the code of the running contract, DataCopyPerByte for each byte.",
			"EthAPICost.CodeCopy", func(x *host.Frame) ([]byte, error) { return x.CodeOf(x.Address()) }),
		Fn0("getCodeSize", "gives the length of the code of the running contract on the chain, 0 if it has none.",
			"EthAPICost.GetCodeSize", OutI32("length"),
			func(x *host.Frame) (int32, error) {
				n, err := x.CodeSize(x.Address())
				return int32(n), err
			}),
		Proc4("externalCodeCopy", "writes a part of the code of an account, DataCopyPerByte for each byte.",
			"EthAPICost.ExternalCodeCopy", AddressPtr("address"), Ptr("result"), I32("offset"), I32("length"),
			func(x *host.Frame, address, result, offset, length int32) error {
				a, err := loadAddress(x, address)
				if err != nil {
					return err
				}
				code, err := x.CodeOf(a)
				if err != nil {
					return err
				}
				return writeCopied(x, result, code, offset, length)
			}),
		soft(0, Fn1("getExternalCodeSize", "gives the length of the code of an account on the chain, 0 if it has none.",
			"EthAPICost.GetExternalCodeSize", Address("address"), OutI32("length"),
			func(x *host.Frame, a vm.Address) (int32, error) {
				n, err := x.CodeSize(a)
				return int32(n), err
			})),
	}
}

func writeEthCaller(x *host.Frame, result int32) error {
	return x.StoreMemory(result, x.Input().Caller[vm.AddressLength-ethAddressLength:])
}

// copyRow is a row that writes a part of some bytes.
func copyRow(name, doc, price string, source func(*host.Frame) ([]byte, error)) host.Import {
	return Proc3(name, doc, price, Ptr("result"), I32("offset"), I32("length"),
		func(x *host.Frame, result, offset, length int32) error {
			b, err := source(x)
			if err != nil {
				return err
			}
			return writeCopied(x, result, b, offset, length)
		})
}

// writeCopied writes b[offset : offset+length], DataCopyPerByte for each byte
// that is there. Nothing is filled up.
func writeCopied(x *host.Frame, result int32, b []byte, offset, length int32) error {
	if err := checkSlice(int64(len(b)), offset, length); err != nil {
		return err
	}
	if err := x.Charge(gas.Mul(x.Prices().DataCopyPerByte, int64(length))); err != nil {
		return err
	}
	return x.StoreMemory(result, b[offset:offset+length])
}

// checkSlice tests that size bytes have length ones from offset. A negative
// length has a text of its own if what it ends at is there.
func checkSlice(size int64, offset, length int32) error {
	start, end := int64(offset), int64(offset)+int64(length)
	if start < 0 || start > size || end < 0 || end > size {
		return host.Fault("GuardedGetBytesSlice: bad bounds")
	}
	if length < 0 {
		return host.Fault("GuardedGetBytesSlice: negative length")
	}
	return nil
}

// invalidCall is the fault of what cannot be expressed in Ethereum's words.
func invalidCall() error { return host.Fault("invalid API call") }
