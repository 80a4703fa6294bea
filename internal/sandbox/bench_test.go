package sandbox_test

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// kernels exports fib, loop, sha and sieve, which take their input from
// env.int64getArgument(0) and give their result to env.int64finish, and
// hostcalls, which calls env.getGasLeft in a loop.
//
//go:embed testdata/kernels.wasm
var kernels []byte

var kernelRuns = []struct {
	name  string
	input int64
}{
	{"fib", 27},
	{"loop", 10_000_000},
	{"sha", 512},
	{"sieve", 10},
}

// kernelFunctions are the host functions that kernels needs.
func kernelFunctions(input, result *int64) []engine.HostFunction {
	i32, i64 := []wasm.ValueType{wasm.I32}, []wasm.ValueType{wasm.I64}
	i32x3 := []wasm.ValueType{wasm.I32, wasm.I32, wasm.I32}
	return []engine.HostFunction{
		{Module: "env", Name: "int64getArgument", Type: wasm.FuncType{Params: i32, Results: i64},
			Call: func(stack []uint64) { stack[0] = uint64(*input) }},
		{Module: "env", Name: "int64finish", Type: wasm.FuncType{Params: i64},
			Call: func(stack []uint64) { *result = int64(stack[0]) }},
		{Module: "env", Name: "getGasLeft", Type: wasm.FuncType{Results: i64},
			Call: func(stack []uint64) { stack[0] = 1 }},
		{Module: "env", Name: "storageLoad", Type: wasm.FuncType{Params: i32x3, Results: i32},
			Call: func(stack []uint64) { stack[0] = 0 }},
		{Module: "env", Name: "storageStore", Type: wasm.FuncType{Params: append(i32, i32x3...), Results: i32},
			Call: func(stack []uint64) { stack[0] = 0 }},
	}
}

// plain instantiates the module as it is, without any of our parts.
func plain(b *testing.B, code []byte, functions []engine.HostFunction) api.Module {
	b.Helper()
	ctx := context.Background()
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
	b.Cleanup(func() {
		if err := r.Close(ctx); err != nil {
			b.Error(err)
		}
	})
	env := r.NewHostModuleBuilder("env")
	for _, f := range functions {
		words := func(types []wasm.ValueType) []api.ValueType {
			var out []api.ValueType
			for _, t := range types {
				out = append(out, api.ValueType(t))
			}
			return out
		}
		env.NewFunctionBuilder().WithGoFunction(api.GoFunc(func(_ context.Context, stack []uint64) { f.Call(stack) }),
			words(f.Type.Params), words(f.Type.Results)).Export(f.Name)
	}
	if _, err := env.Instantiate(ctx); err != nil {
		b.Fatal(err)
	}
	module, err := r.Instantiate(ctx, code)
	if err != nil {
		b.Fatal(err)
	}
	return module
}

// metered starts the module with more gas than can be used.
func metered(b *testing.B, code []byte, functions []engine.HostFunction) (*sandbox.Code, *sandbox.Instance) {
	b.Helper()
	s, err := sandbox.New(sandbox.Options{Prices: flat(), Functions: functions})
	if err != nil {
		b.Fatal(err)
	}
	loaded, err := s.Load(sha256.Sum256(code), code)
	if err != nil {
		b.Fatal(err)
	}
	in, err := s.Start(loaded, 1<<62)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		s.Stop(in)
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	return loaded, in
}

func BenchmarkGuest(b *testing.B) {
	for _, run := range kernelRuns {
		var input, result int64
		input = run.input
		b.Run(fmt.Sprintf("%s/plain", run.name), func(b *testing.B) {
			f := plain(b, kernels, kernelFunctions(&input, &result)).ExportedFunction(run.name)
			for b.Loop() {
				if err := f.CallWithStack(context.Background(), nil); err != nil {
					b.Fatal(err)
				}
			}
		})
		want := result
		b.Run(fmt.Sprintf("%s/metered", run.name), func(b *testing.B) {
			code, in := metered(b, kernels, kernelFunctions(&input, &result))
			f, _ := code.Function(run.name)
			for b.Loop() {
				if err := in.Call(f.Index); err != nil {
					b.Fatal(err)
				}
			}
			if result != want {
				b.Fatalf("result %d, want %d", result, want)
			}
		})
	}
}

// One host call is a thousandth of an operation here.
func BenchmarkHostCall(b *testing.B) {
	input, result := int64(1000), int64(0)
	code, in := metered(b, kernels, kernelFunctions(&input, &result))
	f, _ := code.Function("hostcalls")
	b.ReportAllocs()
	for b.Loop() {
		if err := in.Call(f.Index); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	var input, result int64
	b.SetBytes(int64(len(kernels)))
	for b.Loop() {
		s, err := sandbox.New(sandbox.Options{Prices: flat(), Functions: kernelFunctions(&input, &result)})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Load(sha256.Sum256(kernels), kernels); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	var input, result int64
	s, err := sandbox.New(sandbox.Options{Prices: flat(), Functions: kernelFunctions(&input, &result)})
	if err != nil {
		b.Fatal(err)
	}
	code, err := s.Load(sha256.Sum256(kernels), kernels)
	if err != nil {
		b.Fatal(err)
	}
	f, _ := code.Function("init")
	b.ReportAllocs()
	for b.Loop() {
		in, err := s.Start(code, 1000)
		if err != nil {
			b.Fatal(err)
		}
		if err := in.Call(f.Index); err != nil {
			b.Fatal(err)
		}
		s.Stop(in)
	}
}
