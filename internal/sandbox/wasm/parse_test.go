package wasm

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestParseReadsWhatEncodeWrote(t *testing.T) {
	m := function(FuncType{Params: []ValueType{I64, F64}, Results: []ValueType{I64}},
		[]LocalRun{{Count: 3, Type: I32}, {Count: 300, Type: F32}}, OpLocalGet, 0)
	m.Types = append(m.Types, FuncType{})
	m.Imports = []Import{{Module: "env", Name: "größe", Type: 2}}
	b := Encode(m)
	got, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if again := Encode(got); !bytes.Equal(again, b) {
		t.Errorf("written again:\n% x\nfirst:\n% x", again, b)
	}
	if got.Size != len(b) {
		t.Errorf("size is %d, not %d", got.Size, len(b))
	}
	for i := range got.Bodies {
		if off := got.Bodies[i].Offset; !bytes.HasPrefix(b[off:], got.Bodies[i].Code) {
			t.Errorf("body %d is not at its offset 0x%x", i, off)
		}
		got.Bodies[i].Offset = 0
	}
	got.Size, got.sections = 0, m.sections
	if !reflect.DeepEqual(got, m) {
		t.Errorf("parsed\n%+v\nwritten\n%+v", got, m)
	}
}

// section gives a section as hex, with its size.
func section(id byte, content string) string {
	return fmt.Sprintf("%02x%02x", id, len(content)/2) + content
}

func TestMalformedModulesAreRefused(t *testing.T) {
	oneFunction := section(typeSection, "01600000") + section(functionSection, "0100")
	tests := []struct {
		name, in, reason string
	}{
		{"a section without a size", "01", "malformed or missing number of bytes of the section"},
		{"a section longer than the module", "01050160", "5 bytes of the section cannot be in the 2 bytes that are left"},
		{"a section that is longer than its content", section(typeSection, "016000007f"), "1 bytes are left at the end of the section"},
		{"a section that is shorter than its content", section(typeSection, "026000006000"), "2 types cannot be in the 5 bytes that are left"},
		{"a section twice", section(typeSection, "00") + section(typeSection, "00"), "section is out of order or there twice"},
		{"sections out of order", section(functionSection, "00") + section(typeSection, "00"), "section is out of order or there twice"},
		{"an unknown section", section(14, ""), "unknown section 14"},
		{"a custom section without a name", section(customSection, ""), "malformed or missing number of bytes of name of the section"},
		{"a custom section whose name is not UTF-8", section(customSection, "01ff"), "name of the section is not UTF-8"},
		{"a zero byte behind the last section", oneFunction + section(codeSection, "0102000b") + "00", "malformed or missing number of bytes of the section"},
		{"a type that is not a function", section(typeSection, "01500000"), "type 0x50 is not a function type"},
		{"a number of types in six bytes", section(typeSection, "808080808000"), "malformed or missing number of types"},
		{"an unknown value type", section(typeSection, "0160017a00"), "parameters: unknown value type 0x7A"},
		{"a vector type", section(typeSection, "0160017b00"), "parameters: v128 is refused: SIMD is not supported"},
		{"a reference type", section(typeSection, "0160016f00"), "parameters: a reference is refused: reference types are not supported"},
		{"two results", section(typeSection, "016000027f7f"), "2 results are refused: multi-value is not supported"},
		{"an import name that is not UTF-8", section(importSection, "0103656e7602c0000000"), "name of the import is not UTF-8"},
		{"import of a table", section(importSection, "010161016201700001"), "import of a table is refused: the host offers functions only"},
		{"import of a memory", section(importSection, "0101610162020001"), "import of a memory is refused: the host offers functions only"},
		{"import of a global", section(importSection, "0101610162037f00"), "import of a global is refused: the host offers functions only"},
		{"import of something unknown", section(importSection, "0101610162097f00"), "unknown kind 0x09 of import"},
		{"functions without code", oneFunction, "the code section is missing"},
		{"more bodies than functions", section(codeSection, "0102000b"), "1 bodies for 0 functions"},
		{"fewer bodies than functions", oneFunction + section(codeSection, "00"), "0 bodies for 1 functions"},
		{"two tables", section(tableSection, "02700001700001"), "2 tables are refused: one is supported"},
		{"a table of external references", section(tableSection, "016f0001"), "a table of external references is refused: reference types are not supported"},
		{"a table of numbers", section(tableSection, "017f0001"), "unknown type 0x7F of table"},
		{"two memories", section(memorySection, "0200010001"), "2 memories are refused: one is supported"},
		{"a shared memory", section(memorySection, "01030101"), "a shared memory is refused: threads are not supported"},
		{"a 64-bit memory", section(memorySection, "010401"), "a 64-bit memory is refused"},
		{"a memory of an unknown kind", section(memorySection, "010801"), "unknown kind 0x08 of memory limits"},
		{"a global with an unknown mutability", section(globalSection, "017f0241000b"), "unknown mutability 0x02 of global"},
		{"a global that is computed", section(globalSection, "017f00410041016a0b"), "constant expression is not one constant"},
		{"a global set to a global", section(globalSection, "017f0023000b"), "constant expression uses a global, only imported ones could be and there are none"},
		{"a global set to nothing", section(globalSection, "017f000b0000"), "constant expression with end, a constant is expected"},
		{"a global without the end of its constant", section(globalSection, "017f00418000"), "unexpected end: end of the constant expression expected"},
		{"a float constant that is cut off", section(globalSection, "017d00430000"), "malformed constant"},
		{"an export of an unknown kind", section(exportSection, "0101610400"), "unknown kind 0x04 of export"},
		{"an export name that is not UTF-8", section(exportSection, "0101ff0000"), "name of the export is not UTF-8"},
		{"a start function", oneFunction + section(startSection, "00"), "a start function is refused: contracts run only when they are deployed or called"},
		{"a passive element segment", section(elementSection, "010100010000"), "a passive element segment is refused: bulk memory operations are not supported"},
		{"an element segment with a table index", section(elementSection, "01020041000b0000"), "an element segment with a table index is refused: one table is supported"},
		{"an element segment of expressions", section(elementSection, "010441000b00"), "an element segment of expressions is refused: reference types are not supported"},
		{"an element segment of an unknown kind", section(elementSection, "010841000b00"), "unknown kind 8 of element segment"},
		{"a data count section", section(dataCountSection, "00"), "data count section is refused: bulk memory operations are not supported"},
		{"a tag section", section(tagSection, "00"), "tag section is refused: exceptions are not supported"},
		{"a body longer than the section", oneFunction + section(codeSection, "0109000b"), "9 bytes of the body cannot be in the 2 bytes that are left"},
		{"a body without instructions", oneFunction + section(codeSection, "010301017f"), "body without instructions"},
		{"locals of an unknown type", oneFunction + section(codeSection, "01040101600b"), "type of locals: unknown value type 0x60"},
		{"more runs of locals than bytes", oneFunction + section(codeSection, "01027f0b"), "127 runs of locals cannot be in the 1 bytes that are left"},
		{"a passive data segment", section(dataSection, "010103616263"), "a passive data segment is refused: bulk memory operations are not supported"},
		{"a data segment with a memory index", section(dataSection, "01020041000b00"), "a data segment with a memory index is refused: one memory is supported"},
		{"a data segment longer than the section", section(dataSection, "010041000b0261"), "2 bytes of data segment cannot be in the 1 bytes that are left"},
	}
	for _, tt := range tests {
		b, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		b = append([]byte(magic), b...)
		m, err := Parse(b)
		var refused *Error
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v, %+v", tt.name, err, m)
		} else if refused.Reason != tt.reason {
			t.Errorf("%s: refused because %q, want %q", tt.name, refused.Reason, tt.reason)
		} else if refused.Section == "" && !strings.Contains(tt.reason, "section") || refused.Offset < len(magic) {
			t.Errorf("%s: %v does not say where", tt.name, err)
		} else if refused.Offset > len(b) || strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	for _, in := range []string{"", "\x00asm", "\x00asm\x02\x00\x00\x00", "\x00asn\x01\x00\x00\x00", "(module)    "} {
		if _, err := Parse([]byte(in)); err == nil || err.Error() != "offset 0x0: not a WebAssembly 1.0 binary" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// A module may end wherever a section ends, and nowhere else; but functions
// that are declared have to have bodies.
func TestCutOffModulesAreRefusedExceptBetweenSections(t *testing.T) {
	whole := Encode(function(FuncType{}, nil, OpNop))
	m, err := Parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	want := map[int]bool{
		len(magic):                  true, // an empty module
		m.sections[functionSection]: true, // only types
		m.sections[dataSection]:     true, // without data
		len(whole):                  true,
	}
	accepted := make(map[int]bool)
	for n := range len(whole) + 1 {
		if _, err := Parse(whole[:n]); err == nil {
			accepted[n] = true
		}
	}
	if !maps.Equal(accepted, want) {
		t.Errorf("accepted with lengths %v, want %v", accepted, want)
	}
}

// Each of these files claims 2^32-1 elements. Whoever believes that allocates
// tens of gigabytes.
func TestHugeCountsAreRefusedWithoutAllocating(t *testing.T) {
	const huge = "ffffffff0f"
	tests := []struct{ name, in string }{
		{"types", section(typeSection, huge+"00")},
		{"imports", section(importSection, huge+"00")},
		{"functions", section(functionSection, huge+"00")},
		{"tables", section(tableSection, huge+"00")},
		{"memories", section(memorySection, huge+"00")},
		{"globals", section(globalSection, huge+"00")},
		{"exports", section(exportSection, huge+"00")},
		{"element segments", section(elementSection, huge+"00")},
		{"bodies", section(codeSection, huge+"00")},
		{"data segments", section(dataSection, huge+"00")},
		{"bytes of a section", "01" + huge},
		{"parameters", section(typeSection, "0160"+huge+"00")},
		{"results", section(typeSection, "016000"+huge+"00")},
		{"bytes of an import's module", section(importSection, "01"+huge+"000000")},
		{"bytes of an export's name", section(exportSection, "01"+huge+"0000")},
		{"functions of a segment", section(elementSection, "010041000b"+huge)},
		{"bytes of a segment", section(dataSection, "010041000b"+huge)},
		{"bytes of a body", section(typeSection, "01600000") + section(functionSection, "0100") + section(codeSection, "01"+huge+"00")},
		{"runs of locals", section(typeSection, "01600000") + section(functionSection, "0100") + section(codeSection, "0107"+huge+"000b")},
		{"bytes of a custom section's name", section(customSection, huge)},
	}
	for _, tt := range tests {
		b, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		b = append([]byte(magic), b...)
		allocatesLittle(t, tt.name, func() {
			if _, err := Parse(b); err == nil || !strings.Contains(err.Error(), "4294967295") {
				t.Errorf("%s: %v", tt.name, err)
			}
		})
	}
	// A name section cannot make a module invalid.
	names, _ := hex.DecodeString(section(customSection, "046e616d65"+"0107"+huge+"0000"))
	allocatesLittle(t, "names", func() {
		if m, err := Parse(append([]byte(magic), names...)); err != nil || m.FunctionNames != nil {
			t.Errorf("names: %v, %+v", err, m)
		}
	})
}

func allocatesLittle(t *testing.T, name string, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10 {
		t.Errorf("%s: %d bytes allocated", name, n)
	}
}

func TestNameSectionIsReadLeniently(t *testing.T) {
	tests := []struct {
		name, section string
		want          map[uint32]string
	}{
		{"names of functions", "0109" + "020003616263" + "010164", map[uint32]string{0: "abc", 1: "d"}},
		{"after the name of the module", "000201" + "6d" + "0104" + "010101" + "64", map[uint32]string{1: "d"}},
		{"a function that does not exist", "010702" + "090161" + "0101" + "64", map[uint32]string{1: "d"}},
		{"an empty name", "010602" + "0000" + "0101" + "64", map[uint32]string{1: "d"}},
		{"no names", "0101" + "00", map[uint32]string{}},
		{"no functions subsection", "0002016d", nil},
		{"a name that is not UTF-8", "0104" + "010101" + "ff", nil},
		{"a count that is too great", "0104" + "7f0101" + "64", nil},
		{"a subsection that is too long", "0109" + "010101" + "64", nil},
		{"bytes that are left", "0105" + "010101" + "64" + "00", nil},
		{"empty", "", nil},
	}
	for _, tt := range tests {
		content, err := hex.DecodeString("046e616d65" + tt.section)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		b := Encode(function(FuncType{}, nil, OpNop))
		b = append(b, customSection, byte(len(content)))
		m, err := Parse(append(b, content...))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if !reflect.DeepEqual(m.FunctionNames, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, m.FunctionNames, tt.want)
		}
	}
}

func TestErrorIsOneLine(t *testing.T) {
	tests := []struct {
		err  Error
		want string
	}{
		{Error{Function: -1, Reason: "r"}, "offset 0x0: r"},
		{Error{Section: "type", Function: -1, Offset: 31, Reason: "r"}, "type section, offset 0x1f: r"},
		{Error{Section: "code", Function: 0, Offset: 4, Reason: "r"}, "code section, function 0, offset 0x4: r"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	long := strings.Repeat("x\n", 100)
	m := function(FuncType{}, nil)
	m.Imports = []Import{{Module: long, Name: long}}
	if _, err := parseAndCheck(Encode(m), nothing); err == nil || strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
		t.Errorf("hostile names: %v", err)
	}
}
