// Package assemble makes modules from a small line language, for tests that
// need contracts no compiler would write.
//
//	import env.finish i32 i32       function imported, callable as finish
//	memory 1 3                      pages: minimum, maximum; exported
//	table 4                         elements
//	elem 1 f g                      functions from that element on
//	data 8 text                     bytes from that address on
//	hex 8 00ff                      the same, in hex
//	global i64 7                    mutable, with initial value; floats as bits
//	func f                          a function, exported under its name
//	fn g i32 i64 -> i32             a function that is not exported
//	  local 3 i32                   one run of locals
//	  block i32                     instructions, one a line or separated by ;
//	  …                             the last end of a function is implied
//
// Functions are named, everything else is numbered. Text after # is a comment.
// Instructions that make floats are refused by contracts, so there are none.
// Sources are trusted: of their mistakes only the first is found, and code is not checked.
package assemble

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Module gives the module that a source describes, in the binary format.
func Module(source string) ([]byte, error) {
	m, err := Parse(source)
	if err != nil {
		return nil, err
	}
	return wasm.Encode(m), nil
}

// Parse gives the module that a source describes. It is not checked.
func Parse(source string) (*wasm.Module, error) {
	a := &assembler{functions: make(map[string]uint32), opcodes: opcodes()}
	lines := strings.Split(source, "\n")
	a.declare(lines)
	for n, line := range lines {
		line, _, _ = strings.Cut(line, "#")
		for _, part := range strings.Split(line, ";") {
			fields := strings.Fields(part)
			if len(fields) == 0 {
				continue
			}
			if err := a.line(fields); err != nil {
				return nil, fmt.Errorf("line %d: %q: %w", n+1, strings.TrimSpace(part), err)
			}
		}
	}
	a.finish()
	return &a.m, nil
}

type assembler struct {
	m         wasm.Module
	functions map[string]uint32
	opcodes   map[string]wasm.Opcode
}

// opcodes are those that contracts may use, by name.
func opcodes() map[string]wasm.Opcode {
	m := make(map[string]wasm.Opcode)
	for row := range wasm.Opcodes {
		if op := wasm.OpcodeAt(row); op.Refusal() == "" {
			m[op.String()] = op
		}
	}
	return m
}

// declare numbers the functions, so that they can be called before they are
// defined. Of several with one name the last one is called by it.
func (a *assembler) declare(lines []string) {
	next := uint32(0)
	for _, imported := range []bool{true, false} {
		for _, line := range lines {
			head, _, _ := strings.Cut(line, ";")
			f := strings.Fields(head)
			if len(f) > 1 && (f[0] == "import" && imported || (f[0] == "func" || f[0] == "fn") && !imported) {
				a.functions[f[1][strings.LastIndex(f[1], ".")+1:]] = next
				next++
			}
		}
	}
}

func (a *assembler) line(f []string) (err error) {
	if len(f) < 2 {
		return a.instruction(f)
	}
	m := &a.m
	switch f[0] {
	case "import":
		module, name, _ := strings.Cut(f[1], ".")
		im := wasm.Import{Module: module, Name: name}
		im.Type, err = a.typ(f[2:])
		m.Imports = append(m.Imports, im)
	case "memory":
		m.Memory, err = limits(f[1:])
		m.Exports = append(m.Exports, wasm.Export{Name: "memory", Kind: wasm.ExportMemory})
	case "table":
		m.Table, err = limits(f[1:])
	case "elem":
		err = a.element(f)
	case "data", "hex":
		err = a.segment(f)
	case "global":
		g := wasm.Global{Mutable: true}
		if g.Type, err = valueType(f[1]); err == nil {
			g.Init, err = initial(g.Type, f[2])
		}
		m.Globals = append(m.Globals, g)
	case "func", "fn":
		err = a.function(f)
	case "local":
		var n int64
		var t wasm.ValueType
		if n, err = number(f[1]); err == nil {
			t, err = valueType(f[2])
		}
		body := &m.Bodies[len(m.Bodies)-1]
		body.Locals = append(body.Locals, wasm.LocalRun{Count: uint32(n), Type: t})
	default:
		return a.instruction(f)
	}
	return err
}

func (a *assembler) function(f []string) error {
	a.finish()
	m := &a.m
	if f[0] == "func" {
		m.Exports = append(m.Exports, wasm.Export{Name: f[1], Kind: wasm.ExportFunction, Index: a.functions[f[1]]})
	}
	t, err := a.typ(f[2:])
	m.Functions = append(m.Functions, t)
	m.Bodies = append(m.Bodies, wasm.Body{})
	return err
}

func (a *assembler) element(f []string) (err error) {
	var e wasm.Element
	if e.Offset, err = constant(wasm.OpI32Const, f[1]); err != nil {
		return err
	}
	for _, name := range f[2:] {
		index, ok := a.functions[name]
		if !ok {
			return fmt.Errorf("unknown function %s", name)
		}
		e.Functions = append(e.Functions, index)
	}
	a.m.Elements = append(a.m.Elements, e)
	return nil
}

func (a *assembler) segment(f []string) (err error) {
	s := wasm.DataSegment{Init: []byte(strings.Join(f[2:], " "))}
	if s.Offset, err = constant(wasm.OpI32Const, f[1]); err != nil {
		return err
	}
	if f[0] == "hex" {
		if s.Init, err = hex.DecodeString(strings.Join(f[2:], "")); err != nil {
			return err
		}
	}
	a.m.Segments = append(a.m.Segments, s)
	return nil
}

// finish adds the last end to the function at hand.
func (a *assembler) finish() {
	if n := len(a.m.Bodies); n > 0 {
		a.m.Bodies[n-1].Code = append(a.m.Bodies[n-1].Code, byte(wasm.OpEnd))
	}
}

// typ gives the index of a type, which is added if it is new.
func (a *assembler) typ(f []string) (uint32, error) {
	var t wasm.FuncType
	list := &t.Params
	for _, word := range f {
		if word == "->" {
			list = &t.Results
			continue
		}
		v, err := valueType(word)
		if err != nil {
			return 0, err
		}
		*list = append(*list, v)
	}
	for i := range a.m.Types {
		if a.m.Types[i].Equal(t) {
			return uint32(i), nil
		}
	}
	a.m.Types = append(a.m.Types, t)
	return uint32(len(a.m.Types) - 1), nil
}

func (a *assembler) instruction(f []string) error {
	op, ok := a.opcodes[f[0]]
	if !ok {
		return fmt.Errorf("unknown instruction")
	}
	if len(a.m.Bodies) == 0 {
		return fmt.Errorf("an instruction outside of a function")
	}
	code := &a.m.Bodies[len(a.m.Bodies)-1].Code
	if op > 0xFF {
		*code = wasm.AppendUnsigned(append(*code, byte(op>>8)), uint64(op&0xFF))
	} else {
		*code = append(*code, byte(op))
	}
	var err error
	*code, err = a.immediate(*code, op, f[1:])
	return err
}

func (a *assembler) immediate(code []byte, op wasm.Opcode, f []string) ([]byte, error) {
	imm := op.Immediate()
	first := int64(0)
	if len(f) > 0 && imm != wasm.ImmFunction && imm != wasm.ImmType && imm != wasm.ImmBlock {
		var err error
		if first, err = number(f[0]); err != nil {
			return code, err
		}
	}
	switch imm {
	case wasm.ImmBlock:
		if len(f) == 0 {
			return append(code, wasm.NoResult), nil
		}
		t, err := valueType(f[0])
		return append(code, byte(t)), err
	case wasm.ImmFunction:
		if len(f) == 0 {
			return code, fmt.Errorf("no function")
		}
		index, ok := a.functions[f[0]]
		if !ok {
			return code, fmt.Errorf("unknown function")
		}
		return wasm.AppendUnsigned(code, uint64(index)), nil
	case wasm.ImmType:
		t, err := a.typ(f)
		return append(wasm.AppendUnsigned(code, uint64(t)), 0), err
	case wasm.ImmLabels:
		code = wasm.AppendUnsigned(code, uint64(len(f)-1))
		for _, label := range f {
			n, err := number(label)
			if err != nil {
				return code, err
			}
			code = wasm.AppendUnsigned(code, uint64(n))
		}
		return code, nil
	case wasm.ImmLabel, wasm.ImmLocal, wasm.ImmGlobal:
		return wasm.AppendUnsigned(code, uint64(first)), nil
	case wasm.ImmMemArg:
		return wasm.AppendUnsigned(append(code, 0), uint64(first)), nil
	case wasm.ImmMemory:
		return append(code, 0), nil
	case wasm.ImmI32, wasm.ImmI64:
		return wasm.AppendSigned(code, first), nil
	}
	return code, nil
}

func valueType(word string) (wasm.ValueType, error) {
	switch word {
	case "i32":
		return wasm.I32, nil
	case "i64":
		return wasm.I64, nil
	case "f32":
		return wasm.F32, nil
	case "f64":
		return wasm.F64, nil
	}
	return 0, fmt.Errorf("unknown type %q", word)
}

func limits(f []string) (*wasm.Limits, error) {
	low, err := number(f[0])
	l := &wasm.Limits{Min: uint32(low)}
	if err == nil && len(f) > 1 {
		var high int64
		high, err = number(f[1])
		l.Max, l.HasMax = uint32(high), true
	}
	return l, err
}

func constant(op wasm.Opcode, value string) ([]byte, error) {
	n, err := number(value)
	return append(wasm.AppendSigned([]byte{byte(op)}, n), byte(wasm.OpEnd)), err
}

// initial is a constant expression of a type.
func initial(t wasm.ValueType, value string) ([]byte, error) {
	switch t {
	case wasm.I32:
		return constant(wasm.OpI32Const, value)
	case wasm.I64:
		return constant(wasm.OpI64Const, value)
	}
	n, err := number(value)
	code := binary.LittleEndian.AppendUint32([]byte{byte(wasm.OpF32Const)}, uint32(n))
	if t == wasm.F64 {
		code = binary.LittleEndian.AppendUint64([]byte{byte(wasm.OpF64Const)}, uint64(n))
	}
	return append(code, byte(wasm.OpEnd)), err
}

// number reads a decimal or hexadecimal number.
func number(s string) (int64, error) { return strconv.ParseInt(s, 0, 64) }

// Repeat writes lines of a source n times.
func Repeat(n int, lines string) string { return strings.Repeat(lines+"\n", n) }

// I32s writes constants, in one line.
func I32s(values ...int) string {
	var s strings.Builder
	for _, v := range values {
		fmt.Fprintf(&s, "i32.const %d; ", v)
	}
	return s.String()
}

// Functions writes n functions that do nothing, f0 and so on.
func Functions(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "fn f%d\n", i)
	}
	return s.String()
}
