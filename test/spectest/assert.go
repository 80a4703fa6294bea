package spectest

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/oracle"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// assertion is a command as a function without parameters that is added to the
// module: it calls the function in question, compares the result and gives
// back whether it is right; see thunk.
type assertion struct {
	*command
	target uint32 // function, or global of get
	thunk  uint32
	args   []uint64
	want   *uint64 // nil if there is no result
}

// plenty is enough gas for every assertion.
const plenty = 1 << 50

// wrong marks a result that is not the expected one: the thunk divides by
// zero then. No function that is expected to return traps at all.
const wrong = "wrong result"

// assertions runs the commands of a unit, all on the same instance, in order.
func (r *runner) assertions(u *unit, m *wasm.Module, stubbed map[uint32]bool) {
	b := builder{m: *m, floats: make(map[uint64]uint32)}
	var list []*assertion
	left := false // an action that may have changed something was left out
	for _, c := range u.commands {
		a, why := b.add(c, stubbed)
		if why == "" && left {
			why = "an action before it could not be run"
		}
		if why != "" {
			r.report.Outside[c.Type+": "+why]++
			left = left || c.Type == "action"
			continue
		}
		list = append(list, a)
	}
	derived, err := check(wasm.Encode(&b.m))
	if err != nil {
		r.fail(u.line, "with assertions: %v", err)
		return
	}
	judge, err := oracle.New(derived, (*oracle.Prices)(&r.prices), forOracle())
	if err != nil {
		r.fail(u.line, "%v", err)
		return
	}
	ends := make([]oracle.Outcome, len(list))
	for i, a := range list {
		ends[i] = judge.Run(a.thunk, plenty)
		if why := a.judge(endOf(&ends[i])); why != "" {
			r.fail(a.Line, "oracle: %s", why)
		}
	}
	r.direct(m, list)
	instrumented := meter.Instrument(derived, &r.prices)
	for _, e := range r.engines {
		r.onEngine(e, u, instrumented, list, ends, judge.Memory())
	}
	for _, a := range list {
		r.report.Counts[a.Type+": run on compiler, interpreter and oracle"]++
	}
}

// direct lets the oracle run the functions themselves.
func (r *runner) direct(m *wasm.Module, list []*assertion) {
	in, err := oracle.New(m, (*oracle.Prices)(&r.prices), forOracle())
	if err != nil {
		r.fail(0, "%v", err)
		return
	}
	for _, a := range list {
		if a.Action.Type == "get" {
			if got := in.Globals()[a.target]; got != *a.want {
				r.fail(a.Line, "oracle: global is %#x", got)
			}
			continue
		}
		o := in.Run(a.target, plenty, a.args...)
		end := endOf(&o)
		if end == "" && a.want != nil && o.Results[0] != *a.want {
			end = wrong
		}
		if why := a.judge(end); why != "" {
			r.fail(a.Line, "oracle, called directly: %s", why)
		}
	}
}

func (r *runner) onEngine(e *engine.Engine, u *unit, code []byte, list []*assertion, ends []oracle.Outcome, memory []byte) {
	compiled, err := e.Compile(code)
	if err != nil {
		r.fail(u.line, "%s: %v", e.Name(), err)
		return
	}
	in, err := e.Instantiate(compiled)
	if err != nil {
		r.fail(u.line, "%s: %v", e.Name(), err)
		return
	}
	for i, a := range list {
		in.SetGas(plenty)
		err := in.Call(a.thunk)
		end := ""
		if err != nil {
			end = strings.TrimPrefix(err.Error(), "trap: ")
		}
		if why := a.judge(end); why != "" {
			r.fail(a.Line, "%s: %s", e.Name(), why)
		} else if err == nil && in.Gas() != ends[i].GasLeft {
			r.fail(a.Line, "%s: %d gas is left, the oracle has %d", e.Name(), in.Gas(), ends[i].GasLeft)
		}
	}
	if string(in.Memory()) != string(memory) {
		r.fail(u.line, "%s: the memory differs from the oracle's", e.Name())
	}
	if err := in.Close(); err != nil {
		r.fail(u.line, "%s: %v", e.Name(), err)
	}
	if err := compiled.Close(); err != nil {
		r.fail(u.line, "%s: %v", e.Name(), err)
	}
}

// judge says what is wrong with the end of a run, or "". The end is "" for a
// return with the right result.
func (a *assertion) judge(end string) string {
	ok := false
	switch a.Type {
	case "assert_return", "action":
		ok = end == ""
	case "assert_exhaustion":
		ok = end == "stack exhausted"
	case "assert_trap":
		ok = end != "" && strings.HasPrefix(a.Text, end)
		switch end {
		case "invalid table access": // of the engine, which makes no difference
			ok = strings.HasPrefix(a.Text, "undefined") || strings.HasPrefix(a.Text, "uninitialized")
		case "indirect call type mismatch":
			ok = strings.HasPrefix(a.Text, "indirect call")
		}
	}
	if ok {
		return ""
	}
	return fmt.Sprintf("%s of %s ended with %q, want %q", a.Type, a.Action.Field, end, a.Text)
}

// endOf gives the end of a run of the oracle in the engine's words.
func endOf(o *oracle.Outcome) string {
	switch o.Err {
	case nil:
		return ""
	case oracle.TrapTable, oracle.TrapUninitialized:
		return "invalid table access"
	case oracle.TrapStack:
		return "stack exhausted"
	}
	return strings.TrimPrefix(o.Err.Error(), "trap: ")
}

func forOracle() []oracle.HostFunction {
	var functions []oracle.HostFunction
	for _, h := range hostTypes {
		functions = append(functions, oracle.HostFunction{Module: "spectest", Name: h.name, Type: h.typ,
			Call: func(*oracle.Instance, []uint64) error { return nil }})
	}
	return functions
}

// builder adds assertions to a module.
type builder struct {
	m      wasm.Module
	floats map[uint64]uint32 // constant globals by bits; f32 have bit 63 of the key set
	typ    *uint32           // of the thunks
}

// add adds a function for a command, or says why it is outside the subset.
func (b *builder) add(c *command, stubbed map[uint32]bool) (*assertion, string) {
	a := &assertion{command: c}
	kind := wasm.ExportFunction
	if c.Action.Type == "get" {
		kind = wasm.ExportGlobal
	}
	found := false
	for _, e := range b.m.Exports {
		if e.Name == c.Action.Field && e.Kind == kind {
			a.target, found = e.Index, true
		}
	}
	if !found {
		return nil, "there is no such export"
	}
	if kind == wasm.ExportFunction && stubbed[a.target] {
		return nil, "it reaches an instruction that makes a float"
	}
	var code []byte
	for _, v := range c.Action.Args {
		bits, err := strconv.ParseUint(v.Value, 10, 64)
		if err != nil {
			return nil, "argument " + v.Value
		}
		a.args = append(a.args, bits)
		code = append(code, b.push(v.Type, bits)...)
	}
	if kind == wasm.ExportGlobal {
		code = withIndex(code, wasm.OpGlobalGet, a.target)
	} else {
		code = withIndex(code, wasm.OpCall, a.target)
	}
	if len(c.Expected) > 0 && c.Type == "assert_return" {
		v := c.Expected[0]
		bits, err := strconv.ParseUint(v.Value, 10, 64)
		if err != nil {
			return nil, "any NaN is right"
		}
		a.want = &bits
		code = append(code, expect(v.Type, bits)...)
	} else if kind == wasm.ExportFunction && len(b.m.FunctionType(a.target).Results) > 0 {
		code = append(code, byte(wasm.OpDrop))
	}
	a.thunk = b.thunk(append(code, byte(wasm.OpEnd)))
	return a, ""
}

// push gives code that pushes a value: floats come from globals, because no
// instruction makes them.
func (b *builder) push(typ string, bits uint64) []byte {
	switch typ {
	case "i32":
		return wasm.AppendSigned([]byte{byte(wasm.OpI32Const)}, int64(int32(bits)))
	case "i64":
		return wasm.AppendSigned([]byte{byte(wasm.OpI64Const)}, int64(bits))
	}
	key := bits
	g := wasm.Global{Type: wasm.F64, Init: append(binary.LittleEndian.AppendUint64([]byte{byte(wasm.OpF64Const)}, bits), byte(wasm.OpEnd))}
	if typ == "f32" {
		key = bits | 1<<63 | 1<<40
		g = wasm.Global{Type: wasm.F32, Init: append(binary.LittleEndian.AppendUint32([]byte{byte(wasm.OpF32Const)}, uint32(bits)), byte(wasm.OpEnd))}
	}
	index, ok := b.floats[key]
	if !ok || b.m.Globals[index].Type != g.Type {
		index = uint32(len(b.m.Globals))
		b.m.Globals = append(b.m.Globals[:index:index], g)
		b.floats[key] = index
	}
	return withIndex(nil, wasm.OpGlobalGet, index)
}

// expect gives code that takes a value and divides by zero if it is not the
// right one. Floats are compared by their bits.
func expect(typ string, bits uint64) []byte {
	var code []byte
	switch typ {
	case "i32", "f32":
		if typ == "f32" {
			code = append(code, byte(wasm.OpI32ReinterpretF32))
		}
		code = wasm.AppendSigned(append(code, byte(wasm.OpI32Const)), int64(int32(bits)))
		code = append(code, byte(wasm.OpI32Ne))
	case "i64", "f64":
		if typ == "f64" {
			code = append(code, byte(wasm.OpI64ReinterpretF64))
		}
		code = wasm.AppendSigned(append(code, byte(wasm.OpI64Const)), int64(bits))
		code = append(code, byte(wasm.OpI64Ne))
	}
	return append(code, byte(wasm.OpIf), wasm.NoResult,
		byte(wasm.OpI32Const), 1, byte(wasm.OpI32Const), 0, byte(wasm.OpI32DivU), byte(wasm.OpDrop), byte(wasm.OpEnd))
}

// thunk adds a function and exports it.
func (b *builder) thunk(code []byte) uint32 {
	if b.typ == nil {
		t := uint32(len(b.m.Types))
		b.typ = &t
		b.m.Types = append(b.m.Types[:t:t], wasm.FuncType{})
	}
	n := len(b.m.Functions)
	b.m.Functions = append(b.m.Functions[:n:n], *b.typ)
	b.m.Bodies = append(b.m.Bodies[:n:n], wasm.Body{Code: code})
	index := uint32(len(b.m.Imports) + n)
	e := len(b.m.Exports)
	b.m.Exports = append(b.m.Exports[:e:e], wasm.Export{Name: fmt.Sprintf("assertion/%d", index), Index: index})
	return index
}

func withIndex(code []byte, op wasm.Opcode, index uint32) []byte {
	return wasm.AppendUnsigned(append(code, byte(op)), uint64(index))
}
