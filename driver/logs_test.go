//go:build unix

package driver_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// recorder is a log handler that remembers.
type recorder struct {
	mu      sync.Mutex
	records []slog.Record
}

func (r *recorder) logger() *slog.Logger { return slog.New(recording{r, nil}) }

type recording struct {
	*recorder
	attrs []slog.Attr
}

func (r recording) Enabled(context.Context, slog.Level) bool { return true }
func (r recording) WithGroup(string) slog.Handler            { return r }
func (r recording) WithAttrs(a []slog.Attr) slog.Handler {
	return recording{r.recorder, append(slices.Clone(r.attrs), a...)}
}
func (r recording) Handle(_ context.Context, record slog.Record) error {
	record.AddAttrs(r.attrs...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, record)
	return nil
}

// lines gives the records as text: level, message and attributes.
func (r *recorder) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for _, record := range r.records {
		attrs := map[string]string{}
		var keys []string
		record.Attrs(func(a slog.Attr) bool {
			attrs[a.Key] = a.Value.String()
			keys = append(keys, a.Key)
			return true
		})
		line := fmt.Sprintf("%d %s: %s", record.Level, attrs["logger"], record.Message)
		for _, k := range keys {
			if k != "logger" {
				line += fmt.Sprintf(" %s=%s", k, attrs[k])
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// attr gives an attribute of the first record with that message.
func (r *recorder) attr(message, key string) (value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, record := range r.records {
		if record.Message == message {
			record.Attrs(func(a slog.Attr) bool {
				if a.Key == key {
					value = a.Value.String()
				}
				return true
			})
			return value
		}
	}
	return ""
}

func (r *recorder) wait(t *testing.T, part string) string {
	t.Helper()
	for begin := time.Now(); time.Since(begin) < 5*time.Second; time.Sleep(2 * time.Millisecond) {
		for _, line := range r.lines() {
			if strings.Contains(line, part) {
				return line
			}
		}
	}
	t.Fatalf("no line %q in\n%s", part, strings.Join(r.lines(), "\n"))
	return ""
}

func TestEveryLoggerIsHeard(t *testing.T) {
	seen := new(recorder)
	c := new(chain)
	d := start(t, c, driver.Options{Logger: seen.logger(), LogProfile: "*:TRACE", CallTimeout: time.Second})
	// The profile travels beside the dialogues: ask until it has arrived.
	eventually(t, "the profile does not arrive", func() bool {
		works(t, d)
		for _, line := range seen.lines() {
			if strings.Contains(line, "core/part: question to the node") {
				return true
			}
		}
		return false
	})
	if _, err := d.Call(t.Context(), story("say good morning", "complain it is late")); err != nil {
		t.Fatal(err)
	}
	c.fail = errDisk
	if _, err := d.Call(t.Context(), story("storage k")); err == nil {
		t.Error("a request that was given up has an output")
	}
	c.fail = nil
	if err := d.DiagnoseWait(t.Context(), time.Hour); err == nil {
		t.Error("an hour has passed")
	}
	works(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"0 coreDriver: core started pid=",
		"8 coreDriver: request failed request=DiagnoseWait err=critical error: ",
		"-8 coreDriver: request answered request=Call questions=",
		"-8 core/baseMessenger: message sent kind=Call nonce=1 bytes=",               // by the node
		"-8 core/baseMessenger: message received kind=Call nonce=1 bytes=",           // by Core
		"-8 core/baseMessenger: message sent kind=ShardOfAddress nonce=2 bytes=",     // by Core
		"-8 core/baseMessenger: message received kind=ShardOfAddress nonce=2 bytes=", // by the node
		"-8 core/host: output gasRemaining=",
		"-8 core/part: question to the node method=ShardOfAddress",
		"-4 core/host: begin request=Call",
		"-4 core/host: end request=Call code=ok",
		"8 core/host: given up request=Call err=",
		"-8 core/duration: executed request=Call duration=",
		"-8 textOutputSink: Core stream=stdout line=good morning",
		"8 textOutputSink: Core stream=stderr line=it is late",
	} {
		seen.wait(t, want)
	}
}

func TestOnlyWantedLinesAreSent(t *testing.T) {
	for _, row := range []struct {
		profile string
		heard   bool
	}{
		{"", false}, // *:INFO
		{"*:DEBUG", true},
		{"*:NONE,core/host:DEBUG", true},
		{"*:DEBUG,HOST:NONE", true}, // names are what they are
		{"*:DEBUG,host:NONE", false},
	} {
		t.Run(row.profile, func(t *testing.T) {
			seen := new(recorder)
			d := start(t, new(chain), driver.Options{Logger: seen.logger(), LogProfile: row.profile})
			time.Sleep(50 * time.Millisecond) // the profile travels beside the dialogues
			works(t, d)
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			heard := slices.ContainsFunc(seen.lines(), func(line string) bool {
				return strings.Contains(line, "core/host: begin")
			})
			if heard != row.heard {
				t.Errorf("heard %v, want %v", heard, row.heard)
			}
		})
	}
}

func TestAProfileCanBeChanged(t *testing.T) {
	seen := new(recorder)
	d := start(t, new(chain), driver.Options{Logger: seen.logger()})
	if err := d.SetLogProfile("*:LOUD"); err == nil {
		t.Error("a profile that makes no sense was taken")
	}
	if err := d.SetLogProfile("*:INFO,core/host:DEBUG"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the profile has no effect", func() bool {
		works(t, d)
		return slices.ContainsFunc(seen.lines(), func(line string) bool { return strings.Contains(line, "core/host: begin") })
	})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	works(t, d) // also in the next process
	if n := len(seen.lines()); n == 0 {
		t.Error("no line")
	}
}

// TestAProfileCanBeChangedInTheMiddleOfARequest: the hook changes it while Core
// waits for an answer.
func TestAProfileCanBeChangedInTheMiddleOfARequest(t *testing.T) {
	seen := new(recorder)
	c := new(chain)
	d := start(t, c, driver.Options{Logger: seen.logger()})
	profiles := []string{"*:TRACE", "*:INFO"}
	c.block = func() {
		if len(profiles) == 0 {
			return
		}
		if err := d.SetLogProfile(profiles[0]); err != nil {
			t.Error(err)
		}
		profiles = profiles[1:]
		time.Sleep(100 * time.Millisecond) // it travels beside the dialogue
	}
	if _, err := d.Call(t.Context(), story("storage a", "contract", "payable")); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range seen.lines() {
		if _, method, ok := strings.Cut(line, "core/part: question to the node method="); ok {
			got = append(got, method)
		}
	}
	if want := []string{"IsSmartContract"}; !slices.Equal(got, want) {
		t.Errorf("between the two profiles Core told of %q, want %q", got, want)
	}
}

func TestWhatCoreWritesIsBounded(t *testing.T) {
	seen := new(recorder)
	begin := time.Now()
	d := start(t, new(chain), driver.Options{Logger: seen.logger()})
	if _, err := d.Call(t.Context(), story("say-much 5000000", "complain-much 5000000", "shard")); err != nil {
		t.Fatal(err)
	}
	_, err := d.Call(t.Context(), story("complain-much 5000000", "exit 5"))
	c := critical(t, err, driver.KindCrash)
	if len(c.Stderr) > 64<<10 {
		t.Errorf("%d bytes of standard error are kept", len(c.Stderr))
	}
	// A line of 99 bytes is told in less than 199. There were two processes, and
	// 15 MB.
	sum, seconds := 0, 2+int(time.Since(begin).Seconds())
	for _, line := range seen.lines() {
		sum += len(line)
	}
	if sum > 2*2*seconds<<20 {
		t.Errorf("%d bytes were logged in %d seconds", sum, seconds)
	}
	time.Sleep(time.Second) // the budget is one of each second
	works(t, d)
	if _, err := d.Call(t.Context(), story("complain the end")); err != nil {
		t.Fatal(err)
	}
	seen.wait(t, "line=the end")
	works(t, d)
}

// An empty line is a whole record of the node's log.
func TestLinesWithoutTextAreBoundedToo(t *testing.T) {
	seen := new(recorder)
	begin := time.Now()
	d := start(t, new(chain), driver.Options{Logger: seen.logger(), CallTimeout: time.Minute})
	if _, err := d.Call(t.Context(), story("say-nothing 200000")); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	seconds := 2 + int(time.Since(begin).Seconds())
	if n := len(seen.lines()); n > seconds*(1<<20)/100+100 {
		t.Errorf("%d records in %d seconds", n, seconds)
	}
}

func TestNothingIsLoggedWithoutALogger(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	if _, err := d.Call(t.Context(), story("say hello", "complain hello")); err != nil {
		t.Fatal(err)
	}
}
