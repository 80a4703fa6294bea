package corepart_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/Dharitri-org/core-wasm-vm/internal/corepart"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var update = flag.Bool("update", false, "rewrite what was seen in testdata")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// node holds the Node's ends of the pipes.
type node struct {
	init, nodeToCore, profile *os.File // write
	coreToNode, lines         *os.File // read
	stderr                    bytes.Buffer
	gone                      chan int // exit codes of a Core that cannot wait
	exit                      chan int // exit code of the loop
}

// startCore runs the Core Part in this process.
func startCore(t *testing.T, construct corepart.Constructor) *node {
	t.Helper()
	n := &node{gone: make(chan int, 1), exit: make(chan int, 1)}
	var core corepart.Pipes
	for _, pair := range []struct{ read, write **os.File }{
		{&core.Init, &n.init}, {&core.NodeToCore, &n.nodeToCore}, {&n.coreToNode, &core.CoreToNode},
		{&core.LogProfile, &n.profile}, {&n.lines, &core.LogLines},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		*pair.read, *pair.write = r, w
	}
	go func() {
		n.exit <- corepart.Run(&core, "build of the test", construct, &n.stderr, func(code int) { n.gone <- code })
	}()
	t.Cleanup(func() {
		for _, f := range []*os.File{n.init, n.nodeToCore, n.profile, n.coreToNode, n.lines} {
			f.Close()
		}
	})
	return n
}

func (n *node) wait(t *testing.T) int {
	t.Helper()
	select {
	case code := <-n.exit:
		return code
	case <-time.After(5 * time.Second):
		t.Fatal("Core does not end")
		return 0
	}
}

// executor asks what the function of a call says.
type executor struct{ hook vm.BlockchainHook }

func construct(init *protocol.Init, hook vm.BlockchainHook) (vm.Executor, corepart.Facts, error) {
	if len(init.Config.Features) > 0 {
		return nil, corepart.Facts{}, fmt.Errorf("feature %q is not known", init.Config.Features[0])
	}
	return &executor{hook}, corepart.Facts{Engine: "none", Confine: func() (layers, missing []string) { return []string{"sand"}, nil }}, nil
}

func (e *executor) Create(_ context.Context, in *vm.CreateInput) (*vm.Output, error) {
	a, err := e.hook.NewAddress(in.Caller, 1, []byte{5, 0})
	if err != nil {
		return nil, err
	}
	return &vm.Output{Accounts: []vm.OutputAccount{{Address: a, Code: in.Code}}}, nil
}

func (e *executor) Call(_ context.Context, in *vm.CallInput) (*vm.Output, error) {
	switch in.Function {
	case "nothing":
		return nil, nil
	case "stubborn":
		e.hook.Storage(in.Recipient, []byte("a"))
		e.hook.Storage(in.Recipient, []byte("b"))
		return &vm.Output{Message: "all is well"}, nil
	case "large":
		return &vm.Output{ReturnData: [][]byte{make([]byte, 3000)}}, nil
	case "account":
		if _, err := e.hook.BlockFacts(); err != nil {
			return nil, err
		}
		for range 2 { // the second time it is known
			a, err := e.hook.Account(in.Recipient)
			if refusal := (*vm.Refusal)(nil); errors.As(err, &refusal) {
				return &vm.Output{Message: refusal.Text}, nil
			} else if err != nil {
				return nil, err
			} else if a == nil {
				return &vm.Output{Message: "elsewhere"}, nil
			}
		}
		return &vm.Output{Message: "known"}, nil
	}
	value, err := e.hook.Storage(in.Recipient, []byte("key"))
	var refusal *vm.Refusal
	if errors.As(err, &refusal) {
		value = []byte("refused: " + refusal.Text)
	} else if err != nil {
		return nil, err
	}
	return &vm.Output{ReturnData: [][]byte{value}}, nil
}

// TestDialogues plays the files of testdata. A line "init PAYLOAD" or
// "node KIND PAYLOAD" is what the Node says, "core KIND PAYLOAD" what Core is
// to say, "end" lets the Node close nodeToCore, "exit CODE: LINE" is how Core
// ends and what it writes to standard error. With -update the lines "core" and
// "exit" are written anew.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(text) {
				t.Errorf("%s went differently:\n%s", file, got)
			}
		})
	}
}

func play(t *testing.T, text string) string {
	n := startCore(t, construct)
	go io.Copy(io.Discard, n.lines)
	var told strings.Builder
	say := func(to *os.File, kind, payload string) {
		number, err := strconv.ParseUint(kind, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		frame := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
		frame = binary.LittleEndian.AppendUint32(frame, uint32(number))
		if _, err := to.Write(append(frame, payload...)); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "init":
			kind, payload, _ := strings.Cut(rest, " ")
			say(n.init, kind, payload)
		case "node":
			kind, payload, _ := strings.Cut(rest, " ")
			say(n.nodeToCore, kind, payload)
		case "end":
			n.nodeToCore.Close()
			n.init.Close()
		case "core":
			line = "core " + hear(t, n.coreToNode)
		case "exit":
			code := n.wait(t)
			line = fmt.Sprintf("exit %d: %s", code, strings.TrimSpace(n.stderr.String()))
		}
		told.WriteString(line + "\n")
	}
	return told.String()
}

func hear(t *testing.T, r *os.File) string {
	t.Helper()
	if err := r.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	var preamble [8]byte
	if _, err := io.ReadFull(r, preamble[:]); err != nil {
		return "nothing: " + err.Error()
	}
	payload := make([]byte, binary.LittleEndian.Uint32(preamble[:]))
	if _, err := io.ReadFull(r, payload); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(binary.LittleEndian.Uint32(preamble[4:]), " ", string(payload))
}

const goodInit = `{"DialogueNonce":1,"Kind":64,"Body":{"Protocol":1,"FrameBytes":100000}}`

// ready starts Core and shakes hands.
func ready(t *testing.T) *node {
	t.Helper()
	n := startCore(t, construct)
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(goodInit)))
	frame = binary.LittleEndian.AppendUint32(frame, 64)
	if _, err := n.init.Write(append(frame, goodInit...)); err != nil {
		t.Fatal(err)
	}
	if got := hear(t, n.coreToNode); !strings.HasPrefix(got, "65 ") {
		t.Fatalf("Core said %q", got)
	}
	return n
}

func TestTheEndOfTheProfilePipeEndsCoreAtOnce(t *testing.T) {
	n := ready(t)
	go io.Copy(io.Discard, n.lines)
	n.profile.Close()
	select {
	case code := <-n.gone:
		if code != corepart.ExitLoop {
			t.Errorf("exit code %d", code)
		}
	case <-time.After(5 * time.Second):
		t.Error("Core does not notice that the Node is gone")
	}
	n.nodeToCore.Close()
	n.wait(t)
}
