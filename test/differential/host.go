package differential

import (
	"encoding/binary"
	"errors"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/oracle"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// The errors of the host.
var (
	errRefused = errors.New("the host refused")
	errSpent   = errors.New("the host's price is too high")
	errBounds  = errors.New("the host was given a bad address")
)

// guest is what the host sees of a running module: an engine.Instance or an
// oracle.Instance.
type guest interface {
	Gas() int64
	SetGas(int64)
	Memory() []byte
	Grow(pages uint32) bool
}

// host is the other side of a run. It notes everything that it is asked.
type host struct {
	functions []Function // the first ones are those of hostTypes
	guest     guest
	calls     []call
}

// call is a call of the host: what, with which arguments, with how much gas.
type call struct {
	function int
	words    [6]uint64 // the first ones
	mixed    uint64    // of all
	gas      int64
}

// maxCalls bounds what a host keeps: a run that calls more often goes on, but
// is not compared any more.
const maxCalls = 1 << 14

// answer is the body of every function of the host.
func (h *host) answer(function int, stack []uint64) error {
	c := call{function: function, gas: h.guest.Gas()}
	t := &h.functions[function].Type
	for i, t := range t.Params {
		word := stack[i]
		if t == wasm.I32 || t == wasm.F32 {
			word &= 1<<32 - 1
		}
		if i < len(c.words) {
			c.words[i] = word
		}
		c.mixed = (c.mixed + word) * 0x9E3779B97F4A7C15
	}
	if len(h.calls) < maxCalls {
		h.calls = append(h.calls, c)
	}
	switch function {
	case hostGas:
		stack[0] = uint64(c.gas)
	case hostSpend:
		price := int64(c.words[0] & (1<<20 - 1))
		if price > c.gas {
			return errSpent
		}
		h.guest.SetGas(c.gas - price)
	case hostFail:
		if c.words[0]%4 == 3 {
			return errRefused
		}
	case hostPoke:
		memory := h.guest.Memory()
		if c.words[0]+8 > uint64(len(memory)) {
			return errBounds
		}
		binary.LittleEndian.PutUint64(memory[c.words[0]:], c.words[1])
	case hostGrow:
		grown := uint64(0)
		if h.guest.Grow(uint32(c.words[0] % 4)) {
			grown = 1
		}
		stack[0] = grown
	case hostTell:
	default:
		if len(t.Results) > 0 {
			stack[0] = c.mixed
			if t.Results[0] == wasm.I32 || t.Results[0] == wasm.F32 {
				stack[0] = c.mixed >> 32
			}
		}
	}
	return nil
}

// forEngine makes the functions that h answers.
func (h *host) forEngine() []engine.HostFunction {
	var all []engine.HostFunction
	for i, f := range h.functions {
		all = append(all, engine.HostFunction{Module: f.Module, Name: f.Name, Type: f.Type,
			Call: func(stack []uint64) {
				if err := h.answer(i, stack); err != nil {
					panic(err)
				}
			}})
	}
	return all
}

func (h *host) forOracle() []oracle.HostFunction {
	var all []oracle.HostFunction
	for i, f := range h.functions {
		all = append(all, oracle.HostFunction{Module: f.Module, Name: f.Name, Type: f.Type,
			Call: func(_ *oracle.Instance, stack []uint64) error { return h.answer(i, stack) }})
	}
	return all
}
