package imports

import (
	"math/big"
	"math/bits"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// maxBits is the greatest number of bits of a big integer. The frame refuses
// larger ones too; here it is tested before the work.
const maxBits = 1 << 24

// bigIntArithmeticRows is arithmetic. Work costs BigIntPerByte, if the schedule
// has such a price, for each byte of the operands, and for products and
// quotients also for each 64 products of bytes.
func bigIntArithmeticRows() []host.Import {
	const sub = "BigIntAPICost.BigIntSub"
	return []host.Import{
		arithmetic("bigIntAdd", "sets a number to a + b.", sub, linear((*big.Int).Add)),
		arithmetic("bigIntSub", "sets a number to a - b.", sub, linear((*big.Int).Sub)),
		arithmetic("bigIntMul", "sets a number to a * b.", "BigIntAPICost.BigIntMul", multiply),
		arithmetic("bigIntTDiv", "sets a number to a / b, rounded towards 0.", "BigIntAPICost.BigIntTDiv", divide((*big.Int).Quo)),
		arithmetic("bigIntTMod", "sets a number to the remainder of bigIntTDiv, which has the sign of a.", sub, divide((*big.Int).Rem)),
		arithmetic("bigIntEDiv", "sets a number to a / b, rounded so that the remainder is not negative.", sub, divide((*big.Int).Div)),
		arithmetic("bigIntEMod", "sets a number to the remainder of bigIntEDiv, which is not negative.", sub, divide((*big.Int).Mod)),
		unary("bigIntAbs", "sets a number to the magnitude of a.", sub, (*big.Int).Abs),
		unary("bigIntNeg", "sets a number to -a.", sub, (*big.Int).Neg),
		Proc2("bigIntNot", "sets a number to -a - 1, where a must not be negative.", sub, Handle("destination"), Handle("a"), setNot),
		arithmetic("bigIntAnd", "sets a number to a and b, bit by bit; neither may be negative.", sub, bitwise((*big.Int).And)),
		arithmetic("bigIntOr", "sets a number to a or b, bit by bit; neither may be negative.", sub, bitwise((*big.Int).Or)),
		arithmetic("bigIntXor", "sets a number to a exclusive or b, bit by bit; neither may be negative.", sub, bitwise((*big.Int).Xor)),
		Proc3("bigIntShr", "sets a number to a shifted right; neither a nor the number of bits may be negative.", sub,
			Handle("destination"), Handle("a"), I32("bits"), shiftRight),
		Proc3("bigIntShl", "sets a number to a shifted left; neither a nor the number of bits may be negative.", sub,
			Handle("destination"), Handle("a"), I32("bits"), shiftLeft),
	}
}

// An operation computes a number from two others, which it does not change.
type operation func(x *host.Frame, a, b *big.Int) (*big.Int, error)

// arithmetic is a row that sets a number to the result of an operation.
func arithmetic(name, doc, price string, op operation) host.Import {
	return Proc3(name, doc, price, Handle("destination"), Handle("a"), Handle("b"), func(x *host.Frame, d, a, b int32) error {
		z, err := op(x, x.BigInt(a), x.BigInt(b))
		if err != nil {
			return err
		}
		return x.SetBigInt(d, z)
	})
}

// unary is a row that sets a number to a function of another.
func unary(name, doc, price string, f func(z, a *big.Int) *big.Int) host.Import {
	return Proc2(name, doc, price, Handle("destination"), Handle("a"), func(x *host.Frame, d, a int32) error {
		v := x.BigInt(a)
		if err := chargeWork(x, size(v)); err != nil {
			return err
		}
		return x.SetBigInt(d, f(new(big.Int), v))
	})
}

// linear is an operation whose work is that of reading its operands.
func linear(f func(z, a, b *big.Int) *big.Int) operation {
	return func(x *host.Frame, a, b *big.Int) (*big.Int, error) {
		if err := chargeWork(x, size(a)+size(b)); err != nil {
			return nil, err
		}
		return f(new(big.Int), a, b), nil
	}
}

// multiply has a result of at least one bit less than its operands together.
func multiply(x *host.Frame, a, b *big.Int) (*big.Int, error) {
	if a.Sign() != 0 && b.Sign() != 0 {
		if err := checkBits(int64(a.BitLen()) + int64(b.BitLen()) - 1); err != nil {
			return nil, err
		}
	}
	if err := chargeWork(x, size(a)+size(b)+size(a)*size(b)/64); err != nil {
		return nil, err
	}
	return new(big.Int).Mul(a, b), nil
}

func divide(f func(z, a, b *big.Int) *big.Int) operation {
	return func(x *host.Frame, a, b *big.Int) (*big.Int, error) {
		if b.Sign() == 0 {
			return nil, host.Fault("division by 0")
		}
		if err := chargeWork(x, size(a)+size(b)+max(size(a)-size(b), 0)*size(b)/64); err != nil {
			return nil, err
		}
		return f(new(big.Int), a, b), nil
	}
}

func bitwise(f func(z, a, b *big.Int) *big.Int) operation {
	compute := linear(f)
	return func(x *host.Frame, a, b *big.Int) (*big.Int, error) {
		if a.Sign() < 0 || b.Sign() < 0 {
			return nil, negativeOperand()
		}
		return compute(x, a, b)
	}
}

func setNot(x *host.Frame, d, a int32) error {
	v := x.BigInt(a)
	if v.Sign() < 0 {
		return negativeOperand()
	}
	if err := chargeWork(x, size(v)); err != nil {
		return err
	}
	return x.SetBigInt(d, new(big.Int).Not(v))
}

func negativeOperand() error {
	return host.Fault("bitwise operations only allowed on positive integers")
}

func shiftRight(x *host.Frame, d, a, n int32) error {
	v := x.BigInt(a)
	if v.Sign() < 0 || n < 0 {
		return negativeShift()
	}
	if err := chargeWork(x, size(v)); err != nil {
		return err
	}
	return x.SetBigInt(d, new(big.Int).Rsh(v, uint(n)))
}

func shiftLeft(x *host.Frame, d, a, n int32) error {
	v := x.BigInt(a)
	if v.Sign() < 0 || n < 0 {
		return negativeShift()
	}
	if v.Sign() == 0 {
		return x.SetBigInt(d, new(big.Int)) // whatever the number of bits
	}
	if err := checkBits(int64(v.BitLen()) + int64(n)); err != nil {
		return err
	}
	if err := chargeWork(x, size(v)+int64(n)/8); err != nil {
		return err
	}
	return x.SetBigInt(d, new(big.Int).Lsh(v, uint(n)))
}

func negativeShift() error {
	return host.Fault("bitwise shift operations only allowed on positive integers and by a positive amount")
}

// chargeWork charges BigIntPerByte for some bytes of work.
func chargeWork(x *host.Frame, bytes int64) error {
	price := x.Prices().BigIntPerByte
	if price == 0 {
		return nil
	}
	return x.Charge(gas.Mul(price, bytes))
}

// checkBits refuses a number that will have at least so many bits.
func checkBits(bits int64) error {
	if bits > maxBits {
		return host.Fault("big integer too large")
	}
	return nil
}

// size is the number of bytes of the magnitude.
func size(v *big.Int) int64 { return (int64(v.BitLen()) + 7) / 8 }

// signedSize is the number of bytes in two's complement: one bit more than
// the magnitude for the sign, save that -2^n needs no more bits than 2^n - 1.
func signedSize(v *big.Int) int64 {
	bits := int64(v.BitLen())
	switch {
	case bits == 0:
		return 0
	case v.Sign() < 0 && int64(v.TrailingZeroBits()) == bits-1:
		bits--
	}
	return bits/8 + 1
}

// signedBytes gives the shortest two's complement, empty for 0.
func signedBytes(v *big.Int) []byte {
	b := make([]byte, signedSize(v))
	if v.Sign() >= 0 {
		return v.FillBytes(b)
	}
	new(big.Int).Not(v).FillBytes(b) // -v - 1, whose complement v is
	for i := range b {
		b[i] = ^b[i]
	}
	return b
}

// fromSigned reads two's complement of any length.
func fromSigned(b []byte) *big.Int {
	if len(b) == 0 || b[0] < 0x80 {
		return new(big.Int).SetBytes(b)
	}
	c := make([]byte, len(b))
	for i := range b {
		c[i] = ^b[i]
	}
	z := new(big.Int).SetBytes(c)
	return z.Not(z)
}

// low64 gives a number that fits in 64 bits; of another one the low 64 bits of
// the magnitude, negated if it is negative.
func low64(v *big.Int) int64 {
	if v.IsInt64() {
		return v.Int64()
	}
	var low uint64 // of the magnitude, which is not copied: it may be long
	for i, word := range v.Bits() {
		if i*bits.UintSize >= 64 {
			break
		}
		low |= uint64(word) << (i * bits.UintSize)
	}
	if v.Sign() < 0 {
		return -int64(low)
	}
	return int64(low)
}
