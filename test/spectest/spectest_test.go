package spectest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "pack the suite again from the module of the engine, write the counts")

func TestTheSuitePasses(t *testing.T) {
	r, err := Run()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Failures {
		t.Error(f)
	}
	t.Log("\n" + r.String())
	golden := filepath.Join("testdata", "counts.tsv")
	if *update {
		if err := os.WriteFile(golden, []byte(r.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if r.String() != string(want) {
		t.Errorf("the counts are not those of %s; -update writes them", golden)
	}
}

// The data is exactly what the engine's module ships.
func TestTheSuiteIsTheOneOfTheEngine(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command, which knows where the engine's module is")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/tetratelabs/wazero").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	module := strings.TrimSpace(string(out))
	if module == "" {
		t.Skip("the engine's module is not unpacked here")
	}
	dir := filepath.Join(module, "internal", "integration_test", "spectest", "v1", "testdata")
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the engine ships the suite elsewhere: %v", err)
	}
	var want bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&want, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	archive := tar.NewWriter(zipped)
	all, known, err := files()
	if err != nil && !*update {
		t.Fatal(err)
	}
	count := 0
	for _, ext := range []string{".json", ".wasm"} {
		names, err := filepath.Glob(filepath.Join(dir, "*"+ext))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if base := filepath.Base(name); !*update && !bytes.Equal(all[base], content) {
				t.Errorf("%s is not what the engine ships; -update packs it again", base)
			}
			if err := archive.WriteHeader(&tar.Header{Name: filepath.Base(name), Mode: 0o644, Size: int64(len(content))}); err != nil {
				t.Fatal(err)
			}
			if _, err := archive.Write(content); err != nil {
				t.Fatal(err)
			}
			count++
		}
	}
	if err := errors.Join(archive.Close(), zipped.Close()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", "mvp.tar.gz"), want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if count != len(known) || count < 2500 {
		t.Errorf("%d files are here, the engine ships %d", len(known), count)
	}
}
