package hostile

import (
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

// storages fill the storage, and read what nobody has read before.
func storages() []Contract {
	counted := assemble.I32s(0, 4) // the key is the counter
	return []Contract{
		{Name: "a new key for every byte", Source: header("storageStore") + forever(counted+assemble.I32s(448, 1)+"call storageStore; drop"), Called: outOfGas},
		{Name: "values of 64 KiB", Source: headerOf(2, "storageStore") + forever(counted+assemble.I32s(0, 65536)+"call storageStore; drop"), Called: outOfGas},
		{Name: "keys of 64 KiB", Source: headerOf(2, "storageStore") + forever(assemble.I32s(0, 65536, 448, 1)+"call storageStore; drop"), Called: outOfGas},
		{Name: "a key that is written again and again", Source: header("storageStore") + forever(assemble.I32s(448, 3, 0, 32)+"call storageStore; drop"), Called: outOfGas},
		{Name: "a key that is added and deleted", Source: header("storageStore") + forever(assemble.I32s(448, 3, 448, 3)+"call storageStore; drop; "+assemble.I32s(448, 3, 448, 0)+"call storageStore; drop"), Called: outOfGas},
		{Name: "a value that does not change", Source: header("storageStore") + forever(assemble.I32s(448, 3, 448, 3)+"call storageStore; drop"), Called: outOfGas},
		{Name: "keys that nobody has read", Source: header("storageLoad") + forever(counted+"i32.const 1024; call storageLoad; drop"), Called: outOfGas},
		{Name: "lengths of values that nobody has read", Source: header("storageLoadLength") + forever(counted+"call storageLoadLength; drop"), Called: outOfGas},
		{Name: "keys of another contract", Peer: header() + "func run", Source: header("storageLoadFromAddress") +
			forever(assemble.I32s(AtPeer, 0, 4, 1024)+"call storageLoadFromAddress; drop"), Called: outOfGas},
		{Name: "keys of contracts that are not there", Source: header("storageLoadFromAddress") +
			forever(assemble.I32s(0, 448, 3, 1024)+"call storageLoadFromAddress; drop"), Called: outOfGas},
		{Name: "numbers of 64 bits in storage", Source: header("int64storageStore", "int64storageLoad") + forever(counted+
			"i64.const -1; call int64storageStore; drop; "+counted+"call int64storageLoad; drop"), Called: outOfGas},
		{Name: "a number of 2 MiB in storage", Source: header("bigIntSetInt64", "bigIntShl", "bigIntStorageStoreUnsigned") +
			"func run; i32.const 0; i64.const 1; call bigIntSetInt64; " + assemble.I32s(0, 0, 1<<24-1) + "call bigIntShl; " + assemble.I32s(448, 3, 0) +
			"call bigIntStorageStoreUnsigned; drop", Called: outOfGas},
		{Name: "locks of keys", Source: header("setStorageLock", "isStorageLocked") + forever(counted+
			"i64.const -1; call setStorageLock; drop; "+counted+"call isStorageLocked; drop"), Called: outOfGas},
		readOnly("locks of keys of 1 MB, read-only", "func loop; loop; "+assemble.I32s(0, 1_000_000)+"i64.const 1; call setStorageLock; drop; br 0; end", "setStorageLock"),
		readOnly("a number of 2 MiB in storage, again and again, read-only", "func loop; i32.const 0; i64.const 1; call bigIntSetInt64; "+assemble.I32s(0, 0, 1<<24-1)+
			"call bigIntShl; loop; "+assemble.I32s(448, 3, 0)+"call bigIntStorageStoreUnsigned; drop; br 0; end", "bigIntSetInt64", "bigIntShl", "bigIntStorageStoreUnsigned"),
		{Name: "words of Ethereum in storage", Source: header("ethereum.storageStore", "ethereum.storageLoad") +
			forever(assemble.I32s(0, 448)+"call storageStore; "+assemble.I32s(0, 1024)+"call storageLoad"), Called: outOfGas},
		{Name: "a protected key", Source: header("storageStore") + "data 600 DHARITRIx\nfunc run; " + assemble.I32s(600, 9, 448, 3) + "call storageStore; drop",
			Called: fault("cannot write to storage under Dharitri reserved key")},
	}
}

// readOnly is a contract that calls its function loop, read-only.
func readOnly(name, loop string, uses ...string) Contract {
	return Contract{Name: name, Twin: true, Called: outOfGas, Source: headerOf(200, append(uses, "executeReadOnly")...) +
		"func run; i64.const -1; " + assemble.I32s(AtTwin, AtLoop, 4, 0, 0, 0) + "call executeReadOnly; drop\n" + loop}
}

// results give back more than anybody wants.
func results() []Contract {
	const message = 60_000
	return []Contract{
		{Name: "return data of 64 KiB without end", Source: headerOf(2, "finish") + forever(assemble.I32s(0, 65536)+"call finish"), Called: outOfGas},
		{Name: "empty items of return data without end", Source: header("finish") + forever(assemble.I32s(0, 0)+"call finish"), Called: outOfGas},
		{Name: "numbers as return data without end", Source: header("int64finish") + forever("i64.const -2; call int64finish"), Called: outOfGas},
		{Name: "two billion bytes of return data", Source: header("finish") + "func run; " + assemble.I32s(0, 1<<31-1) + "call finish", Called: outOfGas},
		{Name: "log entries without end", Source: header("writeLog") + forever(assemble.I32s(0, 0, 256, 1)+"call writeLog"), Called: outOfGas},
		{Name: "log entries with 1,000 topics and 32 KiB", Source: headerOf(2, "writeLog") + forever(assemble.I32s(0, 32768, 0, 1000)+"call writeLog"), Called: outOfGas},
		{Name: "a log entry with 60 million topics", Source: header("writeLog") + "func run; " + assemble.I32s(0, 0, 0, 60_000_000) + "call writeLog", Called: outOfGas},
		{Name: "a log entry with a negative number of topics", Source: header("writeLog") + "func run; " + assemble.I32s(0, 0, 0, -1) + "call writeLog",
			Called: fault("GuardedMakeByteSlice2D: negative length (-1)")},
		{Name: "log entries of Ethereum", Source: header("ethereum.log") + forever(assemble.I32s(0, 1024, 4, 0, 32, 64, 96)+"call log"), Called: outOfGas},
		{Name: "a message of 60,000 bytes", Source: headerOf(2, "signalError") + "func run; " + assemble.I32s(1024, message) + "call signalError",
			Called: End{4, string(make([]byte, message))}},
		{Name: "a message of two billion bytes", Source: headerOf(1000, "signalError") + "func run; " + assemble.I32s(0, 1<<31-1) + "call signalError",
			Called: outOfGas},
		{Name: "its return data, read again and again", Source: headerOf(20, "finish", "getReturnData") + "func run; " + assemble.I32s(0, 1000) + "call finish\nloop; " +
			assemble.I32s(0, 2048) + "call getReturnData; drop; br 0; end", Called: outOfGas},
		{Name: "the sum of a hundred thousand items, again and again", Source: header("finish", "ethereum.getReturnDataSize") + items("call getReturnDataSize; drop"), Called: outOfGas},
		{Name: "a byte of a hundred thousand items, again and again", Source: header("finish", "ethereum.returnDataCopy") + items(assemble.I32s(0, 0, 0)+"call returnDataCopy"), Called: outOfGas},
		{Name: "an argument of 100,000 bytes, read again and again", Arguments: [][]byte{make([]byte, 100_000)}, Source: headerOf(4, "getArgument") +
			forever(assemble.I32s(0, 1024)+"call getArgument; drop"), Called: outOfGas},
		{Name: "an argument of 2 MiB as a number, again and again", Arguments: [][]byte{filled(2 << 20)}, Source: header("bigIntGetSignedArgument") +
			forever(assemble.I32s(0, 0)+"call bigIntGetSignedArgument"), Called: outOfGas},
		{Name: "the code of the contract, again and again", Source: headerOf(3, "ethereum.codeCopy") + forever(assemble.I32s(1024, 0, 100)+"call codeCopy") +
			fmt.Sprintf("\nfn padding\n%s", assemble.Repeat(30_000, "nop")), Called: outOfGas},
		{Name: "the size of the code of others", Peer: header() + "func run", Source: header("ethereum.getExternalCodeSize") +
			forever(assemble.I32s(AtPeer)+"call getExternalCodeSize; drop; i32.const 0; call getExternalCodeSize; drop"), Called: outOfGas},
		{Name: "the call data of Ethereum with a thousand arguments", Arguments: make([][]byte, 1000), Source: header("ethereum.callDataCopy", "ethereum.getCallDataSize") +
			forever(assemble.I32s(1024, 0, 4)+"call callDataCopy; call getCallDataSize; drop"), Called: outOfGas},
		{Name: "its own destruction, again and again", Source: header("ethereum.selfDestruct") + forever(assemble.I32s(AtUser)+"call selfDestruct"), Called: outOfGas},
		{Name: "all gas at once", Source: header("ethereum.useGas") + "func run; i64.const -1; call useGas", Called: outOfGas},
	}
}

// filled are n bytes that no number can do without.
func filled(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 0x55
	}
	return b
}

// items finishes a hundred thousand items, then does the same again and again.
func items(body string) string {
	return `
		func run; local 1 i32
		loop; ` + assemble.I32s(448, 1) + `call finish
		local.get 0; i32.const 1; i32.add; local.tee 0; i32.const 100000; i32.lt_u; br_if 0; end
		loop; ` + body + `; br 0; end`
}

// questions ask the node whatever can be asked.
func questions() []Contract {
	// The first bytes of memory, and so the address at 0, are always others.
	ask := func(name, uses, body string) Contract {
		return Contract{Name: name, Source: header(uses) + forever(body), Called: outOfGas}
	}
	return []Contract{
		ask("hashes of all blocks", "getBlockHash", "local.get 0; i64.extend_i32_u; i32.const 1024; call getBlockHash; drop"),
		ask("balances of accounts that are not there", "getExternalBalance", assemble.I32s(0, 1024)+"call getExternalBalance"),
		ask("balances as numbers", "bigIntGetExternalBalance", assemble.I32s(0, 1)+"call bigIntGetExternalBalance"),
		ask("shards of accounts", "getShardOfAddress", assemble.I32s(0)+"call getShardOfAddress; drop"),
		ask("whether addresses are contracts", "isSmartContract", assemble.I32s(0)+"call isSmartContract; drop"),
		ask("the time", "getBlockTimestamp", "call getBlockTimestamp; drop"),
		ask("the root hash of the state", "getStateRootHash", "i32.const 1024; call getStateRootHash"),
		ask("its owner", "getOwnerAddress", "i32.const 1024; call getOwnerAddress"),
	}
}
