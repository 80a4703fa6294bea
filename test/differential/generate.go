package differential

import (
	"encoding/binary"
	"math"
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Generate makes a module. It is valid, it exports Main, and it ends soon for
// most random numbers.
func Generate(random *rand.Rand) []byte {
	g := &generator{random: random}
	g.declare()
	for i := range g.signatures {
		if i < len(g.m.Imports) {
			continue
		}
		f := function{generator: g, index: i, fuel: g.fuel()}
		g.m.Bodies = append(g.m.Bodies, f.body(g.signatures[i]))
	}
	g.report()
	return wasm.Encode(&g.m)
}

// generator makes one module.
type generator struct {
	random     *rand.Rand
	m          wasm.Module
	signatures []wasm.FuncType // of all functions, imports first
	imported   [hostCount]int  // index, -1 if it is not imported
}

// n gives a number below limit.
func (g *generator) n(limit int) int { return g.random.IntN(limit) }

// chance is true in percent of all cases.
func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

// fuel is how many constructs a function gets: few mostly, many sometimes.
func (g *generator) fuel() int {
	fuel := 4 + g.n(24)
	for fuel < 400 && g.chance(30) {
		fuel *= 2
	}
	return fuel
}

func (g *generator) declare() {
	for i := range hostTypes {
		g.imported[i] = -1
		if g.chance(60) {
			g.imported[i] = len(g.m.Imports)
			g.m.Imports = append(g.m.Imports, wasm.Import{Module: "env", Name: hostTypes[i].name, Type: g.typ(hostTypes[i].typ)})
			g.signatures = append(g.signatures, hostTypes[i].typ)
		}
	}
	if g.imported[hostTell] < 0 { // report needs it
		g.imported[hostTell] = len(g.m.Imports)
		g.m.Imports = append(g.m.Imports, wasm.Import{Module: "env", Name: "tell", Type: g.typ(hostTypes[hostTell].typ)})
		g.signatures = append(g.signatures, hostTypes[hostTell].typ)
	}
	functions := 1 + g.n(3)
	for functions < 12 && g.chance(40) {
		functions++
	}
	for i := range functions {
		var t wasm.FuncType
		if i > 0 { // the first one is Main
			t = g.signature()
		}
		g.signatures = append(g.signatures, t)
		g.m.Functions = append(g.m.Functions, g.typ(t))
	}
	if g.chance(90) {
		g.memory()
	}
	if g.chance(60) {
		g.table()
	}
	for range g.n(6) {
		g.global()
	}
	g.m.Exports = append(g.m.Exports, wasm.Export{Name: Main, Index: uint32(len(g.m.Imports))})
}

// typ gives the index of a function type.
func (g *generator) typ(t wasm.FuncType) uint32 {
	for i := range g.m.Types {
		if g.m.Types[i].Equal(t) {
			return uint32(i)
		}
	}
	g.m.Types = append(g.m.Types, t)
	return uint32(len(g.m.Types) - 1)
}

func (g *generator) signature() (t wasm.FuncType) {
	params := g.n(5)
	if g.chance(5) {
		params = g.n(20)
	}
	for range params {
		t.Params = append(t.Params, g.valueType())
	}
	if g.chance(75) {
		t.Results = []wasm.ValueType{g.valueType()}
	}
	return t
}

func (g *generator) valueType() wasm.ValueType {
	switch n := g.n(40); {
	case n < 20:
		return wasm.I32
	case n < 37:
		return wasm.I64
	case n < 38:
		return wasm.F32
	}
	return wasm.F64
}

func (g *generator) memory() {
	g.m.Memory = &wasm.Limits{Min: 1}
	switch g.n(25) {
	case 0:
		g.m.Memory.Min = 0
	case 1, 2:
		g.m.Memory.Min = 2
	}
	if g.imported[hostGrow] >= 0 || g.chance(80) { // to make many pages takes long
		g.m.Memory.HasMax, g.m.Memory.Max = true, g.m.Memory.Min+uint32(g.n(4))
	}
	if g.m.Memory.Min == 0 {
		return
	}
	for range g.n(3) {
		init := make([]byte, g.n(64))
		for i := range init {
			init[i] = byte(g.n(256))
		}
		g.m.Segments = append(g.m.Segments, wasm.DataSegment{Offset: constant(wasm.I32, int64(g.n(4096))), Init: init})
	}
}

func (g *generator) table() {
	size := 1 + g.n(12)
	g.m.Table = &wasm.Limits{Min: uint32(size)}
	if g.chance(50) {
		g.m.Table.HasMax, g.m.Table.Max = true, uint32(size+g.n(3))
	}
	for range g.n(3) {
		at := g.n(size)
		var functions []uint32
		for range g.n(size - at + 1) {
			functions = append(functions, uint32(g.n(len(g.signatures))))
		}
		g.m.Elements = append(g.m.Elements, wasm.Element{Offset: constant(wasm.I32, int64(at)), Functions: functions})
	}
}

func (g *generator) global() {
	t := g.valueType()
	if g.chance(20) {
		t = [...]wasm.ValueType{wasm.F32, wasm.F64}[g.n(2)]
	}
	g.m.Globals = append(g.m.Globals, wasm.Global{Type: t, Mutable: g.chance(80), Init: constant(t, g.initial(t))})
}

// initial gives a value for a global: floats as their bits.
func (g *generator) initial(t wasm.ValueType) int64 {
	if t == wasm.I32 || t == wasm.I64 {
		return g.number(t)
	}
	floats := [...]float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.99, 1 << 31, -1 << 31, 1<<31 - 1, 1 << 32, 1 << 63, -1 << 63, 1e30,
		math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64, 1<<32 - 0.5, -1<<31 - 1, g.random.NormFloat64() * 1e9}
	f := floats[g.n(len(floats))]
	if g.chance(25) {
		f = math.NaN()
	}
	if t == wasm.F32 {
		return int64(math.Float32bits(float32(f)))
	}
	return int64(math.Float64bits(f))
}

// number gives an integer of type t, often one at which something changes.
func (g *generator) number(t wasm.ValueType) int64 {
	v := int64(0)
	switch g.n(10) {
	case 0, 1, 2:
	case 3, 4:
		v = int64(g.n(5) - 2)
	case 5:
		v = int64(g.n(300) - 150)
	case 6:
		v = int64(1)<<g.n(64) - int64(g.n(3)-1)
	case 7:
		v = -(int64(1) << g.n(64)) + int64(g.n(3)-1)
	case 8:
		edges := [...]int64{math.MaxInt32, math.MinInt32, math.MaxUint32, math.MaxInt64, math.MinInt64, 0x7F, 0x80, 0xFF, 0xFFFF, 0x8000, -0x8000}
		v = edges[g.n(len(edges))]
	case 9:
		v = int64(g.random.Uint64())
	}
	if t == wasm.I32 {
		v = int64(int32(v))
	}
	return v
}

// constant is a constant expression.
func constant(t wasm.ValueType, v int64) []byte {
	switch t {
	case wasm.I32:
		return append(wasm.AppendSigned([]byte{byte(wasm.OpI32Const)}, v), byte(wasm.OpEnd))
	case wasm.I64:
		return append(wasm.AppendSigned([]byte{byte(wasm.OpI64Const)}, v), byte(wasm.OpEnd))
	case wasm.F32:
		return append(binary.LittleEndian.AppendUint32([]byte{byte(wasm.OpF32Const)}, uint32(v)), byte(wasm.OpEnd))
	}
	return append(binary.LittleEndian.AppendUint64([]byte{byte(wasm.OpF64Const)}, uint64(v)), byte(wasm.OpEnd))
}

// report adds the function that tells all globals.
func (g *generator) report() {
	var code []byte
	for i, global := range g.m.Globals {
		code = wasm.AppendUnsigned(append(code, byte(wasm.OpGlobalGet)), uint64(i))
		switch global.Type {
		case wasm.I32:
			code = append(code, byte(wasm.OpI64ExtendI32U))
		case wasm.F32:
			code = append(code, byte(wasm.OpI32ReinterpretF32), byte(wasm.OpI64ExtendI32U))
		case wasm.F64:
			code = append(code, byte(wasm.OpI64ReinterpretF64))
		}
		code = wasm.AppendUnsigned(append(code, byte(wasm.OpCall)), uint64(g.imported[hostTell]))
	}
	g.m.Exports = append(g.m.Exports, wasm.Export{Name: report, Index: uint32(len(g.signatures))})
	g.m.Functions = append(g.m.Functions, g.typ(wasm.FuncType{}))
	g.m.Bodies = append(g.m.Bodies, wasm.Body{Code: append(code, byte(wasm.OpEnd))})
}
