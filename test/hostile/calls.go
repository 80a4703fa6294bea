package hostile

import (
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

// execute calls run of another account, and leaves the status. A call that
// fails takes all its gas, so it gets no more than seven eighths of what is
// left, which needs getGasLeft.
func execute(function string, to int) string {
	return "call getGasLeft; i64.const 3; i64.shr_u; i64.const 7; i64.mul; " + executeWith(function, to)
}

// executeWith is execute after the gas. Functions that move no value take none.
func executeWith(function string, to int) string {
	value := assemble.I32s(AtZero)
	if function == "delegateExecution" || function == "executeReadOnly" {
		value = ""
	}
	return assemble.I32s(to) + value + assemble.I32s(AtRun, 3, 0, 0, 0) + "call " + function + "\n"
}

// calls send value and messages without end.
func calls() []Contract {
	return []Contract{
		{Name: "transfers to new accounts without end", Source: header("transferValue") + forever(assemble.I32s(0, AtOne, 0, 0)+"call transferValue; drop"), Called: outOfGas},
		{Name: "transfers with 64 KiB of data", Source: headerOf(2, "transferValue") + forever(assemble.I32s(AtUser, AtOne, 0, 65536)+"call transferValue; drop"), Called: outOfGas},
		{Name: "transfers with arguments without end", Source: headerOf(2, "transferValue") + "hex 1024 " + assemble.Repeat(1, "407840784078407840784078") +
			forever(assemble.I32s(AtUser, AtOne, 1024, 60_000)+"call transferValue; drop"), Called: outOfGas},
		{Name: "a transfer of more than it has", Source: header("transferValue") + "func run; " + assemble.I32s(AtUser, AtTarget, 0, 0) + "call transferValue; drop",
			Called: fault("failed transfer (insufficient funds)")},
		{Name: "asynchronous calls without end, in one group", Source: header("createAsyncCall") +
			forever(assemble.I32s(448, 3, AtUser, AtZero, 448, 3, 448, 3, 448, 3)+"i64.const 0; call createAsyncCall"), Called: outOfGas},
		{Name: "asynchronous calls without end, each in a group of its own", Source: header("createAsyncCall") +
			forever(assemble.I32s(0, 4, AtUser, AtZero, 448, 3, 448, 3, 448, 3)+"i64.const 0; call createAsyncCall"), Called: outOfGas},
		{Name: "asynchronous calls with 64 KiB of data", Source: headerOf(2, "createAsyncCall") +
			forever(assemble.I32s(448, 3, AtUser, AtZero, 0, 65536, 448, 3, 448, 3)+"i64.const 0; call createAsyncCall"), Called: outOfGas},
		{Name: "an asynchronous call of itself whose callback calls again", Twin: true, Source: header("asyncCall") + `
			func run; ` + assemble.I32s(AtTwin, AtZero, AtRun, 3) + `call asyncCall
			func callBack; ` + assemble.I32s(AtTwin, AtZero, AtRun, 3) + "call asyncCall", Called: leaves("execution failed (max instances reached)")},
		{Name: "a hundred asynchronous calls of a loop", Peer: header() + "func run; loop; br 0; end", Source: header("createAsyncCall") + `
			func run; local 1 i32
			loop; ` + assemble.I32s(448, 3, AtPeer, AtZero, AtRun, 3, 448, 3, 448, 3) + `i64.const 0; call createAsyncCall
			local.get 0; i32.const 1; i32.add; local.tee 0; i32.const 100; i32.lt_u; br_if 0; end
			func callBack`, Called: leaves("not enough gas")},
		{Name: "a million empty arguments, again and again", Peer: header() + "func run", Source: headerOf(64, "executeOnDestContext") +
			forever("i64.const 100000000; "+assemble.I32s(AtPeer, AtZero, AtRun, 3, 1_000_000, 1024, 0)+"call executeOnDestContext; drop"), Called: outOfGas},
		{Name: "a billion arguments", Twin: true, Source: header("executeOnDestContext") + "func run; i64.const -1; " +
			assemble.I32s(AtTwin, AtZero, AtRun, 3, 1_000_000_000, 1024, 0) + "call executeOnDestContext; drop", Called: success},
		{Name: "arguments of 1 MiB, again and again", Peer: header() + "func run", Source: headerOf(20, "executeOnDestContext") + "hex 1024 00001000\n" +
			forever("i64.const -1; "+assemble.I32s(AtPeer, AtZero, AtRun, 3, 1, 1024, 2048)+"call executeOnDestContext; drop"), Called: outOfGas},
		{Name: "a function name of 60,000 bytes", Twin: true, Source: header("executeOnDestContext") +
			forever("i64.const -1; "+assemble.I32s(AtTwin, AtZero, 1024, 60_000, 0, 0, 0)+"call executeOnDestContext; drop"), Called: outOfGas},
		{Name: "calls without gas of a contract of 120,000 bytes that is never loaded", Peer: header() + "func run\n" + assemble.Repeat(60_000, "block; end"),
			Source: header("executeOnDestContext") + forever(limited("executeOnDestContext", 10)+"drop"), Called: outOfGas},
		{Name: "asynchronous calls without gas of a contract of 120,000 bytes", Peer: header() + "func run\n" + assemble.Repeat(60_000, "block; end"),
			Source: header("createAsyncCall") + `
			func run; local 1 i32
			loop; ` + assemble.I32s(448, 3, AtPeer, AtZero, AtRun, 3, 0, 0, 0, 0) + `i64.const 1; call createAsyncCall
			local.get 0; i32.const 1; i32.add; local.tee 0; i32.const 400; i32.lt_u; br_if 0; end`, Called: success},
		{Name: "upgrades of itself without end", Twin: true, Source: header("upgradeContract") + `
			func run; ` + assemble.I32s(AtTarget) + "i64.const -1; " + assemble.I32s(AtZero, 1024, 1024, 60_000, 0, 0, 0) + `call upgradeContract
			func callBack`, Called: leaves("not enough gas")},
	}
}

// nestings pile executions upon each other, or make very many of them.
func nestings() []Contract {
	var list []Contract
	for _, f := range []string{"executeOnDestContext", "executeOnSameContext", "delegateExecution", "executeReadOnly"} {
		list = append(list,
			Contract{Name: "a tower of calls by " + f, Twin: true, Source: header(f, "getGasLeft") + "func run\n" + execute(f, AtTwin) + "drop", Called: success},
			Contract{Name: "levels that call two levels each, by " + f, Twin: true, Source: header(f, "getGasLeft") + forever(execute(f, AtTwin)+"drop"), Called: outOfGas},
			Contract{Name: "nested calls of nothing, by " + f, Peer: header() + "func run", Source: header(f, "getGasLeft") + forever(execute(f, AtPeer)+"drop"), Called: outOfGas},
			Contract{Name: "nested calls that trap, by " + f, Peer: header() + "func run; unreachable", Source: header(f, "getGasLeft") +
				forever(limited(f, 10_000_000)+"drop"), Called: outOfGas},
		)
	}
	deep := "local.get 0; if; local.get 0; i32.const 1; i32.sub; call deep; else; unreachable; end"
	storm := func(name, peer string) Contract {
		return Contract{Name: name, Peer: peer, Source: header("executeOnDestContext") + forever(limited("executeOnDestContext", 20_000_000)+"drop"), Called: outOfGas}
	}
	return append(list,
		Contract{Name: "two contracts that call each other", Source: header("executeOnDestContext", "getGasLeft") + "func run\n" + execute("executeOnDestContext", AtPeer) + "drop",
			Peer: header("executeOnDestContext", "getGasLeft") + "func run\n" + execute("executeOnDestContext", AtTarget) + "drop", Called: success},
		storm("nested calls that end out of gas", header()+"func run; loop; br 0; end"),
		storm("nested calls with 62 MiB of memory that trap", headerOf(1000)+"func run; unreachable"),
		storm("nested calls that fill 62 MiB of memory", header()+growTouch),
		storm("nested calls with a table of 100,000 elements that trap", header()+"table 100000\nfunc run; unreachable"),
		storm("nested calls with 4,000 global variables", header()+assemble.Repeat(4000, "global i64 1")+"func run"),
		storm("nested calls with 10,000 functions that trap", header()+"func run; unreachable\n"+assemble.Functions(9_990)),
		storm("nested calls with 10,000 data segments that trap", header()+assemble.Repeat(10_000, "data 2000 x")+"func run; unreachable"),
		storm("nested calls that trap deep in the stack", header()+"func run; i32.const 1000; call deep\nfn deep i32\n"+deep),
		storm("nested calls that leave a megabyte of return data", headerOf(17, "finish")+"func run; "+assemble.I32s(0, 1<<20)+"call finish"),
		storm("nested calls that write storage and trap", header("storageStore")+"func run; "+assemble.I32s(448, 3, 448, 3)+"call storageStore; drop; unreachable"),
		Contract{Name: "levels that share 100,000 numbers", Peer: header() + "func run", Source: header("bigIntNew", "executeOnSameContext", "getGasLeft") + `
			func run; local 1 i32
			loop; i64.const 1; call bigIntNew; i32.const 100000; i32.lt_u; br_if 0; end
			loop; ` + execute("executeOnSameContext", AtPeer) + "drop; br 0; end", Called: outOfGas},
	)
}

// limited is execute of the peer with so much gas.
func limited(function string, gas int) string {
	return fmt.Sprintf("i64.const %d; ", gas) + executeWith(function, AtPeer)
}

// creations deploy contracts that deploy contracts.
func creations() []Contract {
	// child is deployed from the memory of its creator, from 1,024 on.
	deploy := func(child, uses string) (source string, create string) {
		code, err := assemble.Module(child)
		if err != nil {
			panic(err) // the sources are ours
		}
		source = headerOf(8, "createContract", uses) + fmt.Sprintf("hex 1024 %x\n", code)
		return source, "i64.const -1; " + assemble.I32s(AtZero, 1024, 512, len(code), 128, 0, 0, 0) + "call createContract; drop\n"
	}
	small, create := deploy("memory 0\nfunc f", "getGasLeft")
	failing, createFailing := deploy("memory 0\nfunc init; unreachable", "getGasLeft")
	invalid, createInvalid := deploy("memory 0\nfunc f; i32.const 1", "getGasLeft")
	bare, err := assemble.Module("memory 0\nfunc run")
	if err != nil {
		panic(err)
	}
	large, createLarge := deploy("memory 0\nfunc f\n"+assemble.Repeat(60_000, "nop"), "getGasLeft")
	return []Contract{
		{Name: "contracts without end", Source: small + forever(create), Called: outOfGas},
		{Name: "contracts whose init traps", Source: failing + forever(createFailing), Called: outOfGas},
		{Name: "contracts that are not valid", Source: invalid + forever(createInvalid), Called: outOfGas},
		{Name: "contracts of 60,000 bytes", Source: large + forever(createLarge), Called: outOfGas},
		{Name: "a new contract of 60,000 bytes each time", Source: large + forever("i32.const 61023; local.get 0; i32.store8 0; "+createLarge), Called: outOfGas},
		{Name: "calls without gas of a contract of a megabyte that it has made", Source: headerOf(20, "createContract", "executeOnDestContext") +
			fmt.Sprintf("hex 1024 %x00bc843d0170\n", bare) + "func run\ni64.const -1; " + assemble.I32s(AtZero, 1024, 512, len(bare)+4+999_996, 128, 0, 0, 0) +
			"call createContract; if; unreachable; end\nloop; i64.const 10; " + assemble.I32s(128, AtZero, AtRun, 3, 0, 0, 0) + "call executeOnDestContext; drop; br 0; end", Called: outOfGas},
		{Name: "contracts that create themselves", Source: headerOf(3, "createContract", "ethereum.codeCopy", "ethereum.getCodeSize") + `
			fn again; local 1 i32
			call getCodeSize; local.set 0
			i32.const 1024; i32.const 0; local.get 0; call codeCopy
			loop; i64.const -1; ` + assemble.I32s(AtZero, 1024, 512) + "local.get 0; " + assemble.I32s(128, 0, 0, 0) + `call createContract; drop; br 0; end
			func init
			func run; call again`, Called: outOfGas},
		{Name: "contracts of Ethereum without end", Source: header("ethereum.create") + "hex 1024 0061736d01000000\n" + forever(assemble.I32s(AtZero, 1024, 8, 128)+"call create; drop"), Called: outOfGas},
	}
}
