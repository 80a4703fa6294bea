// Package examine says all there is to say about the code of a contract before
// it is deployed: whether Core accepts it, and if not every reason; what it
// imports and at which prices; what it exports; what its parts weigh; what
// deploying it costs at least.
//
// It is a tool, not a part of Core, and runs nothing of the code. Its verdict is
// that of a deployment.
package examine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Report is what was found.
type Report struct {
	Valid  bool    `json:"valid"`
	Faults []Fault `json:"faults"` // empty exactly if Valid

	Size     int       `json:"size"` // in bytes
	Sections []Section `json:"sections"`

	// The rest is there if the module could be read at all.
	Imports   []Import `json:"imports"`
	Exports   []Export `json:"exports"`
	Functions int      `json:"functions"` // without imported ones
	Memory    int      `json:"memoryPages"`
	Work      uint64   `json:"compileWork"` // see wasm.Work; 0 if it is not valid
	MaxWork   uint64   `json:"compileWorkLimit"`

	// Deploy is what a deployment costs before init runs: making the contract,
	// its bytes, compiling, memory.
	Deploy uint64 `json:"deployGas"`

	read bool // the module could be read
}

// A Fault is a reason why Core refuses the code.
type Fault struct {
	Where  string `json:"where,omitempty"` // "code section, function 3 (transfer), offset 0x1f"
	Reason string `json:"reason"`
}

// A Section is a part of the module.
type Section struct {
	Name   string `json:"name"`
	Custom bool   `json:"custom,omitempty"` // has no meaning for an execution
	Size   int    `json:"size"`             // of its content, in bytes
}

// An Import is a function that the code imports.
type Import struct {
	Module string `json:"module"`
	Name   string `json:"name"`
	Known  bool   `json:"known"` // Core offers it, with the same type
	Price  uint64 `json:"price"` // of a call, before what depends on sizes
	Doc    string `json:"doc,omitempty"`
}

// An Export is something that the code exports.
type Export struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // "function", "memory", "table", "global"
}

// An Examiner examines code. It is made for one configuration.
type Examiner struct {
	vm       *host.VM
	schedule *gas.Schedule
	rows     map[name]*host.Import
}

type name struct{ module, name string }

// New makes an examiner. It has to be closed.
func New(config vm.Config) (*Examiner, error) {
	schedule, err := gas.New(config.GasSchedule)
	if err != nil {
		return nil, err
	}
	rows := imports.All()
	v, err := host.New(nil, config, schedule, rows)
	if err != nil {
		return nil, err
	}
	e := &Examiner{vm: v, schedule: schedule, rows: make(map[name]*host.Import)}
	for i := range rows {
		if rows[i].Module == "env" || slices.Contains(config.Features, rows[i].Module) {
			e.rows[name{rows[i].Module, rows[i].Name}] = &rows[i]
		}
	}
	return e, nil
}

// Close frees the examiner.
func (e *Examiner) Close() error { return e.vm.Close() }

// Examine examines code.
func (e *Examiner) Examine(code []byte) *Report {
	r := &Report{Size: len(code), MaxWork: wasm.MaxWork, Faults: []Fault{}, Sections: []Section{}, Imports: []Import{}, Exports: []Export{}}
	for _, s := range wasm.Sections(code) {
		r.Sections = append(r.Sections, Section{s.Name, s.Custom, s.Size})
	}
	m, err := wasm.Parse(code)
	var refusal *wasm.Error
	if errors.As(err, &refusal) {
		r.fault(refusal, nil)
		return r
	}
	r.read = true
	r.Functions = len(m.Functions)
	if m.Memory != nil {
		r.Memory = int(m.Memory.Min)
	}
	e.imports(r, m)
	faults := wasm.Faults(m, e.offer)
	for _, f := range faults {
		r.fault(f, m)
	}
	e.exports(r, m, len(faults) == 0)
	if len(faults) == 0 {
		r.Work = wasm.Work(m)
	}
	r.Valid = len(r.Faults) == 0
	r.Deploy = e.deploy(r)
	return r
}

// fault notes a fault of the module; m may be nil.
func (r *Report) fault(f *wasm.Error, m *wasm.Module) {
	where := fmt.Sprintf("offset 0x%x", f.Offset)
	if f.Function >= 0 {
		function := fmt.Sprintf("function %d", f.Function)
		if m != nil && m.FunctionNames[uint32(f.Function)] != "" {
			function += fmt.Sprintf(" (%s)", m.FunctionNames[uint32(f.Function)])
		}
		where = function + ", " + where
	}
	if f.Section != "" {
		where = f.Section + " section, " + where
	}
	r.Faults = append(r.Faults, Fault{where, f.Reason})
}

// offer resolves an import.
func (e *Examiner) offer(module, function string) (wasm.FuncType, bool) {
	row, ok := e.rows[name{module, function}]
	if !ok {
		return wasm.FuncType{}, false
	}
	return row.FuncType(), true
}

func (e *Examiner) imports(r *Report, m *wasm.Module) {
	for _, im := range m.Imports {
		i := Import{Module: im.Module, Name: im.Name}
		if row, ok := e.rows[name{im.Module, im.Name}]; ok && int(im.Type) < len(m.Types) && row.FuncType().Equal(m.Types[im.Type]) {
			i.Known, i.Doc = true, row.Doc
			i.Price = e.price(row)
		}
		r.Imports = append(r.Imports, i)
	}
}

// price is what a call of a host function costs, before what depends on sizes.
func (e *Examiner) price(row *host.Import) uint64 {
	if row.Price == "" {
		return 0
	}
	section, key, _ := strings.Cut(row.Price, ".")
	price, err := e.schedule.Price(section, key)
	if err != nil {
		panic(err) // host.New has looked it up
	}
	return price
}

// exports lists exports and, if the module is sound, checks what only contracts
// must obey.
func (e *Examiner) exports(r *Report, m *wasm.Module, sound bool) {
	memory := false
	for _, x := range m.Exports {
		kind := [...]string{"function", "table", "memory", "global"}[x.Kind]
		r.Exports = append(r.Exports, Export{x.Name, kind})
		memory = memory || x.Kind == wasm.ExportMemory
		if !sound || x.Kind != wasm.ExportFunction {
			continue
		}
		if reason := e.vm.ExportFault(x.Name, m.FunctionType(x.Index)); reason != "" {
			r.Faults = append(r.Faults, Fault{fmt.Sprintf("export %q", x.Name), "a contract must not export this function: " + reason})
		}
	}
	if sound && !memory {
		r.Faults = append(r.Faults, Fault{"", "a contract must export a memory"})
	}
}

// deploy is the cost of a deployment before init runs.
func (e *Examiner) deploy(r *Report) uint64 {
	s := e.schedule
	cost := gas.Add(s.CreateContract, gas.Mul(s.CompilePerByte, int64(r.Size)))
	cost = gas.Add(cost, gas.Mul(s.CompilePerWork, int64(r.Work)))
	return gas.Add(cost, gas.Mul(s.MemoryPerPage, int64(r.Memory)))
}
