//go:build unix

package driver_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var update = flag.Bool("update", false, "rewrite what was seen in testdata/dialogues")

// scriptVariable names a file with a dialogue. Core then says what is written
// there instead of running anything.
const scriptVariable = "CORE_TEST_SCRIPT"

// TestDialogues plays the files of testdata/dialogues. A file is a story of
// who says what:
//
//	# a remark
//	do call a b           the node's program makes a call with these arguments
//	process               from here on: the first, second, … Core process
//	node KIND PAYLOAD     the driver says this
//	core KIND PAYLOAD     Core says this; KIND is that of the preamble
//	core raw HEX          Core writes these bytes
//	core complain TEXT    Core writes to standard error
//	core exit N           Core ends
//	core read N           Core reads so many bytes of what the driver says
//	core skip             Core reads a message that is not written down here
//	core sleep            Core does nothing more, and reads nothing
//	core drip HEX         Core writes these bytes slowly, again and again
//	core close            Core closes coreToNode
//	result TEXT           what the node's program gets
//
// The handshake is not written down, unless a process begins with "handshake".
// With -update the lines "node" and "result" are written anew.
func TestDialogues(t *testing.T) {
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no dialogues", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { play(t, file) })
	}
}

func play(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(scriptVariable, script)

	var results []string
	hook := new(chain)
	if strings.Contains(string(text), "do fail\n") {
		hook.fail = errDisk
	}
	timeout, startTimeout := 5*time.Second, 5*time.Second
	slow := strings.HasPrefix(filepath.Base(file), "slow-")
	if slow {
		timeout = 300 * time.Millisecond
	}
	if strings.Contains(string(text), "handshake\ncore sleep\n") {
		startTimeout = timeout
	}
	limits := driver.Limits{FrameBytes: 1 << 20, HookCalls: 3}
	if strings.HasSuffix(file, "-too-long-together.txt") {
		limits.DialogueBytes = 1000
	}
	d, err := driver.New(hook, driver.Options{
		Self: true, CallTimeout: timeout, StartTimeout: startTimeout,
		Limits: limits,
	})
	if err != nil {
		results = append(results, resultOf(nil, err))
	} else {
		for line := range strings.Lines(string(text)) {
			if what, ok := strings.CutPrefix(strings.TrimSpace(line), "do "); ok && what != "fail" {
				results = append(results, do(t, d, strings.Fields(what)))
			}
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	got := retell(t, string(text), script, results)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	// After the deadline nobody waits long to hear how Core ended.
	unheard := strings.ReplaceAll(string(text), " (core: signal: killed)", "")
	if got != string(text) && (!slow || got != unheard) {
		t.Errorf("%s went differently:\n%s", file, got)
	}
}

func do(t *testing.T, d *driver.Driver, words []string) string {
	switch words[0] {
	case "create":
		in := &vm.CreateInput{Code: []byte("code"), CodeMetadata: []byte{1, 0}}
		in.Caller = address(2)
		out, err := d.Create(t.Context(), in)
		return resultOf(out, err)
	case "large": // more than fits into a pipe
		in := story(strings.Repeat("x", 300_000))
		out, err := d.Call(t.Context(), in)
		return resultOf(out, err)
	case "version":
		v, err := d.Version(t.Context())
		if err != nil {
			return resultOf(nil, err)
		}
		return v
	case "call":
		out, err := d.Call(t.Context(), story(words[1:]...))
		return resultOf(out, err)
	}
	t.Fatalf("cannot do %q", words)
	return ""
}

func resultOf(out *vm.Output, err error) string {
	var critical *driver.CriticalError
	switch {
	case errors.As(err, &critical):
		return strings.TrimSpace(fmt.Sprintf("critical, kind %d: %v", critical.Kind, err))
	case err != nil:
		return "error: " + err.Error()
	}
	return fmt.Sprintf("output: %s %q, data %q, %d accounts", out.Code, out.Message, out.ReturnData, len(out.Accounts))
}

// retell writes the dialogue as it was seen.
func retell(t *testing.T, text, script string, results []string) string {
	var told strings.Builder
	process := 0
	seen := seenBy(t, script, 1)
	next := func(list *[]string) string {
		if len(*list) == 0 {
			return "nothing"
		}
		first := (*list)[0]
		*list = (*list)[1:]
		return first
	}
	for line := range strings.Lines(text) {
		switch word, _, _ := strings.Cut(strings.TrimSpace(line), " "); word {
		case "process":
			process++
			seen = seenBy(t, script, process)
			told.WriteString(line)
		case "node":
			told.WriteString("node " + next(&seen) + "\n")
		case "result":
			told.WriteString("result " + next(&results) + "\n")
		default:
			told.WriteString(line)
		}
	}
	for _, r := range results {
		told.WriteString("result " + r + "\n")
	}
	return told.String()
}

func seenFile(script string, process int) string { return fmt.Sprintf("%s.seen%d", script, process) }

func seenBy(t *testing.T, script string, process int) []string {
	b, err := os.ReadFile(seenFile(script, process))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// followScript is Core as a script tells it, in its own process. Any mistake
// ends it with a code that no dialogue expects.
func followScript(script string) int {
	if err := follow(script); err != nil {
		fmt.Fprintln(os.Stderr, "script:", err)
		return 99
	}
	return 3
}

func follow(script string) error {
	text, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	sections := strings.Split("\n"+string(text), "\nprocess\n")[1:]
	if len(sections) == 0 {
		return errors.New("no process in the script")
	}
	var seen *os.File
	process := 1
	for ; ; process++ { // the first name that nobody has taken
		seen, err = os.OpenFile(seenFile(script, process), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			break
		} else if !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	lines := strings.Split(sections[min(process, len(sections))-1], "\n")
	in, from, to := os.NewFile(3, "init"), os.NewFile(4, "nodeToCore"), os.NewFile(5, "coreToNode")
	if _, _, err := readFrame(in); err != nil {
		return err
	}
	if !slices.Contains(lines, "handshake") {
		lines = append([]string{`core 65 {"DialogueNonce":2,"Kind":65,"Body":{"Protocol":1,"Build":"script","Engine":"none"}}`}, lines...)
	}
	for _, line := range lines {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "node":
			kind, payload, err := readFrame(from)
			if err != nil {
				fmt.Fprintln(seen, "nothing:", err)
			} else {
				fmt.Fprintln(seen, kind, string(payload))
			}
		case "core":
			if err := say(from, to, rest); err != nil {
				return err
			}
		}
	}
	_, err = io.Copy(io.Discard, from)
	return err
}

func say(from, to *os.File, what string) error {
	word, rest, _ := strings.Cut(what, " ")
	switch word {
	case "raw":
		b, err := hex.DecodeString(strings.ReplaceAll(rest, " ", ""))
		if err != nil {
			return err
		}
		_, err = to.Write(b)
		return err
	case "complain":
		fmt.Fprintln(os.Stderr, rest)
		return nil
	case "read":
		n, err := strconv.ParseInt(rest, 10, 64)
		if err == nil {
			_, err = io.CopyN(io.Discard, from, n)
		}
		return err
	case "skip":
		_, _, err := readFrame(from)
		return err
	case "exit":
		code, err := strconv.Atoi(rest)
		if err != nil {
			return err
		}
		os.Exit(code)
	case "close":
		return to.Close()
	case "sleep":
		time.Sleep(time.Hour)
	case "drip":
		b, err := hex.DecodeString(strings.ReplaceAll(rest, " ", ""))
		for i := 0; err == nil; i++ {
			_, err = to.Write(b[i%len(b) : i%len(b)+1])
			time.Sleep(10 * time.Millisecond)
		}
		return err
	}
	kind, err := strconv.ParseUint(word, 10, 32)
	if err != nil {
		return err
	}
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(rest)))
	frame = binary.LittleEndian.AppendUint32(frame, uint32(kind))
	_, err = to.Write(append(frame, rest...))
	return err
}

func readFrame(r io.Reader) (kind uint32, payload []byte, err error) {
	var preamble [8]byte
	if _, err := io.ReadFull(r, preamble[:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, binary.LittleEndian.Uint32(preamble[:]))
	_, err = io.ReadFull(r, payload)
	return binary.LittleEndian.Uint32(preamble[4:]), payload, err
}
