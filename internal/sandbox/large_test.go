package sandbox_test

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

// Functions of a large module are compiled several at a time. Each calls the
// one before, so that one in a wrong place, or none, is seen.
func TestALargeModuleIsCompiledAsASmallOne(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		for _, functions := range []int{10, 3000} {
			var source strings.Builder
			source.WriteString("import env.tell i64\nfunc f0 i64 -> i64; local.get 0\n")
			want := int64(1)
			for i := 1; i < functions; i++ {
				below := max(0, i-1)
				if i%500 == 0 {
					below = 0 // the stack is bounded
					want = 1
				}
				fmt.Fprintf(&source, "func f%d i64 -> i64; local.get 0; call f%d; i64.const 3; i64.mul; i64.const %d; i64.add\n", i, below, i)
				want = want*3 + int64(i)
			}
			fmt.Fprintf(&source, "func main; i64.const 1; call f%d; call tell", functions-1)
			module := assemble(t, source.String())
			code, err := w.Load(sha256.Sum256(module), module)
			if err != nil {
				t.Fatal(err)
			}
			in, err := w.Start(code, 1_000_000)
			if err != nil {
				t.Fatal(err)
			}
			w.told = nil
			if got := call(t, code, in, "main"); got != "ok" || len(w.told) != 1 || w.told[0] != want {
				t.Errorf("%d functions: %s, told %v, want %d", functions, got, w.told, want)
			}
			w.Stop(in)
		}
	})
}
