//go:build linux

package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
)

// A plan says where in a dialogue the Core with that process id dies. It
// travels in the request, as the hash of the transaction, which nothing reads.
type plan struct {
	pid     uint32
	reading bool   // in a message from the node, else in one to it
	message uint16 // which one in that direction, from 0
	where   where
}

// where is the place in a message: preamble of 8 bytes, then payload.
type where uint8

const (
	before     where = iota
	inPreamble       // after 4 bytes
	atPayload        // after the preamble
	inPayload        // in the middle
	nearEnd          // one byte is missing
	after
	places
)

// bytes gives how much of a frame is passed on.
func (w where) bytes(frame int) int {
	return [places]int{0, 4, 8, 8 + (frame-8)/2, frame - 1, frame}[w]
}

// planMark begins a plan. Its length is one that base64 turns into whole
// letters, whatever follows.
const planMark = "\xffborders\xfe"

const planBytes = len(planMark) + 8

func (p plan) encode() []byte {
	b := binary.LittleEndian.AppendUint32([]byte(planMark), p.pid)
	b = binary.LittleEndian.AppendUint16(b, p.message)
	direction := byte(0)
	if p.reading {
		direction = 1
	}
	return append(b, direction, byte(p.where))
}

// planIn finds a plan in a request, as it is or in base64.
func planIn(frame []byte) (plan, bool) {
	i := bytes.Index(frame, []byte(planMark))
	if i < 0 {
		text := base64.StdEncoding.EncodeToString([]byte(planMark))
		at := bytes.Index(frame, []byte(text))
		if at < 0 {
			return plan{}, false
		}
		end := min(at+base64.StdEncoding.EncodedLen(planBytes), len(frame))
		decoded, err := base64.StdEncoding.DecodeString(string(frame[at:end]))
		if err != nil {
			return plan{}, false
		}
		frame, i = decoded, 0
	}
	if len(frame) < i+planBytes {
		return plan{}, false
	}
	b := frame[i+len(planMark):]
	return plan{
		pid: binary.LittleEndian.Uint32(b), message: binary.LittleEndian.Uint16(b[4:]),
		reading: b[6] == 1, where: where(min(b[7], byte(places-1))),
	}, true
}

// dies says what becomes of Core's frame of the handshake.
func (p *plan) dies(frame []byte) (pass int, die bool) {
	if p == nil {
		return 0, false
	}
	return p.where.bytes(len(frame)), true
}

// onceVariable names a file: the Core that removes it dies in its handshake, at
// the place that is written there.
const onceVariable = "CORE_BORDER_ONCE"

// handshakePlan is the place of its death if this Core is to die that early.
func handshakePlan() *plan {
	file := os.Getenv(onceVariable)
	text, err := os.ReadFile(file)
	if err != nil || os.Remove(file) != nil {
		return nil // it was another's
	}
	p, ok := planIn(text)
	if !ok {
		exitOn(fmt.Errorf("%s holds no plan", file))
	}
	return &p
}

// beMortal is Core as it is, between two relays that know the plan of its
// death. It never returns.
func beMortal() {
	fromNode, toNode := relayed(4, false), relayed(5, true)
	handshake := handshakePlan()
	if handshake != nil && handshake.reading {
		init := relayed(3, false)
		go relay(init.outer, init.inner, func(frame []byte) (int, bool) {
			return handshake.where.bytes(len(frame)), true
		})
	}
	var current atomic.Pointer[plan] // of this dialogue; nil during the handshake
	var heard, said uint16           // messages of this dialogue; by whoever has the turn
	pid := uint32(os.Getpid())
	go relay(fromNode.outer, fromNode.inner, func(frame []byte) (int, bool) {
		if kind := binary.LittleEndian.Uint32(frame[4:]); kind%2 == 0 { // a request
			p, ok := planIn(frame)
			if !ok || p.pid != pid {
				p = plan{message: never}
			}
			heard, said = 0, 0
			current.Store(&p)
		}
		p := current.Load()
		heard++
		return p.where.bytes(len(frame)), p.reading && p.message == heard-1
	})
	go relay(toNode.inner, toNode.outer, func(frame []byte) (int, bool) {
		p := current.Load()
		if p == nil {
			return handshake.dies(frame)
		}
		said++
		return p.where.bytes(len(frame)), !p.reading && p.message == said-1
	})
	coreproc.Run()
}

// pipe is one that a relay stands in.
type pipe struct{ inner, outer int }

// relayed puts a new pipe in the place of descriptor fd.
func relayed(fd int, writes bool) pipe {
	outer, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 16)
	exitOn(err)
	var ends [2]int
	exitOn(unix.Pipe2(ends[:], unix.O_CLOEXEC))
	mine, its := ends[1], ends[0]
	if writes {
		mine, its = its, mine
	}
	exitOn(unix.Dup3(its, fd, unix.O_CLOEXEC))
	exitOn(unix.Close(its))
	return pipe{mine, outer}
}

// never is the number of a message that no dialogue has.
const never = 0xFFFF

// relay passes frames on until judge says that it is time to die, and how much
// of the last one is still to be passed.
func relay(from, to int, judge func(frame []byte) (pass int, die bool)) {
	for {
		frame := make([]byte, 8)
		if !readAll(from, frame) {
			exit()
		}
		payload := make([]byte, binary.LittleEndian.Uint32(frame))
		if !readAll(from, payload) {
			exit()
		}
		frame = append(frame, payload...)
		pass, die := judge(frame)
		if !die {
			writeAll(to, frame)
			continue
		}
		writeAll(to, frame[:pass])
		fmt.Fprintf(os.Stderr, "dies %d\n", time.Now().UnixNano())
		// In the jail this call is not even allowed, which is as deadly, unless
		// the program is linked with cgo.
		unix.Kill(os.Getpid(), unix.SIGKILL)
		exit()
	}
}

func exit() { os.Exit(3) }

func readAll(fd int, b []byte) bool {
	for len(b) > 0 {
		n, err := unix.Read(fd, b)
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return false
		}
		b = b[n:]
	}
	return true
}

func writeAll(fd int, b []byte) {
	for len(b) > 0 {
		n, err := unix.Write(fd, b)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			exit()
		}
		b = b[n:]
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "border:", err)
		os.Exit(1)
	}
}

// Core processes that misbehave, by the value of coreVariable.
const (
	coreVariable = "CORE_BORDER"
	mortal       = "mortal"  // dies where its plan says
	dead         = "dead"    // dies at once
	silent       = "silent"  // says nothing after the handshake
	slow         = "slow"    // says a byte of an answer now and then
	deaf         = "deaf"    // reads nothing after the handshake
	flood        = "flood"   // asks without end
	chatter      = "chatter" // writes to its standard output without end
)

// beBad is a Core that misbehaves after a handshake as it should be. It never
// returns.
func beBad(how string) {
	if how == dead {
		os.Exit(7)
	}
	if _, err := readFrame(3); err != nil {
		exit()
	}
	writeAll(5, frameOf(65, []byte(`{"DialogueNonce":2,"Kind":65,"Body":{"Protocol":1,"Build":"bad","Engine":"none"}}`)))
	if how == deaf {
		time.Sleep(time.Hour)
	}
	if _, err := readFrame(4); err != nil {
		exit()
	}
	switch how {
	case slow:
		for _, b := range frameOf(73, make([]byte, 1000)) {
			writeAll(5, []byte{b})
			time.Sleep(20 * time.Millisecond)
		}
	case flood:
		for nonce := 2; ; nonce += 2 {
			text := fmt.Sprintf(`{"DialogueNonce":%d,"Kind":98,"Body":{"Nonce":1}}`, nonce)
			writeAll(5, frameOf(98, []byte(text)))
			if _, err := readFrame(4); err != nil {
				exit()
			}
		}
	case chatter:
		line := make([]byte, 1<<16)
		for {
			writeAll(1, line)
			writeAll(2, line)
		}
	}
	time.Sleep(time.Hour)
}

func readFrame(fd int) ([]byte, error) {
	head := make([]byte, 8)
	if !readAll(fd, head) {
		return nil, io.EOF
	}
	payload := make([]byte, binary.LittleEndian.Uint32(head))
	if !readAll(fd, payload) {
		return nil, io.EOF
	}
	return payload, nil
}

func frameOf(kind uint32, payload []byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	return append(binary.LittleEndian.AppendUint32(b, kind), payload...)
}
