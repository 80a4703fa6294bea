package imports

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// nativeToken is how contracts know the native currency.
const nativeToken = "mOAX"

// tokenRows is what a contract can ask about a token payment that came with
// the call. Each function but one has an older name, which is an alias.
func tokenRows() []host.Import {
	const (
		valueDoc  = "writes the token value of the call in 32 bytes, big-endian, and gives 32; without one it writes nothing and gives 0."
		nameDoc   = "writes the token name of the call and gives its length, 0 if there is none."
		handleDoc = "sets a big integer to the token value of the call; without one it keeps its value."
	)
	return []host.Import{
		Fn1("getDCTValue", valueDoc, "DharitriAPICost.GetCallValue", Ptr("result"), OutI32("length"), writeTokenValue),
		unreserved(Fn1("getESDTValue", valueDoc, "DharitriAPICost.GetCallValue", Ptr("result"), OutI32("length"), writeTokenValue)),
		unreserved(Fn1("getDCTTokenName", nameDoc, "DharitriAPICost.GetCallValue", Ptr("result"), OutI32("length"), writeTokenName)),
		unreserved(Fn1("getESDTTokenName", nameDoc, "DharitriAPICost.GetCallValue", Ptr("result"), OutI32("length"), writeTokenName)),
		Proc1("bigIntGetDCTCallValue", handleDoc, "BigIntAPICost.BigIntGetCallValue", Handle("destination"), setTokenValue),
		unreserved(Proc1("bigIntGetESDTCallValue", handleDoc, "BigIntAPICost.BigIntGetCallValue", Handle("destination"), setTokenValue)),
		Fn2("getCallValueTokenName", "writes the name and, in 32 bytes, the value of what was paid with the call, the native currency if it was no token, and gives the length of the name; a value of 0 is not written.",
			"DharitriAPICost.GetCallValue", Ptr("value"), Ptr("name"), OutI32("length"),
			func(x *host.Frame, value, name int32) (int32, error) {
				in := x.Input()
				token, amount := in.DCTTokenName, in.DCTValue
				if len(token) == 0 {
					token, amount = []byte(nativeToken), in.Value
				}
				if err := x.StoreMemory(name, token); err != nil {
					return 0, err
				}
				_, err := writeAmount(x, amount, value)
				return int32(len(token)), err
			}),
	}
}

func writeTokenValue(x *host.Frame, result int32) (int32, error) {
	return writeAmount(x, x.Input().DCTValue, result)
}

func writeTokenName(x *host.Frame, result int32) (int32, error) {
	name := x.Input().DCTTokenName
	return int32(len(name)), x.StoreMemory(result, name)
}

func setTokenValue(x *host.Frame, destination int32) error {
	value := x.Input().DCTValue
	if value == nil {
		x.BigInt(destination) // it exists from now on
		return nil
	}
	return x.SetBigInt(destination, new(big.Int).Set(value))
}
