package imports

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// bigIntRows is numbers of any size, kept by the host and named by handles. A
// handle that was never used is 0. Many rows share the price BigIntSub, which
// is how deployed contracts know them.
//
// A number has at most maxBits bits; a result that would have more ends the
// guest. Where the operands tell that before the work, it is tested before.
func bigIntRows() []host.Import {
	rows := append(bigIntValueRows(), bigIntBytesRows()...)
	rows = append(rows, bigIntArithmeticRows()...)
	return append(rows, bigIntContextRows()...)
}

// bigIntValueRows is numbers of 64 bits, signs and comparisons.
func bigIntValueRows() []host.Import {
	return []host.Import{
		Fn1("bigIntNew", "makes a number and gives its handle.",
			"BigIntAPICost.BigIntNew", I64("value"), OutI32("handle"),
			func(x *host.Frame, v int64) (int32, error) { return x.NewBigInt(big.NewInt(v)), nil }),
		Fn1("bigIntIsInt64", "says whether a number fits in 64 bits, signed: 1 or 0.",
			"BigIntAPICost.BigIntIsInt64", Handle("a"), OutI32("yes"),
			func(x *host.Frame, a int32) (int32, error) {
				if x.BigInt(a).IsInt64() {
					return 1, nil
				}
				return 0, nil
			}),
		Fn1("bigIntGetInt64", "gives a number; of one that does not fit, the low 64 bits of its magnitude with its sign.",
			"BigIntAPICost.BigIntGetInt64", Handle("a"), OutI64("value"),
			func(x *host.Frame, a int32) (int64, error) { return low64(x.BigInt(a)), nil }),
		Proc2("bigIntSetInt64", "sets a number.",
			"BigIntAPICost.BigIntSub", Handle("destination"), I64("value"),
			func(x *host.Frame, d int32, v int64) error { return x.SetBigInt(d, big.NewInt(v)) }),
		Fn1("bigIntSign", "gives the sign of a number: -1, 0 or 1.",
			"BigIntAPICost.BigIntSign", Handle("a"), OutI32("sign"),
			func(x *host.Frame, a int32) (int32, error) { return int32(x.BigInt(a).Sign()), nil }),
		Fn2("bigIntCmp", "compares two numbers: -1 if a is less than b, 0 if they are equal, 1 if a is greater.",
			"BigIntAPICost.BigIntCmp", Handle("a"), Handle("b"), OutI32("order"),
			func(x *host.Frame, a, b int32) (int32, error) {
				u, v := x.BigInt(a), x.BigInt(b)
				if err := chargeWork(x, min(size(u), size(v))); err != nil {
					return 0, err
				}
				return int32(u.Cmp(v)), nil
			}),
	}
}

// bigIntBytesRows is numbers as bytes: unsigned ones are magnitudes, signed
// ones two's complement, both big-endian, as short as possible, and empty for
// 0.
func bigIntBytesRows() []host.Import {
	return []host.Import{
		Fn1("bigIntUnsignedByteLength", "gives the number of bytes of the magnitude.",
			"BigIntAPICost.BigIntUnsignedByteLength", Handle("a"), OutI32("length"),
			func(x *host.Frame, a int32) (int32, error) { return int32(size(x.BigInt(a))), nil }),
		Fn1("bigIntSignedByteLength", "gives the number of bytes in two's complement.",
			"BigIntAPICost.BigIntSignedByteLength", Handle("a"), OutI32("length"),
			func(x *host.Frame, a int32) (int32, error) {
				v := x.BigInt(a)
				if v.Sign() < 0 { // all of it may have to be looked at
					if err := chargeWork(x, size(v)); err != nil {
						return 0, err
					}
				}
				return int32(signedSize(v)), nil
			}),
		getBigIntBytes("bigIntGetUnsignedBytes", "writes the magnitude and gives its length, DataCopyPerByte for each byte.",
			"BigIntAPICost.BigIntGetUnsignedBytes", (*big.Int).Bytes),
		getBigIntBytes("bigIntGetSignedBytes", "writes the number in two's complement and gives its length, DataCopyPerByte for each byte.",
			"BigIntAPICost.BigIntGetSignedBytes", signedBytes),
		Proc2("bigIntSetUnsignedBytes", "sets a number to unsigned bytes, DataCopyPerByte for each.",
			"BigIntAPICost.BigIntSetUnsignedBytes", Handle("destination"), CopiedIfReadable("bytes"), setUnsigned),
		Proc2("bigIntSetSignedBytes", "sets a number to bytes in two's complement, DataCopyPerByte for each.",
			"BigIntAPICost.BigIntSetSignedBytes", Handle("destination"), CopiedIfReadable("bytes"), setSigned),
		finishBigInt("bigIntFinishUnsigned", "appends the magnitude to the return data, PersistPerByte for each byte.",
			"BigIntAPICost.BigIntFinishUnsigned", (*big.Int).Bytes),
		finishBigInt("bigIntFinishSigned", "appends the number in two's complement to the return data, PersistPerByte for each byte.",
			"BigIntAPICost.BigIntFinishSigned", signedBytes),
	}
}

// bigIntContextRows is numbers that come from elsewhere or go there.
func bigIntContextRows() []host.Import {
	return []host.Import{
		Fn2("bigIntStorageStoreUnsigned", "sets the value of a key to a magnitude, 0 deletes it, and says what that did, as storageStore.",
			"BigIntAPICost.BigIntStorageStoreUnsigned", Key("key"), Handle("a"), OutI32("status"),
			func(x *host.Frame, key []byte, a int32) (int32, error) {
				return x.Store(key, x.BigInt(a).Bytes())
			}),
		Fn2("bigIntStorageLoadUnsigned", "sets a number to the value of a key as unsigned bytes and gives their length, DataCopyPerByte for each.",
			"BigIntAPICost.BigIntStorageLoadUnsigned", Key("key"), Handle("destination"), OutI32("length"),
			func(x *host.Frame, key []byte, d int32) (int32, error) {
				value, err := x.Load(key)
				if err != nil {
					return 0, err
				}
				return int32(len(value)), setUnsigned(x, d, value)
			}),
		bigIntGetArgument("bigIntGetUnsignedArgument", "sets a number to an argument as unsigned bytes; nothing happens if there is none with that index.",
			"BigIntAPICost.BigIntGetUnsignedArgument", setUnsigned),
		bigIntGetArgument("bigIntGetSignedArgument", "sets a number to an argument in two's complement; nothing happens if there is none with that index.",
			"BigIntAPICost.BigIntGetSignedArgument", setSigned),
		Proc1("bigIntGetCallValue", "sets a number to the value of the call.",
			"BigIntAPICost.BigIntGetCallValue", Handle("destination"),
			func(x *host.Frame, d int32) error { return setCopy(x, d, x.Input().Value) }),
		Proc2("bigIntGetExternalBalance", "sets a number to the balance of an account.",
			"BigIntAPICost.BigIntGetExternalBalance", Address("address"), Handle("destination"),
			func(x *host.Frame, a vm.Address, d int32) error {
				balance, err := x.Balance(a)
				if err != nil {
					return err
				}
				return setCopy(x, d, balance)
			}),
	}
}

// getBigIntBytes is a row that writes an encoding. Its bytes are charged after
// they were stored: bad bounds come first.
func getBigIntBytes(name, doc, price string, encode func(*big.Int) []byte) host.Import {
	return Fn2(name, doc, price, Handle("a"), Ptr("result"), OutI32("length"),
		func(x *host.Frame, a, result int32) (int32, error) {
			b := encode(x.BigInt(a))
			if err := x.StoreMemory(result, b); err != nil {
				return 0, err
			}
			return int32(len(b)), x.Charge(gas.Mul(x.Prices().DataCopyPerByte, int64(len(b))))
		})
}

// finishBigInt is a row that appends an encoding to the return data.
func finishBigInt(name, doc, price string, encode func(*big.Int) []byte) host.Import {
	return Proc1(name, doc, price, Handle("a"), func(x *host.Frame, a int32) error {
		b := encode(x.BigInt(a))
		if err := x.Charge(gas.Mul(x.Prices().PersistPerByte, int64(len(b)))); err != nil {
			return err
		}
		return x.Finish(b)
	})
}

// bigIntGetArgument is a row that sets a number to an argument.
func bigIntGetArgument(name, doc, price string, set func(*host.Frame, int32, []byte) error) host.Import {
	return Proc2(name, doc, price, I32("index"), Handle("destination"), func(x *host.Frame, index, d int32) error {
		arg, ok := item(x.Input().Arguments, index)
		if !ok {
			return nil
		}
		if err := chargeWork(x, int64(len(arg))); err != nil {
			return err
		}
		return set(x, d, arg)
	})
}

// setUnsigned sets a number to unsigned bytes.
func setUnsigned(x *host.Frame, d int32, b []byte) error {
	b = trimUnsigned(b)
	if err := checkBits(8 * (int64(len(b)) - 1)); err != nil {
		return err
	}
	return x.SetBigInt(d, new(big.Int).SetBytes(b))
}

// setSigned sets a number to bytes in two's complement.
func setSigned(x *host.Frame, d int32, b []byte) error {
	b = trimSigned(b)
	if err := checkBits(8 * (int64(len(b)) - 1)); err != nil {
		return err
	}
	return x.SetBigInt(d, fromSigned(b))
}

// setCopy sets a number to a copy of v; nil stands for 0.
func setCopy(x *host.Frame, d int32, v *big.Int) error {
	z := new(big.Int)
	if v != nil {
		z.Set(v)
	}
	return x.SetBigInt(d, z)
}
