package symbols

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
)

// debug reads a module that still has its names.
func debug(t *testing.T, name string) []byte {
	t.Helper()
	code, err := os.ReadFile(filepath.Join("../../test/symbols", name+".wasm"))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestModulesWithNamesHaveTheCodeOfThoseWithout(t *testing.T) {
	for _, name := range []string{"erc20", "escrow", "vault"} {
		with, without := customSections(debug(t, name)), customSections(contracts.Wasm(name))
		if len(with.content) == 0 || !bytes.Equal(with.content, without.content) {
			t.Errorf("%s: other code; run test/symbols/build", name)
		}
		if len(with.custom[".debug_info"]) == 0 || len(without.custom[".debug_info"]) != 0 {
			t.Errorf("%s: debug information is missing, or deployed", name)
		}
	}
}

func TestFunctionsHaveNames(t *testing.T) {
	stripped, named := Read(contracts.Wasm("erc20")), Read(debug(t, "erc20"))
	seen := make(map[string]bool)
	for i := range uint32(60) {
		seen[stripped.Function(i)] = true
		if i < 18 && stripped.Function(i) != named.Function(i) {
			t.Errorf("import %d is %s or %s", i, stripped.Function(i), named.Function(i))
		}
	}
	for _, want := range []string{"env.getCaller", "transfer", "totalSupply", "func[59]"} {
		if !seen[want] {
			t.Errorf("%s is missing in %v", want, seen)
		}
	}
	if named.Function(1000) != "func[1000]" {
		t.Error("a function that does not exist has a name")
	}
	seen = make(map[string]bool)
	for i := range uint32(60) {
		seen[named.Function(i)] = true
	}
	for _, want := range []string{"export_transfer", "log_pair", "memcpy"} {
		if !seen[want] {
			t.Errorf("%s is missing in %v", want, seen)
		}
	}
}

func TestSymbolsAreTakenFromAModuleWithTheSameCode(t *testing.T) {
	set := new(Set)
	if err := set.Add(debug(t, "escrow")); err != nil {
		t.Fatal(err)
	}
	table := set.Of(contracts.Wasm("escrow"))
	if table != set.Of(contracts.Wasm("escrow")) {
		t.Error("symbols are read twice")
	}
	first := Read(debug(t, "escrow"))
	found := 0
	for offset := range len(contracts.Wasm("escrow")) {
		file, line, ok := table.Line(offset)
		if !ok {
			continue
		}
		found++
		if !strings.HasSuffix(file, "escrow.c") && !strings.HasSuffix(file, ".h") || line < 1 {
			t.Fatalf("offset %d is at %s:%d", offset, file, line)
		}
		if file2, line2, ok := first.Line(offset - table.base + first.base); !ok || file2 != file || line2 != line {
			t.Fatalf("offset %d is at %s:%d or %s:%d", offset, file, line, file2, line2)
		}
	}
	if found < 1000 {
		t.Errorf("only %d offsets have a line", found)
	}
	if _, _, ok := set.Of(contracts.Wasm("vault")).Line(600); ok {
		t.Error("lines for another contract")
	}
	if err := set.Add([]byte("no module")); err == nil {
		t.Error("what is no module has symbols")
	}
}

func TestNamesOfRustArePaths(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"memcpy", "memcpy"},
		{"_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad"},
		{"_ZN60_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17h0123456789abcdefE", "<alloc::string::String as core::fmt::Display>::fmt"},
		{"_ZN3fooE", "foo"},
		{"_ZN99foo", "_ZN99foo"},
		{"_ZNxE", "_ZNxE"},
	} {
		if got := plain(tt.name); got != tt.want {
			t.Errorf("%s is %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Symbols mean nothing, so a broken name or debug section must do no harm.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"erc20", "vault"} {
		code, err := os.ReadFile(filepath.Join("../../test/symbols", name+".wasm"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(code)
	}
	f.Add(contracts.Wasm("counter"))
	f.Fuzz(func(t *testing.T, code []byte) {
		table := Read(code)
		for i := range uint32(10) {
			if table.Function(i) == "" {
				t.Fatalf("function %d has no name", i)
			}
		}
		table.Line(len(code) / 2)
	})
}
