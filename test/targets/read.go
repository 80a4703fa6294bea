package targets

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/test/differential"
)

// Reader tries reading and checking modules: whatever the bytes are, they end
// in a module or in a refusal that says where, memory stays within memoryBase
// and memoryPerByte, and a module that is accepted survives being written.
type Reader struct {
	// Parse and Check are what is tried. Another function than wasm.Parse or
	// wasm.Check is a planted defect.
	Parse func([]byte) (*wasm.Module, error)
	Check func(*wasm.Module, wasm.Resolver) error

	mutator *mutator
	offers  map[string]wasm.FuncType
	memory
}

// NewReader makes a reader of changed seeds.
func NewReader(seeds [][]byte) *Reader {
	return &Reader{Parse: wasm.Parse, Check: wasm.Check, mutator: newMutator(seeds, 1<<20), offers: offers(imports.All())}
}

// offers gives the types of all imports, and of the functions of the core test
// suite, so that its modules get past their imports.
func offers(rows []host.Import) map[string]wasm.FuncType {
	all := make(map[string]wasm.FuncType)
	for i := range rows {
		all[rows[i].Module+"."+rows[i].Name] = rowType(&rows[i])
	}
	for _, f := range suiteFunctions() {
		all[f.Module+"."+f.Name] = f.Type
	}
	return all
}

func rowType(row *host.Import) (t wasm.FuncType) {
	for _, p := range row.Params {
		t.Params = append(t.Params, p.Words...)
	}
	if row.Result.Type != 0 {
		t.Results = []wasm.ValueType{row.Result.Type}
	}
	return t
}

// suiteFunctions are those that modules of the core test suite import.
func suiteFunctions() []differential.Function {
	return []differential.Function{
		{Module: "spectest", Name: "print"},
		{Module: "spectest", Name: "print_i32", Type: wasm.FuncType{Params: []wasm.ValueType{wasm.I32}}},
	}
}

func (r *Reader) resolve(module, name string) (wasm.FuncType, bool) {
	t, ok := r.offers[module+"."+name]
	return t, ok
}

// Make implements Target.
func (r *Reader) Make(random *rand.Rand) []byte { return r.mutator.mutate(random) }

// Try implements Target. Which modules are written follows from their bytes
// alone: what was found once is found again, whoever tries it.
func (r *Reader) Try(input []byte, _ *rand.Rand) (int, error) {
	m, err := r.read(input)
	switch {
	case err != nil:
		err = sound(err, input)
	case crc32.ChecksumIEEE(input)%4 == 0:
		err = r.survives(m)
	}
	if err != nil {
		return 1, err
	}
	return 1, r.measure(input, func(code []byte) { _, _ = r.read(code) })
}

// Close implements Target.
func (r *Reader) Close() error { return nil }

func (r *Reader) read(code []byte) (*wasm.Module, error) {
	m, err := r.Parse(code)
	if err != nil {
		return nil, err
	}
	return m, r.Check(m, r.resolve)
}

// sound says what is wrong with a refusal.
func sound(err error, code []byte) error {
	refusal, ok := err.(*wasm.Error)
	switch {
	case !ok:
		return fmt.Errorf("an error that is no refusal: %w", err)
	case refusal.Reason == "":
		return errors.New("a refusal without a reason")
	case refusal.Offset < 0 || refusal.Offset > len(code):
		return fmt.Errorf("a refusal at %d of %d bytes", refusal.Offset, len(code))
	case refusal.Function < -1 || len(refusal.Reason) > 1000:
		return fmt.Errorf("an odd refusal: %w", err)
	}
	return nil
}

// survives says whether a module that was accepted can be written and is the
// same when it is read again.
func (r *Reader) survives(m *wasm.Module) error {
	once := wasm.Encode(m)
	again, err := r.read(once)
	if err != nil {
		return fmt.Errorf("accepted, but refused when it was written again: %w", err)
	}
	if !bytes.Equal(once, wasm.Encode(again)) {
		return errors.New("not the same after it was written and read")
	}
	return nil
}

// The promise about memory: a few bytes cannot claim much.
const (
	memoryBase    = 8 << 20
	memoryPerByte = 64
)

// batch is how many inputs are measured together: measuring takes longer than
// reading.
const batch = 64

// memory watches what is allocated for inputs.
type memory struct {
	alone  bool          // measure each input, so that none stands for another
	inputs [batch][]byte // of the batch at hand, reused
	count  int
	before uint64
	sample []metrics.Sample
}

// measure notes an input, and looks from time to time how much was allocated.
// If that is more than memoryBase for all of the batch, or not known because it
// is the first one, each input is tried again and measured alone.
func (a *memory) measure(input []byte, again func([]byte)) error {
	a.inputs[a.count] = append(a.inputs[a.count][:0], input...)
	if a.count++; a.count < batch && !a.alone {
		return nil
	}
	count := a.count
	a.count = 0
	before := a.before
	a.before = a.allocated()
	if before != 0 && a.before-before < memoryBase {
		return nil
	}
	for _, input := range a.inputs[:count] {
		if err := within(input, again); err != nil {
			return &Found{Input: bytes.Clone(input), Err: err}
		}
	}
	a.before = a.allocated()
	return nil
}

// allocated is what was allocated in all, in bytes.
func (a *memory) allocated() uint64 {
	if a.sample == nil {
		a.sample = []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	}
	metrics.Read(a.sample)
	return a.sample[0].Value.Uint64()
}

// within measures one input.
func within(input []byte, try func([]byte)) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	try(input)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > memoryBase+memoryPerByte*uint64(len(input)) {
		return fmt.Errorf("%d bytes were allocated for %d", n, len(input))
	}
	return nil
}
