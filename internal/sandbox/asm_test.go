package sandbox_test

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// assemble makes a module from a small line language:
//
//	import env.tick i32 -> i64      function imported, callable as tick
//	memory 1 3                      pages: minimum, maximum
//	table 4                         elements
//	elem 1 f g                      functions from that element on
//	data 8 text                     bytes from that address on
//	global i64 7                    mutable, with initial value; floats as bits
//	func f i32 i64 -> i32           exported under its name
//	  local 3 i32                   one run of locals
//	  block i32                     instructions, one a line or separated by ;
//	  …                             the last end of a function is implied
//
// Functions are named, everything else is numbered. Text after # is a comment.
func assemble(t testing.TB, source string) []byte {
	t.Helper()
	a := &assembler{functions: make(map[string]uint32)}
	lines := strings.Split(source, "\n")
	a.declare(lines)
	for _, line := range lines {
		for _, part := range strings.Split(strings.SplitN(line, "#", 2)[0], ";") {
			if fields := strings.Fields(part); len(fields) > 0 {
				if err := a.line(fields); err != nil {
					t.Fatalf("%q: %v", part, err)
				}
			}
		}
	}
	a.finish()
	return wasm.Encode(&a.m)
}

type assembler struct {
	m         wasm.Module
	functions map[string]uint32
}

// declare numbers the functions, so that they can be called before they are
// defined.
func (a *assembler) declare(lines []string) {
	for _, kind := range []string{"import", "func"} {
		for _, line := range lines {
			head, _, _ := strings.Cut(line, ";")
			if f := strings.Fields(head); len(f) > 1 && f[0] == kind {
				name := f[1][strings.LastIndex(f[1], ".")+1:]
				a.functions[name] = uint32(len(a.functions))
			}
		}
	}
}

func (a *assembler) line(f []string) error {
	switch f[0] {
	case "import":
		module, name, _ := strings.Cut(f[1], ".")
		a.m.Imports = append(a.m.Imports, wasm.Import{Module: module, Name: name, Type: a.typ(f[2:])})
	case "memory":
		a.m.Memory = limits(f[1:])
		a.m.Exports = append(a.m.Exports, wasm.Export{Name: "memory", Kind: wasm.ExportMemory})
	case "table":
		a.m.Table = limits(f[1:])
	case "elem":
		e := wasm.Element{Offset: constant(wasm.OpI32Const, f[1])}
		for _, name := range f[2:] {
			e.Functions = append(e.Functions, a.functions[name])
		}
		a.m.Elements = append(a.m.Elements, e)
	case "data":
		a.m.Segments = append(a.m.Segments, wasm.DataSegment{
			Offset: constant(wasm.OpI32Const, f[1]), Init: []byte(strings.Join(f[2:], " "))})
	case "global":
		a.m.Globals = append(a.m.Globals, wasm.Global{Type: types[f[1]], Mutable: true, Init: initial(f[1], f[2])})
	case "func":
		a.finish()
		a.m.Exports = append(a.m.Exports, wasm.Export{Name: f[1], Kind: wasm.ExportFunction, Index: a.functions[f[1]]})
		a.m.Functions = append(a.m.Functions, a.typ(f[2:]))
		a.m.Bodies = append(a.m.Bodies, wasm.Body{})
	case "local":
		body := &a.m.Bodies[len(a.m.Bodies)-1]
		body.Locals = append(body.Locals, wasm.LocalRun{Count: uint32(number(f[1])), Type: types[f[2]]})
	default:
		return a.instruction(f)
	}
	return nil
}

// finish adds the last end to the function at hand.
func (a *assembler) finish() {
	if n := len(a.m.Bodies); n > 0 {
		a.m.Bodies[n-1].Code = append(a.m.Bodies[n-1].Code, byte(wasm.OpEnd))
	}
}

func (a *assembler) typ(f []string) uint32 {
	var t wasm.FuncType
	list := &t.Params
	for _, word := range f {
		if word == "->" {
			list = &t.Results
		} else {
			*list = append(*list, types[word])
		}
	}
	for i := range a.m.Types {
		if a.m.Types[i].Equal(t) {
			return uint32(i)
		}
	}
	a.m.Types = append(a.m.Types, t)
	return uint32(len(a.m.Types) - 1)
}

func (a *assembler) instruction(f []string) error {
	op, ok := opcodes[f[0]]
	if !ok {
		return fmt.Errorf("unknown instruction")
	}
	code := &a.m.Bodies[len(a.m.Bodies)-1].Code
	if op > 0xFF {
		*code = wasm.AppendUnsigned(append(*code, byte(op>>8)), uint64(op&0xFF))
	} else {
		*code = append(*code, byte(op))
	}
	switch op.Immediate() {
	case wasm.ImmBlock:
		result := wasm.NoResult
		if len(f) > 1 {
			result = byte(types[f[1]])
		}
		*code = append(*code, result)
	case wasm.ImmFunction:
		index, ok := a.functions[f[1]]
		if !ok {
			return fmt.Errorf("unknown function")
		}
		*code = wasm.AppendUnsigned(*code, uint64(index))
	case wasm.ImmType:
		*code = append(wasm.AppendUnsigned(*code, uint64(a.typ(f[1:]))), 0)
	case wasm.ImmLabels:
		*code = wasm.AppendUnsigned(*code, uint64(len(f)-2))
		for _, label := range f[1:] {
			*code = wasm.AppendUnsigned(*code, uint64(number(label)))
		}
	case wasm.ImmLabel, wasm.ImmLocal, wasm.ImmGlobal:
		*code = wasm.AppendUnsigned(*code, uint64(number(f[1])))
	case wasm.ImmMemArg:
		offset := int64(0)
		if len(f) > 1 {
			offset = number(f[1])
		}
		*code = wasm.AppendUnsigned(append(*code, 0), uint64(offset))
	case wasm.ImmMemory:
		*code = append(*code, 0)
	case wasm.ImmI32, wasm.ImmI64:
		*code = wasm.AppendSigned(*code, number(f[1]))
	}
	return nil
}

var types = map[string]wasm.ValueType{"i32": wasm.I32, "i64": wasm.I64, "f32": wasm.F32, "f64": wasm.F64}

var opcodes = func() map[string]wasm.Opcode {
	m := make(map[string]wasm.Opcode)
	for row := range wasm.Opcodes {
		if op := wasm.OpcodeAt(row); op.Refusal() == "" {
			m[op.String()] = op
		}
	}
	return m
}()

func limits(f []string) *wasm.Limits {
	l := &wasm.Limits{Min: uint32(number(f[0]))}
	if len(f) > 1 {
		l.Max, l.HasMax = uint32(number(f[1])), true
	}
	return l
}

func constant(op wasm.Opcode, value string) []byte {
	return append(wasm.AppendSigned([]byte{byte(op)}, number(value)), byte(wasm.OpEnd))
}

func initial(typ, value string) []byte {
	switch typ {
	case "i32":
		return constant(wasm.OpI32Const, value)
	case "i64":
		return constant(wasm.OpI64Const, value)
	case "f32":
		return append(binary.LittleEndian.AppendUint32([]byte{byte(wasm.OpF32Const)}, uint32(number(value))), byte(wasm.OpEnd))
	}
	return append(binary.LittleEndian.AppendUint64([]byte{byte(wasm.OpF64Const)}, uint64(number(value))), byte(wasm.OpEnd))
}

// number reads a decimal or hexadecimal number. Test sources are trusted.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		panic(err)
	}
	return n
}
