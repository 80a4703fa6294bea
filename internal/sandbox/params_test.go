package sandbox_test

import (
	"fmt"
	"strings"
	"testing"
)

// Gas and room follow the parameters wherever those are passed: in registers,
// on the stack, as floats, directly and through the table.
func TestManyParameters(t *testing.T) {
	const params = 100
	cycle := []string{"i32", "i64", "f32", "f64"}
	var types, pushes, sum strings.Builder
	want := int64(0)
	for i := range params {
		typ := cycle[i%4]
		fmt.Fprintf(&types, " %s", typ)
		switch typ {
		case "i32", "i64":
			fmt.Fprintf(&pushes, "%s.const %d\n", typ, i)
			fmt.Fprintf(&sum, "local.get %d\n", i)
			if typ == "i32" {
				fmt.Fprintln(&sum, "i64.extend_i32_s")
			}
			want += int64(i)
		case "f32":
			fmt.Fprintln(&pushes, "global.get 0")
			fmt.Fprintf(&sum, "local.get %d\ni64.trunc_f32_s\n", i)
			want += 2
		case "f64":
			fmt.Fprintln(&pushes, "global.get 1")
			fmt.Fprintf(&sum, "local.get %d\ni64.trunc_f64_s\n", i)
			want += 3
		}
		if i > 0 {
			fmt.Fprintln(&sum, "i64.add")
		}
	}
	source := fmt.Sprintf(`
		import env.tell i64
		table 1
		elem 0 f
		global f32 0x40000000   # 2
		global f64 0x4008000000000000   # 3
		func main
		%[1]s
		call f; call tell
		%[1]s
		i32.const 0; call_indirect %[2]s -> i64; call tell
		func f %[2]s -> i64
		%[3]s
		call g
		func g
		call h
		func h`, pushes.String(), types.String(), sum.String())
	engines(t, func(t *testing.T, interpreter bool) {
		w := newWorld(t, interpreter, flat())
		code, in := w.start(t, source, 10_000)
		if got := call(t, code, in, "main"); got != "ok" {
			t.Fatal(got)
		}
		if fmt.Sprint(w.told) != fmt.Sprint([]int64{want, want}) {
			t.Errorf("told %v, want %d twice", w.told, want)
		}
		// f: a local.get for each parameter, a conversion for three of four,
		// the additions, and call, call, end, end, end.
		f := int64(params + params*3/4 + params - 1 + 5)
		if used := 10_000 - in.Gas(); used != 2*(params+f)+2+3+1 {
			t.Errorf("used %d, want %d", used, 2*(params+f)+2+3+1)
		}
	})
}
