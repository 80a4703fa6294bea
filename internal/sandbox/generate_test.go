package sandbox_test

import (
	"math"
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// generator makes small random modules that are valid: structured code with
// all kinds of control flow, traps, calls, memory and host functions. Function
// main is exported and, when it returns, has told all globals.
type generator struct {
	*rand.Rand
	m         wasm.Module
	functions []wasm.FuncType // all, imports included

	code   []byte
	locals []wasm.ValueType // of the function at hand, parameters included
	labels []generatedLabel
	result wasm.ValueType // of the function at hand; 0 is none
	budget int            // instructions that the function at hand may still get
}

type generatedLabel struct {
	result wasm.ValueType // what a branch carries; 0 is nothing
	loop   bool
}

// generatedImports are the host functions that generated modules import, in
// this order.
var generatedImports = []struct {
	name string
	typ  wasm.FuncType
}{
	{"tell", wasm.FuncType{Params: []wasm.ValueType{wasm.I64}}},
	{"gas", wasm.FuncType{Results: []wasm.ValueType{wasm.I64}}},
	{"spend", wasm.FuncType{Params: []wasm.ValueType{wasm.I64}}},
	{"maybe", wasm.FuncType{Params: []wasm.ValueType{wasm.I32}, Results: []wasm.ValueType{wasm.I32}}},
	{"grow", wasm.FuncType{}},
}

const (
	importTell = iota
	importGas
	importSpend
	importMaybe
	importGrow
)

func generate(seed uint64) []byte {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1))}
	for _, im := range generatedImports {
		g.m.Imports = append(g.m.Imports, wasm.Import{Module: "env", Name: im.name, Type: g.typ(im.typ)})
		g.functions = append(g.functions, im.typ)
	}
	g.functions = append(g.functions, wasm.FuncType{}) // main
	for range g.IntN(5) {
		g.functions = append(g.functions, g.signature())
	}
	g.m.Memory = &wasm.Limits{Min: uint32(min(1, g.IntN(8))), Max: 3, HasMax: true}
	for range 1 + g.IntN(4) {
		g.global()
	}
	g.table()
	if g.m.Memory.Min > 0 {
		g.m.Segments = []wasm.DataSegment{{Offset: offset(3), Init: []byte("\x80\x01\x7f\xff\x00\x10")}}
	}
	first := uint32(len(g.m.Imports))
	for i := range g.functions[first:] {
		g.function(first + uint32(i))
	}
	g.m.Exports = []wasm.Export{{Name: "main", Kind: wasm.ExportFunction, Index: first}}
	return wasm.Encode(&g.m)
}

// offset is a constant expression.
func offset(n int64) []byte {
	return append(wasm.AppendSigned([]byte{byte(wasm.OpI32Const)}, n), byte(wasm.OpEnd))
}

func (g *generator) typ(t wasm.FuncType) uint32 {
	for i := range g.m.Types {
		if g.m.Types[i].Equal(t) {
			return uint32(i)
		}
	}
	g.m.Types = append(g.m.Types, t)
	return uint32(len(g.m.Types) - 1)
}

func (g *generator) valueType() wasm.ValueType {
	if g.IntN(5) < 3 {
		return wasm.I32
	}
	return wasm.I64
}

func (g *generator) signature() (t wasm.FuncType) {
	for range g.IntN(4) {
		t.Params = append(t.Params, g.valueType())
	}
	if g.IntN(4) > 0 {
		t.Results = append(t.Results, g.valueType())
	}
	return t
}

func (g *generator) global() {
	t := g.valueType()
	op := wasm.OpI64Const
	if t == wasm.I32 {
		op = wasm.OpI32Const
	}
	init := wasm.AppendSigned([]byte{byte(op)}, g.number(t))
	g.m.Globals = append(g.m.Globals, wasm.Global{Type: t, Mutable: true, Init: append(init, byte(wasm.OpEnd))})
}

func (g *generator) table() {
	g.m.Table = &wasm.Limits{Min: 6}
	e := wasm.Element{Offset: offset(1)}
	for range 5 {
		e.Functions = append(e.Functions, uint32(g.IntN(len(g.functions))))
	}
	g.m.Elements = []wasm.Element{e}
}

// function makes the body of a function.
func (g *generator) function(index uint32) {
	t := g.functions[index]
	g.m.Functions = append(g.m.Functions, g.typ(t))
	var body wasm.Body
	g.locals = append([]wasm.ValueType(nil), t.Params...)
	for range g.IntN(3) {
		run := wasm.LocalRun{Count: uint32(1 + g.IntN(4)), Type: g.valueType()}
		if g.IntN(20) == 0 {
			run.Count = uint32(g.IntN(1200)) // weighs a lot
		}
		body.Locals = append(body.Locals, run)
		for range run.Count {
			g.locals = append(g.locals, run.Type)
		}
	}
	g.result = 0
	if len(t.Results) > 0 {
		g.result = t.Results[0]
	}
	g.code = nil
	g.labels = []generatedLabel{{result: g.result}}
	g.budget = 20 + g.IntN(150)
	g.statements(6)
	if index == uint32(len(g.m.Imports)) {
		for i := range g.m.Globals {
			g.op(wasm.OpGlobalGet, uint32(i))
			if g.m.Globals[i].Type == wasm.I32 {
				g.op(wasm.OpI64ExtendI32S)
			}
			g.op(wasm.OpCall, importTell)
		}
	}
	if g.result != 0 {
		g.value(g.result, 3)
	}
	g.op(wasm.OpEnd)
	body.Code = g.code
	g.m.Bodies = append(g.m.Bodies, body)
}

// op appends an instruction with indices as immediates.
func (g *generator) op(op wasm.Opcode, immediates ...uint32) {
	g.budget--
	if op > 0xFF {
		g.code = wasm.AppendUnsigned(append(g.code, byte(op>>8)), uint64(op&0xFF))
	} else {
		g.code = append(g.code, byte(op))
	}
	for _, n := range immediates {
		g.code = wasm.AppendUnsigned(g.code, uint64(n))
	}
}

func (g *generator) number(t wasm.ValueType) int64 {
	interesting := [...]int64{0, 0, 0, 1, 2, 3, -1, -2, 7, 8, 31, 32, 63, 64, 127, 128, 255, 65535, 65536,
		math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
	n := interesting[g.IntN(len(interesting))]
	if g.IntN(8) == 0 {
		n = int64(g.Uint64())
	}
	if t == wasm.I32 {
		return int64(int32(n))
	}
	return n
}

func (g *generator) constant(t wasm.ValueType) {
	if t == wasm.I32 {
		g.op(wasm.OpI32Const)
	} else {
		g.op(wasm.OpI64Const)
	}
	g.code = wasm.AppendSigned(g.code, g.number(t))
}

// pick gives the index of a random element for which ok holds.
func (g *generator) pick(n int, ok func(i int) bool) (uint32, bool) {
	for range 8 {
		if n > 0 {
			if i := g.IntN(n); ok(i) {
				return uint32(i), true
			}
		}
	}
	return 0, false
}

func (g *generator) local(t wasm.ValueType) (uint32, bool) {
	return g.pick(len(g.locals), func(i int) bool { return g.locals[i] == t })
}

func (g *generator) globalOf(t wasm.ValueType) (uint32, bool) {
	return g.pick(len(g.m.Globals), func(i int) bool { return g.m.Globals[i].Type == t })
}
