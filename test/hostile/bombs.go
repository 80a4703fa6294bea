package hostile

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

// bombs are modules of up to 200,000 bytes that take long to compile.
func bombs() []Contract {
	bomb := func(name, body string, end End) Contract {
		return Contract{Name: "compile bomb: " + name, Source: header() + "func run\nfn bomb\n" + body, Deployed: end}
	}
	return []Contract{
		bomb("1,000 blocks and a br_table to each of them", assemble.Repeat(1_000, "block")+"i32.const 1; br_table"+upTo(1_000)+"\n"+assemble.Repeat(1_000, "end"), success),
		bomb("an operand stack of 60,000", assemble.Repeat(60_000, "i32.const 1")+assemble.Repeat(60_000, "drop"), success),
		bomb("straight code of 200,000 bytes", "local 2 i64\n"+assemble.Repeat(28_000, "local.get 0; local.get 1; i64.add; local.set 0"), success),
		{Name: "compile bomb: 20,000 loads and stores", Source: header() + "func run\nfn bomb\n" + assemble.Repeat(20_000, "i32.const 8; i32.const 8; i64.load; i64.store"), Greedy: true},
		{Name: "compile bomb: 10,000 functions that do nothing", Source: header() + "func run\n" + assemble.Functions(9_999), Greedy: true},
		{Name: "compile bomb: 25,000 functions", Source: header() + "func run\n" + assemble.Functions(25_000), Deployed: refused},
		{Name: "compile bomb: 1,000 functions with 100 parameters that call each other", Source: header() + "func run\n" + manyParameters(1_000), Greedy: true},
	}
}

// heavy are modules that compile for too long, so that no executor may accept
// them, and two that are just short of it.
func heavy() []Contract {
	bomb := func(name, body string) Contract {
		return Contract{Name: "compile bomb: " + name, Source: header() + "func run\nfn bomb\n" + body, Deployed: refused}
	}
	return []Contract{
		bomb("a chain of 33,000 br_ifs", "local 1 i32\nblock\n"+assemble.Repeat(33_000, "local.get 0; br_if 0")+"end"),
		bomb("a chain of 20,000 br_ifs with a result", "local 1 i32\nblock i32\ni32.const 1\n"+assemble.Repeat(20_000, "local.get 0; br_if 0")+"end; drop"),
		bomb("5,000 loops inside each other", "local 1 i32\n"+assemble.Repeat(5_000, "loop")+assemble.Repeat(5_000, "local.get 0; br_if 0; end")),
		bomb("33,000 blocks inside each other", assemble.Repeat(33_000, "block")+assemble.Repeat(33_000, "end")),
		bomb("2,000 locals and 10,000 ifs", "local 2000 i64\n"+ifs(10_000, 2_000)),
		bomb("1,000 locals and 5,000 loops", "local 1000 i64\nlocal 1 i32\n"+loopsOver(5_000, 1_000)),
		bomb("a br_table with 99,000 targets", "block; i32.const 1; br_table"+strings.Repeat(" 0", 99_000)+"; end"),
		bomb("a br_table with 99,000 targets and a result", "block i32; i32.const 7; i32.const 1; br_table"+strings.Repeat(" 0", 99_000)+"; end; drop"),
		bomb("60,000 calls in a row", assemble.Repeat(60_000, "call run")),
		{Name: "compile bomb: 4,000 global variables and 1,600 calls", Source: header() + assemble.Repeat(4_000, "global i64 1") + "func run\nfn bomb\n" +
			assemble.Repeat(1_600, "call run"), Deployed: refused},
		{Name: "compile bomb: 2,000 functions with 4,000 locals that are not used", Source: header() + "func run\n" + unused(2_000), Greedy: true},
		{Name: "compile bomb: 390 functions with a chain of 128 br_ifs", Source: header() + "func run\n" + chains(390, 128), Greedy: true},
		{Name: "compile bomb: 97 functions with a chain of 512 br_ifs", Source: header() + "func run\n" + chains(97, 512), Deployed: refused},
	}
}

func ifs(n, locals int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "local.get %d; i32.wrap_i64; if; i64.const %d; local.set %d; end\n", i%locals, i, (i*7+1)%locals)
	}
	return s.String()
}

func loopsOver(n, locals int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "loop; local.get %d; i64.const 1; i64.add; local.set %d; local.get %d; br_if 0; end\n", i%locals, (i*7+1)%locals, locals)
	}
	return s.String()
}

// upTo are the numbers below n, for a br_table.
func upTo(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, " %d", i)
	}
	return s.String()
}

func unused(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "fn u%d; local 4000 i64\n", i)
	}
	return s.String()
}

func chains(functions, length int) string {
	var s strings.Builder
	for i := range functions {
		fmt.Fprintf(&s, "fn c%d; local 1 i32; block\n%send\n", i, assemble.Repeat(length, "local.get 0; br_if 0"))
	}
	return s.String()
}

func manyParameters(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "fn p%d%s\n%scall p%d\n", i, strings.Repeat(" i64", 100), assemble.Repeat(100, "i64.const 1"), (i+1)%n)
	}
	return s.String()
}

// shapes are modules that have very much of one thing.
func shapes() []Contract {
	blocks := func(n int) string { return assemble.Repeat(n, "block") + assemble.Repeat(n, "end") }
	return []Contract{
		{Name: "4,000 global variables", Source: header() + assemble.Repeat(4_000, "global i64 1") + "func run"},
		{Name: "4,001 global variables", Source: header() + assemble.Repeat(4_001, "global i64 1") + "func run", Deployed: refused},
		{Name: "60,000 data segments", Source: header() + assemble.Repeat(60_000, "hex 2000") + "func run"},
		{Name: "100,000 exports of one function", Source: header() + "func run", Code: exports(100_000), Deployed: refused},
		{Name: "a table of 100,000 elements, full of element segments", Source: header() + "table 100000\n" + assemble.Repeat(60, "elem 0"+strings.Repeat(" run", 1_000)) + "func run"},
		{Name: "a table of 100,001 elements", Source: header() + "table 100001\nfunc run", Deployed: refused},
		{Name: "a memory of 1,000 pages", Source: headerOf(1000) + "func run"},
		{Name: "a memory of 1,001 pages", Source: headerOf(1001) + "func run", Deployed: refused},
		{Name: "a data segment at the end of 62 MiB", Source: headerOf(1000) + "data 65535999 x\nfunc run"},
		{Name: "a data segment beyond the end", Source: header() + "data 65536 x\nfunc run", Deployed: refused},
		{Name: "all imports", Source: everything() + "memory 1\nfunc run"},
		{Name: "5,000 imports of the same function", Source: strings.Repeat("import env.getGasLeft -> i64\n", 5_000) + "memory 1\nfunc run"},
		{Name: "an import that is not offered", Source: "import env.exec i32\nmemory 1\nfunc run", Deployed: refused},
		{Name: "4,000 locals in one function", Source: header() + "func run; local 4000 i64", Called: success},
		{Name: "4,001 locals in one function", Source: header() + "func run; local 4001 i64", Deployed: refused},
		{Name: "101 parameters", Source: header() + "func run\nfn f" + strings.Repeat(" i64", 101), Deployed: refused},
		{Name: "blocks inside each other, 24 deep", Source: header() + "func run\n" + blocks(24)},
		{Name: "a br_table with 131,073 targets", Source: header() + "func run; block; i32.const 1; br_table" + strings.Repeat(" 0", 131_074) + "; end", Deployed: refused},
		{Name: "no memory", Source: "func run", Deployed: refused},
		{Name: "an exported function with a parameter", Source: header() + "func run i32", Deployed: refused},
		{Name: "an exported function with the name of an import", Source: header() + "func run\nfunc finish", Deployed: refused},
		{Name: "code that is not of the type it says", Source: header() + "func run; i32.const 1", Deployed: refused},
		{Name: "no module at all", Code: func() []byte { return filled(100_000) }, Deployed: refused},
		{Name: "the first half of a module", Code: half, Deployed: refused},
		{Name: "a vector that claims four billion elements", Code: func() []byte {
			return append([]byte("\x00asm\x01\x00\x00\x00"), 1, 6, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x60)
		}, Deployed: refused},
	}
}

// everything imports all that there is.
func everything() string {
	var s strings.Builder
	for _, row := range imports.All() {
		t := row.FuncType()
		fmt.Fprintf(&s, "import %s.%s%s ->%s\n", row.Module, row.Name, words(t.Params), words(t.Results))
	}
	return s.String()
}

// exports exports function 0 under n names.
func exports(n int) func() []byte {
	return func() []byte {
		m := wasm.Module{
			Types: []wasm.FuncType{{}}, Functions: []uint32{0}, Memory: &wasm.Limits{},
			Bodies:  []wasm.Body{{Code: []byte{byte(wasm.OpEnd)}}},
			Exports: []wasm.Export{{Name: "memory", Kind: wasm.ExportMemory}, {Name: "run", Kind: wasm.ExportFunction}},
		}
		for i := range n {
			m.Exports = append(m.Exports, wasm.Export{Name: fmt.Sprintf("f%x", i), Kind: wasm.ExportFunction})
		}
		return wasm.Encode(&m)
	}
}

func half() []byte {
	c := Contract{Source: header() + "func run\n" + assemble.Functions(100)}
	code, err := c.Module()
	if err != nil {
		panic(err) // the source is ours
	}
	return code[:len(code)/2]
}
