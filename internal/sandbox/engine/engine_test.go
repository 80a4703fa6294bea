package engine

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// each runs a test with both engines.
func each(t *testing.T, functions []HostFunction, test func(t *testing.T, e *Engine)) {
	for _, interpreter := range []bool{false, true} {
		e, err := New(interpreter, functions, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(e.Name(), func(t *testing.T) { test(t, e) })
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// module is a module with an exported function 0, or the one after the
// imports, whose instrumented form has the given code.
func module(code ...byte) *wasm.Module {
	return &wasm.Module{
		Types:     []wasm.FuncType{{}},
		Functions: []uint32{0},
		Bodies:    []wasm.Body{{Code: append(code, byte(wasm.OpEnd))}},
		Globals: []wasm.Global{
			{Type: wasm.I64, Mutable: true, Init: []byte{byte(wasm.OpI64Const), 0, byte(wasm.OpEnd)}},
			{Type: wasm.I32, Mutable: true, Init: []byte{byte(wasm.OpI32Const), 0, byte(wasm.OpEnd)}},
		},
		Exports: []wasm.Export{
			{Name: meter.GasExport, Kind: wasm.ExportGlobal, Index: 0},
			{Name: meter.ReasonExport, Kind: wasm.ExportGlobal, Index: 1},
			{Name: meter.FunctionExport(0), Kind: wasm.ExportFunction, Index: 0},
		},
	}
}

func instance(t *testing.T, e *Engine, m *wasm.Module) *Instance {
	t.Helper()
	code, err := e.Compile(wasm.Encode(m))
	if err != nil {
		t.Fatal(err)
	}
	in, err := e.Instantiate(code)
	if err != nil {
		t.Fatal(err)
	}
	in.SetGas(1)
	return in
}

func TestInvalidModuleDoesNotCompile(t *testing.T) {
	each(t, nil, func(t *testing.T, e *Engine) {
		for _, code := range [][]byte{nil, []byte("\x00asm"), wasm.Encode(module(byte(wasm.OpDrop)))} {
			if _, err := e.Compile(code); err == nil {
				t.Errorf("%x compiles", code)
			}
		}
	})
}

func TestUnknownImport(t *testing.T) {
	each(t, nil, func(t *testing.T, e *Engine) {
		m := module()
		m.Imports = []wasm.Import{{Module: "env", Name: "nothing"}}
		code, err := e.Compile(wasm.Encode(m))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Instantiate(code); err == nil {
			t.Error("an import that nobody offers was found")
		}
		if code.Instances() != 0 {
			t.Error("an instance that failed counts")
		}
	})
}

func TestInstancesAreCounted(t *testing.T) {
	each(t, nil, func(t *testing.T, e *Engine) {
		code, err := e.Compile(wasm.Encode(module()))
		if err != nil {
			t.Fatal(err)
		}
		a, err := e.Instantiate(code)
		if err != nil {
			t.Fatal(err)
		}
		b, err := e.Instantiate(code)
		if err != nil {
			t.Fatal(err)
		}
		if code.Instances() != 2 {
			t.Errorf("%d instances, want 2", code.Instances())
		}
		for _, in := range []*Instance{a, b} {
			if err := errors.Join(in.Call(0), in.Close()); err != nil {
				t.Error(err)
			}
		}
		if code.Instances() != 0 {
			t.Errorf("%d instances, want 0", code.Instances())
		}
		if err := code.Close(); err != nil {
			t.Error(err)
		}
	})
}

// What the module says in its reason global decides what unreachable means,
// and only what it said in this call.
func TestReasons(t *testing.T) {
	each(t, nil, func(t *testing.T, e *Engine) {
		for reason, want := range map[byte]string{
			meter.ReasonNone:     "trap: unreachable",
			meter.ReasonOutOfGas: ErrOutOfGas.Error(),
			meter.ReasonStack:    "trap: stack exhausted",
		} {
			in := instance(t, e, module(byte(wasm.OpI32Const), reason, byte(wasm.OpGlobalSet), 1, byte(wasm.OpUnreachable)))
			if err := in.Call(0); err == nil || err.Error() != want {
				t.Errorf("reason %d: %v, want %s", reason, err, want)
			}
			in.reason.Set(meter.ReasonStack)
			in.SetGas(-1)
			if err := instance(t, e, module(byte(wasm.OpUnreachable))).Call(0); err == nil || err.Error() != "trap: unreachable" {
				t.Errorf("a reason of another instance: %v", err)
			}
		}
		in := instance(t, e, module(byte(wasm.OpUnreachable)))
		in.reason.Set(meter.ReasonOutOfGas)
		if err := in.Call(0); err == nil || err.Error() != "trap: unreachable" {
			t.Errorf("the reason of an earlier call: %v", err)
		}
	})
}

// A text that the engine does not have is no trap of the guest.
func TestUnknownTrapIsADefect(t *testing.T) {
	for _, text := range []string{"stack overflow", "uncaught exception", ""} {
		func() {
			defer func() {
				if _, ok := recover().(*defect); !ok {
					t.Errorf("%q is a trap", text)
				}
			}()
			kind(errors.New(text))
		}()
	}
}

// The engine's own stack overflow must not look like a trap: how deep it is
// depends on the engine. The weights of instrumented modules keep it out of
// reach; this module has none.
func TestStackOverflowOfTheEngineIsADefect(t *testing.T) {
	e, err := New(true, nil, nil) // the interpreter's limit is 2,000 frames
	if err != nil {
		t.Fatal(err)
	}
	in := instance(t, e, module(byte(wasm.OpCall), 0))
	defer func() {
		if d, ok := recover().(*defect); !ok || !strings.Contains(d.Error(), "stack overflow") {
			t.Errorf("panicked with %v", d)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	t.Error(in.Call(0))
}

func TestCallOfWhatCannotBeCalled(t *testing.T) {
	each(t, nil, func(t *testing.T, e *Engine) {
		in := instance(t, e, module())
		defer func() {
			if text := fmt.Sprint(recover()); !strings.Contains(text, "function 7") {
				t.Errorf("panicked with %s", text)
			}
		}()
		t.Error(in.Call(7))
	})
}

func TestInstanceIsNotEnteredTwice(t *testing.T) {
	var in *Instance
	each(t, []HostFunction{{Module: "env", Name: "again", Call: func([]uint64) { _ = in.Call(1) }}}, func(t *testing.T, e *Engine) {
		m := module(byte(wasm.OpCall), 0)
		m.Imports = []wasm.Import{{Module: "env", Name: "again"}}
		m.Exports[2].Name, m.Exports[2].Index = meter.FunctionExport(1), 1
		in = instance(t, e, m)
		defer func() {
			if text := fmt.Sprint(recover()); !strings.Contains(text, "running already") {
				t.Errorf("panicked with %s", text)
			}
		}()
		t.Error(in.Call(1))
	})
}

// A module does not test its gas before it calls a host function.
func TestNoHostFunctionRunsWithoutGas(t *testing.T) {
	ran := false
	each(t, []HostFunction{{Module: "env", Name: "run", Call: func([]uint64) { ran = true }}}, func(t *testing.T, e *Engine) {
		m := module(byte(wasm.OpCall), 0)
		m.Imports = []wasm.Import{{Module: "env", Name: "run"}}
		m.Exports[2].Index = 0 // the import
		m.Exports = append(m.Exports, wasm.Export{Name: meter.FunctionExport(1), Kind: wasm.ExportFunction, Index: 1})
		in := instance(t, e, m)
		for _, test := range []struct {
			name     string
			function uint32
			gas      int64
			err      error
			ran      bool
		}{
			{"with gas", 1, 1, nil, true},
			{"without gas", 1, 0, ErrOutOfGas, false},
			{"with less than no gas", 1, -1, ErrOutOfGas, false},
			{"without gas, but called by nobody", 0, 0, nil, true},
			{"with less than no gas, but called by nobody", 0, -1, ErrOutOfGas, true},
		} {
			ran = false
			in.SetGas(test.gas)
			if err := in.Call(test.function); err != test.err || ran != test.ran {
				t.Errorf("%s: %v, ran %v", test.name, err, ran)
			}
		}
	})
}

// A bounded number of instances is kept, of one code and of all together; the
// oldest goes. Code that is closed takes its own with it.
func TestKeptInstancesAreBounded(t *testing.T) {
	each(t, nil, func(t *testing.T, e *Engine) {
		use := func(code *Code, instances int) {
			t.Helper()
			var all []*Instance
			for range instances {
				in, err := e.Instantiate(code)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, in)
			}
			for _, in := range all {
				if err := errors.Join(in.Call(0), in.Release()); err != nil {
					t.Fatal(err)
				}
			}
		}
		var codes []*Code
		for i := range maxIdle / maxIdleOfCode {
			number := wasm.AppendSigned([]byte{byte(wasm.OpI32Const)}, int64(i))
			code, err := e.Compile(wasm.Encode(module(append(number, byte(wasm.OpDrop), byte(wasm.OpNop))...)))
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, code)
			use(code, maxIdleOfCode)
		}
		use(codes[0], 1)
		more, err := e.Compile(wasm.Encode(module(byte(wasm.OpNop))))
		if err != nil {
			t.Fatal(err)
		}
		use(more, maxIdleOfCode+2)
		if e.idle.Len() != maxIdle || len(more.idle) != maxIdleOfCode || more.Instances() != 0 {
			t.Errorf("%d are kept, %d of the last", e.idle.Len(), len(more.idle))
		}
		// The one of the first code that was used again is not among the four oldest.
		if len(codes[0].idle) != 1 || len(codes[1].idle) != maxIdleOfCode-1 {
			t.Errorf("%d of the first are kept and %d of the second", len(codes[0].idle), len(codes[1].idle))
		}
		if err := codes[5].Close(); err != nil {
			t.Error(err)
		}
		if e.idle.Len() != maxIdle-maxIdleOfCode {
			t.Errorf("%d are kept after their code was closed", e.idle.Len())
		}
	})
}

// A contract chooses the text of an error of the host, and the text may be
// long.
func TestTheTextOfAnErrorCostsNothing(t *testing.T) {
	long := errors.New(strings.Repeat("x", 16<<20))
	fail := HostFunction{Module: "env", Name: "fail", Call: func([]uint64) { panic(&Stop{Err: long}) }}
	each(t, []HostFunction{fail}, func(t *testing.T, e *Engine) {
		m := module(byte(wasm.OpCall), 0)
		m.Imports = []wasm.Import{{Module: "env", Name: "fail"}}
		m.Exports[2].Name, m.Exports[2].Index = meter.FunctionExport(1), 1
		in := instance(t, e, m)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := in.Call(1)
		runtime.ReadMemStats(&after)
		if err != long {
			t.Error("the error is not the one that was carried out")
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%d bytes were allocated", n)
		}
	})
}
