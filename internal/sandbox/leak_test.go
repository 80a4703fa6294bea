package sandbox_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// leakBody fills all its memory, what it can get beyond that, and its globals
// with a pattern, or looks for it. %[1]d makes one contract another.
const leakBody = `
	import env.tell i64
	import env.fail
	memory 2 %[2]d
	global i64 %[1]d
	global i64 0
	global i32 0
	func fill; local 1 i32
	i64.const 6148914691236517205; global.set 1
	i32.const 1431655765; global.set 2
	i32.const 1; memory.grow; drop
	loop
	local.get 0; i64.const 6148914691236517205; i64.store
	local.get 0; i32.const 8; i32.add; local.tee 0
	memory.size; i32.const 16; i32.shl; i32.lt_u; br_if 0
	end
	func search; local 1 i32; local 1 i64
	global.get 1; call tell
	global.get 2; i64.extend_i32_s; call tell
	i32.const 1; memory.grow; drop
	loop
	local.get 0; i64.load; i64.const 0; i64.ne; i64.extend_i32_u
	local.get 1; i64.add; local.set 1
	local.get 0; i32.const 8; i32.add; local.tee 0
	memory.size; i32.const 16; i32.shl; i32.lt_u; br_if 0
	end
	local.get 1; call tell
	memory.size; i64.extend_i32_u; call tell
	func depth i32; local 8 i64
	i64.const 6148914691236517205; local.set 1; i64.const 6148914691236517205; local.set 8
	block; local.get 0; i32.eqz; br_if 0
	local.get 0; i32.const 1; i32.sub; call depth
	end
	func stack; i32.const 50; call depth
	func locals; local 9 i64
	local.get 0; local.get 4; i64.or; local.get 8; i64.or; call tell
	func traps; call fill; unreachable
	func fails; call fill; call fail
	func nothing`

// Nothing that a contract leaves in memory, globals or on the stack is there
// for a later call: not for one of its own, nor for one of another contract of
// the same shape, whichever way it ended, and although the same memory is used;
// also where so many instances rest that only changed pages are put back.
func TestNothingLeaksIntoALaterCall(t *testing.T) {
	const gas = 10_000_000
	for _, test := range []struct {
		most int // pages: without room to grow, and with
		rest int // other instances that rest
	}{{2, 0}, {3, 0}, {2, 100}, {3, 100}} {
		most := test.most
		engines(t, func(t *testing.T, interpreter bool) {
			w := newWorld(t, interpreter, flat())
			for i := range test.rest {
				rest(t, w, i)
			}
			var codes []*sandbox.Code
			for i := range 3 {
				module := assemble(t, fmt.Sprintf(leakBody, i, most))
				code, err := w.Load(sha256.Sum256(module), module)
				if err != nil {
					t.Fatal(err)
				}
				codes = append(codes, code)
			}
			run := func(code *sandbox.Code, names ...string) {
				in, err := w.Start(code, gas)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range names {
					call(t, code, in, name)
				}
				w.Stop(in)
			}
			for _, end := range [][]string{{"fill"}, {"traps"}, {"fails"}, {"fill", "stack"}, {"stack", "fill", "nothing"}} {
				for range 2 { // so that instances are used again
					run(codes[0], end...)
					run(codes[1], end...)
					for _, code := range codes {
						w.told = nil
						run(code, "search", "locals")
						if got, want := fmt.Sprint(w.told), fmt.Sprintf("[0 0 0 %d 0]", most); got != want {
							t.Fatalf("after %v, of %d pages: told %s, want %s", end, most, got, want)
						}
					}
				}
			}
		})
	}
}

// rest leaves an instance of another contract at rest.
func rest(t *testing.T, w *world, number int) {
	t.Helper()
	module := assemble(t, fmt.Sprintf("memory 1\nglobal i64 %d\nfunc main", number))
	code, err := w.Load(sha256.Sum256(module), module)
	if err != nil {
		t.Fatal(err)
	}
	in, err := w.Start(code, 10)
	if err != nil {
		t.Fatal(err)
	}
	w.Stop(in)
}
