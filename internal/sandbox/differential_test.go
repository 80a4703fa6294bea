package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/oracle"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

var (
	seconds   = flag.Int("differential.seconds", 5, "how long random modules are compared")
	firstSeed = flag.Uint64("differential.seed", 0, "seed of the first module; 0 is the time")
)

// ending is all that can be seen of a call.
type ending struct {
	outcome string // "returned", "out of gas", "trap: …" or the text of the host's error
	left    int64  // gas, unless the guest failed
	told    []int64
	memory  []byte
}

func (e *ending) equal(o *ending) bool {
	return e.outcome == o.outcome && (e.left == o.left || e.outcome != oracle.Returned.String()) && slices.Equal(e.told, o.told) && bytes.Equal(e.memory, o.memory)
}

func (e *ending) String() string {
	return fmt.Sprintf("%s, %d left, told %v, %d bytes of memory", e.outcome, e.left, e.told, len(e.memory))
}

var errMaybe = errors.New("maybe not")

// hosting is what the host functions of generated modules need of an instance.
type hosting interface {
	Gas() int64
	SetGas(gas int64)
	Grow(pages uint32) bool
}

// generatedHost answers the host functions of generated modules in the same
// way for every engine. An error ends the guest.
func generatedHost(name string, told *[]int64, in hosting, stack []uint64) error {
	switch name {
	case "tell":
		*told = append(*told, int64(stack[0]))
	case "gas":
		*told = append(*told, in.Gas())
		stack[0] = uint64(in.Gas())
	case "spend":
		if int64(stack[0]) > in.Gas() || int64(stack[0]) < 0 {
			return engine.ErrOutOfGas
		}
		in.SetGas(in.Gas() - int64(stack[0]))
	case "maybe":
		*told = append(*told, in.Gas())
		if stack[0]%9 == 8 {
			return errMaybe
		}
		stack[0] = uint64(uint32(stack[0] * 3))
	case "grow":
		if in.Grow(1) {
			*told = append(*told, 1)
		}
	}
	return nil
}

// differ compares generated modules.
type differ struct {
	sandboxes []*sandbox.Sandbox // compiler, interpreter
	current   *sandbox.Instance
	told      []int64
	prices    oracle.Prices
}

func newDiffer(t testing.TB) *differ {
	d := &differ{}
	p := meter.Prices{LocalAllocate: 11, LocalsUnmetered: 3, MemoryPage: 1009}
	for i := range p.Opcode {
		p.Opcode[i] = 1 + uint32(i*i)%13
	}
	d.prices = oracle.Prices{Opcode: p.Opcode, LocalAllocate: p.LocalAllocate, LocalsUnmetered: p.LocalsUnmetered, MemoryPage: p.MemoryPage}
	for _, interpreter := range []bool{false, true} {
		var functions []engine.HostFunction
		for _, im := range generatedImports {
			functions = append(functions, engine.HostFunction{Module: "env", Name: im.name, Type: im.typ,
				Call: func(stack []uint64) {
					if err := generatedHost(im.name, &d.told, d.current, stack); err != nil {
						panic(err)
					}
				}})
		}
		s, err := sandbox.New(sandbox.Options{Interpreter: interpreter, Prices: p, Functions: functions})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		d.sandboxes = append(d.sandboxes, s)
	}
	return d
}

// judge runs main once for each amount of gas, on one instance.
func (d *differ) judge(t testing.TB, code []byte, gas []uint64) (endings []ending) {
	m, err := wasm.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	var told []int64
	var functions []oracle.HostFunction
	for _, im := range generatedImports {
		functions = append(functions, oracle.HostFunction{Module: "env", Name: im.name, Type: im.typ,
			Call: func(in *oracle.Instance, stack []uint64) error {
				err := generatedHost(im.name, &told, in, stack)
				if errors.Is(err, engine.ErrOutOfGas) {
					return oracle.ErrOutOfGas
				}
				return err
			}})
	}
	if err := wasm.Check(m, func(module, name string) (wasm.FuncType, bool) {
		for _, f := range functions {
			if f.Module == module && f.Name == name {
				return f.Type, true
			}
		}
		return wasm.FuncType{}, false
	}); err != nil {
		t.Fatal(err)
	}
	in, err := oracle.New(m, &d.prices, functions)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range gas {
		told = nil
		o := in.Run(m.Exports[0].Index, g)
		e := ending{outcome: o.Kind.String(), told: told, memory: bytes.Clone(in.Memory())}
		switch o.Kind {
		case oracle.Returned, oracle.OutOfGas:
			e.left = o.GasLeft
		case oracle.HostError:
			e.outcome = o.Err.Error()
		case oracle.Trapped:
			e.outcome = trapNames[o.Err.(oracle.Trap)]
		}
		endings = append(endings, e)
	}
	return endings
}

// trapNames gives the traps as the engine names them.
var trapNames = map[oracle.Trap]string{
	oracle.TrapUnreachable:   "trap: unreachable",
	oracle.TrapDivideByZero:  "trap: integer divide by zero",
	oracle.TrapOverflow:      "trap: integer overflow",
	oracle.TrapConversion:    "trap: invalid conversion to integer",
	oracle.TrapMemory:        "trap: out of bounds memory access",
	oracle.TrapTable:         "trap: invalid table access",
	oracle.TrapUninitialized: "trap: invalid table access",
	oracle.TrapSignature:     "trap: indirect call type mismatch",
	oracle.TrapStack:         "trap: stack exhausted",
}

// run does the same as judge with one of the engines. A second instance, which
// may be the first one used again, makes the first call once more.
func (d *differ) run(t testing.TB, s *sandbox.Sandbox, code []byte, gas []uint64) (endings []ending) {
	c, err := s.Load(sha256.Sum256(code), code)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := c.Function("main")
	for _, calls := range [][]uint64{gas, gas[:1]} {
		in, err := s.Start(c, 0)
		if err != nil {
			t.Fatal(err)
		}
		d.current = in
		for _, g := range calls {
			d.told = nil
			in.SetGas(int64(g))
			err := in.Call(f.Index)
			e := ending{outcome: "returned", told: d.told, memory: bytes.Clone(in.Memory()), left: in.Gas()}
			if err != nil {
				e.outcome, e.left = err.Error(), 0
			}
			endings = append(endings, e)
		}
		s.Stop(in)
	}
	return endings
}

// Generated modules come to the same end with the compiler, the interpreter
// and the oracle, which counts one instruction after the other: same outcome,
// gas, memory, and everything that host functions saw. Each is called with
// plenty of gas and with amounts that end somewhere in the middle.
func TestEnginesAgreeWithTheOracle(t *testing.T) {
	d := newDiffer(t)
	seed := *firstSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	outcomes := make(map[string]int)
	modules := 0
	for deadline := time.Now().Add(time.Duration(*seconds) * time.Second); time.Now().Before(deadline); seed++ {
		d.compare(t, seed, outcomes)
		if t.Failed() {
			return
		}
		if modules++; modules%500 == 0 {
			d = newDiffer(t) // frees the code of those that were compared
		}
	}
	t.Logf("%d modules, endings %v", modules, outcomes)
}

const plenty = 20_000

// edges gives, for amounts with which a first call runs out of gas, the amounts
// that are just too little and just enough at that place.
func (d *differ) edges(t *testing.T, code []byte, gas []uint64) (edges []uint64) {
	for _, g := range gas {
		if e := d.judge(t, code, []uint64{g})[0]; e.outcome == oracle.OutOfGas.String() {
			used := g + uint64(-e.left)
			edges = append(edges, used, used+1)
		}
	}
	return edges
}

// compare compares one module.
func (d *differ) compare(t *testing.T, seed uint64, outcomes map[string]int) {
	code := generate(seed)
	r := rand.New(rand.NewPCG(seed, 2))
	gas := []uint64{plenty}
	first := d.judge(t, code, gas)[0]
	if used := uint64(plenty - max(0, first.left)); first.outcome == oracle.Returned.String() {
		gas = append(gas, used, used-1, r.Uint64N(used), r.Uint64N(used))
	} else {
		gas = append(gas, r.Uint64N(plenty), r.Uint64N(plenty/10), r.Uint64N(plenty/100))
	}
	gas = append(gas, d.edges(t, code, gas)...)
	want := d.judge(t, code, gas)
	want, gas = append(want, want[0]), append(gas, gas[0])
	for i := range d.sandboxes {
		got := d.run(t, d.sandboxes[i], code, gas[:len(gas)-1])
		for k := range want {
			if !want[k].equal(&got[k]) {
				t.Errorf("seed %d, call %d with %d gas, %s:\n got %s\nwant %s\n%s", seed, k, gas[k],
					d.sandboxes[i].EngineName(), &got[k], &want[k], disassemble(code))
				return
			}
		}
	}
	for k := range want {
		outcomes[want[k].outcome]++
	}
}
