package driver

import (
	"bytes"
	"encoding/binary"
	"io"
	"log/slog"
	"math/big"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// FuzzCore gives the Node Part whatever a Core could write: the loop must end
// with a result that passes the checks, or an error; nothing else may happen.
func FuzzCore(f *testing.F) {
	frame := func(kind uint32, payload string) []byte {
		b := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
		return append(binary.LittleEndian.AppendUint32(b, kind), payload...)
	}
	a1 := `"Address":"0000000000000000000000000000000000000000000000000000000000000001"`
	output := frame(73, `{"DialogueNonce":2,"Kind":73,"Body":{"Code":0,"Accounts":[{`+a1+`,"BalanceDelta":0,"StorageUpdates":[{"Key":"aw==","Value":"dg==","Written":true}]}]}}`)
	question := frame(104, `{"DialogueNonce":2,"Kind":104,"Body":{`+a1+`,"Key":"aw=="}}`)
	f.Add(output, false)
	f.Add(append(question, frame(73, `{"DialogueNonce":4,"Kind":73,"Body":{"Code":0,"Accounts":[null]}}`)...), false)
	f.Add(frame(114, `{"DialogueNonce":2,"Kind":114,"Body":{"Function":"Zg=="}}`), false)
	f.Add(frame(67, `{"DialogueNonce":2,"Kind":67,"Body":{"Text":""}}`), false)
	var out vm.Output
	b, err := (&out).AppendBinary([]byte{2, 0, 0, 0, 73, 0, 0, 0, 0, 0, 0, 0, 0})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(frame(73, string(b)), true)
	f.Add(frame(98, "\x02\x00\x00\x00\x62\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"), true)

	f.Fuzz(func(t *testing.T, said []byte, compact bool) {
		codec := ipc.JSON
		if compact {
			codec = ipc.Binary
		}
		const limit = 1 << 16
		r := newReplier(world{})
		part := &nodePart{
			messenger: ipc.NewMessenger(ipc.NewSender(io.Discard, limit), ipc.NewReceiver(bytes.NewReader(said), limit),
				codec, slog.New(slog.DiscardHandler), protocol.KindName),
			replier: r, limits: &Limits{FrameBytes: limit, DialogueBytes: limit, HookCalls: 10}, given: new(transcript),
		}
		q := &protocol.CallRequest{Input: vm.CallInput{Recipient: at(1)}}
		q.Input.Caller = at(2)
		q.Fetched = r.fetch(at(2), at(1))
		out, err := dialogue(part, protocol.Call(), q)
		if err != nil {
			return
		}
		v := verdict{witness: r.witness, input: &q.Input.Input, config: &vm.Config{}}
		if v.check(out) != nil {
			return
		}
		sum := new(big.Int)
		for i := range out.Accounts {
			sum.Add(sum, out.Accounts[i].BalanceDelta)
		}
		if len(r.witness.builtins) == 0 && sum.Sign() != 0 {
			t.Errorf("an output that makes %v was accepted", sum)
		}
	})
}
