package contracts_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
)

func TestEveryDirectoryHasSourceModuleAndReadme(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, e := range entries {
		if e.IsDir() {
			dirs = append(dirs, e.Name())
		}
	}
	if !slices.Equal(dirs, contracts.Names()) {
		t.Errorf("directories %q, embedded contracts %q", dirs, contracts.Names())
	}
	for _, name := range contracts.Names() {
		if code := contracts.Wasm(name); !bytes.HasPrefix(code, []byte("\x00asm\x01\x00\x00\x00")) {
			t.Errorf("%s: not a WebAssembly module", name)
		}
		source := filepath.Join(name, name)
		_, errC := os.Stat(source + ".c")
		_, errWat := os.Stat(source + ".wat")
		if errors.Is(errC, fs.ErrNotExist) == errors.Is(errWat, fs.ErrNotExist) {
			t.Errorf("%s: want either a C or a WebAssembly text source", name)
		}
		if readme, err := os.ReadFile(filepath.Join(name, "README.md")); err != nil {
			t.Error(err)
		} else if !strings.HasPrefix(string(readme), "# "+name+"\n") {
			t.Errorf("%s: README.md does not start with its name", name)
		}
	}
}

func TestAnUnknownNamePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	contracts.Wasm("none")
}
