package bench

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/tetratelabs/wazero"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// deploymentSizes are about the bytes of the contracts that are deployed.
var deploymentSizes = []int{5_000, 114_000}

// settled is longer than Core takes to compile what a deployment left out.
const settled = 200 * time.Millisecond

// deployments are contracts of two sizes that were never seen before, and
// their first calls, beside what wazero alone takes to compile them. init
// reaches about a quarter of each.
func (r *report) deployments() {
	const group = "Deployment, cold, until the result of init, and the first call after it"
	for _, size := range deploymentSizes {
		r.plainCompilation(group, enlarge(r.t, contracts.Wasm("erc20"), size))
	}
	for _, w := range ways()[:2] {
		c := newChain()
		e, err := w.start(c)
		if err != nil {
			r.t.Fatal(err)
		}
		number := 0
		for _, size := range deploymentSizes {
			code := enlarge(r.t, contracts.Wasm("erc20"), size)
			name := kilobytes(code) + w.name
			deployed := figure{group: group, name: name}
			atOnce := figure{group: group, name: name + ", first call, at once"}
			later := figure{group: group, name: name + ", first call, after a pause"}
			for i := range 2 * repetitions {
				number++
				runtime.GC()
				var contract vm.Address
				deployed.samples = append(deployed.samples, timed(r.t, func() {
					contract = deployCode(r.t, c, e, numbered(code, number), []byte{100})
				}))
				calls := &atOnce
				if i%2 > 0 {
					calls = &later
					time.Sleep(settled)
				}
				calls.samples = append(calls.samples, timed(r.t, func() { call(r.t, c, e, balanceOf(contract)) }))
			}
			r.add(deployed)
			r.add(atOnce)
			r.add(later)
		}
		if err := e.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
}

// timed is one run of f.
func timed(t testing.TB, f func()) sample {
	cpu, wall := cpuTime(t), time.Now()
	f()
	return sample{time.Since(wall), cpuTime(t) - cpu}
}

// balanceOf asks a token contract for the balance of its deployer.
func balanceOf(token vm.Address) *vm.CallInput {
	a := user(0)
	return &vm.CallInput{
		Input:     vm.Input{Caller: a, Arguments: [][]byte{a[:]}, GasProvided: gasLimit},
		Recipient: token, Function: "balanceOf",
	}
}

func kilobytes(code []byte) string { return fmt.Sprintf("%d kB ", (len(code)+500)/1000) }

// plainCompilation is what no deployment can be faster than that compiles all
// of a contract: as it is, without a check of ours, without metering, on one
// core.
func (r *report) plainCompilation(group string, code []byte) {
	ctx := context.Background()
	plain := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
	number := 0
	r.measure(group, kilobytes(code)+"compiled by wazero alone, without metering, on one core", 1, func(int) {
		number++
		if _, err := plain.CompileModule(ctx, numbered(code, number)); err != nil {
			r.t.Fatal(err)
		}
	})
	if err := plain.Close(ctx); err != nil {
		r.t.Fatal(err)
	}
}

// enlarge adds copies of all functions to a module until it has about that
// size. A copy calls copies. init calls each copy of itself behind a condition
// that never holds, so that it reaches as much of the copies as of the
// original.
func enlarge(t testing.TB, module []byte, size int) []byte {
	m, err := wasm.Parse(module)
	if err != nil {
		t.Fatal(err)
	}
	defined, bodies, bytesOfBodies := len(m.Functions), m.Bodies, 0
	for i := range bodies {
		bytesOfBodies += len(bodies[i].Code)
	}
	init := slices.IndexFunc(m.Exports, func(e wasm.Export) bool { return e.Name == "init" })
	first := m.Exports[init].Index
	all := []byte{byte(wasm.OpBlock), wasm.NoResult, byte(wasm.OpI32Const), 1, byte(wasm.OpBrIf), 0}
	functions := m.Functions
	for copied := range max(0, (size-len(module))/bytesOfBodies) {
		shift := uint32((copied + 1) * defined)
		m.Functions = append(m.Functions, functions...)
		for i := range bodies {
			m.Bodies = append(m.Bodies, wasm.Body{Locals: bodies[i].Locals, Code: shifted(bodies[i].Code, len(m.Imports), shift)})
		}
		all = wasm.AppendUnsigned(append(all, byte(wasm.OpCall)), uint64(first+shift))
	}
	all = wasm.AppendUnsigned(append(all, byte(wasm.OpEnd), byte(wasm.OpCall)), uint64(first))
	m.Exports[init].Index = uint32(len(m.Imports) + len(m.Functions))
	m.Functions = append(m.Functions, m.Functions[int(first)-len(m.Imports)])
	m.Bodies = append(m.Bodies, wasm.Body{Code: append(all, byte(wasm.OpEnd))})
	return wasm.Encode(m)
}

// shifted is code that calls other defined functions.
func shifted(code []byte, imports int, shift uint32) []byte {
	var out []byte
	var in wasm.Instr
	for d := wasm.NewDecoder(code); d.Next(&in); {
		if in.Op == wasm.OpCall && int(in.Index) >= imports {
			out = wasm.AppendUnsigned(append(out, byte(wasm.OpCall)), uint64(in.Index+shift))
			continue
		}
		out = append(out, code[in.Start:in.End]...)
	}
	return out
}

// The contract that is measured as a large one is a token contract in every
// way, init reaches a part of it only, and what was left out is there when it
// is called.
func TestTheLargeContractIsReal(t *testing.T) {
	code := enlarge(t, contracts.Wasm("erc20"), 114_000)
	if len(code) < 105_000 || len(code) > 120_000 {
		t.Errorf("it has %d bytes", len(code))
	}
	for _, w := range ways()[:2] {
		c := newChain()
		e, err := w.start(c)
		if err != nil {
			t.Fatal(err)
		}
		token := deployCode(t, c, e, code, []byte{100})
		if got := call(t, c, e, balanceOf(token)).ReturnData; len(got) != 1 || !bytes.Equal(got[0], []byte{100}) {
			t.Errorf("%s: the deployer has %x", w.name, got)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
