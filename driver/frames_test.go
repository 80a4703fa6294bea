package driver

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var (
	hostileFrames = flag.Uint64("frames", 20_000, "how many hostile frames TestHostileFrames sends")
	hostileSeed   = flag.Uint64("frames-seed", 1, "everything in TestHostileFrames follows from it")
)

const (
	hostileLimit = 1 << 16         // of a frame
	hostileSlack = 1 << 20         // bytes that one frame may cost beyond the limit
	hostileTime  = 2 * time.Second // of a dialogue
)

// hostile makes frames as they are not meant to be. Each is right in most of
// its parts, so that it comes far.
type hostile struct{ random *rand.Rand }

func (h *hostile) n(n int) int { return h.random.IntN(n) }

// frame makes the k-th frame of a dialogue, whose nonce is due.
func (h *hostile) frame(nonce int) []byte {
	kinds := []uint32{65, 67, 69, 71, 73, 73, 73, 73, 96, 98, 100, 102, 104, 104, 106, 108, 110, 112, 114, 0, 1, 9, 63, 64, 72, 95, 116, 1 << 31, 1<<32 - 1}
	kind := kinds[h.n(len(kinds))]
	inner := kind
	if h.n(20) == 0 {
		inner = kinds[h.n(len(kinds))] // says another kind inside
	}
	if h.n(20) == 0 {
		nonces := []int{0, 1, nonce - 1, nonce + 1, nonce + 2, 1 << 31, 1<<32 - 1, 1 << 32, -1}
		nonce = nonces[h.n(len(nonces))]
	}
	payload := fmt.Sprintf(`{"DialogueNonce":%d,"Kind":%d%s,"Body":%s}`, nonce, inner, h.status(), h.body(kind))
	if h.n(10) == 0 { // damaged
		b := []byte(payload)
		b[h.n(len(b))] = byte(h.n(256))
		payload = string(b[:1+h.n(len(b))])
	}
	length := uint32(len(payload))
	if h.n(20) == 0 {
		lengths := []uint32{0, 1, hostileLimit, hostileLimit + 1, 1 << 31, 1<<32 - 1, length - 1, length + 1, 3 << 30}
		length = lengths[h.n(len(lengths))]
		if length > 2*hostileLimit && h.n(2) == 0 {
			payload = payload[:min(2, len(payload))]
		}
	}
	b := binary.LittleEndian.AppendUint32(nil, length)
	return append(binary.LittleEndian.AppendUint32(b, kind), payload...)
}

func (h *hostile) status() string {
	if h.n(10) > 0 {
		return ""
	}
	return fmt.Sprintf(`,"Status":%d,"Text":"eA=="`, []int{0, 1, 2, 3, 255, 256, -1}[h.n(7)])
}

func (h *hostile) body(kind uint32) string {
	if h.n(15) == 0 {
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
	return []string{"0", "0", "1", "-1", "null", "99999999999999999999999999", "-" + strings.Repeat("9", 80), strings.Repeat("9", 2600)}[h.n(8)]
}

func (h *hostile) output() string {
	var accounts []string
	for range h.n(4) {
		accounts = append(accounts, fmt.Sprintf(
			`{"Address":"%s","Nonce":%d,"BalanceDelta":%s,"Balance":%s,"Code":"%s","StorageUpdates":[{"Key":"%s","Value":"%s","Written":%v}],"Transfers":[{"Value":%s}]}`,
			h.address(), h.n(9), h.number(), h.number(), h.bytes(), h.bytes(), h.bytes(), h.n(2) == 0, h.number()))
	}
	return fmt.Sprintf(`{"Code":%d,"GasRemaining":%d,"Accounts":[%s]}`, []int{0, 0, 0, 4, 10, 255, 256}[h.n(7)], h.n(5), strings.Join(accounts, ","))
}

// TestHostileFrames lets a peer that means harm write to the Node Part through
// real pipes. Each dialogue must end with an output that passes the checks or
// with an error, in time, without a panic, and memory must stay small.
//
//	go test ./driver -run TestHostileFrames -frames 20000000 -timeout 0
func TestHostileFrames(t *testing.T) {
	var before, after runtime.MemStats
	var sent, accepted, refused, longest uint64
	begin := time.Now()
	for dialogue := uint64(0); sent < *hostileFrames; dialogue++ {
		h := &hostile{rand.New(rand.NewPCG(*hostileSeed, dialogue))}
		var frames [][]byte
		for i := range 1 + h.n(6) {
			frames = append(frames, h.frame(2+2*i))
		}
		sent += uint64(len(frames))
		look := dialogue%100 == 0 // it takes a while
		if look {
			runtime.ReadMemStats(&before)
		}
		started := time.Now()
		err := hear(t, frames)
		longest = max(longest, uint64(time.Since(started)))
		if look {
			runtime.ReadMemStats(&after)
			if n := after.TotalAlloc - before.TotalAlloc; n > uint64(len(frames)*(hostileLimit+hostileSlack)) {
				t.Fatalf("dialogue %d: %d bytes allocated", dialogue, n)
			}
		}
		if err == nil {
			accepted++
		} else {
			refused++
		}
	}
	if accepted == 0 || refused == 0 {
		t.Errorf("%d dialogues accepted, %d refused: the frames try nothing", accepted, refused)
	}
	if time.Duration(longest) > hostileTime+slackTime {
		t.Errorf("a dialogue took %v", time.Duration(longest))
	}
	t.Logf("seed %d: %d frames, %d dialogues accepted, %d refused, longest %v, %v in all",
		*hostileSeed, sent, accepted, refused, time.Duration(longest), time.Since(begin).Round(time.Second))
}

// slackTime is how long after its deadline a dialogue may end.
const slackTime = 50 * time.Millisecond

// hear holds a dialogue with a peer that writes these frames and goes away.
func hear(t *testing.T, frames [][]byte) error {
	pipes, err := makePipes(new(Options))
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	peer := make(chan struct{})
	go func() {
		defer close(peer)
		for _, f := range frames {
			if _, err := pipes.core.coreToNode.Write(f); err != nil {
				break // the node does not listen any more
			}
		}
		pipes.core.coreToNode.Close()
	}()
	log := slog.New(slog.DiscardHandler)
	messenger := ipc.NewMessenger(ipc.NewSender(pipes.nodeToCore, hostileLimit), ipc.NewReceiver(pipes.coreToNode, hostileLimit),
		ipc.JSON, log, protocol.KindName)
	r := newReplier(world{})
	part := &nodePart{
		messenger: messenger, replier: r, given: new(transcript),
		limits: &Limits{FrameBytes: hostileLimit, DialogueBytes: 4 * hostileLimit, HookCalls: 10},
	}
	q := &protocol.CallRequest{Input: vm.CallInput{Recipient: at(1)}}
	q.Input.Caller = at(2)
	q.Fetched = r.fetch(at(2), at(1))
	release, err := interruptible(messenger, time.Now().Add(hostileTime), context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out, err := dialogue(part, protocol.Call(), q)
	release()
	if err == nil {
		v := verdict{witness: r.witness, input: &q.Input.Input, config: &vm.Config{}}
		err = v.check(out)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the deadline passed although the peer went away")
	}
	if closing := errors.Join(pipes.close(), pipes.closeCore()); closing != nil {
		t.Fatal(closing)
	}
	<-peer
	return err
}
