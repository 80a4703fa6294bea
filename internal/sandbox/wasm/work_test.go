package wasm

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// repeated gives a module with function, whose code is n times parts.
func repeated(n int, locals []LocalRun, parts ...any) *Module {
	return function(FuncType{}, locals, slices.Repeat(parts, n)...)
}

// worked gives the work of the first function, in units.
func worked(t *testing.T, m *Module) uint64 {
	t.Helper()
	m, err := parseAndCheck(Encode(m), nothing)
	if err != nil {
		t.Fatal(err)
	}
	return m.Bodies[0].work / workUnit
}

func TestWhatIsQuadraticInTheCompilerIsQuadraticInWork(t *testing.T) {
	locals := []LocalRun{{100, I32}}
	tests := []struct {
		name  string
		parts []any
	}{
		{"branches", []any{OpLocalGet, 0, OpBrIf, 0}},
		{"blocks", []any{OpBlock, NoResult, OpEnd}},
		{"loops", []any{OpLoop, NoResult, OpEnd}},
		{"ifs", []any{OpLocalGet, 0, OpIf, NoResult, OpEnd}},
		{"tables of branches", []any{OpBlock, NoResult, OpLocalGet, 0, OpBrTable, 3, 0, 0, 0, 0, OpEnd}},
		{"calls", []any{OpI32Const, 1, OpI64Const, 1, OpCall, 1, OpDrop}},
		{"calls through the table", []any{OpI32Const, 1, OpI64Const, 1, OpI32Const, 0, OpCallIndirect, 1, 0, OpDrop}},
		{"accesses to memory between blocks", []any{OpLocalGet, 0, OpI32Load, 0, 0, OpDrop, OpBlock, NoResult, OpEnd}},
		{"operands that are kept", []any{OpLocalGet, 0, OpBlock, NoResult, OpEnd}},
	}
	for _, tt := range tests {
		const n = 500
		// Something has to take the operands off the stack again.
		once := worked(t, repeated(1, locals, append(slices.Repeat(tt.parts, n), OpUnreachable)...))
		twice := worked(t, repeated(1, locals, append(slices.Repeat(tt.parts, 2*n), OpUnreachable)...))
		if once == 0 || twice <= 2*once {
			t.Errorf("%s: %d units, twice as many %d", tt.name, once, twice)
		}
	}
}

// What was read from memory inside a block counts where the block ends, as what was
// read before it counts where it begins.
func TestAccessesToMemoryCountForBlocksThatEndAfterThem(t *testing.T) {
	const blocks, accesses = 300, 10_000
	nested := func(opener ...any) uint64 {
		body := slices.Repeat(opener, blocks)
		body = append(body, slices.Repeat([]any{OpLocalGet, 0, OpI32Load, 0, 8, OpLocalSet, 0}, accesses)...)
		body = append(body, slices.Repeat([]any{OpEnd}, blocks)...)
		return worked(t, function(FuncType{}, []LocalRun{{1, I32}}, body...))
	}
	straight := worked(t, repeated(accesses, []LocalRun{{1, I32}}, OpLocalGet, 0, OpI32Load, 0, 8, OpLocalSet, 0))
	const want = blocks * accesses * boundWork / workUnit
	if got := nested(OpBlock, NoResult); got < straight+want {
		t.Errorf("blocks: %d units, without them %d, want %d more", got, straight, want)
	}
	if got := nested(OpLocalGet, 0, OpIf, NoResult); got < straight+want {
		t.Errorf("ifs: %d units, without them %d, want %d more", got, straight, want)
	}
}

// withGlobals makes it n mutable globals.
func withGlobals(n int, m *Module) *Module {
	m.Globals = slices.Repeat(m.Globals[1:2], n)
	return m
}

// Few globals, as contracts have them, make calls no dearer, and those that do not
// change never do.
func TestWorkOfCallsAndGlobals(t *testing.T) {
	calls := func() *Module { return repeated(100, nil, OpI32Const, 1, OpI64Const, 1, OpCall, 1, OpDrop) }
	none := worked(t, calls())
	constants := calls()
	constants.Globals = append(constants.Globals, slices.Repeat(constants.Globals[:1], 1_000)...)
	for _, tt := range []struct {
		name   string
		module *Module
		more   uint64 // units
	}{
		{"8 mutable globals", withGlobals(8, calls()), 0},
		{"9 mutable globals", withGlobals(9, calls()), 100 * globalWork / workUnit},
		{"1,008 mutable globals", withGlobals(1_008, calls()), 100 * 1_000 * globalWork / workUnit},
		{"1,000 globals that do not change", constants, 0},
	} {
		if got := worked(t, tt.module); got != none+tt.more {
			t.Errorf("%s: %d units, want %d", tt.name, got, none+tt.more)
		}
	}
}

// What takes long is refused where it becomes too much.
func TestTooMuchWorkIsRefused(t *testing.T) {
	tests := []struct {
		name   string
		module *Module
	}{
		{"a chain of branches", repeated(50_000, []LocalRun{{1, I32}}, OpLocalGet, 0, OpBrIf, 0)},
		{"blocks in blocks", repeated(33_000, nil, OpBlock, NoResult)},
		{"loops in loops", repeated(33_000, nil, OpLoop, NoResult)},
		{"many locals and many ifs", repeated(10_000, []LocalRun{{2_000, I32}}, OpLocalGet, 0, OpIf, NoResult, OpEnd)},
		{"many locals and many loops", repeated(10_000, []LocalRun{{1_000, I32}}, OpLoop, NoResult, OpEnd)},
		{"calls in a straight line", repeated(60_000, nil, OpI32Const, 1, OpI64Const, 1, OpCall, 1, OpDrop)},
		{"mutable globals and calls", withGlobals(4_000, repeated(1_600, nil, OpI32Const, 1, OpI64Const, 1, OpCall, 1, OpDrop))},
		{"mutable globals and calls through the table", withGlobals(4_000, repeated(1_600, nil, OpI32Const, 1, OpI64Const, 1, OpI32Const, 0, OpCallIndirect, 1, 0, OpDrop))},
		{"mutable globals and a few calls, 300 MB", withGlobals(4_000, repeated(290, nil, OpI32Const, 1, OpI64Const, 1, OpCall, 1, OpDrop))},
		{"comparisons in a straight line", function(FuncType{}, nil, append(append([]any{OpI32Const, 0}, slices.Repeat([]any{OpI32Eqz}, 500_000)...), OpDrop)...)},
		{"the size of the memory, again and again", repeated(150_000, nil, OpMemorySize, byte(0), OpDrop)},
		{"conjunctions in a straight line", repeated(150_000, []LocalRun{{1, I32}}, OpLocalGet, 0, OpLocalGet, 0, OpI32And, OpDrop)},
		{"accesses to memory and blocks", repeated(20_000, []LocalRun{{1, I32}}, OpLocalGet, 0, OpI32Load, 0, 0, OpLocalSet, 0, OpBlock, NoResult, OpEnd)},
	}
	for _, tt := range tests {
		code := Encode(tt.module)
		m, err := Parse(code)
		if err != nil {
			t.Fatal(err)
		}
		refusal, ok := Check(m, nothing).(*Error)
		if !ok || refusal.Section != "code" || refusal.Function != 0 || refusal.Offset <= m.Bodies[0].Offset ||
			refusal.Offset >= m.Bodies[0].Offset+len(m.Bodies[0].Code) || refusal.Reason != tooMuchWork("the function") {
			t.Errorf("%s: %v", tt.name, refusal)
		}
		if faults := Faults(m, nothing); len(faults) == 0 || *faults[0] != *refusal {
			t.Errorf("%s: faults %v", tt.name, faults)
		}
	}
}

// The bound is on all functions together.
func TestTooMuchWorkOfAllFunctionsIsRefused(t *testing.T) {
	one := repeated(2_000, []LocalRun{{1, I32}}, OpLocalGet, 0, OpBrIf, 0)
	work := worked(t, one)
	many := func(n uint64) error {
		m := &Module{Types: one.Types, Functions: make([]uint32, n), Bodies: slices.Repeat(one.Bodies[:1], int(n))}
		m, err := Parse(Encode(m))
		if err != nil {
			t.Fatal(err)
		}
		err = Check(m, nothing)
		if (err == nil) != (len(Faults(m, nothing)) == 0) {
			t.Errorf("%d functions: %v, faults %v", n, err, Faults(m, nothing))
		}
		return err
	}
	most := MaxWork / (work + 1) // of each function less than a unit is cut off
	if err := many(most); err != nil {
		t.Errorf("%d functions of %d units: %v", most, work, err)
	}
	err := many(most + 2)
	if want := "code section, "; err == nil || !strings.HasPrefix(err.Error(), want) || !strings.HasSuffix(err.Error(), tooMuchWork("the module")) {
		t.Errorf("%d functions of %d units: %v", most+2, work, err)
	}
}

// Locals that nobody uses are next to nothing for the compiler, but the
// interpreter takes 60 bytes for each: 6,000 functions of 4,000 took 1.5 GB.
func TestLocalsThatNobodyUsesAreWork(t *testing.T) {
	for _, tt := range []struct {
		functions int
		accepted  bool
	}{{2_200, true}, {2_400, false}, {6_000, false}} {
		body := Body{Locals: []LocalRun{{MaxLocals, I64}}, Code: code(OpEnd)}
		m := &Module{Types: []FuncType{{}}, Functions: make([]uint32, tt.functions), Bodies: slices.Repeat([]Body{body}, tt.functions)}
		_, err := parseAndCheck(Encode(m), nothing)
		if (err == nil) != tt.accepted || err != nil && !strings.HasSuffix(err.Error(), tooMuchWork("the module")) {
			t.Errorf("%d functions: %v", tt.functions, err)
		}
	}
}

// The bodies after the one with which the work is too much are not read: each of
// these calls takes a hundred operands.
func TestCheckEndsWhereTheWorkIsTooMuch(t *testing.T) {
	m := repeated(5_000, nil, OpUnreachable, OpCall, 2)
	m.Types = append(m.Types, FuncType{Params: slices.Repeat([]ValueType{I64}, MaxParams)})
	m.Functions = append(m.Functions, 2)
	m.Bodies = append(m.Bodies, Body{Code: code(OpEnd)})
	const functions = 200
	for range functions {
		m.Functions, m.Bodies = append(m.Functions, 0), append(m.Bodies, m.Bodies[0])
	}
	m, err := Parse(Encode(m))
	if err != nil {
		t.Fatal(err)
	}
	if err := Check(m, nothing); err == nil || !strings.HasSuffix(err.Error(), tooMuchWork("the module")) {
		t.Error(err)
	}
	read := 0
	for i := range m.Bodies {
		if m.Bodies[i].Values > 0 {
			read++
		}
	}
	if read > 10 {
		t.Errorf("%d of %d bodies were read", read, len(m.Bodies))
	}
}

func TestWorkDoesNotOverflow(t *testing.T) {
	const most = math.MaxUint64
	e := effort{work: 7}
	for _, tt := range [][3]uint64{{1, 1, 8}, {1 << 32, 1 << 32, most}, {most, most, most}, {0, most, most}, {1, 1, most}} {
		if e.add(tt[0], tt[1]); e.work != tt[2] {
			t.Errorf("%d times %d: %d", tt[0], tt[1], e.work)
		}
	}
	m := &Module{Bodies: []Body{{work: most}, {work: most}}}
	if got := Work(m); got != most/workUnit {
		t.Errorf("%d", got)
	}
}

// largest gives a module with the greatest numbers that any known contract of
// this network's family has, all in one: 115 kB, 551 functions, one of them
// with 11 kB, 148 locals, 73 blocks, loops and ifs, 24 deep, and 173 branches.
func largest() *Module {
	var worst []any
	blocks, branches := 0, 0
	for blocks < 73 {
		depth := min(24, 73-blocks)
		for i := range depth {
			switch i % 3 {
			case 0:
				worst = append(worst, OpBlock, NoResult)
			case 1:
				worst = append(worst, OpLoop, NoResult)
			case 2:
				worst = append(worst, OpLocalGet, 0, OpIf, NoResult)
			}
			blocks++
			for range 3 {
				if branches++; branches <= 173 {
					worst = append(worst, OpLocalGet, i, OpBrIf, i)
				}
			}
			for j := range 13 + i%2 {
				l := uint32(i*5+j)%147 + 1
				worst = append(worst, OpLocalGet, l, OpI32Load, 0, 8, OpLocalGet, l/2, OpI32Add, OpLocalSet, l)
			}
			worst = append(worst, OpI32Const, 1, OpI64Const, 1, OpCall, 1, OpDrop)
		}
		for range depth {
			worst = append(worst, OpEnd)
		}
	}
	m := function(FuncType{}, []LocalRun{{148, I32}}, worst...)
	var other []any
	for range 4 {
		other = append(other, OpBlock, NoResult, OpLocalGet, 1, OpI32Load, 0, 8, OpBrIf, 0, OpLocalGet, 2, OpI64Const, 1, OpCall, 1, OpLocalSet, 3, OpEnd)
		for range 4 {
			other = append(other, OpLocalGet, 1, OpLocalGet, 2, OpI32Add, OpLocalSet, 4)
		}
	}
	other = append(other, OpEnd)
	body := Body{Locals: []LocalRun{{12, I32}}, Code: code(other...)}
	for len(m.Functions) < 551 {
		m.Functions = append(m.Functions, 0)
		m.Bodies = append(m.Bodies, body)
	}
	return m
}

func TestTheLargestContractsAreFarBelowTheLimitOfWork(t *testing.T) {
	code := Encode(largest())
	m, err := parseAndCheck(code, nothing)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes, worst function %d bytes, %d units, the worst function %d; %d are allowed",
		len(code), len(m.Bodies[0].Code), Work(m), m.Bodies[0].work/workUnit, MaxWork)
	if len(code) < 115_000 || len(m.Bodies[0].Code) < 11_000 {
		t.Errorf("only %d bytes, worst function %d", len(code), len(m.Bodies[0].Code))
	}
	if Work(m) > MaxWork/4 {
		t.Errorf("%d units, at most %d are allowed", Work(m), MaxWork)
	}
}

// What a module declares costs the compiler time for each function, and each
// import in the table or exported makes a function more. The numbers are about
// what these modules were seen to take.
func TestWorkOfWhatAllFunctionsShare(t *testing.T) {
	module := func(types, imports, inTable, functions, globals int) *Module {
		m := &Module{Table: &Limits{Min: 10_000}, Types: make([]FuncType, types), Imports: make([]Import, imports),
			Functions: make([]uint32, functions), Bodies: slices.Repeat([]Body{{Code: code(OpEnd)}}, functions)}
		m.Globals = slices.Repeat([]Global{{Type: I32, Init: constI32(0)}}, globals)
		e := Element{Offset: constI32(0)}
		for i := range inTable {
			e.Functions = append(e.Functions, uint32(i))
		}
		m.Elements = []Element{e}
		return m
	}
	exported := module(1, 9_998, 0, 1, 0)
	for i := range exported.Imports {
		exported.Exports = append(exported.Exports, Export{Name: strconv.Itoa(i), Index: uint32(i)})
	}
	for _, tt := range []struct {
		name         string
		module       *Module
		milliseconds uint64 // at least
	}{
		{"imports in the table", module(1, 9_998, 9_998, 1, 0), 260},
		{"imports in the table and types", module(9_998, 9_998, 9_998, 1, 0), 950},
		{"imports that are exported", exported, 320},
		{"functions and types", module(10_001, 0, 0, 9_990, 0), 820},
		{"half as many functions", module(10_001, 0, 0, 5_000, 0), 415},
		{"functions and globals", module(1, 0, 0, 9_990, 4_000), 270},
		{"functions, types and globals", module(10_001, 0, 0, 9_990, 4_000), 980},
	} {
		m, err := Parse(Encode(tt.module))
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(m, func(string, string) (FuncType, bool) { return FuncType{}, true }); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := Work(m) * workUnit / 1_000_000; got < tt.milliseconds {
			t.Errorf("%s: %d ms, want at least %d", tt.name, got, tt.milliseconds)
		}
	}
	// Imports that are called and nothing else are in the price of their calls,
	// and so is what an ordinary contract declares.
	few, many := module(1, 100, 0, 100, 0), module(1_000, 100, 0, 100, 1_000)
	many.Types = many.Types[:1_000]
	if a, b := Work(few), Work(many)-999*typeWork/workUnit; a != b {
		t.Errorf("100 functions are %d units, with 1,000 types and globals %d", a, b)
	}
	// The same import twice in the table is one function.
	twice := module(1, 1, 1, 1, 0)
	once := Work(twice)
	twice.Elements = append(twice.Elements, twice.Elements[0])
	if got := Work(twice); got != once {
		t.Errorf("an import twice in the table: %d units, once %d", got, once)
	}
}
