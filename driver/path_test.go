//go:build unix

package driver_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

// TestWhereCoreIsLookedFor says for each place what is found there and what
// comes of it. The programs are links to the test program, which tells in its
// version which of them was started.
func TestWhereCoreIsLookedFor(t *testing.T) {
	const (
		nothing    = ""
		program    = "program"
		directory  = "directory"
		text       = "text" // a file that is not executable
		noAccess   = "no access"
		notProgram = "not a program"
		loop       = "loop" // a link to itself
	)
	for _, row := range []struct {
		name             string
		inDirectory      string // what "core" in the working directory is
		inPath           string // what CORE_PATH names
		registered       bool   // the program called coreproc.Main
		options          driver.Options
		started, message string // one of them
	}{
		{name: "the working directory comes first", inDirectory: program, inPath: program, registered: true, started: "core"},
		{name: "then CORE_PATH", inPath: program, registered: true, started: "named"},
		{name: "then the program itself", registered: true, started: "self"},
		{name: "a directory called core is passed over", inDirectory: directory, inPath: program, started: "named"},
		{name: "CORE_PATH that names a directory is passed over", inPath: directory, registered: true, started: "self"},
		{name: "CORE_PATH that names nothing is passed over", inPath: "missing", registered: true, started: "self"},
		{name: "nothing anywhere", message: "core binary not found: core: no such file; CORE_PATH is not set; this program does not call coreproc.Main"},
		{name: "nothing but a wrong CORE_PATH", inPath: "missing", message: "named: no such file; this program"},
		{name: "nothing but directories", inDirectory: directory, inPath: directory, message: "core is a directory; "},
		{name: "a file that is not executable ends the search", inDirectory: text, inPath: program, registered: true, message: "core is not executable"},
		{name: "so it does at CORE_PATH", inPath: text, registered: true, message: "named is not executable"},
		{name: "a file that cannot be looked at ends the search", inDirectory: loop, inPath: program, registered: true, message: "too many levels"},
		{name: "an executable file that is no program", inDirectory: notProgram, inPath: program, message: "exec format error"},
		{name: "Self passes over everything", inDirectory: program, inPath: program, registered: true, options: driver.Options{Self: true}, started: "self"},
		{name: "Self of a program that cannot be Core", inDirectory: program, options: driver.Options{Self: true}, message: "this program cannot be started as Core: it does not call coreproc.Main"},
		{name: "Path passes over everything", inDirectory: directory, registered: true, options: driver.Options{Path: "given"}, started: "given"},
		{name: "Path that names nothing", inDirectory: program, registered: true, options: driver.Options{Path: "absent"}, message: "absent: no such file"},
		{name: "Path that names a directory", inDirectory: program, options: driver.Options{Path: "."}, message: "is a directory"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			t.Setenv("PWD", dir)
			put := func(name, what string) {
				t.Helper()
				var err error
				switch what {
				case program:
					err = os.Symlink(testProgram(t), name)
				case directory:
					err = os.Mkdir(name, 0o755)
				case text:
					err = os.WriteFile(name, []byte("#"), 0o644)
				case notProgram:
					err = os.WriteFile(name, []byte("\x00\x01"), 0o755)
				case loop:
					err = os.Symlink(name, name)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			put("core", row.inDirectory)
			put("given", program)
			t.Setenv("CORE_PATH", "")
			if row.inPath != nothing {
				put("named", row.inPath)
				t.Setenv("CORE_PATH", filepath.Join(dir, "named"))
			}
			if !row.registered {
				t.Setenv(protocol.SelfVariable, "1")
			}
			short := strings.NewReplacer("no such file or directory", "no such file", "stat "+dir+"/", "", dir+"/", "")
			seen := new(recorder)
			row.options.Logger = seen.logger()
			d, err := driver.New(new(chain), row.options)
			if err != nil {
				if c := (*driver.CriticalError)(nil); !errors.As(err, &c) || c.Kind != driver.KindStart {
					t.Errorf("%v is no failed start", err)
				}
				if row.message == "" || !strings.Contains(short.Replace(err.Error()), row.message) {
					t.Errorf("got %q, want %q", err, row.message)
				}
				return
			}
			defer d.Close()
			path := seen.attr("core started", "path")
			if row.started == "self" {
				if strings.HasPrefix(path, dir) {
					t.Errorf("started %s, want the program itself", path)
				}
			} else if path != filepath.Join(dir, row.started) {
				t.Errorf("started %s, want %s", path, row.started)
			}
		})
	}
}

func TestTheSearchIsDoneAgainAtEveryStart(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("CORE_PATH", "")
	if err := os.Symlink(testProgram(t), "core"); err != nil {
		t.Fatal(err)
	}
	d, err := driver.New(new(chain), driver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	t.Setenv(protocol.SelfVariable, "1")
	if err := errors.Join(d.Close(), os.Remove("core")); err != nil {
		t.Fatal(err)
	}
	_, err = d.Call(t.Context(), story())
	critical(t, err, driver.KindStart)
	if !d.IsClosed() {
		t.Error("Core is there after a failed start")
	}
	if err := os.Symlink(testProgram(t), "core"); err != nil {
		t.Fatal(err)
	}
	works(t, d)
}

func testProgram(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
