package wasm

// Encode writes a module in the binary format, every number as short as
// possible. It writes what Module holds, so no custom sections and no names.
func Encode(m *Module) []byte {
	e := encoder{out: append(make([]byte, 0, m.Size+m.Size/2+64), magic...)}
	e.vector(typeSection, len(m.Types), func(b []byte, i int) []byte {
		b = append(b, 0x60)
		b = appendTypes(b, m.Types[i].Params)
		return appendTypes(b, m.Types[i].Results)
	})
	e.vector(importSection, len(m.Imports), func(b []byte, i int) []byte {
		b = appendBytes(b, m.Imports[i].Module)
		b = appendBytes(b, m.Imports[i].Name)
		return AppendUnsigned(append(b, 0), uint64(m.Imports[i].Type))
	})
	e.vector(functionSection, len(m.Functions), func(b []byte, i int) []byte {
		return AppendUnsigned(b, uint64(m.Functions[i]))
	})
	if m.Table != nil {
		e.vector(tableSection, 1, func(b []byte, _ int) []byte { return appendLimits(append(b, 0x70), m.Table) })
	}
	if m.Memory != nil {
		e.vector(memorySection, 1, func(b []byte, _ int) []byte { return appendLimits(b, m.Memory) })
	}
	e.vector(globalSection, len(m.Globals), func(b []byte, i int) []byte {
		g := &m.Globals[i]
		mutable := byte(0)
		if g.Mutable {
			mutable = 1
		}
		return append(append(b, byte(g.Type), mutable), g.Init...)
	})
	e.vector(exportSection, len(m.Exports), func(b []byte, i int) []byte {
		b = append(appendBytes(b, m.Exports[i].Name), byte(m.Exports[i].Kind))
		return AppendUnsigned(b, uint64(m.Exports[i].Index))
	})
	e.vector(elementSection, len(m.Elements), func(b []byte, i int) []byte {
		s := &m.Elements[i]
		b = append(append(b, 0), s.Offset...)
		b = AppendUnsigned(b, uint64(len(s.Functions)))
		for _, f := range s.Functions {
			b = AppendUnsigned(b, uint64(f))
		}
		return b
	})
	e.vector(codeSection, len(m.Bodies), e.body(m))
	e.vector(dataSection, len(m.Segments), func(b []byte, i int) []byte {
		b = append(append(b, 0), m.Segments[i].Offset...)
		return appendBytes(b, m.Segments[i].Init)
	})
	return e.out
}

type encoder struct {
	out     []byte
	content []byte // of the current section, reused
	locals  []byte // of the current body, reused
}

// vector writes a section that is a vector of n elements, nothing if n is 0.
func (e *encoder) vector(id byte, n int, element func(b []byte, i int) []byte) {
	if n == 0 {
		return
	}
	e.content = AppendUnsigned(e.content[:0], uint64(n))
	for i := range n {
		e.content = element(e.content, i)
	}
	e.out = append(e.out, id)
	e.out = appendBytes(e.out, e.content)
}

func (e *encoder) body(m *Module) func(b []byte, i int) []byte {
	return func(b []byte, i int) []byte {
		body := &m.Bodies[i]
		e.locals = AppendUnsigned(e.locals[:0], uint64(len(body.Locals)))
		for _, run := range body.Locals {
			e.locals = append(AppendUnsigned(e.locals, uint64(run.Count)), byte(run.Type))
		}
		b = AppendUnsigned(b, uint64(len(e.locals)+len(body.Code)))
		return append(append(b, e.locals...), body.Code...)
	}
}

func appendBytes[T string | []byte](b []byte, s T) []byte {
	return append(AppendUnsigned(b, uint64(len(s))), s...)
}

func appendTypes(b []byte, types []ValueType) []byte {
	b = AppendUnsigned(b, uint64(len(types)))
	for _, t := range types {
		b = append(b, byte(t))
	}
	return b
}

func appendLimits(b []byte, l *Limits) []byte {
	if !l.HasMax {
		return AppendUnsigned(append(b, 0), uint64(l.Min))
	}
	return AppendUnsigned(AppendUnsigned(append(b, 1), uint64(l.Min)), uint64(l.Max))
}
