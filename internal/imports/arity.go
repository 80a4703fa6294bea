package imports

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// The constructors of rows. FnN is a function of N parameters with a result,
// ProcN one without; Raw is for functions of more parameters. Types and words
// follow from the meanings, so a signature is stated once. Every value is read
// in the order of the parameters, after the price was charged.

// Out is a result.
type Out[R int32 | int64] struct {
	result host.Result
	mask   uint64 // the bits of a word that belong to R
}

// OutI32 is a result of 32 bits.
func OutI32(name string) Out[int32] {
	return Out[int32]{host.Result{Name: name, Type: sandbox.I32}, 1<<32 - 1}
}

// OutI64 is a result of 64 bits.
func OutI64(name string) Out[int64] {
	return Out[int64]{host.Result{Name: name, Type: sandbox.I64}, 1<<64 - 1}
}

func (o Out[R]) word(r R) uint64 { return uint64(r) & o.mask }

// Raw is a row whose body reads its words itself.
func Raw(name, doc, price string, result host.Result, body func(*host.Frame, []uint64) error, params ...host.Param) host.Import {
	return host.Import{Name: name, Doc: doc, Price: price, Params: params, Result: result, Body: body}
}

// soft is the row with unreadable memory answered by a status instead of
// ending the guest.
func soft(status uint64, row host.Import) host.Import {
	body := row.Body
	row.Body = func(x *host.Frame, w []uint64) error {
		err := body(x, w)
		if err != nil && host.Soft(err) {
			w[0] = status
			return nil
		}
		return err
	}
	return row
}

// unreserved is the row with its name left to contracts.
func unreserved(row host.Import) host.Import {
	row.Unreserved = true
	return row
}

// Fn0 has no parameters and a result.
func Fn0[R int32 | int64](name, doc, price string, out Out[R], body func(*host.Frame) (R, error)) host.Import {
	return Raw(name, doc, price, out.result, func(x *host.Frame, w []uint64) error {
		r, err := body(x)
		if err != nil {
			return err
		}
		w[0] = out.word(r)
		return nil
	})
}

// Proc0 has no parameters and no result.
func Proc0(name, doc, price string, body func(*host.Frame) error) host.Import {
	return Raw(name, doc, price, host.Result{}, func(x *host.Frame, _ []uint64) error {
		return body(x)
	})
}

// Fn1 has one parameter and a result.
func Fn1[A any, R int32 | int64](name, doc, price string, a Meaning[A], out Out[R], body func(*host.Frame, A) (R, error)) host.Import {
	return Raw(name, doc, price, out.result, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		r, err := body(x, vA)
		if err != nil {
			return err
		}
		w[0] = out.word(r)
		return nil
	}, a.param)
}

// Proc1 has one parameter and no result.
func Proc1[A any](name, doc, price string, a Meaning[A], body func(*host.Frame, A) error) host.Import {
	return Raw(name, doc, price, host.Result{}, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		return body(x, vA)
	}, a.param)
}

// Fn2 has 2 parameters and a result.
func Fn2[A, B any, R int32 | int64](name, doc, price string, a Meaning[A], b Meaning[B], out Out[R], body func(*host.Frame, A, B) (R, error)) host.Import {
	atB := len(a.param.Words)
	return Raw(name, doc, price, out.result, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		r, err := body(x, vA, vB)
		if err != nil {
			return err
		}
		w[0] = out.word(r)
		return nil
	}, a.param, b.param)
}

// Proc2 has 2 parameters and no result.
func Proc2[A, B any](name, doc, price string, a Meaning[A], b Meaning[B], body func(*host.Frame, A, B) error) host.Import {
	atB := len(a.param.Words)
	return Raw(name, doc, price, host.Result{}, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		return body(x, vA, vB)
	}, a.param, b.param)
}

// Fn3 has 3 parameters and a result.
func Fn3[A, B, C any, R int32 | int64](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], out Out[R], body func(*host.Frame, A, B, C) (R, error)) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	return Raw(name, doc, price, out.result, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		r, err := body(x, vA, vB, vC)
		if err != nil {
			return err
		}
		w[0] = out.word(r)
		return nil
	}, a.param, b.param, c.param)
}

// Proc3 has 3 parameters and no result.
func Proc3[A, B, C any](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], body func(*host.Frame, A, B, C) error) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	return Raw(name, doc, price, host.Result{}, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		return body(x, vA, vB, vC)
	}, a.param, b.param, c.param)
}

// Fn4 has 4 parameters and a result.
func Fn4[A, B, C, D any, R int32 | int64](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], d Meaning[D], out Out[R], body func(*host.Frame, A, B, C, D) (R, error)) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	atD := atC + len(c.param.Words)
	return Raw(name, doc, price, out.result, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		vD, err := d.read(x, w[atD:])
		if err != nil {
			return err
		}
		r, err := body(x, vA, vB, vC, vD)
		if err != nil {
			return err
		}
		w[0] = out.word(r)
		return nil
	}, a.param, b.param, c.param, d.param)
}

// Proc4 has 4 parameters and no result.
func Proc4[A, B, C, D any](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], d Meaning[D], body func(*host.Frame, A, B, C, D) error) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	atD := atC + len(c.param.Words)
	return Raw(name, doc, price, host.Result{}, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		vD, err := d.read(x, w[atD:])
		if err != nil {
			return err
		}
		return body(x, vA, vB, vC, vD)
	}, a.param, b.param, c.param, d.param)
}

// Fn5 has 5 parameters and a result.
func Fn5[A, B, C, D, E any, R int32 | int64](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], d Meaning[D], e Meaning[E], out Out[R], body func(*host.Frame, A, B, C, D, E) (R, error)) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	atD := atC + len(c.param.Words)
	atE := atD + len(d.param.Words)
	return Raw(name, doc, price, out.result, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		vD, err := d.read(x, w[atD:])
		if err != nil {
			return err
		}
		vE, err := e.read(x, w[atE:])
		if err != nil {
			return err
		}
		r, err := body(x, vA, vB, vC, vD, vE)
		if err != nil {
			return err
		}
		w[0] = out.word(r)
		return nil
	}, a.param, b.param, c.param, d.param, e.param)
}

// Proc5 has 5 parameters and no result.
func Proc5[A, B, C, D, E any](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], d Meaning[D], e Meaning[E], body func(*host.Frame, A, B, C, D, E) error) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	atD := atC + len(c.param.Words)
	atE := atD + len(d.param.Words)
	return Raw(name, doc, price, host.Result{}, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		vD, err := d.read(x, w[atD:])
		if err != nil {
			return err
		}
		vE, err := e.read(x, w[atE:])
		if err != nil {
			return err
		}
		return body(x, vA, vB, vC, vD, vE)
	}, a.param, b.param, c.param, d.param, e.param)
}

// Fn6 has 6 parameters and a result.
func Fn6[A, B, C, D, E, F any, R int32 | int64](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], d Meaning[D], e Meaning[E], f Meaning[F], out Out[R], body func(*host.Frame, A, B, C, D, E, F) (R, error)) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	atD := atC + len(c.param.Words)
	atE := atD + len(d.param.Words)
	atF := atE + len(e.param.Words)
	return Raw(name, doc, price, out.result, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		vD, err := d.read(x, w[atD:])
		if err != nil {
			return err
		}
		vE, err := e.read(x, w[atE:])
		if err != nil {
			return err
		}
		vF, err := f.read(x, w[atF:])
		if err != nil {
			return err
		}
		r, err := body(x, vA, vB, vC, vD, vE, vF)
		if err != nil {
			return err
		}
		w[0] = out.word(r)
		return nil
	}, a.param, b.param, c.param, d.param, e.param, f.param)
}

// Proc6 has 6 parameters and no result.
func Proc6[A, B, C, D, E, F any](name, doc, price string, a Meaning[A], b Meaning[B], c Meaning[C], d Meaning[D], e Meaning[E], f Meaning[F], body func(*host.Frame, A, B, C, D, E, F) error) host.Import {
	atB := len(a.param.Words)
	atC := atB + len(b.param.Words)
	atD := atC + len(c.param.Words)
	atE := atD + len(d.param.Words)
	atF := atE + len(e.param.Words)
	return Raw(name, doc, price, host.Result{}, func(x *host.Frame, w []uint64) error {
		vA, err := a.read(x, w)
		if err != nil {
			return err
		}
		vB, err := b.read(x, w[atB:])
		if err != nil {
			return err
		}
		vC, err := c.read(x, w[atC:])
		if err != nil {
			return err
		}
		vD, err := d.read(x, w[atD:])
		if err != nil {
			return err
		}
		vE, err := e.read(x, w[atE:])
		if err != nil {
			return err
		}
		vF, err := f.read(x, w[atF:])
		if err != nil {
			return err
		}
		return body(x, vA, vB, vC, vD, vE, vF)
	}, a.param, b.param, c.param, d.param, e.param, f.param)
}
