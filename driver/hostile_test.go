package driver

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// hostile makes frames as they are not meant to be. Each is right in most of
// its parts, so that it comes far.
type hostile struct {
	random *rand.Rand
	codec  ipc.Codec
	mild   int // how seldom it is wrong: 1 or more
}

func (h *hostile) n(n int) int { return h.random.IntN(n) }

// wrong says whether something is to be wrong now: one time in n, or less if
// the peer is mild.
func (h *hostile) wrong(n int) bool { return h.n(n*h.mild) == 0 }

// frames makes those of a dialogue.
func (h *hostile) frames() (frames [][]byte) {
	n := 1 + h.n(6)
	for i := range n {
		frames = append(frames, h.frame(2+2*i, i == n-1))
	}
	return frames
}

// frame makes the frame whose nonce is due.
func (h *hostile) frame(nonce int, last bool) []byte {
	if h.wrong(20) {
		forged := forgedFrames()
		return forged[h.n(len(forged))].frame
	}
	kinds := []uint32{65, 67, 69, 71, 73, 73, 73, 73, 96, 98, 100, 102, 104, 104, 106, 108, 110, 112, 114, 0, 1, 9, 63, 64, 72, 95, 116, 1 << 31, 1<<32 - 1}
	kind := kinds[h.n(len(kinds))]
	if h.mild > 1 && !h.wrong(5) { // as a dialogue should go
		kind = 73
		if !last {
			kind = uint32(96 + 2*h.n(10))
		}
	}
	inner := kind
	if h.wrong(20) {
		inner = kinds[h.n(len(kinds))] // says another kind inside
	}
	if h.wrong(20) {
		nonces := []int{0, 1, nonce - 1, nonce + 1, nonce + 2, 1 << 31, 1<<32 - 1, 1 << 32, -1}
		nonce = nonces[h.n(len(nonces))]
	}
	payload := h.payload(nonce, kind, inner)
	if h.wrong(10) { // damaged
		payload[h.n(len(payload))] = byte(h.n(256))
		payload = payload[:1+h.n(len(payload))]
	}
	length := uint32(len(payload))
	if h.wrong(20) {
		lengths := []uint32{0, 1, hostileLimit, hostileLimit + 1, 1 << 31, 1<<32 - 1, length - 1, length + 1, 3 << 30}
		length = lengths[h.n(len(lengths))]
		if length > 2*hostileLimit && h.n(2) == 0 {
			payload = payload[:min(2, len(payload))]
		}
	}
	return rawFrame(length, kind, payload)
}

func rawFrame(length, kind uint32, payload []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, length)
	return append(binary.LittleEndian.AppendUint32(b, kind), payload...)
}

func jsonFrame(kind uint32, payload string) []byte {
	return rawFrame(uint32(len(payload)), kind, []byte(payload))
}

func (h *hostile) payload(nonce int, kind, inner uint32) []byte {
	if h.codec == ipc.JSON {
		return fmt.Appendf(nil, `{"DialogueNonce":%d,"Kind":%d%s,"Body":%s}`, nonce, inner, h.status(), h.body(kind))
	}
	b := ipc.AppendUint32(ipc.AppendUint32(nil, uint32(nonce)), inner)
	status := byte(0)
	if h.wrong(10) {
		status = byte(h.n(5))
	}
	b = ipc.AppendBytes(append(b, status), nil)
	b = append(b, h.compact(kind)...)
	if h.wrong(10) { // a count or a length that is far too large
		at := h.n(len(b) - 3)
		binary.LittleEndian.PutUint32(b[at:], []uint32{1<<32 - 1, 1 << 31, 1 << 16, 1 << 24}[h.n(4)])
	}
	return b
}

// compact is body in the binary codec.
func (h *hostile) compact(kind uint32) []byte {
	a := at(byte(h.n(12)))
	key := []byte("DHARITRIk")[h.n(9):]
	switch ipc.Kind(kind) {
	case protocol.Call().Answers(), protocol.Create().Answers():
		out := new(vm.Output)
		if err := json.Unmarshal([]byte(h.output()), out); err == nil {
			if b, err := out.AppendBinary(nil); err == nil {
				return b
			}
		}
	case protocol.KindBlockFacts:
		return nil
	case protocol.KindBlockHash:
		return ipc.AppendUint64(nil, uint64(h.n(20)))
	case protocol.KindCode:
		return append(a[:], make([]byte, 32)...)
	case protocol.KindStorage:
		return ipc.AppendBytes(a[:], key)
	case protocol.KindNewAddress:
		return ipc.AppendBytes(ipc.AppendUint64(a[:], uint64(h.n(20))), []byte{5, 0})
	case protocol.KindProcessBuiltinFunction:
		in := &vm.CallInput{Recipient: a, Function: "f"}
		return protocol.ProcessBuiltinFunction().Request.Append(nil, in)
	}
	return a[:]
}

func (h *hostile) status() string {
	if !h.wrong(10) {
		return ""
	}
	return fmt.Sprintf(`,"Status":%d,"Text":"eA=="`, []int{0, 1, 2, 3, 255, 256, -1}[h.n(7)])
}

func (h *hostile) body(kind uint32) string {
	if h.wrong(15) {
		bodies := []string{`null`, `{}`, `[]`, `[null]`, `0`, `"x"`, `{"Accounts":[null]}`, `{"Accounts":null}`, strings.Repeat("[", 5000), `{"Code":1e999}`}
		return bodies[h.n(len(bodies))]
	}
	if kind == 73 || kind == 71 {
		return h.output()
	}
	return fmt.Sprintf(`{"Address":"%s","Key":"%s","Nonce":%d,"Function":"Zg==","Recipient":"%s"}`, h.address(), h.bytes(), h.n(20), h.address())
}

func (h *hostile) address() string {
	return strings.Repeat("00", 31) + fmt.Sprintf("%02x", h.n(12))
}

func (h *hostile) bytes() string {
	return []string{"", "aw==", "REhBUklUUklr", "/////w==", strings.Repeat("AAAA", 50)}[h.n(5)]
}

func (h *hostile) number() string {
	if h.mild > 1 && !h.wrong(2) {
		return "0"
	}
	return []string{"0", "0", "1", "-1", "null", "99999999999999999999999999", "-" + strings.Repeat("9", 80), strings.Repeat("9", 2600)}[h.n(8)]
}

func (h *hostile) output() string {
	var accounts []string
	for range h.n(4) {
		accounts = append(accounts, fmt.Sprintf(
			`{"Address":"%s","Nonce":%d,"BalanceDelta":%s,"Balance":%s,"Code":"%s","StorageUpdates":[{"Key":"%s","Value":"%s","Written":%v}],"Transfers":[{"Value":%s}]}`,
			h.address(), h.n(9), h.number(), h.number(), h.bytes(), h.bytes(), h.bytes(), h.n(2) == 0, h.number()))
	}
	code, gas := 0, 0
	if h.wrong(2) {
		code, gas = []int{0, 4, 10, 255, 256}[h.n(5)], h.n(3)
	}
	return fmt.Sprintf(`{"Code":%d,"GasRemaining":%d,"Accounts":[%s]}`, code, gas, strings.Join(accounts, ","))
}

// forged is a frame that a Core must never be able to harm the node with.
type forged struct {
	name      string
	frame     []byte
	complaint string
}

// forgedFrames are first answers to a call, in JSON. Each has ended a node that
// believed it.
func forgedFrames() []forged {
	return []forged{
		{"a version where the result of a contract is due",
			jsonFrame(67, `{"DialogueNonce":2,"Kind":67,"Body":{"Text":"eA=="}}`), "is not expected"},
		{"a result without an output",
			jsonFrame(73, `{"DialogueNonce":2,"Kind":73,"Body":null}`), "body is missing"},
		{"a result whose only account is null",
			jsonFrame(73, `{"DialogueNonce":2,"Kind":73,"Body":{"Accounts":[null]}}`), ""},
		{"one kind in the preamble and another one inside",
			jsonFrame(73, `{"DialogueNonce":2,"Kind":104,"Body":{}}`), "kind 73 in its preamble and 104 in its payload"},
		{"a kind in the preamble that nobody knows",
			jsonFrame(999, `{"DialogueNonce":2,"Kind":999,"Body":{}}`), "is not expected"},
		{"a kind inside that is beyond all numbers",
			jsonFrame(73, `{"DialogueNonce":2,"Kind":4294967296,"Body":{}}`), "cannot be decoded"},
		{"3 GiB announced, and 2 bytes said",
			rawFrame(3<<30, 73, []byte("{}")), "announced with 3221225472 bytes"},
	}
}
