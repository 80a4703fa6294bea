package meter

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

var update = flag.Bool("update", false, "rewrite the files of what is expected")

// Each testdata/*.wat, of which the *.wasm beside it is the binary form, is
// instrumented; *.out is the result. With all prices 1, what is charged can be
// counted.
func TestInstrument(t *testing.T) {
	files, err := filepath.Glob("testdata/*.wasm")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".wasm")
		t.Run(filepath.Base(name), func(t *testing.T) {
			m := checked(t, file)
			before := fmt.Sprintf("%+v", *m)
			instrumented := instrument(m, ones())
			if after := fmt.Sprintf("%+v", *m); after != before {
				t.Errorf("the module was changed:\n%s\n%s", before, after)
			}
			if again := Instrument(m, ones()); !bytes.Equal(again, wasm.Encode(instrumented)) {
				t.Error("a second time the result is another one")
			}
			got := dump(instrumented)
			if *update {
				if err := os.WriteFile(name+".out", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".out")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func ones() *Prices {
	p := &Prices{LocalAllocate: 1, LocalsUnmetered: 1}
	for i := range p.Opcode {
		p.Opcode[i] = 1
	}
	return p
}

// checked reads a module and checks it.
func checked(t testing.TB, file string) *wasm.Module {
	t.Helper()
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := wasm.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	if err := wasm.Check(m, anything(m)); err != nil {
		t.Fatal(err)
	}
	return m
}

// anything offers whatever the module imports.
func anything(m *wasm.Module) wasm.Resolver {
	return func(module, name string) (wasm.FuncType, bool) {
		for _, im := range m.Imports {
			if im.Module == module && im.Name == name && int(im.Type) < len(m.Types) {
				return m.Types[im.Type], true
			}
		}
		return wasm.FuncType{}, false
	}
}

// dump lists an instrumented module.
func dump(m *wasm.Module) string {
	var s strings.Builder
	for i, im := range m.Imports {
		fmt.Fprintf(&s, "import %d %s.%s %s\n", i, im.Module, im.Name, m.Types[im.Type])
	}
	for _, e := range m.Elements {
		fmt.Fprintf(&s, "elem %v\n", e.Functions)
	}
	for i, g := range m.Globals {
		fmt.Fprintf(&s, "global %d %s\n", i, g.Type)
	}
	for _, e := range m.Exports {
		fmt.Fprintf(&s, "export %q kind %d index %d\n", e.Name, e.Kind, e.Index)
	}
	for i := range m.Bodies {
		index := len(m.Imports) + i
		fmt.Fprintf(&s, "func %d %s locals %v\n", index, m.FunctionType(uint32(index)), m.Bodies[i].Locals)
		list(&s, m.Bodies[i].Code)
	}
	return s.String()
}

func list(s *strings.Builder, code []byte) {
	d := wasm.NewDecoder(code)
	var in wasm.Instr
	for indent := 1; d.Next(&in); {
		if in.Op == wasm.OpEnd || in.Op == wasm.OpElse {
			indent--
		}
		fmt.Fprintf(s, "%s%s", strings.Repeat("  ", max(0, indent)), in.Op)
		switch in.Op.Immediate() {
		case wasm.ImmBlock:
			if in.Block != wasm.NoResult {
				fmt.Fprintf(s, " %s", wasm.ValueType(in.Block))
			}
		case wasm.ImmLabels:
			fmt.Fprintf(s, " %v", in.Table)
		case wasm.ImmLabel, wasm.ImmFunction, wasm.ImmType, wasm.ImmLocal, wasm.ImmGlobal:
			fmt.Fprintf(s, " %d", in.Index)
		case wasm.ImmI32, wasm.ImmI64:
			fmt.Fprintf(s, " %d", in.Const)
		}
		fmt.Fprintln(s)
		switch in.Op {
		case wasm.OpBlock, wasm.OpLoop, wasm.OpIf, wasm.OpElse:
			indent++
		}
	}
}

// However many types a module has for its imports, the instrumented one has each
// only once more: the compiler goes through all types for each function.
func TestTypesOfImportsAreAddedOnce(t *testing.T) {
	one := wasm.FuncType{Params: []wasm.ValueType{wasm.I32}}
	other := wasm.FuncType{Results: []wasm.ValueType{wasm.I64}}
	m := &wasm.Module{Types: []wasm.FuncType{one, other, one, other, one}}
	for i := range m.Types {
		m.Imports = append(m.Imports, wasm.Import{Module: "env", Name: "f", Type: uint32(i)})
	}
	got := instrument(m, ones())
	if len(got.Types) != 7 || !got.Types[5].Equal(one) || !got.Types[6].Equal(other) {
		t.Errorf("types %v", got.Types)
	}
	for i, im := range got.Imports {
		if want := m.Types[i]; im.Type < 5 || !got.Types[im.Type].Equal(want) {
			t.Errorf("import %d has type %d", i, im.Type)
		}
	}
}
