package protocol

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Nonce asks for the hash of a block.
type Nonce struct{ Nonce uint64 }

// Address is an address, asked about or answered.
type Address struct{ Address vm.Address }

// CodeOf asks for the code of an account.
type CodeOf struct {
	Address vm.Address
	Hash    vm.Hash
}

// StorageOf asks for one pair of an account's storage.
type StorageOf struct {
	Address vm.Address
	Key     []byte
}

// Creation asks for the address of a new contract.
type Creation struct {
	Creator vm.Address
	Nonce   uint64
	VMType  []byte
}

// Bytes is an answer of bytes.
type Bytes struct{ Bytes []byte }

// Account answers Account: nil if it is not kept here.
type Account struct{ Account *vm.Account }

// Shard answers ShardOfAddress.
type Shard struct{ Shard uint32 }

// Yes answers a question.
type Yes struct{ Yes bool }

// The methods of vm.BlockchainHook.

// BlockFacts is BlockchainHook.BlockFacts.
func BlockFacts() ipc.Method[None, vm.BlockFacts] {
	return ipc.Method[None, vm.BlockFacts]{
		Kind: KindBlockFacts, Name: "BlockFacts", Request: none(),
		Response: ipc.Type[vm.BlockFacts]{Append: appendBlockFacts, Read: readBlockFacts},
	}
}

// BlockHash is BlockchainHook.BlockHash.
func BlockHash() ipc.Method[Nonce, Bytes] {
	return ipc.Method[Nonce, Bytes]{
		Kind: KindBlockHash, Name: "BlockHash", Response: bytesType(),
		Request: ipc.Type[Nonce]{
			Append: func(dst []byte, v *Nonce) []byte { return ipc.AppendUint64(dst, v.Nonce) },
			Read:   func(r *ipc.Reader, v *Nonce) { v.Nonce = r.Uint64() },
		},
	}
}

// AccountOf is BlockchainHook.Account.
func AccountOf() ipc.Method[Address, Account] {
	return ipc.Method[Address, Account]{
		Kind: KindAccount, Name: "Account", Request: addressType(),
		Response: ipc.Type[Account]{
			Append: func(dst []byte, v *Account) []byte { return appendAccount(dst, v.Account) },
			Read:   func(r *ipc.Reader, v *Account) { v.Account = readAccount(r) },
		},
	}
}

// Code is BlockchainHook.Code.
func Code() ipc.Method[CodeOf, Bytes] {
	return ipc.Method[CodeOf, Bytes]{
		Kind: KindCode, Name: "Code", Response: bytesType(),
		Request: ipc.Type[CodeOf]{
			Append: func(dst []byte, v *CodeOf) []byte { return append(append(dst, v.Address[:]...), v.Hash[:]...) },
			Read: func(r *ipc.Reader, v *CodeOf) {
				readAddress(r, &v.Address)
				copy(v.Hash[:], r.Raw(len(v.Hash)))
			},
		},
	}
}

// Storage is BlockchainHook.Storage.
func Storage() ipc.Method[StorageOf, Bytes] {
	return ipc.Method[StorageOf, Bytes]{
		Kind: KindStorage, Name: "Storage", Response: bytesType(),
		Request: ipc.Type[StorageOf]{
			Append: func(dst []byte, v *StorageOf) []byte {
				return ipc.AppendBytes(append(dst, v.Address[:]...), v.Key)
			},
			Read: func(r *ipc.Reader, v *StorageOf) {
				readAddress(r, &v.Address)
				v.Key = r.Bytes()
			},
		},
	}
}

// NewAddress is BlockchainHook.NewAddress.
func NewAddress() ipc.Method[Creation, Address] {
	return ipc.Method[Creation, Address]{
		Kind: KindNewAddress, Name: "NewAddress", Response: addressType(),
		Request: ipc.Type[Creation]{
			Append: func(dst []byte, v *Creation) []byte {
				dst = append(dst, v.Creator[:]...)
				return ipc.AppendBytes(ipc.AppendUint64(dst, v.Nonce), v.VMType)
			},
			Read: func(r *ipc.Reader, v *Creation) {
				readAddress(r, &v.Creator)
				v.Nonce = r.Uint64()
				v.VMType = r.Bytes()
			},
		},
	}
}

// ShardOfAddress is BlockchainHook.ShardOfAddress.
func ShardOfAddress() ipc.Method[Address, Shard] {
	return ipc.Method[Address, Shard]{
		Kind: KindShardOfAddress, Name: "ShardOfAddress", Request: addressType(),
		Response: ipc.Type[Shard]{
			Append: func(dst []byte, v *Shard) []byte { return ipc.AppendUint32(dst, v.Shard) },
			Read:   func(r *ipc.Reader, v *Shard) { v.Shard = r.Uint32() },
		},
	}
}

// IsSmartContract is BlockchainHook.IsSmartContract.
func IsSmartContract() ipc.Method[Address, Yes] {
	return ipc.Method[Address, Yes]{
		Kind: KindIsSmartContract, Name: "IsSmartContract", Request: addressType(), Response: yesType(),
	}
}

// IsPayable is BlockchainHook.IsPayable.
func IsPayable() ipc.Method[Address, Yes] {
	return ipc.Method[Address, Yes]{
		Kind: KindIsPayable, Name: "IsPayable", Request: addressType(), Response: yesType(),
	}
}

// ProcessBuiltinFunction is BlockchainHook.ProcessBuiltinFunction.
func ProcessBuiltinFunction() ipc.Method[vm.CallInput, vm.Output] {
	return ipc.Method[vm.CallInput, vm.Output]{
		Kind: KindProcessBuiltinFunction, Name: "ProcessBuiltinFunction",
		Request:  ipc.Type[vm.CallInput]{Append: appendCallInput, Read: readCallInput},
		Response: output(),
	}
}

func addressType() ipc.Type[Address] {
	return ipc.Type[Address]{
		Append: func(dst []byte, v *Address) []byte { return append(dst, v.Address[:]...) },
		Read:   func(r *ipc.Reader, v *Address) { readAddress(r, &v.Address) },
	}
}

func bytesType() ipc.Type[Bytes] {
	return ipc.Type[Bytes]{
		Append: func(dst []byte, v *Bytes) []byte { return ipc.AppendBytes(dst, v.Bytes) },
		Read:   func(r *ipc.Reader, v *Bytes) { v.Bytes = r.Bytes() },
	}
}

func yesType() ipc.Type[Yes] {
	return ipc.Type[Yes]{
		Append: func(dst []byte, v *Yes) []byte { return ipc.AppendBool(dst, v.Yes) },
		Read:   func(r *ipc.Reader, v *Yes) { v.Yes = r.Bool() },
	}
}
