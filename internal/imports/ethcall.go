package imports

import (
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/internal/crypto"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// ethMain is the function that Ethereum calls run.
const ethMain = "main"

// ethLogTopics is the greatest number of topics of an Ethereum log.
const ethLogTopics = 4

// ethResultRows is calls, creation, results and logs.
func ethResultRows() []host.Import {
	return append(ethNestedRows(),
		Proc6("log", "writes a log entry with up to 4 topics of 32 bytes; PersistPerByte for each byte of data and always for 4 topics.",
			"EthAPICost.Log", Unread("data"), I32("topicCount"), Ptr("topic1"), Ptr("topic2"), Ptr("topic3"), Ptr("topic4"), ethLog),
		Proc1("finish", "makes data the only item of the return data, PersistPerByte for each byte; the function goes on.",
			"EthAPICost.Finish", PersistedBytes("data"),
			func(x *host.Frame, data []byte) error {
				x.ClearReturnData()
				return x.Finish(data)
			}),
		Proc1("revert", "ends the execution as a user error with the message revert, PersistPerByte for each byte of data.",
			"EthAPICost.Revert", PersistedBytes("data"),
			func(x *host.Frame, data []byte) error {
				x.ClearReturnData()
				if err := x.Finish(data); err != nil {
					return err
				}
				return x.SignalError([]byte("revert"))
			}),
		Fn0("getReturnDataSize", "gives the length of all return data together.",
			"EthAPICost.GetReturnDataSize", OutI32("length"),
			func(x *host.Frame) (int32, error) { return int32(x.ReturnDataBytes()), nil }),
		Proc3("returnDataCopy", "writes a part of all return data one after the other.",
			"EthAPICost.ReturnDataCopy", Ptr("result"), I32("offset"), I32("length"), returnDataCopy),
		Proc1("selfDestruct", "does nothing.",
			"EthAPICost.SelfDestruct", Fixed("address", vm.AddressLength),
			func(*host.Frame, []byte) error { return nil }),
	)
}

// ethNestedRows is calls and creation. Data is loaded before the address and
// the value, and costs DataCopyPerByte for each byte once it is readable.
func ethNestedRows() []host.Import {
	return []host.Import{
		soft(1, Fn4("call", "calls the function main of a contract with its own storage and gives 0 if it succeeded, else 1; the value is little-endian; DataCopyPerByte for each byte of data.",
			"EthAPICost.Call", GasLimit("gas"), AddressPtr("address"), AmountPtr("value"), Unread("data"), OutI32("status"),
			func(x *host.Frame, gasLimit int64, address, value int32, data Span) (int32, error) {
				c, err := loadEthCall(x, data, address, value)
				if err != nil {
					return 0, err
				}
				return x.ExecuteOnDestContext(gasLimit, c.to, c.value, []byte(ethMain), c.args)
			})),
		soft(1, Fn4("callCode", "calls the function main of a contract on the storage of the caller and gives 0 if it succeeded, else 1; the value is little-endian; DataCopyPerByte for each byte of data.",
			"EthAPICost.CallCode", GasLimit("gas"), AddressPtr("address"), AmountPtr("value"), Unread("data"), OutI32("status"),
			func(x *host.Frame, gasLimit int64, address, value int32, data Span) (int32, error) {
				c, err := loadEthCall(x, data, address, value)
				if err != nil {
					return 0, err
				}
				return x.ExecuteOnSameContext(gasLimit, c.to, c.value, []byte(ethMain), c.args)
			})),
		soft(1, Fn3("callDelegate", "does what callCode does with the caller and value that the caller was called with; DataCopyPerByte for each byte of data.",
			"EthAPICost.CallDelegate", GasLimit("gas"), AddressPtr("address"), Unread("data"), OutI32("status"),
			func(x *host.Frame, gasLimit int64, address int32, data Span) (int32, error) {
				b, err := data.loadCopied(x)
				if err != nil {
					return 0, err
				}
				to, err := loadAddress(x, address)
				if err != nil {
					return 0, err
				}
				return x.DelegateExecution(gasLimit, to, []byte(ethMain), [][]byte{b})
			})),
		soft(1, Fn3("callStatic", "makes the result of a predefined contract, named by 20 bytes, the return data and gives 0, or 1 if there is no such contract; DataCopyPerByte for each byte of data.",
			"EthAPICost.CallStatic", GasLimit("gas"), AddressPtr("address"), Unread("data"), OutI32("status"), callStatic)),
		soft(1, Fn3("create", "deploys a contract with all gas that is left, writes its address of 32 bytes and gives 0 if that succeeded, else 1.",
			"EthAPICost.Create", Amount("value"), Unread("code"), Ptr("result"), OutI32("status"),
			func(x *host.Frame, value *big.Int, span Span, result int32) (int32, error) {
				const allGas = -1
				code, tooDear, err := span.loadIfPaid(x, x.Prices().CompilePerByte)
				if err != nil || tooDear {
					return 1, err
				}
				a, status, err := x.CreateContract(allGas, value, code, nil, nil)
				if err != nil || status != 0 {
					return status, err
				}
				return 0, x.StoreMemory(result, a[:])
			})),
	}
}

// An ethCall is what call and callCode read alike.
type ethCall struct {
	to    vm.Address
	value *big.Int
	args  [][]byte // the data, a view
}

func loadEthCall(x *host.Frame, data Span, address, value int32) (c ethCall, err error) {
	b, err := data.loadCopied(x)
	if err != nil {
		return c, err
	}
	if c.to, err = loadAddress(x, address); err != nil {
		return c, err
	}
	word, err := x.LoadMemory(value, amountLength)
	if err != nil {
		return c, err
	}
	word = slices.Clone(word)
	slices.Reverse(word)
	c.value = new(big.Int).SetBytes(word)
	c.args = [][]byte{b}
	return c, nil
}

// callStatic runs a predefined contract. Another contract is never found by 20
// bytes, and a call to an account that does not exist loses its gas.
func callStatic(x *host.Frame, gasLimit int64, address int32, data Span) (int32, error) {
	b, err := data.loadCopied(x)
	if err != nil {
		return 0, err
	}
	name, err := x.LoadMemory(address, ethAddressLength)
	if err != nil {
		return 0, err
	}
	var id [ethAddressLength]byte
	copy(id[:], name)
	number := id[ethAddressLength-1]
	id[ethAddressLength-1] = 0
	if id != [ethAddressLength]byte{} {
		number = 0
	}
	var result []byte
	switch number {
	case 1: // the recovery of a key, which is not offered
		return 1, nil
	case 2:
		result = crypto.SHA256(b)
	case 3:
		result = crypto.Ripemd160(b)
	case 4:
		result = b
	case 9:
		result = crypto.Keccak256(b)
	default:
		return 1, x.Charge(x.BoundGas(gasLimit))
	}
	x.ClearReturnData()
	return 0, x.Finish(result)
}

func ethLog(x *host.Frame, data Span, count, topic1, topic2, topic3, topic4 int32) error {
	size := int64(ethLogTopics*hashLength) + max(int64(data.Length), 0)
	if err := x.Charge(gas.Mul(x.Prices().PersistPerByte, size)); err != nil {
		return err
	}
	b, err := data.load(x)
	if err != nil {
		return err
	}
	if count < 0 {
		return negativeCount(count)
	}
	if count > ethLogTopics {
		return invalidCall()
	}
	var list [ethLogTopics][]byte
	for i, topic := range []int32{topic1, topic2, topic3, topic4}[:count] {
		if list[i], err = x.LoadMemory(topic, hashLength); err != nil {
			return err
		}
	}
	if count == 0 {
		return x.WriteLog(nil, nil, b)
	}
	return x.WriteLog(list[0], list[1:count], b)
}

// itemWork is how many copied bytes it is worth to look at an item.
const itemWork = 16

// returnDataCopy writes a part of all items one after the other, without
// making one piece of them.
func returnDataCopy(x *host.Frame, result, offset, length int32) error {
	items, size := x.ReturnData(), x.ReturnDataBytes()
	if int64(offset)+int64(length) > size {
		return invalidCall()
	}
	if err := checkSlice(size, offset, length); err != nil {
		return err
	}
	if err := x.ChargeCopy(itemWork * int64(len(items))); err != nil { // each may have to be looked at
		return err
	}
	part := make([]byte, 0, length)
	skip := int64(offset)
	for _, item := range items {
		from := min(skip, int64(len(item)))
		skip -= from
		part = append(part, item[from:min(int64(len(item)), from+int64(cap(part)-len(part)))]...)
	}
	return x.StoreMemory(result, part)
}

// callDataSize is the length of callData, without making it.
func callDataSize(in *vm.CallInput) (int, error) {
	for _, arg := range in.Arguments {
		if len(arg) > ethWordLength {
			return 0, invalidCall()
		}
	}
	n := len(in.Arguments) * ethWordLength
	if in.Function != "" {
		n += ethSelectorLength
	}
	return n, nil
}

// paidCallDataSize is callDataSize for a contract: every argument is looked at.
func paidCallDataSize(x *host.Frame) (int, error) {
	if err := x.ChargeCopy(int64(len(x.Input().Arguments))); err != nil {
		return 0, err
	}
	return callDataSize(x.Input())
}

// paidCallData is callData for a contract: all of it is made, however little of
// it is wanted.
func paidCallData(x *host.Frame) ([]byte, error) {
	n, err := paidCallDataSize(x)
	if err == nil {
		err = x.ChargeCopy(int64(n))
	}
	if err != nil {
		return nil, err
	}
	return callData(x.Input())
}

// ethSelectorLength is how many bytes of a hash name a function.
const ethSelectorLength = 4

// callData is a call in Ethereum's words: the first bytes of the hash of the
// function name, then each argument padded on the left.
func callData(in *vm.CallInput) ([]byte, error) {
	n, err := callDataSize(in)
	if err != nil {
		return nil, err
	}
	data := make([]byte, 0, n)
	if in.Function != "" {
		data = append(data, crypto.Keccak256([]byte(in.Function))[:ethSelectorLength]...)
	}
	for _, arg := range in.Arguments {
		var word [ethWordLength]byte
		copy(word[len(word)-len(arg):], arg)
		data = append(data, word[:]...)
	}
	return data, nil
}
