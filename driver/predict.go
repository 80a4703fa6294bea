package driver

import (
	"bytes"
	"sync/atomic"
	"unsafe"

	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Limits of what is predicted and of what predictions remember.
const (
	maxPatternMemory  = 8 << 20  // bytes of the patterns of one generation, about
	maxPatternKeys    = 64       // of one function
	maxPatternBytes   = 512      // of one key
	maxPatternArgs    = 16       // arguments that are looked for in keys
	maxFunctionBytes  = 255      // of the name of a function; no contract exports longer ones
	maxPredictedBytes = 64 << 10 // of the values that are sent along with one request
	shortestPart      = 4        // bytes of an argument that is recognised in a key
)

// Predictions counts storage keys of called contracts.
type Predictions struct {
	Hits   uint64 // were sent along and read
	Misses uint64 // were read and had not been sent along
	Unused uint64 // were sent along and not read
}

// predictor guesses which keys of its own storage a contract will read, so
// that their values travel with the request and Core need not ask. The guess
// is: the keys that the same function of the same code read last time, with
// the present caller and arguments where the keys held those of last time.
//
// A guess never changes an output: its values are the hook's own of this very
// request, and Core looks at one only when it would have asked for it.
//
// Whoever has the turn uses it; the counters may be read at any time.
type predictor struct {
	off     bool
	recent  generation // of what was called since the earlier one was full
	earlier generation

	keys [][]byte // sent along with the present request

	hits, misses, unused atomic.Uint64
}

// generation is what is remembered of functions, until it is full.
type generation struct {
	patterns map[patternName]patterns
	memory   int // bytes of patterns, about
}

type patternName struct {
	code     vm.Hash
	function string
}

// patterns are those of the keys of one function.
type patterns struct {
	keys   []pattern
	memory int // bytes, about
}

// pattern is a key in parts.
type pattern []part

// part is bytes that are always the same, or come from the input.
type part struct {
	source  int // fixed, fromCaller, or the number of an argument
	literal []byte
}

const (
	fixed      = -1
	fromCaller = -2
)

// predict gives the pairs to be sent along.
func (p *predictor) predict(w *witness, in *vm.CallInput) []protocol.FetchedPair {
	p.keys = p.keys[:0]
	name, ok := p.name(w, in)
	if !ok {
		return nil
	}
	shapes := p.recall(name)
	if len(shapes) == 0 {
		return nil
	}
	pairs := make([]protocol.FetchedPair, 0, len(shapes))
	room := maxPredictedBytes
	for _, shape := range shapes {
		key, ok := shape.key(in)
		if !ok || contains(p.keys, key) {
			continue
		}
		value, err := w.hook.Storage(in.Recipient, key)
		if err != nil {
			continue // Core asks, if it needs it at all
		}
		if room -= len(key) + len(value); room < 0 {
			break
		}
		w.storage[pairName{in.Recipient, string(key)}] = value
		p.keys = append(p.keys, key)
		pairs = append(pairs, protocol.FetchedPair{Address: in.Recipient, Key: key, Value: value})
	}
	return pairs
}

// name is what the keys are remembered under.
func (p *predictor) name(w *witness, in *vm.CallInput) (patternName, bool) {
	account := w.accounts[in.Recipient]
	if p.off || account == nil || account.CodeHash == (vm.Hash{}) || len(in.Function) > maxFunctionBytes {
		return patternName{}, false
	}
	return patternName{account.CodeHash, in.Function}, true
}

// learn compares what was predicted with what was read.
func (p *predictor) learn(w *witness, in *vm.CallInput, out *vm.Output) {
	name, ok := p.name(w, in)
	if !ok || out.Code != vm.OK {
		return
	}
	var read []vm.StorageUpdate
	for i := range out.Accounts {
		if out.Accounts[i].Address == in.Recipient {
			read = out.Accounts[i].StorageUpdates
		}
	}
	hits := 0
	for i := range read {
		if contains(p.keys, read[i].Key) {
			hits++
		}
	}
	p.hits.Add(uint64(hits))
	p.misses.Add(uint64(len(read) - hits))
	p.unused.Add(uint64(len(p.keys) - hits))
	if hits == len(read) && hits == len(p.keys) {
		return
	}
	learnt := patterns{memory: int(unsafe.Sizeof(name)+unsafe.Sizeof(patterns{})) + len(name.function)}
	for i := range read {
		if key := read[i].Key; len(key) <= maxPatternBytes && len(learnt.keys) < maxPatternKeys {
			shape := patternOf(key, in)
			learnt.keys = append(learnt.keys, shape)
			learnt.memory += int(unsafe.Sizeof(shape)) + cap(shape)*int(unsafe.Sizeof(part{})) + len(key)
		}
	}
	p.remember(name, learnt)
}

// recall gives the patterns of a function, which are then among the recent ones.
func (p *predictor) recall(name patternName) []pattern {
	known, ok := p.recent.patterns[name]
	if !ok {
		if known, ok = p.earlier.patterns[name]; ok {
			p.remember(name, known)
		}
	}
	return known.keys
}

// remember keeps the patterns of a function in the place of its earlier ones. A
// full generation becomes the earlier one, whose functions are forgotten
// unless they were called since.
func (p *predictor) remember(name patternName, learnt patterns) {
	g := &p.recent
	if g.patterns == nil {
		g.patterns = make(map[patternName]patterns)
	}
	g.memory += learnt.memory - g.patterns[name].memory
	g.patterns[name] = learnt
	if g.memory > maxPatternMemory {
		p.earlier, p.recent = p.recent, generation{}
	}
}

// patternOf finds the caller and the arguments in a key.
func patternOf(key []byte, in *vm.CallInput) pattern {
	var shape pattern
	start := 0 // of the literal that is open
	for at := 0; at < len(key); {
		source, n := partAt(key[at:], in)
		if n == 0 {
			at++
			continue
		}
		if start < at {
			shape = append(shape, part{fixed, bytes.Clone(key[start:at])})
		}
		shape = append(shape, part{source: source})
		at += n
		start = at
	}
	if start < len(key) {
		shape = append(shape, part{fixed, bytes.Clone(key[start:])})
	}
	return shape
}

// partAt gives the longest part of the input that b begins with.
func partAt(b []byte, in *vm.CallInput) (source, n int) {
	if bytes.HasPrefix(b, in.Caller[:]) {
		source, n = fromCaller, len(in.Caller)
	}
	for i, arg := range in.Arguments[:min(len(in.Arguments), maxPatternArgs)] {
		if len(arg) >= shortestPart && len(arg) > n && bytes.HasPrefix(b, arg) {
			source, n = i, len(arg)
		}
	}
	return source, n
}

// key fills a pattern in. What becomes too long is no key, and is not made: an
// argument may be there many times, and have any length.
func (shape pattern) key(in *vm.CallInput) ([]byte, bool) {
	key := make([]byte, 0, 64)
	for _, p := range shape {
		next := p.literal
		switch {
		case p.source == fromCaller:
			next = in.Caller[:]
		case p.source >= len(in.Arguments):
			return nil, false
		case p.source >= 0:
			next = in.Arguments[p.source]
		}
		if len(key)+len(next) > maxPatternBytes {
			return nil, false
		}
		key = append(key, next...)
	}
	return key, true
}

func contains(keys [][]byte, key []byte) bool {
	for _, k := range keys {
		if bytes.Equal(k, key) {
			return true
		}
	}
	return false
}

// Predictions tells how well the driver predicted which storage keys the
// called contracts read, since New.
func (d *Driver) Predictions() Predictions {
	p := &d.predictor
	return Predictions{Hits: p.hits.Load(), Misses: p.misses.Load(), Unused: p.unused.Load()}
}
