package contracts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// The header declares what contracts can import, one line each; the table of
// imports is what they get.
func TestHeaderDeclaresEveryImportAsItIs(t *testing.T) {
	header, err := os.ReadFile(filepath.Join("..", "..", "sdk", "c", "dharitri.h"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^DHARITRI_IMPORT\((\w+)\) (?:_Noreturn )?(\w+) (\w+)\((.*)\);$`)
	declared := map[string]string{}
	for _, m := range line.FindAllStringSubmatch(string(header), -1) {
		if m[1] != m[3] {
			t.Errorf("%s is imported under the name %s", m[3], m[1])
		}
		declared[m[1]] = signatureInC(t, m[2], m[4])
	}
	for _, row := range imports.All() {
		if row.Module != "env" {
			continue
		}
		if got, want := declared[row.Name], signatureOf(&row); got != want {
			t.Errorf("%s: the header says %q, the table %q", row.Name, got, want)
		}
		delete(declared, row.Name)
	}
	for name := range declared {
		t.Errorf("%s is declared, but cannot be imported", name)
	}
}

// signatureInC shows a declaration of C as WebAssembly sees it.
func signatureInC(t *testing.T, result, params string) string {
	t.Helper()
	var words []string
	for param := range strings.SplitSeq(params, ",") {
		switch param = strings.TrimSpace(param); {
		case param == "void":
		case strings.Contains(param, "*"), strings.HasPrefix(param, "int32_t "):
			words = append(words, "i32")
		case strings.HasPrefix(param, "int64_t "):
			words = append(words, "i64")
		default:
			t.Errorf("unknown parameter %q", param)
		}
	}
	results := map[string]string{"void": "", "int32_t": "i32", "int64_t": "i64"}
	shown, ok := results[result]
	if !ok {
		t.Errorf("unknown result %q", result)
	}
	return "(" + strings.Join(words, " ") + ") " + shown
}

func signatureOf(row *host.Import) string {
	names := map[sandbox.ValueType]string{0: "", sandbox.I32: "i32", sandbox.I64: "i64"}
	var words []string
	for _, p := range row.Params {
		for _, w := range p.Words {
			words = append(words, names[w])
		}
	}
	return "(" + strings.Join(words, " ") + ") " + names[row.Result.Type]
}
