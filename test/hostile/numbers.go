package hostile

import (
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

// bigIntegers compute with numbers as large as they may be.
func bigIntegers() []Contract {
	// wide makes number 1 one of 2^bits, number 2 one of half as many.
	wide := func(bits int) string {
		return fmt.Sprintf("i32.const 1; i64.const 1; call bigIntSetInt64; %scall bigIntShl; %scall bigIntShr\n",
			assemble.I32s(1, 1, bits), assemble.I32s(2, 1, bits/2))
	}
	storm := func(name, body string, bits int) string {
		return header("bigIntSetInt64", "bigIntShl", "bigIntShr", name) + "func run\n" + wide(bits) + "loop; " + body + "; br 0; end"
	}
	const largest = 1<<24 - 1
	return []Contract{
		{Name: "a number that doubles", Source: header("bigIntNew", "bigIntAdd") + `
			func run; i64.const 1; call bigIntNew; drop
			loop; ` + assemble.I32s(0, 0, 0) + `call bigIntAdd; br 0; end`, Called: outOfGas},
		{Name: "a number that is squared", Source: header("bigIntNew", "bigIntMul") + `
			func run; i64.const 3; call bigIntNew; drop
			loop; ` + assemble.I32s(0, 0, 0) + `call bigIntMul; br 0; end`, Called: outOfGas},
		{Name: "powers of a number", Source: header("bigIntSetInt64", "bigIntMul") + `
			func run; i32.const 0; i64.const 1; call bigIntSetInt64; i32.const 1; i64.const -7; call bigIntSetInt64
			loop; ` + assemble.I32s(0, 0, 1) + `call bigIntMul; br 0; end`, Called: outOfGas},
		{Name: "a shift by two billion bits", Source: header("bigIntNew", "bigIntShl") + `
			func run; i64.const 1; call bigIntNew; drop; ` + assemble.I32s(0, 0, 1<<31-1) + `call bigIntShl`, Called: tooLarge},
		{Name: "a shift by a negative number", Source: header("bigIntNew", "bigIntShl") + `
			func run; i64.const 1; call bigIntNew; drop; ` + assemble.I32s(0, 0, -1) + `call bigIntShl`,
			Called: fault("bitwise shift operations only allowed on positive integers and by a positive amount")},
		{Name: "shifts by sixteen million bits", Source: header("bigIntSetInt64", "bigIntShl") + `
			func run; i32.const 1; i64.const 1; call bigIntSetInt64
			loop; ` + assemble.I32s(2, 1, largest) + `call bigIntShl; br 0; end`, Called: outOfGas},
		{Name: "shifts of 2 MiB to the right", Source: storm("bigIntAdd", assemble.I32s(3, 1, 1)+"call bigIntShr", largest), Called: outOfGas},
		{Name: "sums of numbers of 2 MiB", Source: storm("bigIntSub", assemble.I32s(3, 1, 1)+"call bigIntSub", largest-8), Called: outOfGas},
		{Name: "products of numbers of 1 MiB", Source: storm("bigIntMul", assemble.I32s(3, 2, 2)+"call bigIntMul", largest-1), Called: outOfGas},
		{Name: "products of numbers of 2 KiB", Source: storm("bigIntMul", assemble.I32s(3, 2, 2)+"call bigIntMul", 1<<15), Called: outOfGas},
		{Name: "quotients of 2 MiB by 1 MiB", Source: storm("bigIntTDiv", assemble.I32s(3, 1, 2)+"call bigIntTDiv", largest-1), Called: outOfGas},
		{Name: "remainders of 4 KiB by 2 KiB", Source: storm("bigIntEMod", assemble.I32s(3, 1, 2)+"call bigIntEMod", 1<<15), Called: outOfGas},
		{Name: "a division by zero of big integers", Source: storm("bigIntTDiv", assemble.I32s(3, 1, 9)+"call bigIntTDiv", 8), Called: fault("division by 0")},
		{Name: "comparisons of numbers of 2 MiB", Source: storm("bigIntCmp", assemble.I32s(1, 1)+"call bigIntCmp; drop", largest-1), Called: outOfGas},
		{Name: "negations of a number of 2 MiB", Source: storm("bigIntNeg", assemble.I32s(3, 1)+"call bigIntNeg", largest-1), Called: outOfGas},
		{Name: "numbers without end", Source: header("bigIntNew") + forever("i64.const 1; call bigIntNew; drop"), Called: memory, Greedy: true},
		{Name: "numbers with handles from all over", Source: header("bigIntSetInt64") + forever(
			"local.get 0; i32.const 0x10001; i32.mul; i64.const -1; call bigIntSetInt64"), Called: outOfGas},
		{Name: "numbers whose next handles are taken", Source: header("bigIntSetInt64", "bigIntNew") + `
			func run; local 1 i32
			i32.const 300000; local.set 0
			loop; local.get 0; i64.const 1; call bigIntSetInt64
			local.get 0; i32.const 1; i32.sub; local.tee 0; i32.const 150000; i32.gt_u; br_if 0; end
			loop; i64.const 1; call bigIntNew; drop; br 0; end`, Called: memory, Greedy: true},
		{Name: "numbers of 2 MiB without end", Source: header("bigIntSetInt64", "bigIntShl") + forever(
			"i32.const 0; i64.const 1; call bigIntSetInt64; local.get 0; i32.const 1; i32.add; i32.const 0; i32.const 16777214; call bigIntShl"), Called: memory, Greedy: true},
		{Name: "bytes of a number of 2 MiB", Source: headerOf(40, "bigIntSetInt64", "bigIntShl", "bigIntGetSignedBytes", "bigIntShr") +
			"func run\n" + wide(largest-1) + "loop; " + assemble.I32s(1, 1024) + "call bigIntGetSignedBytes; drop; br 0; end", Called: outOfGas},
		{Name: "numbers made of 2 MiB", Source: headerOf(40, "bigIntSetSignedBytes") + `
			func run; i32.const 1024; i32.const -1; i32.store
			loop; ` + assemble.I32s(1, 1024, 1<<21) + `call bigIntSetSignedBytes; br 0; end`, Called: outOfGas},
		{Name: "a number made of 4 MiB", Source: headerOf(80, "bigIntSetUnsignedBytes") + `
			func run; i32.const 1024; i32.const -1; i32.store
			` + assemble.I32s(1, 1024, 1<<22) + `call bigIntSetUnsignedBytes`, Called: tooLarge, Greedy: true},
	}
}

// cryptography hashes and verifies.
func cryptography() []Contract {
	var list []Contract
	for _, hash := range []string{"sha256", "keccak256", "ripemd160"} {
		list = append(list,
			Contract{Name: hash + " of 1 MiB", Source: headerOf(20, hash) + forever(assemble.I32s(1024, 1<<20, 128)+"call "+hash+"; drop"), Called: outOfGas},
			Contract{Name: hash + " of nothing", Source: header(hash) + forever(assemble.I32s(1024, 0, 128)+"call "+hash+"; drop"), Called: outOfGas},
			Contract{Name: hash + " of two billion bytes", Source: header(hash) + "func run; " + assemble.I32s(0, 1<<31-1, 128) + "call " + hash + "; drop", Called: outOfGas},
		)
	}
	s := Signatures()
	return append(list,
		Contract{Name: "BLS signatures that are valid", Source: header("verifyBLS") + s.BLS() +
			forever(assemble.I32s(1024, 1280, 5, 1184)+"call verifyBLS; if; unreachable; end"), Called: outOfGas},
		Contract{Name: "BLS signatures that are not valid", Source: header("verifyBLS") + s.BLS() +
			forever(assemble.I32s(1024, 1280, 4, 1184)+"call verifyBLS; i32.eqz; if; unreachable; end"), Called: outOfGas},
		Contract{Name: "Ed25519 signatures that are valid", Source: header("verifyEd25519") + s.Ed25519() +
			forever(assemble.I32s(1024, 1280, 5, 1088)+"call verifyEd25519; if; unreachable; end"), Called: outOfGas},
		Contract{Name: "secp256k1 signatures that are valid", Source: header("verifySecp256k1") + s.Secp256k1() +
			forever(assemble.I32s(1024, 33, 1280, 5, 1088)+"call verifySecp256k1; if; unreachable; end"), Called: outOfGas},
		Contract{Name: "secp256k1 signatures over 1 MiB", Source: headerOf(20, "verifySecp256k1") + s.Secp256k1() +
			forever(assemble.I32s(1024, 33, 1280, 1<<20, 1088)+"call verifySecp256k1; drop"), Called: outOfGas},
	)
}
