//go:build linux

package main

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

// unrolled is how often an instruction is written down in a loop.
const unrolled = 200

// instructions are programs of the guest's own. They come in the order in which
// their prices are needed: what moves values first, then what computes, then
// memory and control.
func instructions() []*program {
	list := []*program{
		{name: "branches out of blocks", alone: true, keys: opcodes("Br"), body: assemble.Repeat(64, "block; br 0; end")},
		{name: "branches that are never taken", alone: true, keys: opcodes("BrIf"), body: assemble.Repeat(64, "block; local.get 0; i32.const -1; i32.eq; br_if 0; end")},
		{name: "values through 500 locals", alone: true, keys: opcodes("LocalGet", "LocalSet", "LocalTee"), locals: "local 500 i64", body: throughLocals(500)},
		{name: "values through globals", alone: true, keys: opcodes("GlobalGet", "GlobalSet"), constants: assemble.Repeat(32, "global i64 1"), body: throughGlobals(32)},
		{name: "select", alone: true, keys: opcodes("Select"), locals: "local 1 i32; local 2 i64",
			body: assemble.Repeat(unrolled, "local.get 3; local.get 4; "+random+"local.get 2; i32.const 65536; i32.and; select; local.set 3")},
	}
	list = append(list, computations()...)
	list = append(list, memoryInstructions()...)
	return append(list, controlInstructions()...)
}

// random makes local 2, an i32, another number that looks random.
const random = "local.get 2; i32.const 1664525; i32.mul; i32.const 1013904223; i32.add; local.set 2\n"

func throughLocals(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "local.get %d; local.get %d; i64.add; local.set %d\n", 2+i, 2+(i*7+1)%n, 2+(i*13+5)%n)
	}
	return s.String()
}

func throughGlobals(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "global.get %d; i64.const 1; i64.add; global.set %d\n", i, (i+1)%n)
	}
	return s.String()
}

// computations are chains of every instruction that computes.
func computations() []*program {
	var list []*program
	for row := range wasm.Opcodes {
		op := wasm.OpcodeAt(row)
		a, b, result := op.Signature()
		if op.Refusal() != "" || result == 0 || a == 0 || op.Immediate() != wasm.ImmNone {
			continue
		}
		list = append(list, computation(op, a, b, result))
		if divides(op) {
			list = append(list, division(op, a))
		}
	}
	return list
}

// computation feeds the result of an instruction into the next one, with all
// bits set that make it slow.
func computation(op wasm.Opcode, a, b, result wasm.ValueType) *program {
	p := &program{name: op.String(), alone: true, keys: opcodes(op.Key()), locals: fmt.Sprintf("local 1 %v", a)}
	if a == wasm.F32 || a == wasm.F64 { // there is no float but zero
		p.locals += "\nlocal 1 i64"
		widen := ""
		if result == wasm.I32 {
			widen = "i64.extend_i32_u; "
		}
		p.body = assemble.Repeat(unrolled, "local.get 2; "+op.String()+"; "+widen+"local.get 3; i64.add; local.set 3")
		return p
	}
	step := op.String()
	if b != 0 {
		step = fmt.Sprintf("%v.const 0x5bd1e995; %s", b, step)
	}
	if divides(op) {
		step = fmt.Sprintf("%v.const -0x4bd1e995; %v.or; local.tee 2; local.get 2; %v.const 5; %v.shr_u; %v.const 3; %v.or; %s", a, a, a, a, a, a, op)
	}
	if result != a {
		if a == wasm.I64 {
			step += "; i64.extend_i32_u"
		} else {
			step += "; i32.wrap_i64"
		}
	}
	p.body = "local.get 2; local.get 0; " + extendTo(a) + fmt.Sprintf("%v.add\n", a) + assemble.Repeat(unrolled, step) + "local.set 2"
	return p
}

func divides(op wasm.Opcode) bool {
	return strings.Contains(op.String(), "div") || strings.Contains(op.String(), "rem")
}

// division divides a large number by a small one, which takes longest on many
// processors.
func division(op wasm.Opcode, t wasm.ValueType) *program {
	top := "0x70000000"
	if t == wasm.I64 {
		top = "0x7000000000000000"
	}
	p := &program{name: op.String() + ", a large number by a small one", alone: true, keys: opcodes(op.Key()), locals: fmt.Sprintf("local 1 %v", t)}
	p.body = "local.get 2\n" + assemble.Repeat(unrolled, fmt.Sprintf("%v.const 3; %s; %v.const %s; %v.or", t, op, t, top, t)) + "local.set 2"
	if strings.HasSuffix(op.String(), "_u") {
		p.body = strings.ReplaceAll(p.body, top, "-9")
	}
	return p
}

func extendTo(t wasm.ValueType) string {
	if t == wasm.I64 {
		return "i64.extend_i32_u; "
	}
	return ""
}

const memoryPages = 1000

// memoryInstructions are loads that wait for each other and stores that hit
// another line each, all over the largest memory.
func memoryInstructions() []*program {
	const slots = 1 << 19 // of 64 bytes
	fill := fmt.Sprintf(`
		loop
		local.get 2; i32.const 6; i32.shl
		local.get 2; i32.const 1664525; i32.mul; i32.const 1013904223; i32.add; i32.const %d; i32.and; i32.const 6; i32.shl
		i32.store 65536
		local.get 2; i32.const 1; i32.add; local.tee 2; i32.const %d; i32.lt_u; br_if 0; end`, slots-1, slots)
	var loads, stores []string
	for row := range wasm.Opcodes {
		if op := wasm.OpcodeAt(row); op.Refusal() == "" && op.Immediate() == wasm.ImmMemArg {
			if _, b, _ := op.Signature(); b == 0 {
				loads = append(loads, op.Key())
			} else {
				stores = append(stores, op.Key())
			}
		}
	}
	return []*program{
		{name: "loads that miss all caches", alone: true, keys: opcodes(loads...), pages: memoryPages, locals: "local 2 i32", before: fill,
			body: "local.get 3\n" + assemble.Repeat(512, "i32.load 65536") + "local.set 3", least: 200},
		{name: "stores that miss all caches", alone: true, keys: opcodes(stores...), pages: memoryPages, locals: "local 1 i32",
			body: assemble.Repeat(unrolled, random+"local.get 2; i32.const 0x1ffffff; i32.and; i64.const 1; i64.store 65536"), least: 200},
		{name: "memory.size", alone: true, keys: opcodes("MemorySize"), locals: "local 1 i32", body: assemble.Repeat(unrolled, "memory.size; local.get 2; i32.add; local.set 2")},
		{name: "memory.grow by nothing", alone: true, keys: opcodes("MemoryGrow"), locals: "local 1 i32", body: assemble.Repeat(unrolled, "i32.const 0; memory.grow; local.get 2; i32.add; local.set 2")},
	}
}

// controlInstructions go where no processor expects it.
func controlInstructions() []*program {
	var labels, table, many strings.Builder
	for i := range 256 {
		fmt.Fprintf(&labels, " %d", i)
		fmt.Fprintf(&table, "elem %d f%d\n", i, i)
		fmt.Fprintf(&many, "fn f%d\n", i)
	}
	few := assemble.Repeat(4000, "local 1 i64")
	return []*program{
		{name: "branches nobody foresees", alone: true, keys: opcodes("BrIf"), locals: "local 1 i32",
			body: assemble.Repeat(64, "block; "+random+"local.get 2; i32.const 65536; i32.and; br_if 0; nop; end")},
		{name: "ifs nobody foresees", alone: true, keys: opcodes("If", "Else"), locals: "local 2 i32",
			body: assemble.Repeat(64, random+"local.get 2; i32.const 65536; i32.and; if; local.get 3; i32.const 3; i32.add; local.set 3; else; local.get 3; i32.const 5; i32.xor; local.set 3; end")},
		{name: "jumps through a br_table nobody foresees", alone: true, keys: opcodes("BrTable"), locals: "local 1 i32",
			body: assemble.Repeat(256, "block") + random + "local.get 2; i32.const 20; i32.shr_u; i32.const 255; i32.and; br_table" + labels.String() + "\n" + assemble.Repeat(256, "end")},
		{name: "calls", alone: true, keys: opcodes("Call"), body: assemble.Repeat(64, "call f0"), functions: "fn f0"},
		{name: "calls with a result", alone: true, keys: opcodes("Call", "Return"), body: assemble.Repeat(64, "call f0; drop"), functions: "fn f0 -> i64; i64.const 1; return"},
		{name: "calls with 100 parameters", keys: opcodes("Call"), body: assemble.Repeat(8, assemble.Repeat(100, "i64.const 1")+"call f0"), functions: "fn f0" + strings.Repeat(" i64", 100)},
		{name: "calls of 256 functions in turn", alone: true, keys: opcodes("Call"), body: inTurn(256), functions: many.String()},
		{name: "calls of a function with 4,000 locals", keys: opcodes("LocalAllocate"), body: assemble.Repeat(8, "call f0"), functions: "fn f0; local 4000 i64"},
		{name: "calls of a function with 4,000 locals declared one by one", keys: opcodes("Call"), body: assemble.Repeat(8, "call f0"), functions: "fn f0\n" + few},
		{name: "calls of imports through a table", keys: opcodes("CallIndirect"), imports: []string{"getGasLeft"}, constants: "table 1; elem 0 getGasLeft",
			body: assemble.Repeat(32, "i32.const 0; call_indirect -> i64; drop")},
		{name: "calls through a table nobody foresees", alone: true, keys: opcodes("CallIndirect"), locals: "local 1 i32", constants: "table 256\n" + table.String(),
			body: assemble.Repeat(32, random+"local.get 2; i32.const 20; i32.shr_u; i32.const 255; i32.and; call_indirect"), functions: many.String()},
	}
}

func inTurn(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "call f%d\n", (i*97)%n)
	}
	return s.String()
}
