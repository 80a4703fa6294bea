package targets

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Sequences tries sequences of requests to a small world that takes over what
// each did: calls of puppets and sample contracts, deployments, upgrades, and
// the delivery of asynchronous calls that earlier ones sent. Promised is what
// HostCalls promises, after every request. An input is a list of steps:
//
//	length of the step, 2 bytes little-endian
//	kind, 1 byte; the head of a host call, 5 bytes; arguments or a script
type Sequences struct {
	stage    *stage
	scripter *scripter
	samples  []sampleContract
	input    []byte
	ends     map[[2]int]int // how often a step of a kind ended with a code
}

// sampleContract is a sample contract at its address.
type sampleContract struct {
	address   vm.Address
	functions []string
}

// Kinds of steps, modulo their count.
const (
	stepPuppet = iota
	stepPuppetAgain
	stepSample
	stepSampleAgain
	stepCreate
	stepUpgrade
	stepDeliver
	stepCreated
	stepKinds
)

// maxSampleGas is enough for every sample contract. Some can compute until all
// gas is used up, which takes the interpreter about 10 ns for each; a sequence
// has several steps, and is slow if they take more than 100 ms.
const maxSampleGas = 3_000_000

// NewSequences makes the target. plant may be nil.
func NewSequences(plant Plant) (*Sequences, error) {
	s := &Sequences{scripter: newScripter(imports.All()), ends: make(map[[2]int]int)}
	var err error
	if s.stage, err = newStage("v1", plant); err != nil {
		return nil, err
	}
	for i, name := range contracts.Names() {
		code := contracts.Wasm(name)
		m, err := wasm.Parse(code)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("contract %s: %w", name, err), s.Close())
		}
		c := sampleContract{address: address(accountCount + i)}
		for _, e := range m.Exports {
			if e.Kind == wasm.ExportFunction {
				c.functions = append(c.functions, e.Name)
			}
		}
		a := &account{balance: big.NewInt(50), storage: make(map[string][]byte)}
		a.setCode(code, []byte{vm.MetadataReadable | vm.MetadataUpgradeable, vm.MetadataPayable})
		owner := address(user)
		a.owner = owner[:]
		s.stage.start.accounts[c.address] = a
		s.samples = append(s.samples, c)
	}
	return s, nil
}

// Make implements Target.
func (s *Sequences) Make(random *rand.Rand) []byte {
	s.input = s.input[:0]
	for range 2 + random.IntN(5) {
		step := []byte{byte(random.IntN(stepKinds))}
		step = binary.LittleEndian.AppendUint32(step, random.Uint32())
		step = append(step, byte(random.Uint32()))
		if kind := step[0]; kind == stepSample || kind == stepSampleAgain {
			step = append(step, s.arguments(random)...)
		} else {
			step = append(step, s.scripter.script(random, 2)...)
		}
		s.input = binary.LittleEndian.AppendUint16(s.input, uint16(len(step)))
		s.input = append(s.input, step[:min(len(step), 0xFFFF)]...)
	}
	return s.input
}

// arguments are what a sample contract is called with: each preceded by its
// length.
func (s *Sequences) arguments(random *rand.Rand) (list []byte) {
	for range random.IntN(4) {
		var arg []byte
		switch random.IntN(4) {
		case 0:
			a := address(random.IntN(accountCount + len(s.samples)))
			arg = a[:]
		case 1:
			arg = big.NewInt(random.Int64N(2000)).Bytes()
		case 2:
			arg = amounts()[random.IntN(len(amounts()))].Bytes()
		case 3:
			arg = make([]byte, random.IntN(80))
		}
		list = append(append(list, byte(len(arg))), arg...)
	}
	return list
}

// Try implements Target. A sequence is one execution.
func (s *Sequences) Try(input []byte, _ *rand.Rand) (int, error) {
	s.stage.world = s.stage.start.clone()
	run := sequence{Sequences: s}
	for n := 0; len(input) >= 2; n++ {
		size := min(int(binary.LittleEndian.Uint16(input)), len(input)-2)
		step := input[2 : 2+size]
		input = input[2+size:]
		if len(step) <= headBytes {
			continue
		}
		if err := run.step(step); err != nil {
			return 1, fmt.Errorf("step %d: %w", n, err)
		}
	}
	return 1, nil
}

// sequence is one that runs.
type sequence struct {
	*Sequences
	sent    []vm.Transfer // asynchronous calls that nobody has delivered
	created []vm.Address  // contracts that appeared
}

func (q *sequence) step(step []byte) error {
	r := requestOf(step[1:], true)
	r.Arguments = [][]byte{step[1+headBytes:]}
	choice := int(step[4])
	switch step[0] % stepKinds {
	case stepSample, stepSampleAgain:
		c := &q.samples[choice%len(q.samples)]
		r.Recipient, r.CallType = c.address, vm.DirectCall
		r.GasProvided = min(r.GasProvided, maxSampleGas)
		r.Function = c.functions[int(step[2])%len(c.functions)]
		r.Arguments = unpack(step[1+headBytes:])
	case stepCreate:
		r.code, r.metadata = smallModule(), step[2:4]
		if choice%2 == 0 {
			r.code = q.stage.puppet
		}
	case stepUpgrade:
		r.Function = "upgradeContract"
		code := smallModule()
		if choice%4 < 2 {
			code = q.stage.puppet
		}
		r.Arguments = append([][]byte{code, step[2:4]}, r.Arguments...)
	case stepDeliver:
		if !q.deliver(r) {
			return nil
		}
	case stepCreated:
		if len(q.created) == 0 {
			return nil
		}
		r.Recipient = q.created[choice%len(q.created)]
	}
	return q.execute(r, int(step[0]%stepKinds))
}

// unpack is the inverse of arguments.
func unpack(list []byte) (args [][]byte) {
	for len(list) > 0 {
		n := min(int(list[0]), len(list)-1)
		args = append(args, list[1:1+n])
		list = list[1+n:]
	}
	return args
}

// deliver makes the request of an asynchronous call that was sent to another
// shard, as if it had come from there to a puppet, without its value: that was
// moved when it was sent. If nothing was sent, it is a call that arrives.
func (q *sequence) deliver(r *request) bool {
	r.Caller, r.Value = address(distant), new(big.Int)
	if len(q.sent) == 0 {
		r.CallType, r.Function = vm.AsyncCall, "run"
		return true
	}
	d := q.sent[0]
	q.sent = q.sent[1:]
	r.CallType = d.CallType
	r.GasProvided = min(d.GasLimit, maxSampleGas)
	parts := strings.Split(string(d.Data), "@")
	r.Function, r.Arguments = parts[0], nil
	if d.CallType == vm.AsyncCallback {
		r.Function = "callBack"
	}
	for _, part := range parts[1:] {
		arg, err := hex.DecodeString(part)
		if err != nil {
			return false
		}
		r.Arguments = append(r.Arguments, arg)
	}
	return true
}

// execute runs a request and lets the world take over its output.
func (q *sequence) execute(r *request, kind int) error {
	w := q.stage.world
	out, err := q.stage.execute(r)
	if err != nil || out == nil {
		return err
	}
	q.ends[[2]int{kind, int(out.Code)}]++
	if out.Code != vm.OK {
		return nil
	}
	if r.Value.Sign() > 0 {
		payer := w.accounts[r.Caller]
		if payer.balance.Cmp(r.Value) < 0 {
			return nil // a node would not have taken this request
		}
		payer.balance.Sub(payer.balance, r.Value)
	}
	if err := w.take(out, r.Value); err != nil {
		return err
	}
	for i := range out.Accounts {
		a := &out.Accounts[i]
		if len(a.Code) > 0 && len(q.created) < 8 {
			q.created = append(q.created, a.Address)
		}
		for _, t := range a.Transfers {
			if t.CallType != vm.DirectCall && len(q.sent) < 8 {
				q.sent = append(q.sent, t)
			}
		}
	}
	return nil
}

// Close implements Target.
func (s *Sequences) Close() error { return s.stage.close() }
