package targets

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// stage is a world with an executor of each engine in front of it.
type stage struct {
	puppet []byte
	start  *world // of every case
	world  *world // the current one
	vms    [2]*host.VM
	calls  int // of imports, by the first executor
}

// A Plant changes the imports of the executor with the number 0 or 1: a
// defect to be found.
type Plant func(executor int, rows []host.Import)

// rows are all imports with a count of their calls.
func (s *stage) rows(executor int, plant Plant) []host.Import {
	rows := imports.All()
	if plant != nil {
		plant(executor, rows)
	}
	if executor > 0 {
		return rows
	}
	for i := range rows {
		body := rows[i].Body
		rows[i].Body = func(x *host.Frame, stack []uint64) error {
			s.calls++
			return body(x, stack)
		}
	}
	return rows
}

func newStage(prices string, plant Plant) (*stage, error) {
	s := &stage{puppet: puppet(imports.All())}
	s.start = newWorld(s.puppet, contracts.Wasm("counter"))
	s.world = s.start
	schedule, err := pricesOf(prices)
	if err != nil {
		return nil, err
	}
	for i, engine := range []vm.Engine{vm.EngineDefault, vm.EngineInterpreter} {
		config := vm.Config{
			VMType: [2]byte{5, 0}, BlockGasLimit: 1 << 40, BuiltinFunctions: builtins, Engine: engine,
			ProtectedKeyPrefix: []byte("DHARITRI"), Features: []string{vm.FeatureEthereum},
		}
		s.vms[i], err = host.New(currentWorld{s}, config, schedule, s.rows(i, plant))
		if err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

// pricesOf gives a named schedule with the optional prices that bound the time
// of what a network's prices leave free.
func pricesOf(name string) (*gas.Schedule, error) {
	prices, err := gas.Named(name)
	if err != nil {
		return nil, err
	}
	base := prices["BaseOperationCost"]
	base["MemoryCopyPerByte"], base["MemoryPerPage"], base["CompilePerWork"] = 1, 1000, 1
	prices["BigIntAPICost"]["BigIntPerByte"] = 4
	return gas.New(prices)
}

// currentWorld is the hook of executors that see one world after the other.
type currentWorld struct{ s *stage }

func (c currentWorld) BlockFacts() (vm.BlockFacts, error)        { return c.s.world.BlockFacts() }
func (c currentWorld) BlockHash(n uint64) ([]byte, error)        { return c.s.world.BlockHash(n) }
func (c currentWorld) Account(a vm.Address) (*vm.Account, error) { return c.s.world.Account(a) }
func (c currentWorld) ShardOfAddress(a vm.Address) (uint32, error) {
	return c.s.world.ShardOfAddress(a)
}
func (c currentWorld) IsSmartContract(a vm.Address) (bool, error) {
	return c.s.world.IsSmartContract(a)
}
func (c currentWorld) IsPayable(a vm.Address) (bool, error) { return c.s.world.IsPayable(a) }
func (c currentWorld) Code(a vm.Address, h vm.Hash) ([]byte, error) {
	return c.s.world.Code(a, h)
}
func (c currentWorld) Storage(a vm.Address, key []byte) ([]byte, error) {
	return c.s.world.Storage(a, key)
}
func (c currentWorld) NewAddress(a vm.Address, n uint64, t []byte) (vm.Address, error) {
	return c.s.world.NewAddress(a, n, t)
}
func (c currentWorld) ProcessBuiltinFunction(in *vm.CallInput) (*vm.Output, error) {
	return c.s.world.ProcessBuiltinFunction(in)
}

func (s *stage) close() error {
	var err error
	for _, v := range s.vms {
		if v != nil {
			err = errors.Join(err, v.Close())
		}
	}
	return err
}

// request is a call, or a deployment if code is not nil.
type request struct {
	vm.CallInput
	code, metadata []byte
}

func (r *request) run(v *host.VM) (*vm.Output, error) {
	if r.code == nil {
		return v.Call(context.Background(), &r.CallInput)
	}
	return v.Create(context.Background(), &vm.CreateInput{Input: r.Input, Code: r.code, CodeMetadata: r.metadata})
}

// execute runs a request on both executors and compares: equal outputs, in
// canonical form, and equal failures of the node, which are no output.
func (s *stage) execute(r *request) (*vm.Output, error) {
	first, failure := r.run(s.vms[0])
	for i, v := range []*host.VM{s.vms[1], s.vms[0]} {
		if i == 1 && r.GasProvided%8 != 0 {
			break // the same executor again, sometimes
		}
		again, err := r.run(v)
		if err := same(first, failure, again, err); err != nil {
			return nil, fmt.Errorf("%s, then %s: %w", s.vms[0].EngineName(), v.EngineName(), err)
		}
	}
	if failure != nil {
		if !errors.Is(failure, errNode) {
			return nil, fmt.Errorf("an error that is not the node's: %w", failure)
		}
		return nil, nil
	}
	return first, faults(first, r.GasProvided)
}

func same(a *vm.Output, errA error, b *vm.Output, errB error) error {
	if errA != nil || errB != nil {
		if errA == nil || errB == nil || errA.Error() != errB.Error() {
			return fmt.Errorf("errors %v and %v", errA, errB)
		}
		return nil
	}
	x, errX := a.AppendBinary(nil)
	y, errY := b.AppendBinary(nil)
	if err := errors.Join(errX, errY); err != nil {
		return err
	}
	if !bytes.Equal(x, y) {
		return fmt.Errorf("outputs differ:\n%+v\n%+v", a, b)
	}
	return nil
}

// HostCalls tries calls of imports with arbitrary words: no panic, nothing
// that takes long, outputs in canonical form and equal on both engines, no
// value made or lost. An input is
//
//	prices, call type, place of the gas limit, recipient, value: 1 byte each
//	a script for the puppet
type HostCalls struct {
	stages   [2]*stage // with the prices of a network, and with all prices one
	scripter *scripter
	input    []byte
}

// NewHostCalls makes the target. plant may be nil.
func NewHostCalls(plant Plant) (*HostCalls, error) {
	h := &HostCalls{scripter: newScripter(imports.All())}
	for i, prices := range []string{"v1", "v3"} {
		var err error
		if h.stages[i], err = newStage(prices, plant); err != nil {
			return nil, errors.Join(err, h.Close())
		}
	}
	return h, nil
}

// headBytes is the length of what comes before the script.
const headBytes = 5

// Make implements Target.
func (h *HostCalls) Make(random *rand.Rand) []byte {
	var head [headBytes]byte
	binary.LittleEndian.PutUint32(head[:], random.Uint32())
	head[4] = byte(random.Uint32())
	h.input = append(append(h.input[:0], head[:]...), h.scripter.script(random, maxDepth)...)
	return h.input
}

// Try implements Target.
func (h *HostCalls) Try(input []byte, _ *rand.Rand) (int, error) {
	if len(input) < headBytes {
		return 0, nil
	}
	s := h.stages[input[0]%4/3]
	r := requestOf(input, s == h.stages[0])
	s.world = s.start
	s.calls = 0
	out, err := s.execute(r)
	if err == nil && out != nil && out.Code == vm.OK {
		err = s.start.clone().take(out, r.Value)
	}
	return s.calls, err
}

// requestOf reads the head of an input: a call of a puppet.
func requestOf(input []byte, network bool) *request {
	r := new(request)
	r.Caller = address(user)
	r.Recipient = address(int(input[3]) % 2)
	r.Function = "run"
	switch input[1] % 16 {
	case 0:
		r.CallType = vm.AsyncCall
	case 1:
		r.CallType, r.Function = vm.AsyncCallback, "callBack"
	case 2:
		r.Function = names[int(input[3])/2%len(names)]
	}
	r.Value = new(big.Int)
	if input[4]%4 == 0 {
		r.Value.Set(amounts()[int(input[4])/4%len(amounts())])
	}
	// Mostly enough for the script, and never so much that it takes long.
	r.GasProvided = 4_000_000 + uint64(input[2])*40_000
	if !network {
		r.GasProvided = 30_000 + uint64(input[2])*300
	}
	if input[2]%8 == 7 {
		r.GasProvided /= uint64(input[2]/8) + 2
	}
	r.OriginalTxHash, r.CurrentTxHash = []byte("original"), []byte("current")
	r.GasPrice = 7
	if input[0]%8 == 1 {
		r.DCTTokenName, r.DCTValue = []byte("TOKEN"), big.NewInt(5)
	}
	r.Arguments = [][]byte{input[headBytes:], {1}, {}}
	return r
}

// Close implements Target.
func (h *HostCalls) Close() error {
	var err error
	for _, s := range h.stages {
		if s != nil {
			err = errors.Join(err, s.close())
		}
	}
	return err
}
