package corepart_test

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/corepart"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

func (n *node) line(t *testing.T) protocol.LogLine {
	t.Helper()
	payload := n.rawLine(t)
	var line protocol.LogLine
	if err := json.Unmarshal(payload, &line); err != nil {
		t.Fatalf("%q: %v", payload, err)
	}
	return line
}

func (n *node) rawLine(t *testing.T) []byte {
	t.Helper()
	if err := n.lines.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var length [4]byte
	if _, err := io.ReadFull(n.lines, length[:]); err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, binary.LittleEndian.Uint32(length[:]))
	if _, err := io.ReadFull(n.lines, payload); err != nil {
		t.Fatal(err)
	}
	return payload
}

func (n *node) setProfile(t *testing.T, payload string) {
	t.Helper()
	if _, err := n.profile.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(payload))), payload...)); err != nil {
		t.Fatal(err)
	}
}

func (n *node) say(t *testing.T, kind uint32, payload string) {
	t.Helper()
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	frame = append(binary.LittleEndian.AppendUint32(frame, kind), payload...)
	if _, err := n.nodeToCore.Write(frame); err != nil {
		t.Fatal(err)
	}
}

func TestTheLastLineSaysWhyTheLoopEnded(t *testing.T) {
	n := ready(t)
	n.nodeToCore.Close()
	payload := n.rawLine(t)
	text := string(payload)
	for _, part := range []string{`"Message":"end of loop"`, `"LogLevel":4`, `"Args":["err","receive: EOF"]`, `"LoggerName":"core/part"`, `"Correlation":{}`, `"Timestamp":1`} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
	n.wait(t)
}

func TestProfilesChangeWhatIsSent(t *testing.T) {
	n := ready(t)
	n.setProfile(t, `no profile`)
	if line := n.line(t); line.LogLevel != 3 || line.Message != "log profile is not understood" {
		t.Errorf("got %+v", line)
	}
	n.setProfile(t, strings.Repeat(" ", 70_000))
	if line := n.line(t); line.Message != "log profile is too long" {
		t.Errorf("got %+v", line)
	}
	n.setProfile(t, `{"LogLevelPatterns":"*:LOUD"}`)
	if line := n.line(t); line.LogLevel != 3 {
		t.Errorf("got %+v", line)
	}
	n.setProfile(t, `{"LogLevelPatterns":"*:NONE,core/duration:TRACE","WithCorrelation":false,"WithLoggerName":true}`)
	n.setProfile(t, `{"LogLevelPatterns":"*:SILENT"}`) // changes nothing, and warns nobody: warnings are off
	time.Sleep(50 * time.Millisecond)                  // profiles travel beside the dialogues
	n.say(t, 72, `{"DialogueNonce":1,"Kind":72,"Body":{"Input":{"Function":"bm90aGluZw=="}}}`)
	if got := hear(t, n.coreToNode); !strings.Contains(got, `"Status":2`) {
		t.Errorf("Core said %s", got)
	}
	if line := n.line(t); line.LoggerName != "core/duration" || line.LogLevel != 0 || len(line.Args) != 4 {
		t.Errorf("got %+v", line)
	}
	n.nodeToCore.Close()
	n.wait(t)
}

// TestLoggingNeverBlocksTheLoop leaves the log pipe unread: requests go on,
// and lines that found no room are counted.
func TestLoggingNeverBlocksTheLoop(t *testing.T) {
	n := ready(t)
	n.setProfile(t, `{"LogLevelPatterns":"*:TRACE"}`)
	for range 3000 {
		n.say(t, 66, `{"DialogueNonce":1,"Kind":66,"Body":{}}`)
		if got := hear(t, n.coreToNode); !strings.HasPrefix(got, "67 ") {
			t.Fatalf("Core said %s", got)
		}
	}
	dropped := false
	for !dropped {
		dropped = n.line(t).Message == "log lines dropped"
	}
	go io.Copy(io.Discard, n.lines)
	n.nodeToCore.Close()
	n.wait(t)
}

// TestABrokenLogPipeChangesNothing: nobody reads the lines any more, and
// requests go on.
func TestABrokenLogPipeChangesNothing(t *testing.T) {
	n := ready(t)
	n.setProfile(t, `{"LogLevelPatterns":"*:TRACE"}`)
	n.lines.Close()
	for range 3000 { // more than would find room in the queue
		n.say(t, 66, `{"DialogueNonce":1,"Kind":66,"Body":{}}`)
		if got := hear(t, n.coreToNode); !strings.HasPrefix(got, "67 ") {
			t.Fatalf("Core said %s", got)
		}
	}
	n.nodeToCore.Close()
	if code := n.wait(t); code != corepart.ExitLoop {
		t.Errorf("exit code %d", code)
	}
}
