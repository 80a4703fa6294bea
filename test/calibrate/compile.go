//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/test/hostile"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// module is code that is deployed: its price is that of compiling it.
type module struct {
	name string
	code []byte
	keys []string
}

// modules are the samples, and those of the hostile contracts that end well.
func modules() ([]module, error) {
	var list []module
	for _, name := range contracts.Names() {
		m := module{"the sample " + name, withoutInit(contracts.Wasm(name)), []string{base + "CompilePerByte"}}
		if len(m.code) < small {
			m.keys = []string{api + "CreateContract"}
		}
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b module) int { return len(a.code) - len(b.code) })
	for _, c := range hostile.All() {
		if !strings.HasPrefix(c.Name, "compile bomb: ") || c.Deployed.Code != vm.OK {
			continue
		}
		code, err := c.Module()
		if err != nil {
			return nil, err
		}
		list = append(list, module{c.Name, code, []string{base + "CompilePerByte"}})
	}
	return list, nil
}

// small is up to where it is not the size of code that its deployment costs.
const small = 1000

// withoutInit is the code with its function init under another name, so that a
// deployment takes what compiling takes.
func withoutInit(code []byte) []byte {
	return bytes.Replace(code, []byte("\x04init\x00"), []byte("\x04inix\x00"), 1)
}

// fresh is the code with a custom section that makes it one that was never
// seen.
func (m *module) fresh(n int) []byte {
	section := fmt.Appendf(nil, "\x01c%08x", n)
	return append(append(append([]byte{}, m.code...), 0, byte(len(section))), section...)
}

// deploy measures a deployment in a real Core.
func (b *bench) deploy(m *module) (cost, error) {
	best := math.Inf(1)
	for range b.runs {
		b.count++
		b.world.Begin(nil, nil)
		start, err := b.cpu()
		if err != nil {
			return cost{}, err
		}
		out, err := b.core.Create(context.Background(), creation(m.fresh(b.count), 1<<62))
		if err != nil {
			return cost{}, fmt.Errorf("%s: %w", m.name, err)
		}
		if out.Code != vm.OK { // nothing was compiled, or not all was done
			return cost{}, fmt.Errorf("deployment of %s: %v %q", m.name, out.Code, out.Message)
		}
		end, err := b.cpu()
		if err != nil {
			return cost{}, err
		}
		best = min(best, float64(end-start))
	}
	return cost{nanoseconds: best}, nil
}

func creation(code []byte, gas uint64) *vm.CreateInput {
	return &vm.CreateInput{Input: vm.Input{Caller: hostile.User(), Value: new(big.Int), GasProvided: gas, Arguments: [][]byte{{100}, {100}}},
		Code: code, CodeMetadata: []byte{1, 0}}
}

// gasOfDeployment finds the gas of a deployment under some prices.
func gasOfDeployment(m *module, prices vm.GasSchedule) (gas float64, err error) {
	var world hostile.World
	world.Begin(nil, nil)
	e, err := inprocess.New(&world, config(prices))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	const provided = 1 << 62
	out, err := e.Create(context.Background(), creation(m.fresh(0), provided))
	if err != nil {
		return 0, err
	}
	if out.Code != vm.OK {
		return 0, fmt.Errorf("deployment of %s: %v %q", m.name, out.Code, out.Message)
	}
	return float64(provided - out.GasRemaining), nil
}
