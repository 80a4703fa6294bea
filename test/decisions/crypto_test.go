package decisions

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// frames is a log handler that keeps what the node's messenger says.
type frames struct {
	mu    sync.Mutex
	lines []string
}

func (f *frames) Enabled(context.Context, slog.Level) bool { return true }
func (f *frames) WithAttrs([]slog.Attr) slog.Handler       { return f }
func (f *frames) WithGroup(string) slog.Handler            { return f }

func (f *frames) Handle(_ context.Context, r slog.Record) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if strings.HasPrefix(r.Message, "message ") {
		f.lines = append(f.lines, r.Message)
	}
	return nil
}

// The crypto hook is Core's own: a contract that uses all of it exchanges two
// frames with the node, the request and its result.
func TestCryptoHookAsksTheNodeNothing(t *testing.T) {
	c, n, config := findCase(t, "../vectors-decided", "crypto/everything")
	log := new(frames)
	d, err := driver.New(n, driver.Options{Self: true, Config: config, Logger: slog.New(log), LogProfile: "*:NONE"})
	if err != nil {
		t.Fatal(err)
	}
	defer closeIt(t, d)
	call := request(c.Steps[0])
	if _, err := d.Call(t.Context(), call); err != nil { // Core has the code from now on
		t.Fatal(err)
	}
	log.mu.Lock()
	log.lines = nil
	log.mu.Unlock()
	out, err := d.Call(t.Context(), call)
	if err != nil || out.Code != vm.OK || len(out.ReturnData) != 7 {
		t.Fatalf("got %+v, %v", out, err)
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if got := strings.Join(log.lines, ", "); got != "message sent, message received" {
		t.Errorf("the dialogue was: %s", got)
	}
}
