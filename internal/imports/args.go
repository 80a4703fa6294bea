package imports

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// argsRows is what a contract can ask about the call it answers.
func argsRows() []host.Import {
	return []host.Import{
		Fn0("getNumArguments", "gives the number of arguments.",
			"DharitriAPICost.GetNumArguments", OutI32("count"),
			func(x *host.Frame) (int32, error) { return int32(len(x.Input().Arguments)), nil }),
		Fn1("getArgumentLength", "gives the length of an argument, -1 if there is none with that index.",
			"DharitriAPICost.GetArgument", I32("index"), OutI32("length"),
			func(x *host.Frame, index int32) (int32, error) {
				arg, ok := item(x.Input().Arguments, index)
				if !ok {
					return -1, nil
				}
				return int32(len(arg)), nil
			}),
		Fn2("getArgument", "writes an argument and gives its length, -1 if there is none with that index.",
			"DharitriAPICost.GetArgument", I32("index"), Ptr("result"), OutI32("length"),
			func(x *host.Frame, index, result int32) (int32, error) {
				arg, ok := item(x.Input().Arguments, index)
				if !ok {
					return -1, nil
				}
				return int32(len(arg)), x.StoreMemory(result, arg)
			}),
		Fn1("getFunction", "writes the name of the called function and gives its length.",
			"DharitriAPICost.GetFunction", Ptr("result"), OutI32("length"),
			func(x *host.Frame, result int32) (int32, error) {
				name := x.Input().Function
				return int32(len(name)), x.StoreMemory(result, []byte(name))
			}),
		Proc1("getCaller", "writes the address of the caller.",
			"DharitriAPICost.GetCaller", Ptr("result"),
			func(x *host.Frame, result int32) error {
				return x.StoreMemory(result, x.Input().Caller[:])
			}),
		Fn1("getCallValue", "writes the value of the call in 32 bytes, big-endian, and gives 32; if it is 0 it writes nothing and gives 0.",
			"DharitriAPICost.GetCallValue", Ptr("result"), OutI32("length"),
			func(x *host.Frame, result int32) (int32, error) {
				return writeAmount(x, x.Input().Value, result)
			}),
	}
}

// item gives an element of a list, or false if the index is outside of it.
func item(list [][]byte, index int32) ([]byte, bool) {
	if index < 0 || int(index) >= len(list) {
		return nil, false
	}
	return list[index], true
}

// writeAmount writes an amount in 32 bytes, or as many as it needs if it is
// larger, and gives their number. Nil and 0 write nothing.
func writeAmount(x *host.Frame, amount *big.Int, result int32) (int32, error) {
	if amount == nil || amount.Sign() == 0 {
		return 0, nil
	}
	if amount.BitLen() > 8*amountLength {
		b := amount.Bytes()
		return int32(len(b)), x.StoreMemory(result, b)
	}
	var b [amountLength]byte
	return amountLength, x.StoreMemory(result, amount.FillBytes(b[:]))
}
