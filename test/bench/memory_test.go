package bench

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"runtime"

	"github.com/tetratelabs/wazero"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// instances is what a warm instance takes beyond the pages of its memory.
func (r *report) instances() {
	const group = "Memory"
	const count = 60 // fewer than are kept
	for _, name := range []string{"counter", "erc20"} {
		s, err := sandbox.New(sandbox.Options{Prices: flat(), Functions: r.silent(name)})
		if err != nil {
			r.t.Fatal(err)
		}
		codes := make([]*sandbox.Code, count)
		for i := range codes {
			code := numbered(contracts.Wasm(name), i)
			if codes[i], err = s.Load(sha256.Sum256(code), code); err != nil {
				r.t.Fatal(err)
			}
		}
		function := map[string]string{"counter": "increment", "erc20": "totalSupply"}[name]
		before := heap()
		for _, code := range codes {
			in, err := s.Start(code, gasLimit)
			if err != nil {
				r.t.Fatal(err)
			}
			f, ok := code.Function(function)
			if !ok {
				r.t.Fatalf("%s has no function %s", name, function)
			}
			if err := in.Call(f.Index); err != nil {
				r.t.Fatal(err)
			}
			s.Stop(in)
		}
		r.note(group, "warm instance of "+name+", without the pages of its memory",
			fmt.Sprintf("%.1f kB", float64(heap()-before)/count/1000))
		if err := s.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what had a finalizer
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

func flat() meter.Prices {
	p := meter.Prices{LocalsUnmetered: 1 << 20}
	for i := range p.Opcode {
		p.Opcode[i] = 1
	}
	return p
}

// silent gives functions for all imports of a contract, which do nothing.
func (r *report) silent(name string) []engine.HostFunction {
	ctx := context.Background()
	run := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	defer run.Close(ctx)
	compiled, err := run.CompileModule(ctx, contracts.Wasm(name))
	if err != nil {
		r.t.Fatal(err)
	}
	var functions []engine.HostFunction
	for _, f := range compiled.ImportedFunctions() {
		module, imported, _ := f.Import()
		var typ wasm.FuncType
		for _, p := range f.ParamTypes() {
			typ.Params = append(typ.Params, wasm.ValueType(p))
		}
		for _, p := range f.ResultTypes() {
			typ.Results = append(typ.Results, wasm.ValueType(p))
		}
		results := len(typ.Results)
		functions = append(functions, engine.HostFunction{Module: module, Name: imported, Type: typ, Call: func(stack []uint64) {
			clear(stack[:results])
		}})
	}
	return functions
}

// manyContracts is a thousand different contracts, which one Core keeps.
func (r *report) manyContracts() {
	if runtime.GOOS != "linux" {
		return
	}
	const group, count = "Memory", 1000
	c, log := newChain(), newPids()
	d, err := driver.New(c, driver.Options{Self: true, Codec: driver.Binary, Logger: slog.New(log)})
	if err != nil {
		r.t.Fatal(err)
	}
	addresses := make([]vm.Address, count)
	for i := range addresses {
		addresses[i] = deployCode(r.t, c, d, numbered(contracts.Wasm("erc20"), i), []byte{100})
	}
	a := user(0)
	r.measure(group, "call of one of 1,000 erc20 contracts in turn, free", count, func(int) {
		for _, address := range addresses {
			call(r.t, c, d, &vm.CallInput{
				Input:     vm.Input{Caller: a, Arguments: [][]byte{a[:]}, GasProvided: gasLimit},
				Recipient: address, Function: "balanceOf",
			})
		}
	})
	r.note(group, "resident memory with 1,000 compiled contracts of 4 kB", fmt.Sprintf("%d kB", resident(r.t, log.now())))
	if err := d.Close(); err != nil {
		r.t.Fatal(err)
	}
}
