package imports

import (
	"encoding/binary"
	"math"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Sizes that contracts rely on, in bytes.
const (
	hashLength     = 32 // of hashes and log topics
	amountLength   = 32 // of an amount of money, unsigned
	metadataLength = 2
)

// freeArguments is how many arguments of one call cost nothing but their
// bytes. Each further one also pays for its 4-byte length: without that, a
// list of a hundred million empty arguments would be free.
const freeArguments = 1024

// freeKeyBytes is how many bytes of a storage key cost nothing.
const freeKeyBytes = 32

// A Meaning says what a parameter is, which words it takes and how it is read
// from them. Reading may charge gas and load memory; its error ends the guest.
type Meaning[T any] struct {
	param host.Param
	read  func(x *host.Frame, w []uint64) (T, error)
}

func meaning[T any](name, kind string, read func(*host.Frame, []uint64) (T, error), words ...sandbox.ValueType) Meaning[T] {
	return Meaning[T]{param: host.Param{Name: name, Kind: kind, Words: words}, read: read}
}

// I32 is a number of 32 bits.
func I32(name string) Meaning[int32] { return meaning(name, "i32", readI32, sandbox.I32) }

// I64 is a number of 64 bits.
func I64(name string) Meaning[int64] { return meaning(name, "i64", readI64, sandbox.I64) }

// GasLimit is an amount of gas; as unsigned, so that -1 is "all there is".
func GasLimit(name string) Meaning[int64] { return meaning(name, "gas", readI64, sandbox.I64) }

// Handle names a big integer.
func Handle(name string) Meaning[int32] { return meaning(name, "handle", readI32, sandbox.I32) }

// Ptr is where something in memory begins that the body reads or writes.
func Ptr(name string) Meaning[int32] { return meaning(name, "pointer", readI32, sandbox.I32) }

// AddressPtr is where an address begins that the body loads itself.
func AddressPtr(name string) Meaning[int32] { return meaning(name, "address", readI32, sandbox.I32) }

// AmountPtr is where an amount begins that the body loads itself.
func AmountPtr(name string) Meaning[int32] { return meaning(name, "amount", readI32, sandbox.I32) }

// Bytes are bytes in memory: a view of it, valid until the next store or
// nested call. Whoever keeps them copies them.
func Bytes(name string) Meaning[[]byte] {
	return meaning(name, "bytes", func(x *host.Frame, w []uint64) ([]byte, error) {
		return x.LoadMemory(i32(w[0]), i32(w[1]))
	}, sandbox.I32, sandbox.I32)
}

// Key is a storage key: Bytes of which the gas that is left could pay
// DataCopyPerByte for each beyond 32, which is what most uses of a key cost. A
// longer one is out of gas before it is loaded.
func Key(name string) Meaning[[]byte] {
	return meaning(name, "bytes", func(x *host.Frame, w []uint64) ([]byte, error) {
		return Span{i32(w[0]), i32(w[1])}.loadKey(x)
	}, sandbox.I32, sandbox.I32)
}

// CopiedBytes are Bytes that cost DataCopyPerByte each, charged before they
// are loaded.
func CopiedBytes(name string) Meaning[[]byte] {
	return meaning(name, "bytes", func(x *host.Frame, w []uint64) ([]byte, error) {
		if err := x.Charge(gas.Mul(x.Prices().DataCopyPerByte, int64(i32(w[1])))); err != nil {
			return nil, err
		}
		return x.LoadMemory(i32(w[0]), i32(w[1]))
	}, sandbox.I32, sandbox.I32)
}

// PersistedBytes are Bytes that cost PersistPerByte each, charged before they
// are loaded.
func PersistedBytes(name string) Meaning[[]byte] {
	return meaning(name, "bytes", func(x *host.Frame, w []uint64) ([]byte, error) {
		if err := x.Charge(gas.Mul(x.Prices().PersistPerByte, int64(i32(w[1])))); err != nil {
			return nil, err
		}
		return x.LoadMemory(i32(w[0]), i32(w[1]))
	}, sandbox.I32, sandbox.I32)
}

// CopiedIfReadable are Bytes that cost DataCopyPerByte each if they can be
// loaded: bad bounds come before the charge.
func CopiedIfReadable(name string) Meaning[[]byte] {
	return meaning(name, "bytes", func(x *host.Frame, w []uint64) ([]byte, error) {
		return Span{i32(w[0]), i32(w[1])}.loadCopied(x)
	}, sandbox.I32, sandbox.I32)
}

// Fixed are exactly n bytes.
func Fixed(name string, n int32) Meaning[[]byte] {
	return meaning(name, "bytes", func(x *host.Frame, w []uint64) ([]byte, error) {
		return x.LoadMemory(i32(w[0]), n)
	}, sandbox.I32)
}

// Address is the address of an account.
func Address(name string) Meaning[vm.Address] {
	return meaning(name, "address", func(x *host.Frame, w []uint64) (vm.Address, error) {
		return loadAddress(x, i32(w[0]))
	}, sandbox.I32)
}

// Amount is an amount of money: 32 bytes, unsigned, big-endian.
func Amount(name string) Meaning[*big.Int] {
	return meaning(name, "amount", func(x *host.Frame, w []uint64) (*big.Int, error) {
		return loadAmount(x, i32(w[0]))
	}, sandbox.I32)
}

// Args is a list of arguments: their number, where their lengths begin
// (4 bytes each, little-endian) and where their bytes begin, back to back. The
// bytes cost DataCopyPerByte each. What it gives are views, as with Bytes.
func Args(name string) Meaning[[][]byte] {
	return meaning(name, "arguments", func(x *host.Frame, w []uint64) ([][]byte, error) {
		return loadArgs(x, i32(w[0]), i32(w[1]), i32(w[2]))
	}, sandbox.I32, sandbox.I32, sandbox.I32)
}

// A Span is bytes in memory that were not loaded yet.
type Span struct{ Offset, Length int32 }

// Unread are bytes that the body loads itself.
func Unread(name string) Meaning[Span] {
	return meaning(name, "bytes", func(_ *host.Frame, w []uint64) (Span, error) {
		return Span{i32(w[0]), i32(w[1])}, nil
	}, sandbox.I32, sandbox.I32)
}

// load gives the bytes, a view.
func (s Span) load(x *host.Frame) ([]byte, error) { return x.LoadMemory(s.Offset, s.Length) }

// loadCopied charges DataCopyPerByte for each byte and gives the bytes. Bounds
// are tested first, and nothing is allocated before it is paid for.
func (s Span) loadCopied(x *host.Frame) ([]byte, error) {
	if err := probe(x, int64(s.Offset), s.Length); err != nil {
		return nil, err
	}
	if err := x.Charge(gas.Mul(x.Prices().DataCopyPerByte, int64(s.Length))); err != nil {
		return nil, err
	}
	return s.load(x)
}

// loadKey gives the bytes as a storage key, a view.
func (s Span) loadKey(x *host.Frame) ([]byte, error) {
	if s.Length > freeKeyBytes {
		if err := probe(x, int64(s.Offset), s.Length); err != nil {
			return nil, err
		}
		if cost := gas.Mul(x.Prices().DataCopyPerByte, int64(s.Length-freeKeyBytes)); cost > x.GasLeft() {
			return nil, x.Charge(cost)
		}
	}
	return s.load(x)
}

func readI32(_ *host.Frame, w []uint64) (int32, error) { return i32(w[0]), nil }
func readI64(_ *host.Frame, w []uint64) (int64, error) { return int64(w[0]), nil }

// i32 reads a word of which the low 32 bits count.
func i32(word uint64) int32 { return int32(uint32(word)) }

func loadAddress(x *host.Frame, offset int32) (vm.Address, error) {
	b, err := x.LoadMemory(offset, vm.AddressLength)
	if err != nil {
		return vm.Address{}, err
	}
	return vm.AddressOf(b)
}

func loadAmount(x *host.Frame, offset int32) (*big.Int, error) {
	b, err := x.LoadMemory(offset, amountLength)
	if err != nil {
		return nil, err
	}
	return new(big.Int).SetBytes(b), nil
}

// probe tells whether loading n bytes from offset would fail, without loading
// more than one byte. An offset that has left 31 bits is outside every memory.
func probe(x *host.Frame, offset int64, n int32) error {
	if offset > math.MaxInt32 {
		offset = -1
	}
	_, err := x.LoadMemory(int32(offset), min(n, 1))
	return err
}

// bytesOf gives the size of count items of some size, -1 if the count is
// negative or the size leaves 31 bits: both fail as a negative length does and
// cost nothing for their bytes.
func bytesOf(count, size int32) int32 {
	n := int64(count) * int64(size)
	if n < 0 || n > math.MaxInt32 {
		return -1
	}
	return int32(n)
}

// loadArgs reads an argument list. Its bytes are charged once all of it is
// known to be readable, and before any of it is copied.
func loadArgs(x *host.Frame, count, lengths, data int32) ([][]byte, error) {
	size := bytesOf(count, 4)
	if size > 4*freeArguments {
		if err := x.Charge(gas.Mul(x.Prices().DataCopyPerByte, int64(size)-4*freeArguments)); err != nil {
			return nil, err
		}
	}
	table, err := x.LoadMemory(lengths, size)
	if err != nil {
		return nil, err
	}
	end := int64(data)
	for i := 0; i < len(table); i += 4 {
		n := int32(binary.LittleEndian.Uint32(table[i:]))
		if err := probe(x, end, n); err != nil {
			return nil, err
		}
		end += int64(n)
	}
	if err := x.Charge(gas.Mul(x.Prices().DataCopyPerByte, end-int64(data))); err != nil {
		return nil, err
	}
	args := make([][]byte, len(table)/4)
	offset := data
	for i := range args {
		n := int32(binary.LittleEndian.Uint32(table[4*i:]))
		if args[i], err = x.LoadMemory(offset, n); err != nil {
			return nil, err
		}
		offset += n
	}
	return args, nil
}
