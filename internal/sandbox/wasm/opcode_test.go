package wasm

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestEveryRowIsFoundByItsOpcode(t *testing.T) {
	names := make(map[string]bool)
	for i := range Opcodes {
		op := OpcodeAt(i)
		if op.Row() != i {
			t.Errorf("row of %s is %d, it stands in %d", op, op.Row(), i)
		}
		if name := op.String() + op.Key(); names[name] {
			t.Errorf("%s is there twice", op)
		} else {
			names[name] = true
		}
	}
	for op := range 0x10000 {
		if r := Opcode(op).Row(); r >= 0 && OpcodeAt(r) != Opcode(op) {
			t.Errorf("opcode 0x%X has the row of 0x%X", op, uint16(OpcodeAt(r)))
		}
	}
}

// The key is the name in camel case.
func TestEveryKeyFollowsFromTheName(t *testing.T) {
	for i := range Opcodes {
		op := OpcodeAt(i)
		var want strings.Builder
		for part := range strings.FieldsFuncSeq(op.String(), func(r rune) bool { return r == '.' || r == '_' }) {
			want.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
		switch {
		case op == OpTypedSelect && op.Key() == "TypedSelect":
		case op.Key() == "" && op.Refusal() != "":
		case op.Key() != want.String():
			t.Errorf("key of %s is %q, not %q", op, op.Key(), want.String())
		}
	}
}

func TestEveryAllowedInstructionHasAPrice(t *testing.T) {
	schedule, err := os.ReadFile("../../../schedules/gasScheduleV1.toml")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(schedule), "[WASMOpcodeCost]")
	for i := range Opcodes {
		op := OpcodeAt(i)
		if op.Key() == "" {
			continue
		}
		if !regexp.MustCompile(`(?m)^\s*` + op.Key() + `\s*=`).MatchString(section) {
			t.Errorf("%s has the key %s, which no schedule prices", op, op.Key())
		}
	}
}

// Floats may be passed around and turned into integers; nothing may make one.
func TestFloatRule(t *testing.T) {
	const count = 2 + 2 + 2 + // const, load, store
		2*(6+7+7) + // comparison, unary, arithmetic
		4 + 4 + 2 + 2 // convert, demote and promote, reinterpret
	found := 0
	for i := range Opcodes {
		op := OpcodeAt(i)
		a, b, result := op.Signature()
		isFloat := func(t ValueType) bool { return t == F32 || t == F64 }
		makes := isFloat(result) || isFloat(b) // stores and binary operators have their float on top
		if makes != (op.Refusal() == float) {
			t.Errorf("%s: refusal is %q", op, op.Refusal())
		}
		if makes {
			found++
		} else if isFloat(a) && result == 0 {
			t.Errorf("%s takes a float and gives nothing", op)
		}
	}
	if found != count {
		t.Errorf("%d instructions make floats, not %d", found, count)
	}
}

// The subset is a promise to deployed contracts: nothing may drop out of it.
func TestAllowedSubset(t *testing.T) {
	const mvp = 172 // instructions of WebAssembly 1.0
	const extensions = 5 + 8
	const floats = 58
	n := 0
	for i := range Opcodes {
		if OpcodeAt(i).Refusal() == "" {
			n++
		}
	}
	if want := mvp + extensions - floats; n != want {
		t.Errorf("%d instructions are allowed, not %d", n, want)
	}
}

func TestOpcodesWithoutARow(t *testing.T) {
	for _, op := range []Opcode{0x16, 0xFC, 0xFF, 0xFC12, 0xFC1F, 0xFC20, 0xFCFF, 0xFD00, 0xFFFF} {
		if op.Row() != -1 || op.Key() != "" || op.Refusal() == "" || !strings.HasPrefix(op.String(), "unknown opcode") {
			t.Errorf("0x%X: row %d, key %q, refusal %q, %s", uint16(op), op.Row(), op.Key(), op.Refusal(), op)
		}
	}
}
