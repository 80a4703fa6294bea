//go:build linux

package main

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
	"github.com/Dharitri-org/core-wasm-vm/test/hostile"
)

const (
	base = "BaseOperationCost."
	api  = "DharitriAPICost."
	eth  = "EthAPICost."
)

// execute calls run of the peer with so much gas, -1 for all.
func execute(function string, gas int) string {
	value := assemble.I32s(hostile.AtZero)
	if function == "delegateExecution" || function == "executeReadOnly" {
		value = ""
	}
	return fmt.Sprintf("i64.const %d; %s%s%scall %s\n", gas, assemble.I32s(hostile.AtPeer), value, assemble.I32s(hostile.AtRun, 3, 0, 0, 0), function)
}

// A nested call that ends in another way than it should ends the program.
const (
	succeeds = "; if; unreachable; end\n"
	fails    = "; i32.eqz; if; unreachable; end\n"
)

// nested are programs that start executions in executions.
func nested() []*program {
	var list []*program
	// add adds a program; ending is how the peer ends, and takes all gas with it.
	add := func(p program, peer, ending string) {
		paid := p
		paid.peer, paid.body = peer, p.body+succeeds
		p.paid, p.peer, p.body = &paid, peer+ending, p.body+fails
		if ending == "" {
			p = paid
		}
		list = append(list, &p)
	}
	for _, f := range []struct{ function, key string }{
		{"executeOnDestContext", "ExecuteOnDestContext"}, {"executeOnSameContext", "ExecuteOnSameContext"},
		{"delegateExecution", "DelegateExecution"}, {"executeReadOnly", "ExecuteReadOnly"},
	} {
		p := program{keys: []string{api + f.key}, imports: []string{f.function}, body: execute(f.function, 1<<40)}
		p.name = f.function + " of nothing"
		add(p, hostile.Header(1)+"func run", "")
		p.name = f.function + " of what traps"
		add(p, hostile.Header(1)+"func run", "; unreachable")
		p.name = f.function + " of what signals an error"
		add(p, hostile.Header(1, "signalError")+"func run", "; i32.const 0; i32.const 0; call signalError")
	}
	storm := func(name, peer, ending, key string) {
		add(program{name: name, keys: []string{key}, imports: []string{"executeOnDestContext"}, body: execute("executeOnDestContext", 1<<40)}, peer, ending)
	}
	storm("nested calls with 62 MiB of memory", hostile.Header(1000)+"func run", "", base+"MemoryPerPage")
	storm("nested calls with 62 MiB of memory that trap", hostile.Header(1000)+"func run", "; unreachable", base+"MemoryPerPage")
	storm("nested calls that touch 62 MiB of memory", hostile.Header(1000)+touch(1000), "", base+"MemoryPerPage")
	storm("nested calls that touch 4 MiB of memory", hostile.Header(64)+touch(64), "", base+"MemoryPerPage")
	storm("nested calls that grow to 62 MiB and touch it", hostile.Header(1)+grow(999)+touchRest(1000), "", base+"MemoryPerPage")
	storm("nested calls with a table of 100,000 elements that trap", hostile.Header(1)+"table 100000\nfunc run", "; unreachable", api+"ExecuteOnDestContext")
	storm("nested calls with 4,000 globals that trap", hostile.Header(1)+assemble.Repeat(4000, "global i64 1")+"func run", "; unreachable", base+"CompilePerByte")
	storm("nested calls with 9,990 functions that trap", hostile.Header(1)+assemble.Functions(9_990)+"func run", "; unreachable", base+"CompilePerByte")
	storm("nested calls with 20,000 data segments that trap", hostile.Header(1)+assemble.Repeat(20_000, "data 2000 x")+"func run", "; unreachable", base+"CompilePerByte")
	add(program{name: "nested calls of contracts that are not compiled yet", keys: []string{api + "ExecuteOnDestContext", api + "ExecuteOnSameContext",
		api + "DelegateExecution", api + "ExecuteReadOnly", eth + "Call", eth + "CallCode", eth + "CallDelegate", api + "AsyncCallStep"}, imports: []string{"executeOnDestContext"}, cold: true, most: 2000,
		body: "i64.const 0x10000000000; " + assemble.I32s(0, hostile.AtZero, hostile.AtRun, 3, 0, 0, 0) + "call executeOnDestContext"}, hostile.Header(1)+"func run", "")
	return append(list, creations()...)
}

func touch(pages int) string {
	return fmt.Sprintf(`
		func run; local 1 i32
		loop
		local.get 0; i32.const 1; i32.store8
		local.get 0; i32.const 4096; i32.add; local.tee 0; i32.const %d; i32.lt_u; br_if 0; end`, pages<<16)
}

func grow(pages int) string {
	return fmt.Sprintf("func run; local 1 i32; i32.const %d; memory.grow; drop\n", pages)
}

func touchRest(pages int) string {
	return strings.SplitN(touch(pages), "local 1 i32", 2)[1]
}

// creations are programs that deploy, send and register.
func creations() []*program {
	create := func(name, child, key string) *program {
		code, err := assemble.Module(child)
		if err != nil {
			panic(err) // the sources are ours
		}
		return &program{name: name, keys: []string{key}, imports: []string{"createContract"}, pages: 8, most: 2000,
			constants: fmt.Sprintf("hex 16384 %x\n", code),
			body:      "i64.const 0x10000000000; " + assemble.I32s(hostile.AtZero, 16384, 512, len(code), 128, 0, 0, 0) + "call createContract" + succeeds}
	}
	straight := "memory 0\nfn f; local 3 i64\n" + assemble.Repeat(20_000, "local.get 0; local.get 1; i64.add; local.set 2")
	tiny, err := assemble.Module("memory 0")
	if err != nil {
		panic(err)
	}
	return []*program{
		create("deployments", "memory 0\nfunc f", api+"CreateContract"),
		instead(create("deployments whose init traps", "memory 0\nfunc init; unreachable", api+"CreateContract"), create("", "memory 0\nfunc init; nop", "")),
		instead(create("deployments of what is not valid", "memory 0\nfunc f; i32.const 1", api+"CreateContract"), create("", "memory 0\nfunc f; nop; nop", "")),
		create("deployments of 160,000 bytes that are compiled already", straight, base+"CompilePerByte"),
		{name: "Ethereum's deployments", keys: []string{eth + "Create"}, imports: []string{"ethereum.create"}, most: 2000,
			constants: fmt.Sprintf("hex 1024 %x\n", tiny), body: assemble.I32s(hostile.AtZero, 1024, len(tiny), 128) + "call create" + succeeds},
		{name: "asynchronous calls in one group", alone: true, keys: []string{api + "AsyncCallStep"}, imports: []string{"createAsyncCall"}, most: 20_000, least: 5_000,
			body: assemble.I32s(448, 3, hostile.AtUser, hostile.AtZero, 448, 3, 448, 3, 448, 3) + "i64.const 1; call createAsyncCall"},
		{name: "asynchronous calls, each in a group of its own", alone: true, keys: []string{api + "AsyncCallStep"}, imports: []string{"createAsyncCall"}, most: 30_000, least: 30_000,
			body: assemble.I32s(0, 4, hostile.AtUser, hostile.AtZero, 448, 3, 448, 3, 448, 3) + "i64.const 1; call createAsyncCall"},
		{name: "names of callbacks", alone: true, keys: []string{api + "AsyncCallStep"}, imports: []string{"setAsyncContextCallback", "createAsyncCall"}, most: 20_000,
			before: assemble.I32s(448, 3, hostile.AtUser, hostile.AtZero, 448, 3, 448, 3, 448, 3) + "i64.const 1; call createAsyncCall",
			body:   assemble.I32s(448, 3, 448, 3) + "call setAsyncContextCallback; drop"},
		{name: "asynchronous calls that are carried out", keys: []string{api + "AsyncCallStep"}, imports: []string{"createAsyncCall"}, most: 2_000, least: 1_000,
			constants: "data 600 answered\n", functions: "func answered", peer: hostile.Header(1) + "func run",
			body: assemble.I32s(448, 3, hostile.AtPeer, hostile.AtZero, 448, 3, 600, 8, 600, 8) + "i64.const 0x1000000; call createAsyncCall"},
		{name: "transfers with 64 KiB of data", keys: []string{base + "PersistPerByte"}, imports: []string{"transferValue"}, pages: 3, most: 500,
			body: assemble.I32s(hostile.AtUser, hostile.AtOne, 8192, 65536) + "call transferValue; drop"},
		{name: "log entries with 100 topics", keys: []string{base + "PersistPerByte"}, imports: []string{"writeLog"}, pages: 3, most: 5000,
			body: assemble.I32s(0, 0, 8192, 100) + "call writeLog"},
		{name: "1,000 arguments of a nested call", keys: []string{base + "DataCopyPerByte"}, imports: []string{"executeOnDestContext"}, pages: 3, most: 2000,
			constants: lengths(1000, 4), peer: hostile.Header(1) + "func run",
			body: "i64.const -1; " + assemble.I32s(hostile.AtPeer, hostile.AtZero, hostile.AtRun, 3, 1000, 16384, 8192) + "call executeOnDestContext" + succeeds},
		{name: "200,000 empty arguments of a nested call", keys: []string{base + "DataCopyPerByte"}, imports: []string{"executeOnDestContext"}, pages: 40, most: 200,
			peer: hostile.Header(1) + "func run",
			body: "i64.const -1; " + assemble.I32s(hostile.AtPeer, hostile.AtZero, hostile.AtRun, 3, 200_000, 16384, 8192) + "call executeOnDestContext" + succeeds},
		{name: "sums of 100,000 items of return data", alone: true, keys: []string{eth + "GetReturnDataSize"}, imports: []string{"ethereum.getReturnDataSize", "int64finish"}, most: 200_000, least: 200_000,
			before: manyItems, locals: "local 1 i32", body: "call getReturnDataSize; drop"},
		{name: "a byte of 100,000 items of return data", keys: []string{base + "MemoryCopyPerByte"}, imports: []string{"ethereum.returnDataCopy", "int64finish"}, most: 2000,
			before: manyItems, locals: "local 1 i32", body: assemble.I32s(128, 0, 1) + "call returnDataCopy"},
		{name: "all the gas that it says", alone: true, keys: []string{eth + "UseGas"}, imports: []string{"ethereum.useGas"}, body: "i64.const 0; call useGas"},
		{name: "code of others", alone: true, keys: []string{eth + "ExternalCodeCopy"}, imports: []string{"ethereum.externalCodeCopy"}, peer: hostile.Header(1) + "func run",
			body: assemble.I32s(hostile.AtPeer, 128, 0, 4) + "call externalCodeCopy"},
		{name: "code of others, 60,000 bytes", keys: []string{base + "MemoryCopyPerByte"}, imports: []string{"ethereum.externalCodeCopy"},
			peer: hostile.Header(1) + "func run\n" + assemble.Repeat(60_000, "nop"), body: assemble.I32s(hostile.AtPeer, 128, 0, 4) + "call externalCodeCopy", most: 2000},
		{name: "call data of no arguments", alone: true, keys: []string{eth + "CallDataCopy"}, imports: []string{"ethereum.callDataCopy"}, body: assemble.I32s(128, 0, 4) + "call callDataCopy"},
		{name: "call data of 1,000 arguments", keys: []string{base + "MemoryCopyPerByte"}, imports: []string{"ethereum.callDataCopy"}, most: 2000,
			arguments: make([][]byte, 1000), body: assemble.I32s(128, 0, 4) + "call callDataCopy"},
	}
}

// instead is a program that is paid for like another one.
func instead(p, paid *program) *program {
	p.body = strings.TrimSuffix(p.body, succeeds) + fails
	p.paid = paid
	return p
}

const manyItems = `
	loop; i64.const 1; call int64finish
	local.get 2; i32.const 1; i32.add; local.tee 2; i32.const 100000; i32.lt_u; br_if 0; end`

// lengths writes n lengths to where arguments are read.
func lengths(n, length int) string {
	return "hex 16384 " + strings.Repeat(fmt.Sprintf("%02x000000", length), n) + "\n"
}

// signing are programs of cryptography.
func signing() []*program {
	s := hostile.Signatures()
	verify := func(name, key, constants, body string) *program {
		return &program{name: name, alone: !strings.Contains(name, "MiB"), keys: []string{key}, imports: []string{strings.SplitN(name, ",", 2)[0]}, pages: 40, most: 20_000, constants: constants,
			body: body}
	}
	return []*program{
		verify("verifyBLS, valid", "CryptoAPICost.VerifyBLS", s.BLS(), assemble.I32s(1024, 1280, 5, 1184)+"call verifyBLS; drop"),
		verify("verifyBLS, not valid", "CryptoAPICost.VerifyBLS", s.BLS(), assemble.I32s(1024, 1280, 4, 1184)+"call verifyBLS; drop"),
		verify("verifyEd25519, valid", "CryptoAPICost.VerifyEd25519", s.Ed25519(), assemble.I32s(1024, 1280, 5, 1088)+"call verifyEd25519; drop"),
		verify("verifyEd25519, not valid", "CryptoAPICost.VerifyEd25519", s.Ed25519(), assemble.I32s(1024, 1280, 4, 1088)+"call verifyEd25519; drop"),
		verify("verifySecp256k1, valid", "CryptoAPICost.VerifySecp256k1", s.Secp256k1(), assemble.I32s(1024, 33, 1280, 5, 1088)+"call verifySecp256k1; drop"),
		verify("verifySecp256k1, not valid", "CryptoAPICost.VerifySecp256k1", s.Secp256k1(), assemble.I32s(1024, 33, 1280, 4, 1088)+"call verifySecp256k1; drop"),
		verify("verifyBLS, 1 MiB", base+"DataCopyPerByte", s.BLS(), assemble.I32s(1024, 1280, 1<<20, 1184)+"call verifyBLS; drop"),
		verify("verifyEd25519, 1 MiB", base+"DataCopyPerByte", s.Ed25519(), assemble.I32s(1024, 1280, 1<<20, 1088)+"call verifyEd25519; drop"),
		verify("verifySecp256k1, 1 MiB", base+"DataCopyPerByte", s.Secp256k1(), assemble.I32s(1024, 33, 1280, 1<<20, 1088)+"call verifySecp256k1; drop"),
		{name: "ethereum.callStatic, RIPEMD-160", alone: true, keys: []string{eth + "CallStatic"}, imports: []string{"ethereum.callStatic"}, most: 20_000,
			constants: "hex 1043 03\n", body: "i64.const -1; " + assemble.I32s(1024, 0, 0) + "call callStatic; drop"},
	}
}
