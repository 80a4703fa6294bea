package scenario

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// txKind says what a transaction does.
type txKind uint8

const (
	deploy txKind = iota
	call
	query
	transfer
	reward
)

// step is the name of the step.
func (k txKind) step() string {
	return [...]string{"scDeploy", "scCall", "scQuery", "transfer", "validatorReward"}[k]
}

func (k txKind) executes() bool { return k == deploy || k == call || k == query }

// defaultQueryGas is what a query may use that names no limit.
const defaultQueryGas = 1_500_000_000

func (p *parser) transaction(k txKind, s *Step, v *Value) (action, error) {
	t := &transaction{kind: k}
	there := false
	id := func(v *Value) error { return p.text(v, &s.ID) }
	err := p.object(v, "", "invalid tx step field: ", kindField(), p.stepComment(s),
		field{"txId", id}, field{"id", id},
		field{"tx", func(v *Value) error {
			there = true
			return prefix(p.tx(k, &t.tx, v), "cannot parse tx: ")
		}},
		field{"expect", func(v *Value) error {
			if !k.executes() {
				return p.fail(v, "no expected result allowed for step of type %s", k.step())
			}
			t.expect = new(expectation)
			return prefix(p.expectation(t.expect, v), "cannot parse tx expected result: ")
		}})
	if err == nil && !there {
		err = p.fail(v, "a %s without tx", k.step())
	}
	return t, err
}

// tx reads the field tx.
func (p *parser) tx(k txKind, t *tx, v *Value) error {
	t.value, t.offset = new(big.Int), v.Offset
	if k == query {
		t.gasLimit = defaultQueryGas
	}
	var from, to *Value
	err := p.object(v, "unmarshalled transaction is not a map", "unknown field in transaction: ",
		p.comment(),
		field{"nonce", p.into(new(uint64), "invalid transaction nonce: ")},
		field{"from", func(v *Value) error {
			from = v
			if k == reward {
				return p.fail(v, "`from` not allowed in transaction, it is always the zero address")
			}
			return p.addressInto(&t.from, v)
		}},
		field{"to", func(v *Value) error {
			to = v
			if k == deploy {
				return p.mustBeEmpty(v, "transaction to field not allowed for scDeploy transactions")
			}
			return p.addressInto(&t.to, v)
		}},
		field{"function", func(v *Value) error {
			if err := p.text(v, &t.function); err != nil {
				return err
			}
			if t.function != "" && (k == deploy || k == transfer) {
				return p.fail(v, "transaction function field not allowed for %s transactions", k.step())
			}
			return nil
		}},
		field{"value", p.numberInto(t.value, "invalid transaction value: ")},
		field{"egldValue", p.numberInto(t.value, "invalid transaction value: ")},
		field{"esdt", p.payment(k, t)}, field{"esdtValue", p.payment(k, t)}, field{"dct", p.payment(k, t)},
		field{"arguments", func(v *Value) error { return p.arguments(k, t, v) }},
		field{"contractCode", func(v *Value) error {
			if k != deploy {
				return p.mustBeEmpty(v, "transaction contractCode field only allowed int scDeploy transactions")
			}
			return p.evalInto(&t.code, v)
		}},
		field{"codeMetadata", func(v *Value) error {
			if k != deploy {
				return p.mustBeEmpty(v, "transaction codeMetadata field only allowed in scDeploy transactions")
			}
			return p.metadata(&t.metadata, v)
		}},
		field{"gasLimit", p.into(&t.gasLimit, "invalid transaction gasLimit: ")},
		field{"gasPrice", p.into(&t.gasPrice, "invalid transaction gasPrice: ")},
	)
	switch {
	case err != nil:
	case from == nil && k != reward && k != query:
		err = p.fail(v, "`from` is missing in transaction")
	case to == nil && k != deploy:
		err = p.fail(v, "`to` is missing in transaction")
	case k == query && from == nil:
		t.from = t.to
	}
	return err
}

func (p *parser) arguments(k txKind, t *tx, v *Value) error {
	if v.Kind != List {
		return p.fail(v, "arguments not a JSON list")
	}
	if k == transfer && len(v.Items) > 0 {
		return p.fail(v, "function arguments not allowed for transfer transactions")
	}
	for _, item := range v.Items {
		b, err := p.tree(item)
		if err != nil {
			return prefix(err, "invalid transaction argument: ")
		}
		t.arguments = append(t.arguments, b)
	}
	return nil
}

// payment reads a token payment: one object, or a list of at most one.
func (p *parser) payment(k txKind, t *tx) func(v *Value) error {
	return func(v *Value) error {
		p.loader.builtins = true
		if v.Kind == List {
			switch len(v.Items) {
			case 0:
				return nil
			case 1:
				v = v.Items[0]
			default:
				return p.fail(v, "a transaction pays with one token at most")
			}
		}
		if k != call && k != transfer {
			return p.fail(v, "a token payment is not allowed for %s transactions", k.step())
		}
		t.tokens = new(big.Int)
		err := p.object(v, "unmarshalled token payment is not a map", "unknown token payment field: ",
			field{"tokenIdentifier", func(v *Value) error { return p.evalInto(&t.token, v) }},
			field{"nonce", func(v *Value) error {
				n, err := p.uint64(v)
				if err == nil && n != 0 {
					err = p.fail(v, "tokens with a nonce do not exist here")
				}
				return err
			}},
			field{"value", p.numberInto(t.tokens, "invalid token value: ")})
		if err == nil && len(t.token) == 0 {
			err = p.fail(v, "a token payment without tokenIdentifier")
		}
		return err
	}
}

func (p *parser) mustBeEmpty(v *Value, format string, args ...any) error {
	b, err := p.eval(v)
	if err == nil && len(b) > 0 {
		err = p.fail(v, format, args...)
	}
	return err
}

func (p *parser) addressInto(to *vm.Address, v *Value) error {
	a, err := p.addressValue(v)
	*to = a
	return err
}

func (p *parser) evalInto(to *[]byte, v *Value) error {
	b, err := p.eval(v)
	*to = b
	return err
}

// into reads a number of 64 bits.
func (p *parser) into(to *uint64, words string) func(*Value) error {
	return func(v *Value) error {
		n, err := p.uint64(v)
		*to = n
		return prefix(err, "%s", words)
	}
}

// numberInto reads an unsigned number of any size.
func (p *parser) numberInto(to *big.Int, words string) func(*Value) error {
	return func(v *Value) error {
		b, err := p.eval(v)
		if err != nil {
			return prefix(err, "%s", words)
		}
		if to.SetBytes(b); to.BitLen() > maxValueBits {
			return p.fail(v, "%sthe number has more than %d bits", words, maxValueBits)
		}
		return nil
	}
}

// maxValueBits bounds amounts: contracts see them as 32 bytes.
const maxValueBits = 256

// metadata reads code metadata: two bytes, or none.
func (p *parser) metadata(to *[]byte, v *Value) error {
	if err := p.evalInto(to, v); err != nil {
		return err
	}
	if n := len(*to); n != 0 && n != 2 {
		return p.fail(v, "code metadata have %d bytes instead of 2", n)
	}
	return nil
}

// ---- expect ----

func (p *parser) expectation(e *expectation, v *Value) error {
	e.offset, e.outAt, e.logsAt = v.Offset, v.Offset, v.Offset
	return p.object(v, "unmarshalled tx expected result is not a map", "unknown tx result field: ",
		p.comment(),
		field{"out", func(v *Value) error { return p.expectOut(e, v) }},
		field{"status", p.checkInto(&e.status, "invalid expected status: ")},
		field{"message", p.checkInto(&e.message, "invalid expected message: ")},
		field{"logs", func(v *Value) error { return p.expectLogs(e, v) }},
		field{"gas", func(v *Value) (err error) {
			e.gas, err = p.checkUint64(v)
			return prefix(err, "invalid expected gas: ")
		}},
		field{"refund", p.checkInto(&e.refund, "invalid expected refund: ")},
	)
}

func (p *parser) checkInto(to *check, words string) func(*Value) error {
	return func(v *Value) (err error) {
		*to, err = p.check(v)
		return prefix(err, "%s", words)
	}
}

func (p *parser) expectOut(e *expectation, v *Value) error {
	e.outAt = v.Offset
	if isAny(v) {
		e.anyOut = true
		return nil
	}
	if v.Kind != List {
		return p.fail(v, "invalid expected output: not a JSON list")
	}
	for _, item := range v.Items {
		c, err := p.check(item)
		if err != nil {
			return prefix(err, "invalid expected output: ")
		}
		e.out = append(e.out, c)
	}
	return nil
}

func (p *parser) expectLogs(e *expectation, v *Value) error {
	e.logsAt = v.Offset
	if isAny(v) {
		e.anyLogs = true
		return nil
	}
	if v.Kind != List {
		return p.fail(v, "invalid expected logs: neither a list nor \"*\"")
	}
	for i, item := range v.Items {
		if item.Kind == String && item.Text == "+" && i == len(v.Items)-1 {
			e.moreLog = true
			break
		}
		l, err := p.logCheck(item)
		if err != nil {
			return prefix(err, "invalid expected logs: ")
		}
		e.logs = append(e.logs, l)
	}
	return nil
}

func (p *parser) logCheck(v *Value) (logCheck, error) {
	l := logCheck{origin: v}
	err := p.object(v, "unmarshalled log entry is not a map", "unknown log field: ",
		field{"address", p.checkInto(&l.address, "invalid log address: ")},
		field{"identifier", func(v *Value) (err error) {
			l.identifier, err = p.check(v)
			if err == nil && !l.identifier.any && len(l.identifier.want.bytes) != len(vm.Hash{}) {
				err = p.fail(v, "invalid log identifier - should be 32 bytes in length")
			}
			return err
		}},
		field{"topics", func(v *Value) error {
			if isAny(v) {
				l.anyTopics = true
				return nil
			}
			if v.Kind != List {
				return p.fail(v, "log topics are not a JSON list")
			}
			for _, item := range v.Items {
				c, err := p.check(item)
				if err != nil {
					return prefix(err, "invalid log topic: ")
				}
				l.topics = append(l.topics, c)
			}
			return nil
		}},
		field{"data", p.checkInto(&l.data, "invalid log data: ")})
	return l, err
}
