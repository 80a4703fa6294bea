package sandbox_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// world is a sandbox with a few host functions:
//
//	env.tell i64       notes a number
//	env.gas -> i64     gives the gas that remains
//	env.spend i64      takes gas
//	env.fail           fails with errHost
//	env.bug            has a bug: it reads beyond a slice
type world struct {
	*sandbox.Sandbox
	told    []int64
	current *sandbox.Instance // the one that runs
}

var errHost = errors.New("the host refused")

// engines runs a test with each engine.
func engines(t *testing.T, test func(t *testing.T, interpreter bool)) {
	for _, interpreter := range []bool{false, true} {
		name := "compiler"
		if interpreter {
			name = "interpreter"
		}
		t.Run(name, func(t *testing.T) { test(t, interpreter) })
	}
}

// newWorld makes a world in which instructions cost what prices says.
func newWorld(t testing.TB, interpreter bool, prices meter.Prices, more ...engine.HostFunction) *world {
	t.Helper()
	w := &world{}
	i64 := []wasm.ValueType{wasm.I64}
	functions := append([]engine.HostFunction{
		{Module: "env", Name: "tell", Type: wasm.FuncType{Params: i64},
			Call: func(stack []uint64) { w.told = append(w.told, int64(stack[0])) }},
		{Module: "env", Name: "gas", Type: wasm.FuncType{Results: i64},
			Call: func(stack []uint64) { stack[0] = uint64(w.current.Gas()) }},
		{Module: "env", Name: "spend", Type: wasm.FuncType{Params: i64},
			Call: func(stack []uint64) { w.current.SetGas(w.current.Gas() - int64(stack[0])) }},
		{Module: "env", Name: "fail", Call: func([]uint64) { panic(errHost) }},
		{Module: "env", Name: "bug", Call: func(stack []uint64) {
			var none []int
			none[len(stack)]++
		}},
	}, more...)
	s, err := sandbox.New(sandbox.Options{Interpreter: interpreter, Prices: prices, Functions: functions})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Sandbox = s
	return w
}

// start makes an instance of the source, as the current one.
func (w *world) start(t testing.TB, source string, gas uint64) (*sandbox.Code, *sandbox.Instance) {
	t.Helper()
	module := assemble(t, source)
	code, err := w.Load(sha256.Sum256(module), module)
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.Start(code, gas)
	if err != nil {
		t.Fatal(err)
	}
	w.current = in
	t.Cleanup(func() { w.Stop(in) })
	return code, in
}

// call calls an exported function and says how it ended.
func call(t testing.TB, code *sandbox.Code, in *sandbox.Instance, name string) string {
	t.Helper()
	f, ok := code.Function(name)
	if !ok {
		t.Fatalf("no function %q", name)
	}
	err := in.Call(f.Index)
	if err == nil {
		return "ok"
	}
	return err.Error()
}

// flat is a price list where every instruction costs one.
func flat() meter.Prices {
	p := meter.Prices{LocalsUnmetered: 1 << 20}
	for i := range p.Opcode {
		p.Opcode[i] = 1
	}
	return p
}

// distinct is a price list from whose sums one can tell what was charged.
func distinct() meter.Prices {
	p := meter.Prices{LocalAllocate: 1_000_003, LocalsUnmetered: 3}
	price := uint32(2)
	for i := range p.Opcode {
		for !prime(price) {
			price++
		}
		p.Opcode[i] = price
		price++
	}
	return p
}

func prime(n uint32) bool {
	for d := uint32(2); d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}

// sum adds up the prices of instructions: names, each with an optional "*N".
// "locals*N" stands for N metered locals.
func sum(t testing.TB, p *meter.Prices, instructions string) uint64 {
	t.Helper()
	prices := map[string]uint32{"locals": p.LocalAllocate}
	for row := range wasm.Opcodes {
		if op := wasm.OpcodeAt(row); op.Refusal() == "" { // there is a select that is refused
			prices[op.String()] = p.Opcode[row]
		}
	}
	total := uint64(0)
	for _, word := range strings.Fields(instructions) {
		name, times, repeated := strings.Cut(word, "*")
		price, ok := prices[name]
		if !ok {
			t.Fatalf("unknown instruction %q", name)
		}
		n := uint64(1)
		if repeated {
			var err error
			if n, err = strconv.ParseUint(times, 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		total += n * uint64(price)
	}
	return total
}

// explain shows what a call used, for messages.
func explain(in *sandbox.Instance, given uint64) string {
	return fmt.Sprintf("used %d of %d", int64(given)-in.Gas(), given)
}
