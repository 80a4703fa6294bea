package driver

import (
	"bytes"
	"runtime"
	"strconv"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// asked is a hook that answers with the key and counts.
type asked struct {
	vm.BlockchainHook
	keys []string
	err  error
}

func (a *asked) Storage(_ vm.Address, key []byte) ([]byte, error) {
	a.keys = append(a.keys, string(key))
	return key, a.err
}

func TestKeysArePredicted(t *testing.T) {
	alice, bob := vm.Address{1, 31: 1}, vm.Address{1, 31: 2}
	input := func(caller vm.Address, function string, args ...string) *vm.CallInput {
		in := &vm.CallInput{Input: vm.Input{Caller: caller}, Recipient: vm.Address{9}, Function: function}
		for _, arg := range args {
			in.Arguments = append(in.Arguments, []byte(arg))
		}
		return in
	}
	for _, test := range []struct {
		name         string
		before, next *vm.CallInput
		read, want   []string // by the one, for the other
	}{
		{"a fixed key", input(alice, "f"), input(bob, "f"), []string{"total"}, []string{"total"}},
		{"the caller in a key", input(alice, "f"), input(bob, "f"),
			[]string{"b" + string(alice[:])}, []string{"b" + string(bob[:])}},
		{"an argument between fixed bytes", input(alice, "f", "token-1"), input(alice, "f", "token-22"),
			[]string{"<token-1>"}, []string{"<token-22>"}},
		{"caller and argument", input(alice, "f", "token"), input(bob, "f", "other"),
			[]string{string(alice[:]) + "token"}, []string{string(bob[:]) + "other"}},
		{"short arguments are not recognised", input(alice, "f", "abc"), input(alice, "f", "xyz"),
			[]string{"abc"}, []string{"abc"}},
		{"the same key twice is sent once", input(alice, "f", string(bob[:])), input(alice, "f", string(alice[:])),
			[]string{string(alice[:]), string(bob[:])}, []string{string(alice[:])}},
		{"an argument is missing", input(alice, "f", "token-1"), input(alice, "f"), []string{"token-1"}, nil},
		{"another function", input(alice, "f"), input(alice, "g"), []string{"total"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			hook := new(asked)
			w := &witness{hook: hook}
			p := new(predictor)
			begin := func() {
				w.begin(test.before.Recipient)
				w.accounts[test.before.Recipient] = &vm.Account{CodeHash: vm.Hash{7}}
			}
			begin()
			if pairs := p.predict(w, test.before); pairs != nil {
				t.Fatalf("predicts %v out of nothing", pairs)
			}
			out := &vm.Output{Accounts: []vm.OutputAccount{{Address: test.before.Recipient}}}
			for _, key := range test.read {
				a := &out.Accounts[0]
				a.StorageUpdates = append(a.StorageUpdates, vm.StorageUpdate{Key: []byte(key)})
			}
			p.learn(w, test.before, out)
			begin()
			pairs := p.predict(w, test.next)
			if len(pairs) != len(test.want) {
				t.Fatalf("predicts %q, want %q", pairs, test.want)
			}
			for i, key := range test.want {
				if string(pairs[i].Key) != key || string(pairs[i].Value) != key || pairs[i].Address != test.next.Recipient {
					t.Errorf("predicts %q, want %q", pairs[i], key)
				}
			}
			hook.err = &vm.Refusal{Text: "no"}
			if pairs := p.predict(w, test.next); len(pairs) > 0 {
				t.Errorf("sends %q along, which the hook refuses", pairs)
			}
		})
	}
}

// What predictions remember and send is bounded.
func TestPredictionsAreBounded(t *testing.T) {
	w := &witness{hook: new(asked)}
	p := new(predictor)
	contract := vm.Address{9}
	in := &vm.CallInput{Recipient: contract}
	out := &vm.Output{Accounts: []vm.OutputAccount{{Address: contract}}}
	for i := range 3 * maxPatternKeys {
		out.Accounts[0].StorageUpdates = append(out.Accounts[0].StorageUpdates, vm.StorageUpdate{Key: []byte{byte(i), 1}})
	}
	for i := range 5000 { // of 4 kB each
		w.begin(contract)
		w.accounts[contract] = &vm.Account{CodeHash: vm.Hash{byte(i), byte(i >> 8), 1}}
		p.predict(w, in)
		p.learn(w, in, out)
	}
	if n := len(p.recent.patterns) + len(p.earlier.patterns); n == 5000 || n < 2000 {
		t.Errorf("remembers %d functions", n)
	}
	if pairs := p.predict(w, in); len(pairs) != maxPatternKeys {
		t.Errorf("sends %d pairs along", len(pairs))
	}
	in.Function = string(make([]byte, maxFunctionBytes+1))
	if _, ok := p.name(w, in); ok {
		t.Error("remembers a name of any length")
	}
}

// However many contracts are called in turn, up to tens of thousands, each is
// known when it comes again; and one that is called often always is.
func TestContractsInTurnArePredicted(t *testing.T) {
	w := &witness{hook: new(asked)}
	p := new(predictor)
	contract := vm.Address{9}
	in := &vm.CallInput{Recipient: contract, Function: "increment"}
	out := &vm.Output{Accounts: []vm.OutputAccount{{Address: contract}}}
	out.Accounts[0].StorageUpdates = []vm.StorageUpdate{{Key: []byte("counter")}}
	call := func(code int) (known bool) {
		w.begin(contract)
		w.accounts[contract] = &vm.Account{CodeHash: vm.Hash{1, byte(code), byte(code >> 8), byte(code >> 16)}}
		known = len(p.predict(w, in)) == 1
		p.learn(w, in, out)
		return known
	}
	for round := range 3 {
		for i := range 30_000 {
			if known := call(i); known != (round > 0) {
				t.Fatalf("contract %d in round %d: known is %v", i, round, known)
			}
		}
	}
	call(1 << 20)
	for i := range 200_000 {
		call(30_000 + i)
		if i%1000 == 0 && !call(1<<20) {
			t.Fatalf("the one that is called often is forgotten after %d others", i)
		}
	}
	if call(5) {
		t.Error("nothing is ever forgotten")
	}
}

// Contracts and callers choose keys and arguments: neither may take time or
// memory of the node out of proportion.
func TestPredictionsCannotBeMadeExpensive(t *testing.T) {
	contract := vm.Address{9}
	w := &witness{hook: new(asked)}
	call := func(p *predictor, name string, keys [][]byte, args ...[]byte) (pairs int) {
		in := &vm.CallInput{Recipient: contract, Function: name}
		in.Arguments = args
		out := &vm.Output{Accounts: []vm.OutputAccount{{Address: contract}}}
		for _, key := range keys {
			out.Accounts[0].StorageUpdates = append(out.Accounts[0].StorageUpdates, vm.StorageUpdate{Key: key})
		}
		w.begin(contract)
		w.accounts[contract] = &vm.Account{CodeHash: vm.Hash{7}}
		pairs = len(p.predict(w, in))
		p.learn(w, in, out)
		return pairs
	}
	var keys [][]byte // of one argument, again and again
	for i := range maxPatternKeys {
		keys = append(keys, append([]byte{byte(i)}, bytes.Repeat([]byte("args"), maxPatternBytes/4-1)...))
	}
	t.Run("an argument that is long this time", func(t *testing.T) {
		p := new(predictor)
		call(p, "f", keys, []byte("args"))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if n := call(p, "f", nil, make([]byte, 1<<20)); n > 0 {
			t.Errorf("sends %d pairs along", n)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 2<<20 { // with the argument
			t.Errorf("%d bytes were allocated", n)
		}
	})
	t.Run("very many arguments", func(t *testing.T) {
		args := make([][]byte, 1<<16)
		for i := range args {
			args[i] = []byte("ARGS")
		}
		args[maxPatternArgs-1], args[maxPatternArgs] = []byte("near"), []byte("far!")
		in := &vm.CallInput{Input: vm.Input{Arguments: args}}
		if shape := patternOf([]byte("<near>"), in); len(shape) != 3 {
			t.Errorf("an early argument is not found: %v", shape)
		}
		if shape := patternOf([]byte("<far!>"), in); len(shape) != 1 {
			t.Errorf("all arguments are looked for: %v", shape)
		}
	})
	t.Run("very many functions", func(t *testing.T) {
		p := new(predictor)
		for i := range 190 { // 300 KB each
			call(p, strconv.Itoa(i), keys, []byte("args"))
		}
		for _, g := range []generation{p.recent, p.earlier} {
			size := 0
			for _, f := range g.patterns {
				size += f.memory
			}
			if size != g.memory || size > 2*maxPatternMemory || size < 1<<20 {
				t.Errorf("remembers %d bytes, and says %d", size, g.memory)
			}
		}
		for range 50 {
			call(p, "f", keys, []byte("args"))
			call(p, "f", keys[1:], []byte("args"))
		}
		if n := len(p.recent.patterns); n < 2 {
			t.Errorf("one function that reads now this, now that makes it forget all but %d", n)
		}
	})
}
