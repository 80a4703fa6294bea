package assemble_test

import (
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

func TestAModuleWithEverythingIsValid(t *testing.T) {
	code, err := assemble.Module(`
		import env.tick i32 -> i64
		memory 1 3; table 4
		elem 1 inner run
		data 8 some text
		hex 40 00ff 01
		global i64 -7
		global f32 0x7fc00000
		global f64 1
		func run
		  local 2 i32
		  block i32; i32.const 5; call inner; end; drop  # a comment
		  i32.const 7; i32.const 1; call_indirect i32 -> i32; drop
		  loop; local.get 0; br_table 0 0; end
		fn inner i32 -> i32
		  i32.const 8; i64.const 0x10; i64.store 16; local.get 0`)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	tick := wasm.FuncType{Params: []wasm.ValueType{wasm.I32}, Results: []wasm.ValueType{wasm.I64}}
	if err := wasm.Check(m, func(_, _ string) (wasm.FuncType, bool) { return tick, true }); err != nil {
		t.Error(err)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for source, want := range map[string]string{
		"func f\nnothing":          "line 2: \"nothing\": unknown instruction",
		"func f; call g":           "unknown function",
		"func f; i32.const x":      "invalid syntax",
		"i32.const 1":              "outside of a function",
		"memory x":                 "invalid syntax",
		"func f i33":               "unknown type",
		"table 1\nelem 0 g":        "unknown function g",
		"memory 1\nhex 0 0":        "odd length",
		"func f; f32.add":          "unknown instruction",
		"func f; block i31; end":   "unknown type",
		"func f; br_table 0 x":     "invalid syntax",
		"global i99 1":             "unknown type",
		"func f; local x i32":      "invalid syntax",
		"import env.tick i32 -> u": "unknown type",
	} {
		if _, err := assemble.Parse(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", source, err, want)
		}
	}
}

func TestImportsOfOneNameAreAllThere(t *testing.T) {
	m, err := assemble.Parse("import env.f\nimport ethereum.f i32\nfunc run; i32.const 1; call f")
	if err != nil {
		t.Fatal(err)
	}
	if code := m.Bodies[0].Code; len(m.Imports) != 2 || m.Exports[0].Index != 2 || code[3] != 1 {
		t.Errorf("got %+v", m)
	}
}

func TestWhatIsWrittenIsThere(t *testing.T) {
	m, err := assemble.Parse("import env.tick\nmemory 1 3\nfunc run; call tick\nfn inner i64; i32.const 1; i32.load 9; drop")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Imports) != 1 || m.Memory.Max != 3 || len(m.Bodies) != 2 || len(m.Exports) != 2 {
		t.Errorf("got %+v", m)
	}
	want := []byte{byte(wasm.OpI32Const), 1, byte(wasm.OpI32Load), 0, 9, byte(wasm.OpDrop), byte(wasm.OpEnd)}
	if string(m.Bodies[1].Code) != string(want) {
		t.Errorf("code is %x, want %x", m.Bodies[1].Code, want)
	}
}

func TestPiecesOfSources(t *testing.T) {
	m, err := assemble.Parse("memory 1\n" + assemble.Functions(3) + "func run\n" + assemble.Repeat(2, assemble.I32s(5, -1)+"i32.store"))
	if err != nil {
		t.Fatal(err)
	}
	one := []byte{byte(wasm.OpI32Const), 5, byte(wasm.OpI32Const), 0x7F, byte(wasm.OpI32Store), 0, 0}
	if want := string(one) + string(one) + string(rune(wasm.OpEnd)); len(m.Bodies) != 4 || string(m.Bodies[3].Code) != want {
		t.Errorf("got %x in %d functions, want %x", m.Bodies[len(m.Bodies)-1].Code, len(m.Bodies), want)
	}
}
