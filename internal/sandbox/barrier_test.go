package sandbox_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// comparisons are the 32 forms in which an and is compared with 0.
func comparisons() (forms []string) {
	for _, typ := range []string{"i32", "i64"} {
		for _, op := range []string{"lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"} {
			and := fmt.Sprintf("local.get 0; local.get 1; %s.and", typ)
			forms = append(forms,
				fmt.Sprintf("%s.const 0; %s; %s.%s", typ, and, typ, op),
				fmt.Sprintf("%s; %s.const 0; %s.%s", and, typ, typ, op))
		}
	}
	return forms
}

// operands make the and negative, zero and positive.
var operands = [][2]int64{{-7, -1}, {-7, 8}, {7, 8}, {7, 3}, {-1 << 31, -1}, {-1 << 63, -1}}

// comparisonModule tells, for all operands, whether the comparison holds: once
// used by an if, and once as a value.
func comparisonModule(form string) string {
	typ := form[strings.LastIndex(form, ".")-3:][:3]
	var s strings.Builder
	fmt.Fprintf(&s, "import env.tell i64\nfunc main\n")
	for _, xy := range operands {
		x, y := xy[0], xy[1]
		if typ == "i32" {
			x, y = int64(int32(x)), int64(int32(y))
		}
		fmt.Fprintf(&s, "%s.const %d; %s.const %d; call branches\n", typ, x, typ, y)
		fmt.Fprintf(&s, "%s.const %d; %s.const %d; call value\n", typ, x, typ, y)
	}
	fmt.Fprintf(&s, `
		func branches %[1]s %[1]s
		%[2]s
		if; i64.const 1; call tell; else; i64.const 0; call tell; end
		func value %[1]s %[1]s
		%[2]s
		i64.extend_i32_u; call tell`, typ, form)
	return s.String()
}

// holds computes what comparisonModule tells.
func holds(form string) (told []int64) {
	op := form[strings.LastIndex(form, ".")-3:]
	left := strings.HasPrefix(form, op[:3]+".const 0")
	for _, xy := range operands {
		and := xy[0] & xy[1]
		if op[:3] == "i32" {
			and = int64(int32(xy[0]) & int32(xy[1]))
		}
		a, b := and, int64(0)
		if left {
			a, b = b, a
		}
		var is bool
		switch unsigned := strings.HasSuffix(op, "_u"); op[4:6] {
		case "lt":
			is = unsigned && uint64(a) < uint64(b) || !unsigned && a < b
		case "gt":
			is = unsigned && uint64(a) > uint64(b) || !unsigned && a > b
		case "le":
			is = unsigned && uint64(a) <= uint64(b) || !unsigned && a <= b
		case "ge":
			is = unsigned && uint64(a) >= uint64(b) || !unsigned && a >= b
		}
		n := int64(0)
		if is {
			n = 1
		}
		told = append(told, n, n)
	}
	return told
}

// The compiler takes a comparison of 0 with an and for one of the and with 0.
// The instrumentation keeps it from seeing the and.
func TestComparisonsOfAndWithZero(t *testing.T) {
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		for _, form := range comparisons() {
			t.Run(form, func(t *testing.T) {
				w.told = nil
				code, in := w.start(t, comparisonModule(form), 1<<40)
				if got := call(t, code, in, "main"); got != "ok" {
					t.Fatal(got)
				}
				if want := holds(form); fmt.Sprint(w.told) != fmt.Sprint(want) {
					t.Errorf("told %v, want %v", w.told, want)
				}
			})
		}
	})
}

// This test documents why the barrier is there: without it, the compiler gets
// comparisons wrong. When it is skipped on every platform where the compiler
// is trusted, the barrier can go.
func TestDefectThatTheBarrierAvoids(t *testing.T) {
	var told []int64
	e, err := engine.New(false, []engine.HostFunction{{
		Module: "env", Name: "tell", Type: wasm.FuncType{Params: []wasm.ValueType{wasm.I64}},
		Call: func(stack []uint64) { told = append(told, int64(stack[0])) },
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}()
	if e.Name() != "compiler" {
		t.Skip("the defect is the compiler's, which is not used on this machine")
	}
	wrong := 0
	for _, form := range comparisons() {
		told = nil
		m, err := wasm.Parse(assemble(t, comparisonModule(form)))
		if err != nil {
			t.Fatal(err)
		}
		bare(m)
		code, err := e.Compile(wasm.Encode(m))
		if err != nil {
			t.Fatal(err)
		}
		in, err := e.Instantiate(code)
		if err != nil {
			t.Fatal(err)
		}
		in.SetGas(1)
		if err := in.Call(1); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(told) != fmt.Sprint(holds(form)) {
			wrong++
		}
	}
	if wrong == 0 {
		t.Skip("wazero has no such defect any more: the barrier can go")
	}
	t.Logf("%d of 32 comparisons are wrong without the barrier", wrong)
}

// bare gives a module the exports that the engine needs, and nothing else of
// the instrumentation: function 1 can be called.
func bare(m *wasm.Module) {
	for _, typ := range []wasm.ValueType{wasm.I64, wasm.I32} {
		init := []byte{byte(wasm.OpI64Const), 0, byte(wasm.OpEnd)}
		if typ == wasm.I32 {
			init[0] = byte(wasm.OpI32Const)
		}
		m.Globals = append(m.Globals, wasm.Global{Type: typ, Mutable: true, Init: init})
	}
	n := uint32(len(m.Globals))
	m.Exports = []wasm.Export{
		{Name: "gas", Kind: wasm.ExportGlobal, Index: n - 2},
		{Name: "reason", Kind: wasm.ExportGlobal, Index: n - 1},
		{Name: "f1", Kind: wasm.ExportFunction, Index: 1},
	}
}
