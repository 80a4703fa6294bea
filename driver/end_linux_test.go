package driver

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// A machine without /proc has pipes like any other, only slower ones.
func TestAReaderThatCannotBePokedIsAFile(t *testing.T) {
	for _, test := range []struct {
		dir  string
		file bool
	}{{descriptors, false}, {t.TempDir(), true}} {
		node, core, err := rawPipeIn(test.dir, true, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, file := node.(*os.File); file != test.file {
			t.Errorf("with descriptors in %s the end is a %T", test.dir, node)
		}
		if _, err := core.WriteString("words"); err != nil {
			t.Error(err)
		}
		b := make([]byte, 10)
		if n, err := node.Read(b); err != nil || string(b[:n]) != "words" {
			t.Errorf("read %q, %v", b[:n], err)
		}
		if err := node.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
			t.Error(err)
		}
		if _, err := node.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		if err := core.Close(); err != nil {
			t.Error(err)
		}
		if err := node.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The deadline of one request may be later or earlier than that of the one
// before, whose timer may be running still.
func TestADeadlineMayMoveBothWays(t *testing.T) {
	node, core, err := rawPipe(true, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	defer core.Close()
	b := make([]byte, 1)
	within := func(d time.Duration) {
		t.Helper()
		if err := node.SetReadDeadline(time.Now().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	answered := func(after time.Duration) {
		t.Helper()
		time.AfterFunc(after, func() { core.Write([]byte{1}) })
		if _, err := io.ReadFull(node, b); err != nil {
			t.Fatal(err)
		}
	}
	within(50 * time.Millisecond)
	answered(0)
	within(10 * time.Second) // the timer goes off for the first one, and is set again
	answered(120 * time.Millisecond)
	within(10 * time.Second)
	answered(0)
	begin := time.Now()
	within(50 * time.Millisecond) // earlier than the timer
	if _, err := node.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(begin); took < 50*time.Millisecond || took > 3*time.Second {
		t.Errorf("the deadline of 50 ms came after %v", took)
	}
}

// A node may have no descriptor left when a deadline passes.
func TestAReaderThatCannotBePokedAnyMoreStillEnds(t *testing.T) {
	for name, end := range map[string]func(e *rawEnd, core *os.File) error{
		"there are descriptors again": func(e *rawEnd, core *os.File) error {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.dir = descriptors
			return nil
		},
		"the other side is ended": func(e *rawEnd, core *os.File) error { return core.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			node, core, err := rawPipe(true, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer core.Close()
			defer node.Close()
			e, ok := node.(*rawEnd)
			if !ok {
				t.Skip("there is no /proc here")
			}
			e.dir = t.TempDir()
			lost := make(chan struct{}, 1000)
			e.whenLost(func() { lost <- struct{}{} })
			if err := e.SetReadDeadline(time.Now().Add(20 * time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			read := make(chan error)
			go func() {
				_, err := e.Read(make([]byte, 1))
				read <- err
			}()
			select {
			case <-lost:
			case err := <-read:
				t.Fatalf("read: %v", err)
			}
			if err := end(e, core); err != nil {
				t.Fatal(err)
			}
			if err := <-read; !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("read: %v", err)
			}
		})
	}
}
