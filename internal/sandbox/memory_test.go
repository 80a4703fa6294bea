package sandbox_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

var errBudget = errors.New("memory budget exceeded")

// budget is a memory budget in pages.
type budget struct{ used, limit int }

func (b *budget) keep(bytes int) error {
	if b.used+bytes > b.limit*wasm.PageBytes {
		return errBudget
	}
	b.used += bytes
	return nil
}

const budgetSource = `
	import env.tell i64
	import env.grow
	memory 2 100
	func guest; i32.const 3; memory.grow; i64.extend_i32_s; call tell
	func host; call grow; i64.const 9; call tell
	func beyond; i32.const 99; memory.grow; i64.extend_i32_s; call tell`

func TestMemoryBudget(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		b := &budget{limit: 10}
		var told []int64
		var current *sandbox.Instance
		s, err := sandbox.New(sandbox.Options{Interpreter: interpreter, Prices: flat(), Keep: b.keep, Functions: []engine.HostFunction{
			{Module: "env", Name: "tell", Type: wasm.FuncType{Params: []wasm.ValueType{wasm.I64}},
				Call: func(stack []uint64) { told = append(told, int64(stack[0])) }},
			{Module: "env", Name: "grow", Call: func([]uint64) { current.Grow(1) }},
		}})
		if err != nil {
			t.Fatal(err)
		}
		module := assemble(t, budgetSource)
		code, err := s.Load(sha256.Sum256(module), module)
		if err != nil {
			t.Fatal(err)
		}
		first, err := s.Start(code, 1000)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.Start(code, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			in       *sandbox.Instance
			function string
			want     string
			pages    int
		}{
			{first, "guest", "ok", 7},
			{first, "beyond", "ok", 7}, // beyond its maximum is not asked for
			{second, "guest", "ok", 10},
			{first, "guest", errBudget.Error(), 10},
			{first, "host", errBudget.Error(), 10},
			{second, "guest", errBudget.Error(), 10},
		} {
			current = step.in
			if got := call(t, code, step.in, step.function); got != step.want || b.used != step.pages*wasm.PageBytes {
				t.Errorf("%s: %s, %d bytes kept; want %s, %d pages", step.function, got, b.used, step.want, step.pages)
			}
		}
		if fmt.Sprint(told) != "[2 -1 2]" {
			t.Errorf("told %v", told)
		}
		if _, err := s.Start(code, 1000); err != errBudget {
			t.Errorf("started: %v", err)
		}
		s.Stop(second)
		if b.used != 5*wasm.PageBytes {
			t.Errorf("%d bytes are kept", b.used)
		}
		if got := call(t, code, first, "guest"); got != "ok" {
			t.Error(got)
		}
		s.Stop(first)
		if b.used != 0 {
			t.Errorf("%d bytes are kept after all", b.used)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Whatever an instance wrote, and however large it became, the next one begins
// with zeros and its segments.
func TestMemoryOfStoppedInstancesIsNotSeen(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		for _, pages := range []int{1, 4, 5, 40, 1, 1000, 2, 33} {
			source := fmt.Sprintf("memory %d 1000\ndata 3 abc\nfunc main", pages)
			module := assemble(t, source)
			code, err := w.Load(sha256.Sum256(module), module)
			if err != nil {
				t.Fatal(err)
			}
			in, err := w.Start(code, 1000)
			if err != nil {
				t.Fatal(err)
			}
			if pages < 1000 && !in.Grow(uint32(min(1000-pages, pages*2))) {
				t.Fatal("cannot grow")
			}
			memory := in.Memory()
			for i, b := range memory {
				if i >= 3 && i < 6 {
					b -= "abc"[i-3]
				}
				if b != 0 {
					t.Fatalf("%d pages: byte %d is %d too much", pages, i, b)
				}
			}
			for i := range memory {
				memory[i] = 0xFF
			}
			w.Stop(in)
		}
	})
}

// More instances than spaces are kept for can live at a time.
func TestManyInstances(t *testing.T) {
	w := newWorld(t, false, flat())
	module := assemble(t, "memory 1\nfunc main; i32.const 0; i32.const 0; i32.load; i32.const 1; i32.add; i32.store")
	code, err := w.Load(sha256.Sum256(module), module)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		var all []*sandbox.Instance
		for range 40 {
			in, err := w.Start(code, 1000)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, in)
		}
		for _, in := range all {
			if got := call(t, code, in, "main"); got != "ok" || in.Memory()[0] != 1 {
				t.Fatalf("%s, counter %d", got, in.Memory()[0])
			}
			w.Stop(in)
		}
	}
}
