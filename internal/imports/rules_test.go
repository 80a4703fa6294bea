package imports_test

import (
	"encoding/binary"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// run runs calls with lots of gas and gives the outcome as text: the code, then
// the message or the return data.
func run(t *testing.T, b *bench, gasProvided uint64, data []byte, calls ...call) (*vm.Output, string) {
	t.Helper()
	out := b.call(t, module(t, 1, data, calls...), gasProvided)
	if out.Code != vm.OK {
		return out, out.Code.String() + ": " + out.Message
	}
	text := "ok"
	for _, item := range out.ReturnData {
		text += " " + hexOf(item)
	}
	return out, text
}

func hexOf(b []byte) string {
	if len(b) == 0 {
		return "-"
	}
	const digits = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(digits[c>>4])
		s.WriteByte(digits[c&15])
	}
	return s.String()
}

const (
	plenty  = 1 << 50
	minI32  = math.MinInt32
	maxI32  = math.MaxInt32
	outside = 65_537 // the first offset that is no offset in one page
)

// Lengths and counts are hostile: what they multiply to must neither wrap nor
// be allocated before it is paid for.
func TestLengthsAndCounts(t *testing.T) {
	b := newBench(t, nil)
	execute := func(count, lengths, data int64) call {
		return call{"executeOnDestContext", []int64{0, 0, 0, 0, 0, count, lengths, data}}
	}
	for _, test := range []struct {
		name  string
		gas   uint64
		calls []call
		want  string
	}{
		{"a negative length costs nothing and fails the load", plenty, []call{{"finish", []int64{0, -1}}}, "execution failed: mem load: negative length"},
		{"bad bounds are named before a negative length", plenty, []call{{"finish", []int64{-1, minI32}}}, "execution failed: mem load: bad bounds"},
		{"the greatest length is out of gas before it is allocated", 10_000_000_000, []call{{"finish", []int64{0, maxI32}}}, "out of gas: not enough gas"},
		{"topics whose size leaves 31 bits cost nothing and fail", plenty, []call{{"writeLog", []int64{0, 4, 0, 1 << 26}}}, "execution failed: mem load: bad bounds"},
		{"as many topics as there can be fail before they are allocated", plenty, []call{{"writeLog", []int64{0, 4, 0, 1<<26 - 1}}}, "execution failed: mem load: bad bounds"},
		{"a negative number of topics", plenty, []call{{"writeLog", []int64{0, 4, 0, -3}}}, "execution failed: GuardedMakeByteSlice2D: negative length (-3)"},
		{"the data of a log is loaded before its topics are counted", plenty, []call{{"writeLog", []int64{-1, 4, 0, -3}}}, "execution failed: mem load: bad bounds"},
		{"no topics need no offset", plenty, []call{{"writeLog", []int64{0, 4, -1, 0}}}, "ok"},
		{"the last topic may lie across the end", plenty, []call{{"writeLog", []int64{0, 4, 65_500, 2}}}, "ok"},
		{"a topic may not begin behind the end", plenty, []call{{"writeLog", []int64{0, 4, 65_505, 3}}}, "execution failed: mem load: bad bounds"},

		{"arguments whose size leaves 31 bits are soft", plenty, []call{execute(1<<30, 0, 0)}, "ok 01"},
		{"arguments whose size has its top bit are soft", plenty, []call{execute(1<<29, 0, 0)}, "ok 01"},
		{"a negative number of arguments is soft", plenty, []call{execute(-1, 0, 0)}, "ok 01"},
		{"a negative number of arguments is a fault where loads are", plenty, []call{{"delegateExecution", []int64{0, 0, 0, 0, -1, 0, 0}}}, "execution failed: mem load: negative length"},
		{"and has bad bounds first", plenty, []call{{"delegateExecution", []int64{0, 0, 0, 0, -1, -1, 0}}}, "execution failed: mem load: bad bounds"},
		{"very many empty arguments are out of gas", 100_000_000_000, []call{execute(1<<29-1, 0, 0)}, "out of gas: not enough gas"},
		{"an argument longer than gas can pay is out of gas", 10_000_000_000, []call{execute(1, 4, 0)}, "out of gas: not enough gas"},
		{"behind an argument across the end there is nothing", plenty, []call{execute(2, 4, 0)}, "ok 01"},
		{"a negative argument is soft", plenty, []call{execute(1, 12, 0)}, "ok 01"},

		{"a key longer than gas can pay is out of gas", 10_000_000, []call{{"storageLoadLength", []int64{0, 1 << 26}}}, "out of gas: not enough gas"},
		{"a key with bad bounds is a fault before that", 10_000_000, []call{{"storageLoad", []int64{outside, 1 << 26, 0}}}, "execution failed: mem load: bad bounds"},
		{"a negative key is a fault before that", 10_000_000, []call{{"storageLoad", []int64{0, minI32, 0}}}, "execution failed: mem load: negative length"},
		{"the key is loaded before the address", 10_000_000, []call{{"storageLoadFromAddress", []int64{-1, 0, -1, 0}}}, "execution failed: mem load: negative length"},
		{"code longer than gas can pay is soft", 10_000_000, []call{{"createContract", []int64{0, 0, 0, 0, maxI32, 0, 0, 0, 0}}}, "ok 01"},
		{"but its bounds are tested", 10_000_000, []call{{"createContract", []int64{0, 0, -1, 0, maxI32, 0, 0, 0, 0}}}, "execution failed: mem load: bad bounds"},
		{"and what follows it is loaded", 10_000_000, []call{{"createContract", []int64{0, 0, 0, 0, maxI32, 0, -1, 0, 0}}}, "execution failed: mem load: negative length"},
		{"code of an upgrade longer than gas can pay is out of gas", 10_000_000, []call{{"upgradeContract", []int64{0, 0, 0, 0, 0, maxI32, 0, 0, 0}}}, "out of gas: not enough gas"},
		{"after everything else was loaded", 10_000_000, []call{{"upgradeContract", []int64{-1, 0, 0, 0, 0, maxI32, 0, 0, 0}}}, "execution failed: mem load: bad bounds"},
		{"code of ethereum.create longer than gas can pay is soft", 10_000_000, []call{{"ethereum.create", []int64{0, 0, maxI32, 0}}}, "ok 01"},

		{"a number longer than gas can pay is out of gas", 10_000_000_000, []call{{"bigIntSetUnsignedBytes", []int64{0, 0, maxI32}}}, "out of gas: not enough gas"},
		{"a number with bad bounds is a fault before it is charged", 10_000_000, []call{{"bigIntSetUnsignedBytes", []int64{0, outside, maxI32}}}, "execution failed: mem load: bad bounds"},
		{"data of ethereum.call with bad bounds is soft before it is charged", 10_000_000, []call{{"ethereum.call", []int64{0, 0, 0, outside, maxI32}}}, "ok 01"},
		{"a slice of ethereum is tested before it is charged", 10_000_000, []call{{"ethereum.callDataCopy", []int64{0, 0, maxI32}}}, "execution failed: GuardedGetBytesSlice: bad bounds"},
		{"a negative slice that ends inside has its own text", 10_000_000, []call{{"ethereum.callDataCopy", []int64{0, 4, -1}}}, "execution failed: GuardedGetBytesSlice: negative length"},
		{"gas to use is unsigned", plenty, []call{{"ethereum.useGas", []int64{-1}}}, "out of gas: not enough gas"},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := make([]byte, 64)
			binary.LittleEndian.PutUint32(data[4:], maxI32)
			binary.LittleEndian.PutUint32(data[8:], 1)
			binary.LittleEndian.PutUint32(data[12:], 1<<31)
			if _, got := run(t, b, test.gas, data, test.calls...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// gasOf gives what calls cost beyond the instructions around them.
func gasOf(t *testing.T, b *bench, data []byte, calls ...call) uint64 {
	t.Helper()
	code := module(t, 1, data, calls...)
	out := b.call(t, code, plenty)
	if out.Code != vm.OK {
		t.Fatalf("%v %q", out.Code, out.Message)
	}
	return plenty - out.GasRemaining - uint64(len(code))*b.prices.CompilePerByte
}

func TestManyArgumentsPayForTheirLengths(t *testing.T) {
	b := newBench(t, nil)
	cost := func(count int64) uint64 {
		return gasOf(t, b, nil, call{"executeOnDestContext", []int64{0, 0, 0, 0, 0, count, 0, 0}})
	}
	if few, many := cost(1000), cost(1024); few != many {
		t.Errorf("1000 empty arguments cost %d, 1024 cost %d", few, many)
	}
	if more := cost(1026) - cost(1024); more != 2*4*1000 {
		t.Errorf("two arguments beyond 1024 cost %d", more)
	}
}

func TestAsynchronousCallsPayForTheirNames(t *testing.T) {
	b := newBench(t, nil)
	with := func(id, data, success, failure int64) []call {
		return []call{{"createAsyncCall", []int64{0, id, 64, 96, 0, data, 0, success, 0, failure, 1}}}
	}
	left := func(calls ...call) int64 {
		out := b.call(t, module(t, 1, nil, append(calls, call{"getGasLeft", nil})...), 1<<40)
		if out.Code != vm.OK {
			t.Fatalf("%v %q", out.Code, out.Message)
		}
		return new(big.Int).SetBytes(out.ReturnData[len(out.ReturnData)-1]).Int64()
	}
	base := left(with(0, 0, 0, 0)...)
	// Longer constants make the contract longer; these have one byte each.
	if more := base - left(with(1, 2, 3, 4)...); more != 10*1000 {
		t.Errorf("10 bytes cost %d more, want %d", more, 10*1000)
	}
	if more := left(with(0, 0, 0, 0)...) - left(append(with(0, 0, 0, 0), call{"setAsyncContextCallback", []int64{0, 0, 0, 6}})...); more < 200_000+6*1000 {
		t.Errorf("naming a callback costs %d", more)
	}
	for _, test := range []struct {
		name  string
		gas   uint64
		calls []call
		want  string
	}{
		{"a group that does not exist", plenty, []call{{"setAsyncContextCallback", []int64{0, 1, 0, 1}}}, "execution failed: async context does not exist"},
		{"a negative length", plenty, with(-1, 0, 0, 0), "execution failed: mem load: negative length"},
		{"bad bounds of the group come first", plenty, []call{{"createAsyncCall", []int64{-1, 1, -1, 0, 0, -1, 0, 0, 0, 0, 0}}}, "execution failed: mem load: bad bounds"},
		{"more bytes than gas can pay", 10_000_000_000, with(0, maxI32, 0, 0), "out of gas: not enough gas"},
		{"lengths whose sum leaves 31 bits", 1 << 40, with(maxI32, maxI32, maxI32, maxI32), "out of gas: not enough gas"},
	} {
		if _, got := run(t, b, test.gas, nil, test.calls...); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestBigIntegersHaveACeiling(t *testing.T) {
	const bits = 1 << 24
	one := call{"bigIntSetInt64", []int64{0, 1}}
	top := call{"bigIntShl", []int64{1, 0, bits - 1}} // the greatest power of two
	large := "execution failed: big integer too large"
	b := newBench(t, nil)
	for _, test := range []struct {
		name  string
		calls []call
		want  string
	}{
		{"a number of 2^24 bits", []call{one, top, {"bigIntUnsignedByteLength", []int64{1}}}, "ok 200000"},
		{"shifted one bit further", []call{one, {"bigIntShl", []int64{1, 0, bits}}}, large},
		{"shifted as far as a number says", []call{one, {"bigIntShl", []int64{1, 0, maxI32}}}, large},
		{"zero can be shifted as far as a number says", []call{{"bigIntShl", []int64{1, 0, maxI32}}, {"bigIntSign", []int64{1}}}, "ok -"},
		{"doubled", []call{one, top, {"bigIntAdd", []int64{1, 1, 1}}}, large},
		{"subtracted from its opposite", []call{one, top, {"bigIntNeg", []int64{2, 1}}, {"bigIntSub", []int64{2, 2, 1}}}, large},
		{"squared", []call{one, top, {"bigIntMul", []int64{1, 1, 1}}}, large},
		{"times 1", []call{one, top, {"bigIntMul", []int64{1, 1, 0}}, {"bigIntUnsignedByteLength", []int64{1}}}, "ok 200000"},
		{"times 0", []call{one, top, {"bigIntMul", []int64{1, 1, 5}}, {"bigIntUnsignedByteLength", []int64{1}}}, "ok -"},
		{"the halves of the ceiling multiplied", []call{one, {"bigIntShl", []int64{1, 0, bits / 2}}, {"bigIntMul", []int64{1, 1, 1}}}, large},
		{"negated and inverted", []call{one, top, {"bigIntSub", []int64{2, 1, 0}}, {"bigIntAdd", []int64{1, 1, 2}}, {"bigIntNot", []int64{1, 1}}}, large},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, got := run(t, b, plenty, nil, test.calls...); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBigIntegersTooLongForTheCeilingAreNotRead(t *testing.T) {
	b := newBench(t, nil)
	long := make([]byte, 1<<21+2)
	long[0] = 1
	for _, test := range []struct {
		name, get string
		arg       []byte
		want      vm.ReturnCode
	}{
		{"unsigned", "bigIntGetUnsignedArgument", long, vm.ExecutionFailed},
		{"signed", "bigIntGetSignedArgument", long, vm.ExecutionFailed},
		{"unsigned with zeros in front", "bigIntGetUnsignedArgument", append(make([]byte, 8), long[2:]...), vm.OK},
	} {
		out := b.call(t, module(t, 1, nil, call{test.get, []int64{0, 0}}), plenty, test.arg)
		if out.Code != test.want {
			t.Errorf("%s: %v %q, want %v", test.name, out.Code, out.Message, test.want)
		}
	}
}

func TestWorkOnBigIntegersCostsByTheByte(t *testing.T) {
	free := newBench(t, nil)
	priced := newBench(t, func(s vm.GasSchedule) { s["BigIntAPICost"]["BigIntPerByte"] = 3 })
	prepare := []call{
		{"bigIntSetUnsignedBytes", []int64{0, 0, 1000}},
		{"bigIntSetUnsignedBytes", []int64{1, 0, 64}},
	}
	data := make([]byte, 1000)
	for i := range data {
		data[i] = 0xFF
	}
	for _, test := range []struct {
		name  string
		call  call
		bytes uint64
	}{
		{"a sum", call{"bigIntAdd", []int64{2, 0, 1}}, 1064},
		{"a difference", call{"bigIntSub", []int64{2, 0, 1}}, 1064},
		{"a product", call{"bigIntMul", []int64{2, 0, 1}}, 1064 + 1000},
		{"a quotient", call{"bigIntTDiv", []int64{2, 0, 1}}, 1064 + 936},
		{"a quotient that is 0", call{"bigIntTDiv", []int64{2, 1, 0}}, 1064},
		{"a remainder", call{"bigIntEMod", []int64{2, 0, 1}}, 1064 + 936},
		{"a magnitude", call{"bigIntAbs", []int64{2, 0}}, 1000},
		{"a complement", call{"bigIntNot", []int64{2, 0}}, 1000},
		{"bits", call{"bigIntXor", []int64{2, 0, 1}}, 1064},
		{"a shift to the right", call{"bigIntShr", []int64{2, 0, 80}}, 1000},
		{"a shift to the left", call{"bigIntShl", []int64{2, 0, 80}}, 1010},
		{"a comparison", call{"bigIntCmp", []int64{0, 1}}, 64},
		{"a sign", call{"bigIntSign", []int64{0}}, 0},
		{"a length", call{"bigIntSignedByteLength", []int64{0}}, 0},
	} {
		calls := append(prepare[:2:2], test.call)
		if got := gasOf(t, priced, data, calls...) - gasOf(t, free, data, calls...); got != 3*test.bytes {
			t.Errorf("%s costs %d more, want %d", test.name, got, 3*test.bytes)
		}
	}
	out, text := run(t, priced, 200_000+1_100_000, data, append(prepare, call{"bigIntMul", []int64{2, 0, 0}})...)
	if out.Code != vm.OutOfGas {
		t.Errorf("work that is not paid for ends with %s", text)
	}
}

func TestTokenAliasesDoWhatTheirNewerNamesDo(t *testing.T) {
	b := newBench(t, nil)
	for old, name := range map[string]string{"getESDTValue": "getDCTValue", "getESDTTokenName": "getDCTTokenName"} {
		_, want := run(t, b, plenty, nil, call{name, []int64{0}})
		if _, got := run(t, b, plenty, nil, call{old, []int64{0}}); got != want {
			t.Errorf("%s gives %s, %s gives %s", old, got, name, want)
		}
	}
	set := call{"bigIntSetInt64", []int64{0, 5}}
	for _, name := range []string{"bigIntGetDCTCallValue", "bigIntGetESDTCallValue"} {
		_, got := run(t, b, plenty, nil, set, call{name, []int64{0}}, call{"bigIntGetInt64", []int64{0}})
		if got != "ok 05" {
			t.Errorf("%s without a token: %s, want the number as it was", name, got)
		}
	}
}
