package differential

import (
	"bytes"
	"errors"
	"runtime/debug"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

func newBench(t testing.TB) *Bench {
	t.Helper()
	t.Cleanup(func() func() { old := debug.SetGCPercent(800); return func() { debug.SetGCPercent(old) } }()) // most of it is garbage
	b, err := NewBench()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// A slice of the campaign. A generator that does not reach something would
// prove nothing about it, so what it reaches is tested too.
func TestEnginesAndOracleAgreeOnGeneratedModules(t *testing.T) {
	b := newBench(t)
	start := time.Now()
	const least = 700
	seen := make(map[wasm.Opcode]bool)
	n, size := uint64(0), 0
	for ; time.Since(start) < 3*time.Second || n < least; n++ {
		code, err := b.Run(Random(3, n))
		if err != nil {
			t.Fatalf("module %d: %v\n%x", n, err, code)
		}
		size += len(code)
		if n >= least {
			continue
		}
		m, err := wasm.Parse(code)
		if err != nil {
			t.Fatal(err)
		}
		var in wasm.Instr
		for i := range m.Bodies {
			for d := wasm.NewDecoder(m.Bodies[i].Code); d.Next(&in); {
				seen[in.Op] = true
			}
		}
	}
	for row := range wasm.Opcodes {
		if op := wasm.OpcodeAt(row); op.Refusal() == "" && !seen[op] {
			t.Errorf("no module has %v", op)
		}
	}
	for _, end := range []string{
		"returned", "out of gas", errRefused.Error(), errSpent.Error(), errBounds.Error(),
		"trap: unreachable", "trap: integer divide by zero", "trap: integer overflow", "trap: invalid conversion to integer",
		"trap: out of bounds memory access", "trap: invalid table access", "trap: indirect call type mismatch", "trap: stack exhausted",
	} {
		if b.Ends[end] == 0 {
			t.Errorf("no run ended with %q", end)
		}
	}
	t.Logf("%d modules of %d bytes on average, runs: %v", n, size/int(n), b.Ends)
}

// withoutBarrier takes away what meter puts behind an and, as code that does
// nothing.
func withoutBarrier(code []byte) []byte {
	code = bytes.ReplaceAll(code, []byte{0x71, 0x41, 0x00, 0x72}, []byte{0x71, 0x01, 0x01, 0x01})
	return bytes.ReplaceAll(code, []byte{0x83, 0x42, 0x00, 0x84}, []byte{0x83, 0x01, 0x01, 0x01})
}

func TestTheKnownDefectOfTheCompilerIsFound(t *testing.T) {
	b := newBench(t)
	if b.engines[0].Name() != "compiler" {
		t.Skip("the compiler is not used here")
	}
	b.Alter = withoutBarrier
	for n := range uint64(100_000) {
		if _, err := b.Run(Random(2, n)); errors.Is(err, ErrRefused) {
			t.Fatal(err)
		} else if err != nil {
			t.Logf("module %d: %v", n, err)
			return
		}
	}
	t.Error("not found in 100,000 modules without the barrier")
}

// Other defects that an instrumenter could have: each is a change of the code
// that it emits.
func TestPlantedDefectsOfTheInstrumentationAreFound(t *testing.T) {
	replace := func(old, new []byte) func([]byte) []byte {
		return func(code []byte) []byte { return bytes.ReplaceAll(code, old, new) }
	}
	for _, tt := range []struct {
		name  string
		from  uint64 // not far before the first module that shows it
		alter func([]byte) []byte
	}{
		// i64.const 0; i64.le_s; br_if becomes i64.lt_s
		{"equality is not out of gas", 0, replace([]byte{0x42, 0x00, 0x57, 0x0d}, []byte{0x42, 0x00, 0x53, 0x0d})},
		// the same in loops: i64.const 0; i64.gt_s; if; else becomes i64.ge_s
		{"equality is not out of gas in loops", 0, replace([]byte{0x42, 0x00, 0x55, 0x04, 0x40, 0x05}, []byte{0x42, 0x00, 0x59, 0x04, 0x40, 0x05})},
		// i32.sub; local.tee; i32.const 0; i32.lt_s becomes i32.le_s: room
		{"a stack of exactly the limit", 7000, func(code []byte) []byte {
			for i := 0; i+5 < len(code); i++ {
				if code[i] == 0x6b && code[i+1] == 0x22 && code[i+3] == 0x41 && code[i+4] == 0 && code[i+5] == 0x48 {
					code[i+5] = 0x4c
				}
			}
			return code
		}},
		// i32.const 1; global.set: the reason
		{"out of gas is told as a trap", 0, func(code []byte) []byte {
			for i := 0; i+4 < len(code); i++ {
				if code[i] == 0x41 && code[i+1] == 1 && code[i+2] == 0x24 && code[i+4] == 0 {
					code[i+1] = 0
				}
			}
			return code
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.Alter = tt.alter
			for n := range uint64(10_000) {
				if _, err := b.Run(Random(2, tt.from+n)); errors.Is(err, ErrRefused) {
					t.Fatal(err)
				} else if err != nil {
					t.Logf("module %d: %v", tt.from+n, err)
					return
				}
			}
			t.Error("not found")
		})
	}
}

func BenchmarkModule(b *testing.B) {
	bench := newBench(b)
	n := uint64(0)
	for b.Loop() {
		if code, err := bench.Run(Random(4, n)); err != nil {
			b.Fatalf("module %d: %v\n%x", n, err, code)
		}
		n++
	}
}
