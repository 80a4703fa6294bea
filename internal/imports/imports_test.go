package imports

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func schedule(t *testing.T, name string) *gas.Schedule {
	t.Helper()
	prices, err := gas.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gas.New(prices)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryRowIsComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range All() {
		name := row.Module + "." + row.Name
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
		if row.Module != "env" && row.Module != "ethereum" {
			t.Errorf("%s: there is no module %q", name, row.Module)
		}
		if !strings.HasSuffix(row.Doc, ".") || strings.ContainsAny(row.Doc, "|\n") || row.Doc[0] < 'a' || row.Doc[0] > 'z' {
			t.Errorf("%s: %q is not a sentence that starts with a small letter and ends with a full stop", name, row.Doc)
		}
		if row.Body == nil {
			t.Errorf("%s has no body", name)
		}
		params := map[string]bool{}
		for _, p := range row.Params {
			if p.Name == "" || p.Kind == "" || len(p.Words) == 0 || params[p.Name] {
				t.Errorf("%s: parameter %+v", name, p)
			}
			params[p.Name] = true
		}
		if (row.Result.Type == 0) != (row.Result.Name == "") {
			t.Errorf("%s: result %+v", name, row.Result)
		}
	}
}

func TestEveryRowHasAPriceInEverySchedule(t *testing.T) {
	for _, name := range []string{"core", "v1", "v3", "opcodes"} {
		s := schedule(t, name)
		for _, row := range All() {
			section, key, _ := strings.Cut(row.Price, ".")
			if _, err := s.Price(section, key); err != nil {
				t.Errorf("%s.%s in %s: %v", row.Module, row.Name, name, err)
			}
		}
	}
}

// A row that changes or vanishes breaks contracts that are deployed.
func TestRowsAreThoseOfTheGoldenFile(t *testing.T) {
	var list []string
	for _, row := range All() {
		list = append(list, fmt.Sprintf("%s %s %s %s", row.Module, row.Name, Signature(row), row.Price))
	}
	slices.Sort(list)
	compareGolden(t, "imports.golden", strings.Join(list, "\n")+"\n")
}

func TestMarkdown(t *testing.T) {
	text, err := Markdown(schedule(t, "v1"))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if again, err := Markdown(schedule(t, "v1")); err != nil || again != text {
			t.Fatalf("rendered twice it differs, %v", err)
		}
	}
	if rows := strings.Count(text, "\n| `"); rows != len(All()) {
		t.Errorf("%d rows are rendered, want %d", rows, len(All()))
	}
	for _, want := range []string{
		"## Storage\n",
		"| `storageStore` | key: bytes, value: bytes | status | `(i32 i32 i32 i32) -> i32` | 250000 (StorageStore) | Sets the value of a key and says what that did: 0 nothing, 1 modified, 2 added, 3 deleted. |\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestGroupsAreSortedByName(t *testing.T) {
	for _, g := range groups() {
		rows := g.sorted()
		for i := 1; i < len(rows); i++ {
			if rows[i-1].Name >= rows[i].Name {
				t.Errorf("%s: %s before %s", g.title, rows[i-1].Name, rows[i].Name)
			}
		}
	}
}

func TestNamesThatAreLeftToContracts(t *testing.T) {
	var names []string
	for _, row := range All() {
		if row.Unreserved {
			names = append(names, row.Name)
		}
	}
	slices.Sort(names)
	want := "bigIntGetESDTCallValue createAsyncCall getDCTTokenName getESDTTokenName getESDTValue setAsyncContextCallback"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s differs; got\n%s", path, got)
	}
}
