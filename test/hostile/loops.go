package hostile

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

// loops never end: all gas goes into instructions.
func loops() []Contract {
	var table strings.Builder // of a br_table
	for i := range 256 {
		fmt.Fprintf(&table, " %d", i)
	}
	return []Contract{
		{Name: "a loop that does nothing", Source: header() + "func run; loop; br 0; end", Called: outOfGas},
		{Name: "a loop that asks whether to go on", Source: header() + "func run; loop; i32.const 1; br_if 0; end", Called: outOfGas},
		{Name: "a loop by br_table", Source: header() + "func run; loop; i32.const 9; br_table 0 0 0; end", Called: outOfGas},
		{Name: "a loop with blocks, ifs and elses", Source: header() + forever(`
			block; local.get 0; i32.const 1; i32.and
			if; br 1; else; nop; end; end`), Called: outOfGas},
		{Name: "ten loops inside each other", Source: header() + "func run\nlocal 10 i32\n" + nested(10), Called: outOfGas},
		{Name: "a loop of calls of a function that does nothing", Source: header() + forever("call nothing") + "\nfn nothing", Called: outOfGas},
		{Name: "a loop of calls with 100 parameters", Source: header() + forever(assemble.Repeat(100, "i64.const 1")+"call many") +
			"\nfn many" + strings.Repeat(" i64", 100), Called: outOfGas},
		{Name: "a loop of calls of a function with 4,000 locals", Source: header() + forever("call many") +
			"\nfn many; local 4000 i64", Called: outOfGas},
		{Name: "a loop of calls through a table", Source: header() + "table 1; elem 0 nothing\n" + forever("i32.const 0; call_indirect") +
			"\nfn nothing", Called: outOfGas},
		{Name: "a loop of calls of imports through a table", Source: header("getGasLeft") + "table 1; elem 0 getGasLeft\n" +
			forever("i32.const 0; call_indirect -> i64; drop"), Called: outOfGas},
		{Name: "a storm of calls through a table that no processor foresees", Source: header() + indirectStorm(), Called: outOfGas},
		{Name: "a storm of jumps that no processor foresees", Source: header() + forever(
			random+assemble.Repeat(256, "block")+"local.get 1; i32.const 255; i32.and; br_table"+table.String()+" 255\n"+assemble.Repeat(256, "end"),
			"local 1 i32"), Called: outOfGas},
		{Name: "a storm of branches that no processor foresees", Source: header() + forever(
			assemble.Repeat(64, "block; "+random+"local.get 1; i32.const 32768; i32.and; br_if 0; nop; end"), "local 1 i32"), Called: outOfGas},
		{Name: "a loop of divisions", Source: header() + forever(
			"local.get 1\n"+assemble.Repeat(200, "i64.const 3; i64.div_u; i64.const -9; i64.or")+"local.set 1", "local 1 i64"), Called: outOfGas},
		{Name: "a loop of remainders", Source: header() + forever(
			"i64.const -1\n"+assemble.Repeat(200, "i64.const 0x7fffffffffff1; i64.rem_u; i64.const -9; i64.or")+"drop"), Called: outOfGas},
		{Name: "a loop of multiplications", Source: header() + forever(
			"local.get 1\n"+assemble.Repeat(200, "i64.const 0x1234567; i64.mul")+"local.set 1", "local 1 i64"), Called: outOfGas},
		{Name: "a loop of counted bits and rotations", Source: header() + forever(
			"local.get 1\n"+assemble.Repeat(100, "i64.popcnt; i64.const 7; i64.rotl; i64.clz; i64.ctz")+"local.set 1", "local 1 i64"), Called: outOfGas},
		{Name: "a loop over global variables", Source: header() + assemble.Repeat(32, "global i64 1") + forever(
			globalStorm()), Called: outOfGas},
		{Name: "a loop of asking for the gas that is left", Source: header("getGasLeft") + forever("call getGasLeft; drop"), Called: outOfGas},
		{Name: "a loop in init", Source: header() + "func init; loop; br 0; end\nfunc run", Deployed: outOfGas},
		{Name: "a division by zero", Source: header() + "func run; i32.const 1; i32.const 0; i32.div_u; drop", Called: trapped},
		{Name: "a division that overflows", Source: header() + "func run; i64.const -0x8000000000000000; i64.const -1; i64.div_s; drop", Called: trapped},
		{Name: "unreachable", Source: header() + "func run; unreachable", Called: trapped},
		{Name: "a call of nothing through a table", Source: header() + "table 9\nfunc run; i32.const 5; call_indirect", Called: trapped},
		{Name: "a call of the wrong type through a table", Source: header() + "table 9; elem 5 f\nfunc run; i32.const 5; call_indirect\nfn f -> i32; i32.const 1", Called: trapped},
	}
}

// random makes local 1, an i32, another number that looks random.
const random = "local.get 1; i32.const 1664525; i32.mul; i32.const 1013904223; i32.add; local.set 1\n"

func nested(depth int) string {
	if depth == 0 {
		return ""
	}
	count := fmt.Sprintf("local.get %d; i32.const 1; i32.add; local.tee %d; i32.const 1000000; i32.rem_u; br_if 0\n", depth-1, depth-1)
	return "loop\n" + nested(depth-1) + count + "end\n"
}

// indirectStorm calls one of 256 functions after the other.
func indirectStorm() string {
	var s strings.Builder
	s.WriteString("table 256\n")
	for i := range 256 {
		fmt.Fprintf(&s, "elem %d f%d\n", i, i)
	}
	s.WriteString(forever(assemble.Repeat(16, random+"local.get 1; i32.const 16; i32.shr_u; i32.const 255; i32.and; call_indirect"), "local 1 i32"))
	for i := range 256 {
		fmt.Fprintf(&s, "\nfn f%d", i)
	}
	return s.String()
}

func globalStorm() string {
	var s strings.Builder
	for i := range 32 {
		fmt.Fprintf(&s, "global.get %d; i64.const 1; i64.add; global.set %d\n", i, (i+1)%32)
	}
	return s.String()
}

// recursions call themselves until there is no stack, in every way there is.
func recursions() []Contract {
	many := func(n int) string { return fmt.Sprintf("local %d i64\n", n) }
	return []Contract{
		{Name: "a function that calls itself", Source: header() + "func run; call run", Called: trapped},
		{Name: "two functions that call each other", Source: header() + "func run; call other\nfn other; call run", Called: trapped},
		{Name: "a function that calls itself through a table", Source: header() + "table 1; elem 0 run\nfunc run; i32.const 0; call_indirect", Called: trapped},
		{Name: "a function with 4,000 locals that calls itself", Source: header() + "func run; call deep\nfn deep\n" + many(4000) + "call deep", Called: trapped},
		{Name: "a function with 100 parameters that calls itself", Source: header() + "func run\n" + assemble.Repeat(100, "i64.const 1") + "call deep\nfn deep" +
			strings.Repeat(" i64", 100) + "\n" + assemble.Repeat(100, "i64.const 2") + "call deep", Called: trapped},
		{Name: "a function with a high operand stack that calls itself", Source: header() + "func run; call deep; drop\nfn deep -> i64\n" +
			assemble.Repeat(10_000, "i64.const 1") + "call deep\n" + assemble.Repeat(10_000, "i64.add"), Called: trapped},
		{Name: "a function that calls itself twice, 60 times deep", Source: header() + `
			func run; i32.const 60; call tree
			fn tree i32
			local.get 0; if
			local.get 0; i32.const 1; i32.sub; call tree
			local.get 0; i32.const 1; i32.sub; call tree
			end`, Called: outOfGas},
		{Name: "a recursion that is as deep as it may be, again and again", Source: header() + forever("i32.const 1000; call deep") + `
			fn deep i32
			local.get 0; if; local.get 0; i32.const 1; i32.sub; call deep; end`, Called: outOfGas},
	}
}

// memories wear out the memory.
func memories() []Contract {
	return []Contract{
		{Name: "loads that miss every cache", Source: headerOf(1000) + chase("i32.load"), Called: outOfGas},
		{Name: "stores that miss every cache", Source: headerOf(1000) + forever(
			assemble.Repeat(64, random+"local.get 1; i32.const 0x3e7ffff; i32.and; i32.const 0x3e00000; i32.rem_u; i64.const 1; i64.store"), "local 1 i32"), Called: outOfGas},
		{Name: "every page is touched, again and again", Source: headerOf(1000) + forever(
			"local.get 1; i32.const 4096; i32.add; i32.const 65536000; i32.rem_u; local.tee 1; i32.const 7; i32.store8", "local 1 i32"), Called: outOfGas},
		{Name: "memory grows page by page, and all of it is touched", Source: header() + growTouch, Called: success},
		{Name: "memory grows and grows and fails to", Source: header() + forever("i32.const 1; memory.grow; drop"), Called: outOfGas},
		{Name: "memory grows by nothing", Source: header() + forever("i32.const 0; memory.grow; drop"), Called: outOfGas},
		{Name: "memory grows by four billion pages", Source: header() + "func run; i32.const -1; memory.grow; i32.const -1; i32.ne; if; unreachable; end", Called: success},
		{Name: "a load at the very end of memory", Source: header() + forever("i32.const 65532; i32.load; drop"), Called: outOfGas},
		{Name: "a load over the end of memory", Source: header() + "func run; i32.const 65533; i32.load; drop", Called: trapped},
		{Name: "a store whose address wraps", Source: header() + "func run; i32.const -1; i32.const 1; i32.store 0xffffffff", Called: trapped},
		{Name: "copies of its memory, word by word", Source: headerOf(64) + forever(`
			local.get 1; i32.const 8; i32.add; i32.const 0x1ffff0; i32.and; local.tee 1
			local.get 1; i64.load 0x200000; i64.store`, "local 1 i32"), Called: outOfGas},
		{Name: "a host function grows the memory to its end", Source: header("getCaller") + `
			func run; local 1 i32
			i32.const 65535; local.set 0
			loop; local.get 0; call getCaller
			local.get 0; i32.const 65536; i32.add; local.set 0; br 0; end`, Called: fault("Failed to grow the memory:")},
		{Name: "memory budget: levels that have 62 MiB each", Twin: true, Source: headerOf(1000, "executeOnDestContext", "getGasLeft") +
			"func run\n" + execute("executeOnDestContext", AtTwin) + "drop", Called: success},
	}
}

// growTouch grows to the end and touches all pages of the system.
const growTouch = `
	func run; local 1 i32
	block; loop
	i32.const 1; memory.grow; i32.const -1; i32.eq; br_if 1
	br 0; end; end
	loop
	local.get 0; i32.const 1; i32.store8
	local.get 0; i32.const 4096; i32.add; local.tee 0; i32.const 65536000; i32.lt_u; br_if 0; end`

// chase writes a chain of addresses through the whole memory and follows it.
func chase(load string) string {
	const slots = 1 << 19 // of 64 bytes each: 32 MiB
	return fmt.Sprintf(`
		func run; local 2 i32
		loop
		local.get 0; i32.const 6; i32.shl
		local.get 0; i32.const 1664525; i32.mul; i32.const 1013904223; i32.add; i32.const %d; i32.and; i32.const 6; i32.shl
		i32.store 65536
		local.get 0; i32.const 1; i32.add; local.tee 0; i32.const %d; i32.lt_u; br_if 0; end
		loop; local.get 1
		%slocal.set 1; br 0; end`, slots-1, slots, assemble.Repeat(512, load+" 65536"))
}
