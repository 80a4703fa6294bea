package gas

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func named(t *testing.T, name string) vm.GasSchedule {
	t.Helper()
	s, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryNamedScheduleIsComplete(t *testing.T) {
	for _, name := range []string{"core", "v1", "v3", "opcodes"} {
		s, err := New(named(t, name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, key := range Keys() {
			section, k, _ := strings.Cut(key, ".")
			if price, err := s.Price(section, k); err != nil || price == 0 {
				t.Errorf("%s: %s costs %d, %v", name, key, price, err)
			}
		}
	}
	if _, err := Named("v2"); err == nil {
		t.Error("there is a schedule v2")
	}
	if s, err := File("gasScheduleV3"); err != nil || s["BaseOperationCost"]["StorePerByte"] != 1 {
		t.Errorf("gasScheduleV3: %v, %v", s, err)
	}
	if _, err := File("v3"); err == nil {
		t.Error("there is a file v3")
	}
}

// A schedule that says how long gas lasts also prices what is free elsewhere.
func TestTheCalibratedScheduleLeavesNothingFree(t *testing.T) {
	schedule := named(t, "core")
	s, err := New(schedule)
	if err != nil {
		t.Fatal(err)
	}
	for name, price := range map[string]uint64{"BigIntPerByte": s.BigIntPerByte, "CompilePerWork": s.CompilePerWork,
		"MemoryPerPage": s.MemoryPerPage, "MemoryCopyPerByte": s.MemoryCopyPerByte} {
		if price == 0 {
			t.Errorf("%s is free", name)
		}
	}
	if worst := schedule["Calibration"]["WorstNanosecondsPerGas"]; worst != 1 {
		t.Errorf("a unit of gas lasts %d ns", worst)
	}
}

func TestKeysAreThoseOfTheSixSections(t *testing.T) {
	count := map[string]int{}
	var sections []string
	for _, key := range Keys() {
		section, _, ok := strings.Cut(key, ".")
		if !ok {
			t.Fatalf("%q has no section", key)
		}
		if count[section]++; count[section] == 1 {
			sections = append(sections, section)
		}
	}
	want := "BaseOperationCost DharitriAPICost BigIntAPICost EthAPICost CryptoAPICost WASMOpcodeCost"
	if got := strings.Join(sections, " "); got != want {
		t.Errorf("sections %s, want %s", got, want)
	}
	for i, n := range []int{5, 38, 35, 33, 6, 449} {
		if got := count[sections[i]]; got != n {
			t.Errorf("%s has %d keys, want %d", sections[i], got, n)
		}
	}
}

func TestTheFirstMissingKeyIsNamed(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(s vm.GasSchedule)
		want  string
	}{
		{"an empty schedule lacks the first key of the list", func(s vm.GasSchedule) { clear(s) }, "StorePerByte"},
		{"a missing section lacks its first key", func(s vm.GasSchedule) { delete(s, "EthAPICost") }, "UseGas"},
		{"a zero price is missing", func(s vm.GasSchedule) { s["CryptoAPICost"]["Ripemd160"] = 0 }, "Ripemd160"},
		{"sections are checked in their order, big integers before ethereum", func(s vm.GasSchedule) {
			delete(s, "EthAPICost")
			delete(s["BigIntAPICost"], "BigIntAdd")
		}, "BigIntAdd"},
		{"keys are checked in their order", func(s vm.GasSchedule) {
			delete(s["DharitriAPICost"], "GetReturnDataSize")
			delete(s["DharitriAPICost"], "Finish")
		}, "Finish"},
		{"an opcode price counts by its low 32 bits", func(s vm.GasSchedule) { s["WASMOpcodeCost"]["I32Add"] = 1 << 32 }, "I32Add"},
		{"the unmetered locals come last", func(s vm.GasSchedule) { delete(s["WASMOpcodeCost"], "LocalsUnmetered") }, "LocalsUnmetered"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := named(t, "v3")
			test.spoil(s)
			_, err := New(s)
			want := "Gas cost for operation " + test.want + " has been set to 0 or is not set."
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if m := (*MissingError)(nil); !errors.As(err, &m) || m.Key != test.want {
				t.Errorf("%v is not a *MissingError of %s", err, test.want)
			}
		})
	}
}

func TestNamesAreFoundWhateverTheirCase(t *testing.T) {
	s := named(t, "v1")
	crypto := s["CryptoAPICost"]
	delete(s, "CryptoAPICost")
	s["cryptoapicost"] = crypto
	delete(crypto, "SHA256")
	crypto["sha256"] = 7
	crypto["Sha256"] = 6 // before "sha256" in byte order
	s["BaseOperationCost"]["STOREPERBYTE"] = 1
	got, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	if price, err := got.Price("CryptoAPICost", "SHA256"); err != nil || price != 6 {
		t.Errorf("SHA256 costs %d, %v, want 6", price, err)
	}
	if got.StorePerByte != 50000 {
		t.Errorf("StorePerByte is %d: the exact spelling does not count", got.StorePerByte)
	}
}

func TestPrices(t *testing.T) {
	s, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		got, want uint64
	}{
		{"StorePerByte", s.StorePerByte, 50000},
		{"ReleasePerByte", s.ReleasePerByte, 10000},
		{"DataCopyPerByte", s.DataCopyPerByte, 1000},
		{"PersistPerByte", s.PersistPerByte, 10000},
		{"CompilePerByte", s.CompilePerByte, 200},
		{"AsyncCallStep", s.AsyncCallStep, 200000},
		{"AsyncCallbackGasLock", s.AsyncCallbackGasLock, 2000000},
		{"CreateContract", s.CreateContract, 300000},
		{"BlockTimestamp", s.BlockTimestamp, 1000},
		{"BigIntPerByte", s.BigIntPerByte, 0},
		{"MemoryCopyPerByte", s.MemoryCopyPerByte, 0},
	} {
		if test.got != test.want {
			t.Errorf("%s is %d, want %d", test.name, test.got, test.want)
		}
	}
	if price, err := s.Opcode("I32DivS"); err != nil || price != 18 {
		t.Errorf("I32DivS costs %d, %v", price, err)
	}
	if _, err := s.Opcode("I32Foo"); err == nil {
		t.Error("I32Foo has a price")
	}
	if _, err := s.Price("BuiltInCost", "ClaimDeveloperRewards"); err == nil {
		t.Error("a price of the node is a price of the VM")
	}
}

func TestOpcodePricesKeepTheirLow32Bits(t *testing.T) {
	s := named(t, "v1")
	s["WASMOpcodeCost"]["I32Add"] = 5<<32 | 17
	got, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	if price, err := got.Opcode("I32Add"); err != nil || price != 17 {
		t.Errorf("I32Add costs %d, %v, want 17", price, err)
	}
}

func TestHashIsThatOfThePrices(t *testing.T) {
	hash := func(change func(s vm.GasSchedule)) vm.Hash {
		s := named(t, "v1")
		change(s)
		got, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		return got.Hash()
	}
	base := hash(func(vm.GasSchedule) {})
	for _, test := range []struct {
		name   string
		change func(s vm.GasSchedule)
		same   bool
	}{
		{"unknown keys do not count", func(s vm.GasSchedule) { s["Other"] = map[string]uint64{"X": 1} }, true},
		{"high bits of an opcode price do not count", func(s vm.GasSchedule) { s["WASMOpcodeCost"]["I32Add"] |= 1 << 40 }, true},
		{"a price counts", func(s vm.GasSchedule) { s["CryptoAPICost"]["SHA256"]++ }, false},
		{"an optional price counts", func(s vm.GasSchedule) { s["BigIntAPICost"]["BigIntPerByte"] = 1 }, false},
		{"the other optional price counts", func(s vm.GasSchedule) { s["BaseOperationCost"]["MemoryCopyPerByte"] = 1 }, false},
	} {
		if got := hash(test.change) == base; got != test.same {
			t.Errorf("%s: same hash is %v", test.name, got)
		}
	}
}

func TestParse(t *testing.T) {
	got, err := Parse([]byte("[A]\nb = 3\n[C]\n"))
	if err != nil || got["A"]["b"] != 3 {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"[A]\nb = -1", "[A]\nb = \"1\"", "[A]\nb = 1.5", "[A", "a = 1", "[A]\nb = 18446744073709551616"} {
		if got, err := Parse([]byte(text)); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func TestSumsAndProductsSaturate(t *testing.T) {
	const top = math.MaxUint64
	for _, test := range []struct {
		price uint64
		units int64
		want  uint64
	}{
		{3, 4, 12}, {3, 0, 0}, {3, -1, 0}, {top, math.MinInt64, 0}, {0, 9, 0},
		{top, 1, top}, {top, 2, top}, {1 << 33, 1 << 30, 1 << 63}, {1 << 33, 1 << 31, top}, {2, math.MaxInt64, top - 1},
	} {
		if got := Mul(test.price, test.units); got != test.want {
			t.Errorf("Mul(%d, %d) = %d, want %d", test.price, test.units, got, test.want)
		}
	}
	for _, test := range [][3]uint64{{1, 2, 3}, {top, 0, top}, {top, 1, top}, {top - 1, 1, top}, {top, top, top}} {
		if got := Add(test[0], test[1]); got != test[2] {
			t.Errorf("Add(%d, %d) = %d, want %d", test[0], test[1], got, test[2])
		}
	}
}
