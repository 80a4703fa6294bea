package imports_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// edges are words that are more often wrong than others.
var edges = []int64{0, 1, 4, 32, 64, 1024, 65_504, 65_535, 65_536, 65_537, -1, -4, 1 << 24, 1<<26 - 1, 1 << 26,
	1<<29 - 1, 1 << 29, 1 << 30, 1<<31 - 1, -1 << 31, 1<<63 - 1, -1 << 63}

// callsOf reads calls from bytes: one for the row, then for each word either
// an edge or a number of four bytes.
func callsOf(program []byte) []call {
	next := func() byte {
		if len(program) == 0 {
			return 0
		}
		b := program[0]
		program = program[1:]
		return b
	}
	rows := imports.All()
	var calls []call
	for len(program) > 0 && len(calls) < 6 {
		row := rows[int(next())%len(rows)]
		c := call{name: row.Module + "." + row.Name}
		for _, p := range row.Params {
			for range p.Words {
				kind := next()
				if int(kind) < len(edges) {
					c.words = append(c.words, edges[kind])
					continue
				}
				c.words = append(c.words, int64(int32(binary.LittleEndian.Uint32([]byte{next(), next(), kind & 1, 0}))))
			}
		}
		calls = append(calls, c)
	}
	return calls
}

// FuzzCall calls imports with any words and any memory. Whatever they are, the
// outcome is one of a contract, it is the same twice, its gas is not more than
// was provided, and it does not take long for what it may cost.
func FuzzCall(f *testing.F) {
	for i := range imports.All() {
		f.Add([]byte{byte(i), 0, 1, 2, 3, 4, 5, 6, 7, 8}, []byte("data"))
		f.Add([]byte{byte(i), 9, 9, 9, 9, 9, 9, 9, 9, 9}, []byte{0xFF, 0xFF, 0xFF, 0x7F})
		f.Add([]byte{byte(i), 18, 18, 18, 18, 18, 18, 18, 18, 18}, bytes.Repeat([]byte{1, 0, 0, 0}, 16))
		f.Add([]byte{byte(i), 16, 15, 0, 0, 16, 15, 16, 0, 0}, bytes.Repeat([]byte{0, 0, 0, 0x80}, 16))
		f.Add([]byte{byte(i), 0, 6, 1, 10, 3, 0, 17, 2, 0}, bytes.Repeat([]byte{0xFF}, 64))
	}
	b := newBench(f, func(s vm.GasSchedule) { s["BigIntAPICost"]["BigIntPerByte"] = 1 })
	callee := vm.Address{} // what zeros in memory name
	b.chain.code[callee] = module(f, 1, nil, call{"getCaller", []int64{0}})
	f.Fuzz(func(t *testing.T, program, data []byte) {
		calls := callsOf(program)
		if len(calls) == 0 || len(data) > wasm.PageBytes {
			return
		}
		code := module(t, 1, data, calls...)
		provided := uint64(len(code))*b.prices.CompilePerByte + 50_000_000
		start := time.Now()
		out := b.call(t, code, provided, data)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
		if out.Code > vm.UpgradeFailed || out.GasRemaining > provided {
			t.Errorf("code %v with %d gas left of %d", out.Code, out.GasRemaining, provided)
		}
		if out.Code != vm.OK && len(out.ReturnData)+len(out.Accounts)+len(out.Logs) > 0 {
			t.Errorf("a failure has effects: %+v", out)
		}
		first, err := out.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		second, err := b.call(t, code, provided, data).AppendBinary(nil)
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("twice the same call differs, %v:\n%x\n%x", err, first, second)
		}
	})
}
