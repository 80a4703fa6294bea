package trace

import (
	"encoding/binary"
	"math/big"
	"slices"
	"strconv"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/symbols"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Recorder is a host.Observer that writes an execution down. It is not safe
// for concurrent use.
type Recorder struct {
	symbols   *symbols.Set
	limit     int // events that are kept
	root      *Call
	levels    []*level
	events    int
	truncated bool
}

// level is a call that runs.
type level struct {
	call  *Call
	stack []site // functions of the guest that run
	open  *Event // the host function that runs, or nil
}

// site is a function that runs, and where its caller is.
type site struct {
	function uint32
	caller   int
}

const (
	// DefaultLimit is how many events a Recorder keeps.
	DefaultLimit = 200_000

	// maxKept bounds the bytes that are kept of one value.
	maxKept = 64 << 10
)

// NewRecorder makes a recorder that keeps at most limit events of an
// execution, DefaultLimit if it is 0.
func NewRecorder(s *symbols.Set, limit int) *Recorder {
	if limit == 0 {
		limit = DefaultLimit
	}
	return &Recorder{symbols: s, limit: limit}
}

var _ host.Observer = (*Recorder)(nil)

// Take gives the execution that was recorded last, nil if there is none, and
// says whether events are missing at its end. The recorder is then ready for
// the next one.
func (r *Recorder) Take() (c *Call, truncated bool) {
	c, truncated = r.root, r.truncated
	r.root, r.levels, r.events, r.truncated = nil, nil, 0, false
	return c, truncated
}

func (r *Recorder) top() *level { return r.levels[len(r.levels)-1] }

// add lists an event at the present place. Beyond the limit events are not
// kept, but still made.
func (r *Recorder) add(e *Event) *Event {
	if r.events++; r.events > r.limit {
		r.truncated = true
		return e
	}
	l := r.top()
	if l.open != nil {
		l.open.Events = append(l.open.Events, e)
	} else {
		l.call.Events = append(l.call.Events, e)
	}
	return e
}

// EnterLevel implements host.Observer.
func (r *Recorder) EnterLevel(x *host.Frame, how string) {
	in := x.Input()
	c := &Call{
		How: how, Caller: in.Caller, Contract: in.Recipient, Function: in.Function, Value: new(big.Int).Set(in.Value),
		CallType: in.CallType, GasProvided: in.GasProvided,
	}
	for _, argument := range in.Arguments {
		c.Arguments = append(c.Arguments, kept(argument))
	}
	if len(r.levels) > 0 {
		r.add(&Event{Kind: Nested, Call: c, GasLeft: x.GasLeft()})
	} else {
		r.root, r.events, r.truncated = c, 0, false
	}
	r.levels = append(r.levels, &level{call: c})
}

// LeaveLevel implements host.Observer.
func (r *Recorder) LeaveLevel(x *host.Frame, left uint64, code vm.ReturnCode, message string) {
	l := r.top()
	r.levels = r.levels[:len(r.levels)-1]
	c := l.call
	c.Contract, c.Storage = x.Address(), x.Storage()
	if c.How == "deploy" && c.Function == "" {
		c.Function = "init"
	}
	c.Code, c.Message = code, message
	c.GasUsed = c.GasProvided - min(c.GasProvided, left)
	if code != vm.OK {
		return
	}
	for _, item := range x.ReturnData() {
		c.Results = append(c.Results, kept(item))
	}
}

// Spend implements host.Observer.
func (r *Recorder) Spend(x *host.Frame, what string, gas int64) {
	r.add(&Event{Kind: Gas, Name: what, GasLeft: x.GasLeft() + uint64(gas), GasUsed: gas})
}

// EnterFunction implements engine.Listener.
func (r *Recorder) EnterFunction(function uint32, _ int64, position int) {
	l := r.top()
	l.stack = append(l.stack, site{function, position})
}

// LeaveFunction implements engine.Listener.
func (r *Recorder) LeaveFunction(uint32, int64) {
	l := r.top()
	l.stack = l.stack[:len(l.stack)-1]
}

// HostCall implements host.Observer.
func (r *Recorder) HostCall(x *host.Frame, row *host.Import, words []uint64) {
	l := r.top()
	e := &Event{Kind: HostCall, Name: row.Name, GasLeft: x.GasLeft(), Ended: true}
	if row.Module != "env" {
		e.Name = row.Module + "." + row.Name
	}
	if r.events < r.limit {
		e.Parameters = parameters(x, row, words)
	}
	l.open = r.add(e)
}

// HostReturn implements host.Observer.
func (r *Recorder) HostReturn(x *host.Frame, row *host.Import, words []uint64) {
	l := r.top()
	e := l.open
	l.open = nil
	e.Ended = false
	e.GasUsed = int64(e.GasLeft - x.GasLeft())
	if row.Result.Type != 0 {
		result := word(row.Result.Name, "i64", words[0])
		if row.Result.Type == i32 {
			result = word(row.Result.Name, "i32", words[0])
		}
		e.Result = &result
	}
}

// Stop implements host.Observer.
func (r *Recorder) Stop(x *host.Frame, reason string) {
	l := r.top()
	l.open = nil
	stop := &Stop{Reason: reason}
	at := x.Position()
	table := r.symbols.Of(x.Module())
	for _, s := range slices.Backward(l.stack) {
		p := Place{Function: table.Function(s.function), Index: s.function, Offset: at}
		p.File, p.Line, _ = table.Line(at)
		stop.Stack = append(stop.Stack, p)
		at = s.caller
	}
	l.call.Stop = stop
}

// Read implements host.Observer.
func (r *Recorder) Read(x *host.Frame, address vm.Address, key, value []byte) {
	r.add(&Event{Kind: Read, Address: address, Key: kept(key), After: kept(value), GasLeft: x.GasLeft()})
}

// Write implements host.Observer.
func (r *Recorder) Write(x *host.Frame, key, before, after []byte) {
	r.add(&Event{Kind: Write, Address: x.Storage(), Key: kept(key), Before: kept(before), After: kept(after), GasLeft: x.GasLeft()})
}

// Log implements host.Observer.
func (r *Recorder) Log(x *host.Frame, entry *vm.LogEntry) {
	c := *entry
	r.add(&Event{Kind: Log, Address: c.Address, Log: &c, GasLeft: x.GasLeft()})
}

// Transfer implements host.Observer.
func (r *Recorder) Transfer(x *host.Frame, to vm.Address, t *vm.Transfer) {
	c := *t
	c.Value = new(big.Int).Set(t.Value)
	r.add(&Event{Kind: Transfer, Address: to, Transfer: &c, GasLeft: x.GasLeft()})
}

// kept copies a value, or as much of it as is kept.
func kept(b []byte) []byte { return append([]byte{}, b[:min(len(b), maxKept)]...) }

// i32 is the value type, as the binary format numbers it.
const i32 = 0x7F

// parameters reads the parameters of a host function as their kinds say. What
// lies outside the memory is shown as the numbers it came from.
func parameters(x *host.Frame, row *host.Import, words []uint64) []Parameter {
	var list []Parameter
	memory := x.Memory()
	for _, p := range row.Params {
		w := words[:len(p.Words)]
		words = words[len(p.Words):]
		list = append(list, parameter(x, memory, p, w))
	}
	return list
}

func parameter(x *host.Frame, memory []byte, p host.Param, w []uint64) Parameter {
	switch {
	case p.Kind == "bytes" && len(w) == 2:
		if b, ok := view(memory, w[0], w[1]); ok {
			return Parameter{Name: p.Name, Kind: p.Kind, Item: kept(b)}
		}
	case p.Kind == "address":
		if b, ok := view(memory, w[0], vm.AddressLength); ok {
			return Parameter{Name: p.Name, Kind: p.Kind, Item: kept(b)}
		}
	case p.Kind == "amount":
		if b, ok := view(memory, w[0], amountLength); ok {
			return Parameter{Name: p.Name, Kind: p.Kind, Number: new(big.Int).SetBytes(b)}
		}
	case p.Kind == "handle":
		q := word(p.Name, p.Kind, w[0])
		if n, ok := x.Number(int32(uint32(w[0]))); ok {
			q.Number = n
		}
		return q
	case p.Kind == "arguments" && len(w) == 3:
		if items, ok := argumentList(memory, w); ok {
			return Parameter{Name: p.Name, Kind: p.Kind, List: items}
		}
	}
	q := word(p.Name, p.Kind, w[0])
	for _, more := range w[1:] {
		q.Text += " " + word("", "i32", more).Text
	}
	return q
}

const amountLength = 32

// word shows a word of a parameter as a number.
func word(name, kind string, w uint64) Parameter {
	p := Parameter{Name: name, Kind: kind}
	switch kind {
	case "i64", "gas":
		p.Text = strconv.FormatInt(int64(w), 10)
	case "handle":
		p.Text = "#" + strconv.FormatInt(int64(int32(uint32(w))), 10)
	case "i32":
		p.Text = strconv.FormatInt(int64(int32(uint32(w))), 10)
	default:
		p.Text = "@" + strconv.FormatUint(uint64(uint32(w)), 10)
	}
	return p
}

// view gives a part of the memory.
func view(memory []byte, offset, length uint64) ([]byte, bool) {
	offset, length = uint64(uint32(offset)), uint64(uint32(length))
	if offset+length > uint64(len(memory)) {
		return nil, false
	}
	return memory[offset : offset+length], true
}

// argumentList reads a list of arguments: how many, where their lengths are,
// where their bytes are.
func argumentList(memory []byte, w []uint64) ([][]byte, bool) {
	count := uint64(uint32(w[0]))
	const most = 10_000
	if count > most {
		return nil, false
	}
	lengths, ok := view(memory, w[1], 4*count)
	if !ok {
		return nil, false
	}
	items := make([][]byte, 0, count)
	at := uint64(uint32(w[2]))
	for i := range count {
		n := uint64(binary.LittleEndian.Uint32(lengths[4*i:]))
		b, ok := view(memory, at, n)
		if !ok || at > uint64(len(memory)) {
			return nil, false
		}
		items = append(items, kept(b))
		at += n
	}
	return items, true
}
