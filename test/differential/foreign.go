package differential

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// What follows makes modules that somebody else wrote fit to be compared.

// bound keeps the memory of a module from growing by more than a few pages,
// and says whether it is small enough.
func bound(memory *wasm.Limits) bool {
	const most, more = 18, 3
	if memory == nil {
		return true
	}
	if !memory.HasMax || memory.Max > memory.Min+more {
		memory.HasMax, memory.Max = true, memory.Min+more
	}
	return memory.Min <= most
}

// callSome exports functions without parameters that call others, exported or
// not, with numbers: a run can call no other ones, and many a module that
// somebody else wrote exports none. Generated modules have Main.
func callSome(m *wasm.Module, random *rand.Rand) {
	count := len(m.Imports) + len(m.Functions)
	if count == 0 || slices.ContainsFunc(m.Exports, func(e wasm.Export) bool { return e.Name == Main }) {
		return
	}
	g := generator{random: random, m: *m}
	for n := range 4 {
		to := random.IntN(count)
		t := m.FunctionType(uint32(to))
		if slices.Contains(t.Params, wasm.F32) || slices.Contains(t.Params, wasm.F64) {
			continue // no instruction makes a float
		}
		f := function{generator: &g}
		for _, p := range t.Params {
			f.constant(p, g.number(p))
		}
		f.indexed(wasm.OpCall, to)
		if len(t.Results) > 0 {
			f.op(wasm.OpDrop)
		}
		f.op(wasm.OpEnd)
		index := uint32(len(m.Imports) + len(g.m.Functions))
		g.m.Exports = append(g.m.Exports, wasm.Export{Name: fmt.Sprintf("call %d of %d", n, to), Index: index})
		g.m.Functions = append(g.m.Functions, g.typ(wasm.FuncType{}))
		g.m.Bodies = append(g.m.Bodies, wasm.Body{Code: f.code})
	}
	*m = g.m
}
