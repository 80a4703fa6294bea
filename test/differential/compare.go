package differential

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/oracle"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// A Bench runs modules on everything that can and compares. It is not safe for
// concurrent use.
type Bench struct {
	// Alter changes instrumented code before it runs, to see whether a defect
	// would be noticed. Nil changes nothing.
	Alter func(code []byte) []byte

	// Ends counts how runs of Main ended, in the words of the comparison.
	Ends map[string]int

	engines []*engine.Engine // compiler (where it is trusted) and interpreter
	hosts   []*host          // of the engines
	judge   host             // of the oracle
	forJury []oracle.HostFunction
	offers  map[[2]string]wasm.FuncType
}

// NewBench makes a bench whose host offers more than generated modules need.
func NewBench(more ...Function) (*Bench, error) {
	all := functions(more)
	b := &Bench{Ends: make(map[string]int), judge: host{functions: all}, offers: make(map[[2]string]wasm.FuncType)}
	b.forJury = b.judge.forOracle()
	for _, f := range all {
		b.offers[[2]string{f.Module, f.Name}] = f.Type
	}
	for _, interpreter := range []bool{false, true} {
		h := &host{functions: all}
		e, err := engine.New(interpreter, h.forEngine(), nil)
		if err != nil {
			return nil, errors.Join(err, b.Close())
		}
		b.engines, b.hosts = append(b.engines, e), append(b.hosts, h)
	}
	return b, nil
}

// Close frees everything.
func (b *Bench) Close() error {
	var err error
	for _, e := range b.engines {
		err = errors.Join(err, e.Close())
	}
	return err
}

// Run makes a module from random numbers and compares.
func (b *Bench) Run(random *rand.Rand) (code []byte, err error) {
	code = Generate(random)
	return code, b.Compare(code, random)
}

// Nothing is, among Ends, that a module had nothing to run. It was compiled,
// and its memory compared.
const Nothing = "nothing to run"

// ErrRefused is the error of Compare for code that the checks refuse.
var ErrRefused = errors.New("refused")

// Compare runs code with a lot of gas and with little, with prices and limits
// from random. Its error says what differs.
func (b *Bench) Compare(code []byte, random *rand.Rand) error {
	m, err := b.load(code)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	callSome(m, random)
	prices := choosePrices(random)
	t := trial{bench: b, module: m, prices: (*oracle.Prices)(prices)}
	t.choose(random)
	if err := t.all(meter.Instrument(m, prices), random); err != nil || t.main == nil || random.IntN(4) > 0 {
		return err
	}
	// What a function cannot reach makes no difference to it.
	part, _ := wasm.Part(m, int(*t.main))
	t.report = nil
	if err := t.all(meter.Instrument(part, prices), random); err != nil {
		return fmt.Errorf("what one function reaches: %w", err)
	}
	return nil
}

// all compares the oracle with every engine that runs the instrumented code.
func (t *trial) all(instrumented []byte, random *rand.Rand) error {
	if t.bench.Alter != nil {
		instrumented = t.bench.Alter(instrumented)
	}
	t.codes, t.plenty = nil, 0
	for _, e := range t.bench.engines {
		compiled, err := e.Compile(instrumented)
		if err != nil {
			return errors.Join(fmt.Errorf("%s: %w", e.Name(), err), t.close())
		}
		t.codes = append(t.codes, compiled)
	}
	return errors.Join(t.runs(random), t.close())
}

// Accepts says whether Compare would not refuse code.
func (b *Bench) Accepts(code []byte) bool {
	_, err := b.load(code)
	return err == nil
}

func (b *Bench) load(code []byte) (*wasm.Module, error) {
	m, err := wasm.Parse(code)
	if err == nil {
		err = wasm.Check(m, b.resolve)
	}
	if err == nil && !bound(m.Memory) {
		err = errors.New("its memory is too large to be compared often")
	}
	return m, err
}

func (b *Bench) resolve(module, name string) (wasm.FuncType, bool) {
	t, ok := b.offers[[2]string{module, name}]
	return t, ok
}

// choosePrices gives prices that are not 0: all one, all different, or huge.
func choosePrices(random *rand.Rand) *meter.Prices {
	p := &meter.Prices{LocalAllocate: 1 + random.Uint32N(100), LocalsUnmetered: random.Uint32N(8)}
	if random.Uint32N(2) == 0 {
		p.MemoryPage = 1 + random.Uint32N(5000)
	}
	kind := random.IntN(20)
	for i := range p.Opcode {
		switch {
		case kind < 5:
			p.Opcode[i] = 1
		case kind < 19:
			p.Opcode[i] = 1 + random.Uint32N(40)
		default:
			p.Opcode[i] = 1<<31 + random.Uint32()>>1
		}
	}
	return p
}

// trial is one module with one set of prices.
type trial struct {
	bench        *Bench
	module       *wasm.Module
	prices       *oracle.Prices
	codes        []*engine.Code
	plenty       uint64  // a lot of gas, for about so many instructions as steps
	main, report *uint32 // function indices, nil if there is no such export
}

// choose finds the functions to call: Main and report, or any other in the
// place of Main if there is none.
func (t *trial) choose(random *rand.Rand) {
	m := t.module
	var others []*uint32
	for i := range m.Exports {
		e := &m.Exports[i]
		if e.Kind != wasm.ExportFunction || len(m.FunctionType(e.Index).Params) > 0 {
			continue
		}
		switch e.Name {
		case Main:
			t.main = &e.Index
		case report:
			t.report = &e.Index
		default:
			others = append(others, &e.Index)
		}
	}
	if t.main == nil && len(others) > 0 {
		t.main = others[random.IntN(len(others))]
	}
}

func (t *trial) close() error {
	var err error
	for _, c := range t.codes {
		err = errors.Join(err, c.Close())
	}
	return err
}

// steps is about how many instructions a run with a lot of gas may take.
const steps = 3000

// runs compares with a lot of gas, and with limits at which something changes.
func (t *trial) runs(random *rand.Rand) error {
	for _, p := range t.prices.Opcode {
		t.plenty = max(t.plenty, uint64(p))
	}
	t.plenty *= steps
	if t.plenty < 40*steps {
		t.plenty = 20 * steps
	}
	end, err := t.compare(t.plenty, random.IntN(4) == 0, t.codes)
	if err != nil || t.main == nil {
		return err
	}
	used := t.plenty
	if end.kind == "returned" {
		used = uint64(max(0, int64(t.plenty)-end.gas))
	}
	limits := []uint64{random.Uint64N(used + 1)}
	if random.IntN(2) == 0 {
		limits = append(limits, max(used, 1)+1-uint64(random.IntN(3)))
	}
	for _, limit := range limits {
		one := make([]*engine.Code, len(t.codes)) // one engine is enough
		i := random.IntN(len(t.codes))
		one[i] = t.codes[i]
		end, err := t.compare(limit, false, one)
		if err != nil {
			return err
		}
		// Where it stopped, the counter was used: with exactly that much it
		// stops there or before, with one more it goes on.
		if border := limit + uint64(-end.gas); end.kind == "out of gas" && end.gas <= 0 && border > limit {
			if _, err := t.compare(border+uint64(random.IntN(2)), false, one); err != nil {
				return err
			}
		}
	}
	return nil
}

// end is everything that is compared of a run.
type end struct {
	kind   string
	gas    int64 // only after a return
	calls  []call
	memory []byte // only after the last run of an instance
}

// compare runs the oracle and the engines that have a code with that much gas,
// twice on the same instance if again.
func (t *trial) compare(gas uint64, again bool, codes []*engine.Code) (*end, error) {
	first, ends, err := t.judge(gas, again)
	if err != nil {
		return nil, err
	}
	for i, code := range codes {
		if code == nil {
			continue
		}
		got, err := t.run(i, gas, len(ends))
		if err != nil {
			return nil, err
		}
		for k := range ends {
			if difference := ends[k].differs(&got[k]); difference != "" {
				return nil, fmt.Errorf("%s, gas %d, run %d: %s", t.bench.engines[i].Name(), gas, k, difference)
			}
		}
	}
	return first, nil
}

// judge lets the oracle run. The end that it gives first has the gas also of a
// run that did not return.
func (t *trial) judge(gas uint64, again bool) (*end, []end, error) {
	h := &t.bench.judge
	in, err := oracle.New(t.module, t.prices, t.bench.forJury)
	if err != nil {
		return nil, nil, err
	}
	h.guest = in
	functions := []*uint32{t.main, t.report}
	if again {
		functions = []*uint32{t.main, t.main, t.report}
	}
	first := &end{kind: Nothing}
	ends := make([]end, len(functions))
	for k, function := range functions {
		e := &ends[k]
		h.calls = nil
		if function != nil {
			o := in.Run(*function, t.limitOf(k, len(functions), gas))
			e.kind = kindOfOutcome(&o)
			if o.Kind == oracle.Returned {
				e.gas = o.GasLeft
			}
			if k == 0 {
				first.kind, first.gas = e.kind, o.GasLeft
			}
		}
		e.calls = h.calls
	}
	ends[len(ends)-1].memory = in.Memory()
	t.bench.Ends[first.kind]++
	return first, ends, nil
}

// limitOf is the gas of run k. The last one, of report, always has plenty, but
// not without end: a changed module may report for ever.
func (t *trial) limitOf(k, runs int, gas uint64) uint64 {
	if k == runs-1 {
		return t.plenty
	}
	return gas
}

// run lets an engine run as often as the oracle did.
func (t *trial) run(i int, gas uint64, times int) ([]end, error) {
	h := t.bench.hosts[i]
	in, err := t.bench.engines[i].Instantiate(t.codes[i])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.bench.engines[i].Name(), err)
	}
	h.guest = in
	ends := make([]end, times)
	for k := range ends {
		e := &ends[k]
		function := t.main
		if k == times-1 {
			function = t.report
		}
		h.calls = nil
		if function != nil {
			in.SetGas(int64(t.limitOf(k, times, gas)))
			err := in.Call(*function)
			e.kind = kindOfError(err)
			if err == nil {
				e.gas = in.Gas()
			}
		}
		e.calls = h.calls
	}
	ends[times-1].memory = bytes.Clone(in.Memory()) // the view ends with the instance
	return ends, in.Close()
}

// differs describes the first difference, or gives "".
func (e *end) differs(got *end) string {
	for i := range min(len(e.calls), len(got.calls)) {
		if e.calls[i] != got.calls[i] {
			return fmt.Sprintf("call %d of the host is %+v, the oracle's %+v", i, got.calls[i], e.calls[i])
		}
	}
	switch {
	case e.kind != got.kind:
		return fmt.Sprintf("ended with %q, the oracle with %q", got.kind, e.kind)
	case len(e.calls) != len(got.calls):
		return fmt.Sprintf("%d calls of the host, the oracle made %d", len(got.calls), len(e.calls))
	case e.gas != got.gas:
		return fmt.Sprintf("%d gas is left, the oracle has %d", got.gas, e.gas)
	case !bytes.Equal(e.memory, got.memory):
		at := 0
		for at < min(len(e.memory), len(got.memory)) && e.memory[at] == got.memory[at] {
			at++
		}
		return fmt.Sprintf("memory of %d bytes differs from the oracle's %d at %#x", len(got.memory), len(e.memory), at)
	}
	return ""
}

// kindOfOutcome says how a run of the oracle ended, in the words that
// kindOfError has for the engines.
func kindOfOutcome(o *oracle.Outcome) string {
	switch {
	case o.Kind == oracle.HostError:
		return o.Err.Error()
	case o.Kind != oracle.Trapped:
		return o.Kind.String()
	case errors.Is(o.Err, oracle.TrapTable), errors.Is(o.Err, oracle.TrapUninitialized):
		return "trap: invalid table access"
	case errors.Is(o.Err, oracle.TrapStack):
		return "trap: stack exhausted"
	}
	return o.Err.Error()
}

func kindOfError(err error) string {
	if err == nil {
		return "returned"
	}
	return err.Error()
}
