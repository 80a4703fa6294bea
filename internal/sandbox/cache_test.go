package sandbox

import (
	"bytes"
	"crypto/sha256"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// module makes a module of exactly size bytes, different for every id.
func module(t *testing.T, id byte, size int) []byte {
	t.Helper()
	code := []byte{0, 'a', 's', 'm', 1, 0, 0, 0, 0}
	code = wasm.AppendUnsigned(code, uint64(size-len(code)-1)) // custom section
	code = append(code, 1, id)
	if len(code) > size || size > 128 {
		t.Fatalf("a module cannot have %d bytes", size)
	}
	return append(code, make([]byte, size-len(code))...)
}

func newSmall(t *testing.T, limit int) *Sandbox {
	t.Helper()
	s, err := New(Options{Interpreter: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.cache = newCache(limit, 0)
	return s
}

func load(t *testing.T, s *Sandbox, code []byte) *Code {
	t.Helper()
	c, err := s.Load(sha256.Sum256(code), code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSameBytesAreLoadedOnce(t *testing.T) {
	s := newSmall(t, 100)
	a := load(t, s, module(t, 1, 40))
	if load(t, s, module(t, 1, 40)) != a {
		t.Error("the same bytes gave other code")
	}
	if load(t, s, module(t, 2, 40)) == a {
		t.Error("other bytes gave the same code")
	}
}

func TestLeastRecentlyUsedCodeGoes(t *testing.T) {
	s := newSmall(t, 100)
	a, b := load(t, s, module(t, 1, 40)), load(t, s, module(t, 2, 40))
	load(t, s, module(t, 1, 40)) // b is now the oldest
	load(t, s, module(t, 3, 20)) // exactly full
	if load(t, s, module(t, 2, 40)) != b {
		t.Fatal("code went though there was room")
	}
	load(t, s, module(t, 1, 40))
	load(t, s, module(t, 4, 20)) // the one with 20 bytes goes
	if s.cache.bytes != 100 || load(t, s, module(t, 1, 40)) != a || load(t, s, module(t, 2, 40)) != b {
		t.Error("the wrong code went")
	}
}

// Small code takes more than its bytes say, so each counts for something more.
func TestSmallCodeCountsForMoreThanItsBytes(t *testing.T) {
	s := newSmall(t, 100)
	s.cache = newCache(100, 30)
	a := load(t, s, module(t, 1, 20))
	b := load(t, s, module(t, 2, 20)) // exactly full
	if s.cache.get(a.key) != a || s.cache.bytes != 100 {
		t.Fatalf("two of 20 bytes count as %d", s.cache.bytes)
	}
	load(t, s, module(t, 3, 20))
	if s.cache.get(b.key) != nil || s.cache.get(a.key) != a || s.cache.bytes != 100 {
		t.Errorf("the wrong code went, %d are left", s.cache.bytes)
	}
}

func TestCodeWithInstancesStays(t *testing.T) {
	s := newSmall(t, 100)
	a := load(t, s, module(t, 1, 60))
	in, err := s.Start(a, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := load(t, s, module(t, 2, 60))
	load(t, s, module(t, 3, 60)) // b goes
	if load(t, s, module(t, 1, 60)) != a || s.cache.get(b.key) != nil {
		t.Error("the wrong code went")
	}
	s.Stop(in)
	load(t, s, module(t, 3, 60))
	load(t, s, module(t, 4, 60))
	if s.cache.get(a.key) != nil || s.cache.bytes != 60 || len(s.cache.entries) != s.cache.order.Len() {
		t.Errorf("%d bytes in %d entries are left", s.cache.bytes, len(s.cache.entries))
	}
}

func TestCodeLargerThanTheCacheIsUsable(t *testing.T) {
	s := newSmall(t, 10)
	in, err := s.Start(load(t, s, module(t, 1, 60)), 1)
	if err != nil {
		t.Fatal(err)
	}
	s.Stop(in)
}

// Modules that differ only in what the instrumentation drops share their
// compiled form inside the engine; freeing one must not harm the other.
func TestModulesWithTheSameInstrumentedForm(t *testing.T) {
	s := newSmall(t, 100)
	load(t, s, module(t, 1, 60))
	b := load(t, s, module(t, 2, 61)) // frees the first
	in, err := s.Start(b, 1)
	if err != nil {
		t.Fatal(err)
	}
	s.Stop(in)
}

func TestRefusedModule(t *testing.T) {
	s := newSmall(t, 100)
	for range 2 {
		if _, err := s.Load(Key{1}, []byte("no module")); !Refused(err) {
			t.Errorf("got %v", err)
		}
	}
}

// Code of which only a part is compiled goes like any other, also while the
// rest is being compiled.
func TestCodeGoesBeforeItIsWhole(t *testing.T) {
	nops := append(bytes.Repeat([]byte{byte(wasm.OpNop)}, 2*minLeftOut), byte(wasm.OpEnd))
	code := wasm.Encode(&wasm.Module{
		Types: []wasm.FuncType{{}}, Functions: []uint32{0, 0},
		Bodies:  []wasm.Body{{Code: []byte{byte(wasm.OpEnd)}}, {Code: nops}},
		Exports: []wasm.Export{{Name: "init"}, {Name: "large", Index: 1}},
	})
	for _, settle := range []bool{false, true} {
		s := newSmall(t, len(code)+50)
		c, err := s.LoadFor("init", sha256.Sum256(code), code, func(uint64) error { return nil })
		if err != nil || c.whole != nil || c.part == nil {
			t.Fatalf("%+v, %v", c, err)
		}
		if settle {
			s.Settle()
		}
		load(t, s, module(t, 1, 40))
		load(t, s, module(t, 2, 40)) // code goes
		if s.cache.bytes != 80 || c.part != nil || c.rest != nil || c.making != nil {
			t.Errorf("%d bytes are kept, and %+v", s.cache.bytes, c)
		}
		s.Settle()
		if again := load(t, s, code); again == c || again.whole == nil {
			t.Errorf("it came back as %+v", again)
		}
	}
}
