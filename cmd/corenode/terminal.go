package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// colours says whether what is written to w may have colours.
func colours(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && onTerminal(f)
}

// progress shows how far a long run is, on a terminal only and not before a
// second has passed. It is safe for concurrent use.
type progress struct {
	out   io.Writer
	what  string
	begin time.Time

	mu    sync.Mutex
	shown time.Time // zero: nothing is shown
	last  time.Time
}

// newProgress makes a progress display, or one that shows nothing if out is no
// terminal.
func newProgress(out io.Writer, what string) *progress {
	if f, ok := out.(*os.File); !ok || !isTerminal(f) {
		out = nil
	}
	return &progress{out: out, what: what, begin: time.Now()}
}

const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
)

// show shows how many of all are done.
func (p *progress) show(done, total int) { p.line("%d of %d %s", done, total, p.what) }

func (p *progress) line(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.out == nil || now.Sub(p.begin) < progressAfter || now.Sub(p.last) < progressEvery {
		return
	}
	p.shown, p.last = now, now
	fmt.Fprintf(p.out, "\r%s, %.0f s\x1b[K", fmt.Sprintf(format, args...), now.Sub(p.begin).Seconds())
}

// follow shows a count until stop is called, also while it stays the same.
func (p *progress) follow(count *atomic.Int64) (stop func()) {
	if p.out == nil {
		return func() {}
	}
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				p.hide()
				return
			case <-tick.C:
				p.line("%d %s", count.Load(), p.what)
			}
		}
	}()
	return func() {
		close(ended)
		<-gone
	}
}

// hide removes what is shown, so that something else can be written.
func (p *progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out != nil && !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = time.Time{}
	}
}

// A newFile is a file that is to be written.
type newFile struct {
	path  string
	write func(f *os.File) error
}

// writeFiles writes files that appear under their names only when all of them
// are complete.
func writeFiles(files ...newFile) error {
	drafts := make([]string, len(files))
	for i, n := range files {
		draft, err := os.CreateTemp(filepath.Dir(n.path), ".new-*")
		if err != nil {
			return plainPath(&fs.PathError{Op: "write", Path: n.path, Err: underlying(err)})
		}
		defer os.Remove(draft.Name()) // not there any more if all went well
		drafts[i] = draft.Name()
		err = n.write(draft)
		if err := errors.Join(err, draft.Chmod(0o644), draft.Close()); err != nil {
			return err
		}
		if stat, err := os.Stat(n.path); err == nil && stat.IsDir() {
			return fmt.Errorf("%s: is a directory", n.path)
		}
	}
	for i, n := range files {
		if err := os.Rename(drafts[i], n.path); err != nil {
			return plainPath(&fs.PathError{Op: "write", Path: n.path, Err: underlying(err)})
		}
	}
	return nil
}

func underlying(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}

// plainPath leaves the name of the system call out of an error about a file.
func plainPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return err
}
