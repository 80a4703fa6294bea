package sandbox_test

import (
	"fmt"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// Of a select of floats whose operands had to be saved during a call, the
// compiler may load the first one into the register of the second one. The
// instrumentation makes an if of it.
func TestSelectOfFloatsAfterACall(t *testing.T) {
	floats := []wasm.ValueType{wasm.I32, wasm.I64, wasm.F32, wasm.F64, wasm.I32, wasm.I64}
	mix := engine.HostFunction{Module: "env", Name: "mix", Type: wasm.FuncType{Params: floats, Results: []wasm.ValueType{wasm.I64}},
		Call: func(stack []uint64) { stack[0] = 5 }}
	for _, typ := range []string{"f32", "f64"} {
		for _, first := range []bool{true, false} {
			compared, want := -2, int64(0)
			if first {
				compared, want = 0, -1
			}
			source := fmt.Sprintf(`
				import env.tell i64
				import env.mix i32 i64 f32 f64 i32 i64 -> i64
				global f32 0xbf800000                # -1
				global f64 -0x4010000000000000       # -1
				func main
				local 1 i64; local 1 f32; local 1 f64; local 1 i32
				i64.const -2; local.set 0
				global.get %[1]d; local.get %[2]d    # the operands
				local.get 0; i64.const 0
				local.get 0
				i32.const 0; i64.const 0; global.get 0; global.get 1; local.get 3; local.get 0; call mix
				i64.eq; select
				i64.const %[4]d; i64.le_s            # the condition: 0 <= %[4]d
				select
				i64.trunc_sat_%[3]s_s; call tell`,
				map[string]int{"f32": 0, "f64": 1}[typ], map[string]int{"f32": 1, "f64": 2}[typ], typ, compared)
			t.Run(fmt.Sprintf("%s, first operand %t", typ, first), func(t *testing.T) {
				engines(t, func(t *testing.T, interpreter bool) {
					w := newWorld(t, interpreter, flat(), mix)
					code, in := w.start(t, source, 1<<30)
					if got := call(t, code, in, "main"); got != "ok" {
						t.Fatal(got)
					}
					if len(w.told) != 1 || w.told[0] != want {
						t.Errorf("told %v, want %d", w.told, want)
					}
				})
			})
		}
	}
}
