package imports_test

import (
	"fmt"
	"math/big"
	"testing"

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
