package oracle

import "github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"

// function is a defined function, decoded.
type function struct {
	params, results int
	locals          int // without parameters
	localsCost      uint64
	weight          uint64
	code            []instruction
}

type instruction struct {
	wasm.Instr
	other int // of if: index of its else, 0 if there is none
	end   int // of block, loop, if, else: index of its end
}

func newFunction(body *wasm.Body, t wasm.FuncType, prices *Prices) function {
	f := function{params: len(t.Params), results: len(t.Results)}
	for _, run := range body.Locals {
		f.locals += int(run.Count)
		if run.Count > prices.LocalsUnmetered {
			f.localsCost += uint64(prices.LocalAllocate) * uint64(run.Count-prices.LocalsUnmetered)
		}
	}
	var in wasm.Instr
	var open []int      // indices of block, loop, if
	var sets []int      // local.set and local.tee before each instruction
	set, joined := 0, 0 // so far; those in blocks, at most all locals of each block
	for d := wasm.NewDecoder(body.Code); d.Next(&in); {
		at := len(f.code)
		i := instruction{Instr: in}
		i.Table = append([]uint32(nil), in.Table...)
		f.code = append(f.code, i)
		sets = append(sets, set)
		switch in.Op {
		case wasm.OpLocalSet, wasm.OpLocalTee:
			set++
		case wasm.OpBlock, wasm.OpLoop, wasm.OpIf:
			open = append(open, at)
		case wasm.OpElse:
			f.code[open[len(open)-1]].other = at
		case wasm.OpEnd:
			if len(open) == 0 {
				continue // the end of the function
			}
			joined += min(set-sets[open[len(open)-1]], f.params+f.locals)
			begin := &f.code[open[len(open)-1]]
			begin.end = at
			if begin.other != 0 {
				f.code[begin.other].end = at
			}
			open = open[:len(open)-1]
		}
	}
	slots, values := f.params+f.locals+int(body.MaxHeight), len(f.code)+joined
	f.weight = 1 + uint64(max(slots/16, values/2048))
	return f
}
