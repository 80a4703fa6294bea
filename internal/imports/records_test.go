package imports_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A contract can write under the key of its record of asynchronous calls. What
// it writes there is read like a record, ignored if it is none, and can make
// nothing panic, however well it imitates one.
func TestForgedRecords(t *testing.T) {
	call := fmt.Sprintf(`{"Destination":"%v"}`, alice)
	const unexpected = "user error: invalid function (unexpected callback was received)"
	for record, want := range map[string]string{
		`{"Contexts":[{"Calls":[` + call + `]}]}`:                 "ok: the record is gone",
		`{"Contexts":[{"Calls":[` + call + `,` + call + `]}]}`:    "ok: the record is shorter",
		`{"Contexts":[null,{"Calls":[` + call + `]}]}`:            "ok: the record stays",
		`{"Contexts":[{"Calls":[` + call + `]},null]}`:            "ok: the record stays",
		`{"Contexts":[{"Calls":[null,` + call + `]}]}`:            "ok: the record stays",
		`{"Contexts":[{"Calls":[` + call + `,null]}]}`:            "ok: the record stays",
		`{"Contexts":[null]}`:                                     "ok: the record stays",
		`{"Contexts":[{"Calls":[{"Destination":"61"}]}]}`:         "ok: the record stays",
		`{"Contexts":[{"Calls":[{"Gas":18446744073709551616}]}]}`: "ok: the record stays",
		`[]`: "ok: the record stays",
		`{`:  "ok: the record stays",

		`{"Contexts":[{"Calls":null}]}`: unexpected,
		`{"Contexts":[]}`:               unexpected,
		`{}`:                            unexpected,
		`null`:                          unexpected,
	} {
		t.Run(record, func(t *testing.T) {
			b := newBench(t, nil)
			b.chain.code[contract] = module(t, 1, nil)
			b.chain.storage[contract] = map[string][]byte{"originalasyncCalls": []byte(record)}
			out, err := b.executor.Call(t.Context(), &vm.CallInput{
				Input: vm.Input{Caller: alice, Value: new(big.Int), GasProvided: plenty, CallType: vm.AsyncCallback,
					OriginalTxHash: []byte("original"), CurrentTxHash: []byte("current")},
				Recipient: contract, Function: "callBack",
			})
			if err != nil {
				t.Fatal(err)
			}
			got := out.Code.String() + ": " + out.Message
			if out.Code == vm.OK {
				switch pair := out.Accounts[0].StorageUpdates[0]; {
				case !pair.Written:
					got += "the record stays"
				case len(pair.Value) == 0:
					got += "the record is gone"
				default:
					got += "the record is shorter"
				}
			}
			if got != want {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
}

// A contract whose functions go and good1 register a call each, of owner and of
// bob, who are elsewhere. All but go leave their names.
const registering = `
	import env.createAsyncCall i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 ->
	import env.finish i32 i32 ->
	memory 1
	hex 0 6f
	hex 64 62
	data 200 good1bad-1good2bad-2callBack
	func go
	i32.const 0; i32.const 1; i32.const 0; i32.const 96; i32.const 200; i32.const 2; i32.const 200; i32.const 5; i32.const 205; i32.const 5; i64.const 10000000; call createAsyncCall
	func good1
	i32.const 200; i32.const 5; call finish
	i32.const 0; i32.const 1; i32.const 64; i32.const 96; i32.const 200; i32.const 2; i32.const 210; i32.const 5; i32.const 215; i32.const 5; i64.const 10000000; call createAsyncCall
	func bad-1
	i32.const 205; i32.const 5; call finish
	func good2
	i32.const 210; i32.const 5; call finish
	func bad-2
	i32.const 215; i32.const 5; call finish
	func callBack
	i32.const 220; i32.const 8; call finish`

// The record of a transaction is one, whoever adds to it, and the caller who
// waits is told when the last answer has come.
func TestRecords(t *testing.T) {
	bob, between := vm.Address{0: 'b'}, vm.Address{0: 'i'}
	type step struct {
		from   vm.Address
		answer [][]byte // nil: an asynchronous call of the function go, or a call of between, which calls go
		want   string   // what is left, then who gets a message
	}
	ok, failed := [][]byte{[]byte("ok")}, [][]byte{{4}, []byte("why")}
	for name, steps := range map[string][]step{
		"a call made inside a callback is answered like any other": {
			{alice, nil, "> o"}, {owner, ok, "good1 > b"}, {bob, ok, "good2 > a"}, {bob, ok, "callBack"},
		},
		"and so is one that fails": {
			{alice, nil, "> o"}, {owner, ok, "good1 > b"}, {bob, failed, "bad-2 > a"},
		},
		"a failure registers nothing": {
			{alice, nil, "> o"}, {owner, failed, "bad-1 > a"}, {owner, ok, "callBack"},
		},
		"an answer without arguments says that all calls of a callee have answered": {
			{alice, nil, "> o"}, {owner, [][]byte{}, "good1 > b"}, {bob, [][]byte{}, "good2 > a"},
		},
		"a level that another contract made has the record of the transaction": {
			{between, nil, "> o"}, {owner, ok, "good1 > b"}, {bob, failed, "bad-2"},
		},
		"a contract that is called twice in a transaction waits for two answers": {
			{alice, nil, "> o"}, {bob, nil, "> o"}, {owner, failed, "bad-1"}, {owner, failed, "bad-1 > a"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			code, err := assemble.Module(registering)
			if err != nil {
				t.Fatal(err)
			}
			b.chain.code[contract] = code
			b.chain.storage[contract] = map[string][]byte{}
			b.chain.code[between] = module(t, 1, append(contract[:], "go"...), call{"executeOnDestContext", []int64{1 << 40, 0, 64, 32, 2, 0, 0, 0}})
			for i, s := range steps {
				in := &vm.CallInput{Input: vm.Input{Caller: s.from, Arguments: s.answer, GasProvided: plenty, CallType: vm.AsyncCallback,
					OriginalTxHash: []byte("original"), CurrentTxHash: []byte("current")}, Recipient: contract, Function: "callBack"}
				if s.answer == nil {
					in.Function, in.CallType = "go", vm.AsyncCall
					if s.from == between {
						in.Caller, in.Recipient, in.CallType = alice, between, vm.DirectCall
					}
				}
				out, err := b.executor.Call(t.Context(), in)
				if err != nil {
					t.Fatal(err)
				}
				got := strings.Trim(fmt.Sprintf("%s", out.ReturnData), "[]")
				for _, a := range out.Accounts {
					for range a.Transfers {
						got += " > " + string(a.Address[:1])
					}
					for _, u := range a.StorageUpdates {
						b.chain.storage[a.Address][string(u.Key)] = u.Value
					}
				}
				if got = strings.TrimSpace(got); out.Code != vm.OK || got != s.want {
					t.Errorf("step %d: %v %q %q, want %q", i, out.Code, out.Message, got, s.want)
				}
			}
		})
	}
}
