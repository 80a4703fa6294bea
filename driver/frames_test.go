package driver

import (
	"context"
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
	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var (
	hostileFrames = flag.Uint64("frames", 20_000, "how many hostile frames TestHostileFrames lets the node hear, in all runs with the seed")
	hostileSeed   = flag.Uint64("frames-seed", 1, "everything in TestHostileFrames follows from it")
	hostileFile   = flag.String("frames-resume", "", "the file of figures where TestHostileFrames goes on and which it adds to")
)

const (
	hostileLimit = 1 << 16 // of a frame
	hostileSlack = 1 << 20 // bytes that one frame may cost beyond the limit

	// hostileTime is within what every dialogue must be over: its peer goes
	// away. The deadline is far behind, so that it hides nothing.
	hostileTime     = 2 * time.Second
	hostileDeadline = time.Hour
)

// TestHostileFrames lets a peer that means harm write to the Node Part through
// real pipes. Each dialogue must end with an output that passes the checks or
// with an error, in time, without a panic, and memory must stay small. What is
// counted are the frames that the node has heard, not those behind them.
//
//	go test ./driver -run TestHostileFrames -frames 20000000 -timeout 0 -frames-resume $PWD/test/border/figures.tsv
func TestHostileFrames(t *testing.T) {
	c := &hostileCampaign{run: figures.Run{Name: "frames", Seed: *hostileSeed, Outcome: figures.Passed}, begin: time.Now()}
	var done uint64
	if *hostileFile != "" {
		var err error
		if c.run.From, done, err = figures.Next(*hostileFile, c.run.Name, c.run.Seed); err != nil {
			t.Fatal(err)
		}
	}
	defer func() {
		if t.Failed() {
			c.run.Outcome = "broken: see the test"
		}
		c.keep(t)
		t.Log(c.run.Line())
	}()
	kept := time.Now()
	for c.run.To = c.run.From; done+c.run.Done < *hostileFrames && !t.Failed(); c.run.To++ {
		c.dialogue(t)
		if time.Since(kept) > time.Minute {
			kept = time.Now()
			c.keep(t)
		}
	}
	if c.run.To > c.run.From && (c.accepted == 0 || c.refused == 0) {
		t.Errorf("%d dialogues accepted, %d refused: the frames try nothing", c.accepted, c.refused)
	}
}

type hostileCampaign struct {
	run               figures.Run
	begin             time.Time
	accepted, refused uint64
	longest           time.Duration // of a dialogue
	late              uint64        // dialogues that were tried again
	most              uint64        // bytes allocated by a dialogue, of those looked at
}

// dialogue lets the node hear the frames of one case. One that took too long
// is tried again: the program may have been stopped.
func (c *hostileCampaign) dialogue(t *testing.T) {
	h := &hostile{random: rand.New(rand.NewPCG(c.run.Seed, c.run.To))}
	h.codec, h.mild = ipc.Codec(h.n(2)), 1+10*h.n(2)
	frames := h.frames()
	for tries := 1; ; tries++ {
		var before, after runtime.MemStats
		look := c.run.To%100 == 0 // it takes a while
		if look {
			runtime.ReadMemStats(&before)
		}
		started := time.Now()
		pipe := rawPipe
		if c.run.To%8 == 7 {
			pipe = filePipe
		}
		heard, err := hear(t, pipe, h.codec, hostileLimit, frames)
		took := time.Since(started)
		if took > hostileTime && tries < 3 {
			c.late++
			continue
		}
		if look {
			runtime.ReadMemStats(&after)
			n := after.TotalAlloc - before.TotalAlloc
			c.most = max(c.most, n)
			if n > uint64(heard*(hostileLimit+hostileSlack)) {
				t.Errorf("case %d: %d bytes allocated for %d frames", c.run.To, n, heard)
			}
		}
		if took > hostileTime {
			t.Errorf("case %d: took %v", c.run.To, took)
		}
		c.longest = max(c.longest, took)
		c.run.Done += uint64(heard)
		if err == nil {
			c.accepted++
		} else {
			c.refused++
		}
		return
	}
}

// keep writes down how far the campaign is, if there is a file.
func (c *hostileCampaign) keep(t *testing.T) {
	c.run.Seconds = time.Since(c.begin).Seconds()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.run.Text = fmt.Sprintf("%d dialogues accepted, %d refused, longest %v, %d tried again; limit of a frame %d KiB, most allocated by a dialogue %d KiB, of the hundredth of them that was looked at; the process got %d MiB",
		c.accepted, c.refused, c.longest.Round(time.Millisecond), c.late, hostileLimit>>10, c.most>>10, m.Sys>>20)
	if *hostileFile == "" || c.run.To == c.run.From {
		return
	}
	if err := c.run.Put(*hostileFile); err != nil {
		t.Error(err)
	}
}

// hear holds a dialogue with a peer that writes these frames and goes away. It
// says how many of them the node has heard.
func hear(t *testing.T, pipe pipeMaker, codec ipc.Codec, limit int, frames [][]byte) (heard int, err error) {
	t.Helper()
	toNode, itsEnd := pipe.open(t, true)
	toCore, deafEnd := pipe.open(t, false)
	peer := make(chan struct{})
	write := func() {
		defer close(peer)
		for _, f := range frames {
			if _, err := itsEnd.Write(f); err != nil {
				break // the node does not listen any more
			}
		}
		itsEnd.Close()
	}
	const fits = 32 << 10 // into a pipe, whoever reads
	bytes := 0
	for _, f := range frames {
		bytes += len(f)
	}
	if bytes < fits {
		write()
	} else {
		go write()
	}
	messenger := ipc.NewMessenger(ipc.NewSender(toCore, limit), ipc.NewReceiver(toNode, limit),
		codec, slog.New(slog.DiscardHandler), protocol.KindName)
	r := newReplier(world{})
	part := &nodePart{
		messenger: messenger, replier: r, given: new(transcript),
		limits: &Limits{FrameBytes: limit, DialogueBytes: int64(4 * limit), HookCalls: 10},
	}
	q := &protocol.CallRequest{Input: vm.CallInput{Recipient: at(1)}}
	q.Input.Caller = at(2)
	q.Fetched = r.fetch(at(2), at(1))
	release, err := interruptible(messenger, time.Now().Add(hostileDeadline), context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out, err := dialogue(part, protocol.Call(), q)
	release()
	if err == nil {
		v := verdict{witness: r.witness, input: &q.Input.Input, config: &vm.Config{}}
		err = v.check(out)
	}
	if closing := errors.Join(toNode.Close(), toCore.Close(), deafEnd.Close()); closing != nil {
		t.Fatal(closing)
	}
	<-peer
	return min(part.questions+1, len(frames)), err
}

// pipeMaker is rawPipe or filePipe.
type pipeMaker func(nodeReads bool, spin time.Duration) (node end, core *os.File, err error)

func (m pipeMaker) open(t *testing.T, nodeReads bool) (node end, core *os.File) {
	t.Helper()
	node, core, err := m(nodeReads, 0)
	if err != nil {
		t.Fatal(err)
	}
	return node, core
}

// TestForgedFrames says each of them to the node as the only answer.
func TestForgedFrames(t *testing.T) {
	for _, f := range forgedFrames() {
		t.Run(f.name, func(t *testing.T) {
			_, err := hear(t, rawPipe, ipc.JSON, hostileLimit, [][]byte{f.frame})
			var broken *ipc.ProtocolError
			if !errors.As(err, &broken) || !strings.Contains(err.Error(), f.complaint) {
				t.Errorf("got %v, want a broken rule: %q", err, f.complaint)
			}
		})
	}
}

// TestAnnouncedLengths announces payloads, with the limit that a driver has,
// and says no more than two bytes of them.
func TestAnnouncedLengths(t *testing.T) {
	const most = 256 << 10 // for the whole dialogue, with its buffers
	limit := ipc.DefaultFrameBytes
	for _, row := range []struct {
		name      string
		length    uint32
		complaint string
	}{
		{"nothing", 0, "has no payload"},
		{"the limit", uint32(limit), "unexpected EOF"}, // it is not refused, and costs nothing
		{"one byte more than the limit", uint32(limit) + 1, "announced with 402653185 bytes, more than 402653184"},
		{"2^31 bytes", 1 << 31, "announced with 2147483648 bytes"},
		{"2^32-1 bytes", 1<<32 - 1, "announced with 4294967295 bytes"},
	} {
		for _, codec := range []ipc.Codec{ipc.JSON, ipc.Binary} {
			t.Run(row.name+", "+codec.String(), func(t *testing.T) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err := hear(t, rawPipe, codec, limit, [][]byte{rawFrame(row.length, 73, []byte("{}"))})
				runtime.ReadMemStats(&after)
				if err == nil || !strings.Contains(err.Error(), row.complaint) {
					t.Errorf("got %v, want %q", err, row.complaint)
				}
				if n := after.TotalAlloc - before.TotalAlloc; n > most {
					t.Errorf("%d bytes were allocated", n)
				}
			})
		}
	}
}

// TestWhatALieMayCost says bodies of a result that are to become many times
// what they are: in memory, or in the error that tells of them.
func TestWhatALieMayCost(t *testing.T) {
	const n = 1 << 20
	many := func(open, element, end string) string {
		return open + strings.Repeat(element+",", n/(len(element)+1)) + element + end
	}
	for _, row := range []struct {
		name, answer string // of 73, after its kind
		most         uint64 // times the size of the frame
	}{
		{"accounts of null", many(`"Body":{"Accounts":[`, `null`, `]}`), 8},
		{"accounts of numbers", many(`"Body":{"Accounts":[`, `111`, `]}`), 8},
		{"accounts of texts", many(`"Body":{"Accounts":[`, `"aaa"`, `]}`), 8},
		{"accounts under a name in other letters", many(`"Body":{"accounts":[`, `null`, `]}`), 8},
		{"accounts behind a list of bytes", many(`"Body":{"ReturnData":[],"Accounts":[`, `null`, `]}`), 8},
		{"accounts behind a name and a colon in a text", many(`"Body":{"ReturnData":["\":"],"Accounts" : [`, `null`, `]}`), 8},
		{"storage of null", many(`"Body":{"Accounts":[{"StorageUpdates":[`, `null`, `]}]}`), 8},
		{"transfers of null", many(`"Body":{"Accounts":[{"Transfers":[`, `null`, `]}]}`), 8},
		{"logs of null", many(`"Body":{"Logs":[`, `null`, `]}`), 8},
		{"an integer that is a long text", `"Body":{"Accounts":[{"Balance":"` + strings.Repeat("\xff", n) + `"}]}`, 40},
		{"a long key that was not asked for", `"Body":{"Accounts":[{"Address":"` + at(1).String() +
			`","BalanceDelta":0,"StorageUpdates":[{"Key":"` + strings.Repeat("QUFB", n/4) + `"}]}]}`, 8},
		{"a long reason", `"Status":2,"Text":"` + strings.Repeat("AAAA", n/4) + `","Body":{}`, 8},
	} {
		t.Run(row.name, func(t *testing.T) {
			frame := jsonFrame(73, `{"DialogueNonce":2,"Kind":73,`+row.answer+`}`)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := hear(t, rawPipe, ipc.JSON, 2*n, [][]byte{frame})
			runtime.ReadMemStats(&after)
			var broken *ipc.ProtocolError
			if !errors.As(err, &broken) {
				t.Fatalf("got %v, want a broken rule", err)
			}
			if text := err.Error(); len(text) > 5*maxToldBytes {
				t.Errorf("the error has %d bytes", len(text))
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > row.most*uint64(len(frame)) {
				t.Errorf("%d bytes were allocated for a frame of %d", got, len(frame))
			}
		})
	}
}
