package trace

import (
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Text writes traces for people.
type Text struct {
	Out     io.Writer
	Address func(vm.Address) string // how to write addresses
	Bytes   func([]byte) string     // and other bytes
	Brief   bool                    // leave out host functions that do nothing else
	Colour  bool

	err error
}

// Write writes an execution as a tree. The first column is gas.
func (t *Text) Write(c *Call, truncated bool) error {
	t.call(c, "")
	if truncated {
		t.line("", "", "… more events than are kept")
	}
	return t.err
}

const (
	red  = "31"
	grey = "90"
)

func (t *Text) paint(colour, text string) string {
	if !t.Colour || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

func (t *Text) line(gas, indent, text string) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.Out, "%14s  %s%s\n", gas, t.paint(grey, indent), text)
	}
}

func (t *Text) call(c *Call, indent string) {
	var head strings.Builder
	fmt.Fprintf(&head, "%s %s → %s %s(%s)", c.How, t.Address(c.Caller), t.Address(c.Contract), name(c.Function), t.list(c.Arguments))
	if c.Value.Sign() > 0 {
		fmt.Fprintf(&head, " value %d", c.Value)
	}
	if c.Storage != c.Contract {
		fmt.Fprintf(&head, " on the storage of %s", t.Address(c.Storage))
	}
	fmt.Fprintf(&head, " with %s gas", Separated(int64(c.GasProvided)))
	t.line(Separated(int64(c.GasUsed)), indent, head.String())
	inside := indent + "│ "
	known := t.events(c.Events, inside)
	if rest := int64(c.GasUsed) - known; !c.Failed() && rest > 0 {
		t.line(Separated(rest), inside, t.paint(grey, "instructions"))
	}
	t.end(c, indent)
}

// end writes how a call ended.
func (t *Text) end(c *Call, indent string) {
	if c.Stop != nil {
		t.line("", indent+"│ ", t.paint(red, "stopped: "+quoted(c.Stop.Reason)))
		for i, p := range c.Stop.Stack {
			if i > 0 && p == c.Stop.Stack[i-1] {
				continue
			}
			where := ""
			if p.Offset > 0 {
				where = fmt.Sprintf(" at 0x%x", p.Offset)
			}
			if p.Line > 0 {
				where += fmt.Sprintf(" (%s:%d)", p.File, p.Line)
			}
			if n := repeats(c.Stop.Stack[i:]); n > 1 {
				where += fmt.Sprintf(", %d times", n)
			}
			t.line("", indent+"│   ", "in "+name(p.Function)+where)
		}
	}
	if c.Failed() {
		t.line("", indent, "└ "+t.paint(red, fmt.Sprintf("%v (code %d): %s", c.Code, c.Code, quoted(c.Message))))
		return
	}
	text := "└ ok"
	if len(c.Results) > 0 {
		text += ": " + t.list(c.Results)
	}
	if c.Message != "" {
		text += ", message " + quoted(c.Message)
	}
	t.line("", indent, text)
}

// repeats counts how often the first place is there, one after the other.
func repeats(stack []Place) int {
	n := 1
	for n < len(stack) && stack[n] == stack[0] {
		n++
	}
	return n
}

// events writes events and gives the gas that they took.
func (t *Text) events(events []*Event, indent string) int64 {
	var used int64
	for _, e := range events {
		switch e.Kind {
		case Nested:
			used += int64(e.Call.GasUsed)
			t.call(e.Call, indent)
			continue
		case HostCall:
			inside := t.hostCall(e, indent)
			if e.Ended { // by an asynchronous call, which is inside
				used += inside
			} else {
				used += e.GasUsed
			}
			continue
		case Gas:
			used += e.GasUsed
		}
		t.line(gasOf(e), indent, t.event(e))
	}
	return used
}

func gasOf(e *Event) string {
	if e.Kind == Gas || e.Kind == HostCall {
		return Separated(e.GasUsed)
	}
	return ""
}

// hostCall gives the gas that what is inside it took.
func (t *Text) hostCall(e *Event, indent string) int64 {
	if t.Brief && len(e.Events) == 0 && !e.Ended {
		return 0
	}
	parameters := make([]string, len(e.Parameters))
	for i := range e.Parameters {
		parameters[i] = t.parameter(&e.Parameters[i])
	}
	text := e.Name + "(" + strings.Join(parameters, ", ") + ")"
	if e.Result != nil {
		text += " → " + t.parameter(&Parameter{Text: e.Result.Text})
	}
	gas := Separated(e.GasUsed)
	if e.Ended {
		gas = ""
	}
	t.line(gas, indent, text)
	return t.events(e.Events, indent+"  ")
}

func (t *Text) parameter(p *Parameter) string {
	text := p.Text
	switch {
	case p.Item != nil && p.Kind == "address":
		text = t.Address(vm.Address(p.Item))
	case p.Item != nil:
		text = t.bytes(p.Item)
	case p.List != nil:
		text = "[" + t.list(p.List) + "]"
	case p.Number != nil && p.Text != "":
		text = p.Text + "=" + number(p.Number)
	case p.Number != nil:
		text = number(p.Number)
	}
	if p.Name == "" {
		return text
	}
	return p.Name + " " + text
}

// number writes a number that is not too long to read.
func number(n *big.Int) string {
	const most = 512
	if n.BitLen() > most {
		return fmt.Sprintf("(%d bits)", n.BitLen())
	}
	return n.String()
}

func (t *Text) event(e *Event) string {
	switch e.Kind {
	case Read:
		return fmt.Sprintf("read %s[%s] = %s", t.Address(e.Address), t.bytes(e.Key), t.value(e.After))
	case Write:
		return fmt.Sprintf("write %s[%s] = %s, was %s", t.Address(e.Address), t.bytes(e.Key), t.value(e.After), t.value(e.Before))
	case Log:
		return fmt.Sprintf("log %s [%s] data %s", t.bytes(e.Log.Identifier), t.list(e.Log.Topics), t.value(e.Log.Data))
	case Transfer:
		text := fmt.Sprintf("transfer %s → %s value %d", t.Address(e.Transfer.Sender), t.Address(e.Address), e.Transfer.Value)
		if len(e.Transfer.Data) > 0 {
			text += " data " + t.bytes(e.Transfer.Data)
		}
		if e.Transfer.GasLimit > 0 {
			text += " gas " + Separated(int64(e.Transfer.GasLimit))
		}
		return text
	}
	return t.paint(grey, e.Name)
}

// bytes writes bytes that are not too long to read.
func (t *Text) bytes(b []byte) string {
	const most, kept = 120, 80
	text := t.Bytes(b)
	if len(text) <= most {
		return text
	}
	return fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(text[:kept], ""), len(b))
}

func (t *Text) value(b []byte) string {
	if len(b) == 0 {
		return "nothing"
	}
	return t.bytes(b)
}

func (t *Text) list(items [][]byte) string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = t.bytes(item)
		if texts[i] == "" {
			texts[i] = "0x"
		}
	}
	return strings.Join(texts, ", ")
}

// name keeps what contracts choose from breaking lines.
func name(text string) string {
	if quoted := strconv.Quote(text); len(quoted) != len(text)+2 || text == "" {
		return quoted
	}
	return text
}

func quoted(text string) string { return strconv.Quote(text) }

// Separated writes a number with a comma before every third digit from its end.
func Separated(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}
