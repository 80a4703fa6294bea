package targets

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// A puppet is a contract that does what its first argument says: a script of
// calls of imports with arbitrary words. The script is in its memory at
// scriptAt:
//
//	length of the calls, 2 bytes little-endian
//	calls: number of the import, modulo their count, 2 bytes, then 8 bytes for
//	each word that it takes
//	anything else, which the words may point at
//
// Results of calls are mixed into a number at resultAt, and so is, after the
// last call, what calls have written to memory: the number is a part of the
// return data. Every exported function does the same. Because calls and words
// are data, the contract is compiled only once.

// Where things are in a puppet's memory of memoryPages pages.
const (
	resultAt    = 0x80
	addressesAt = 0x100 // accountCount of 32 bytes
	amountsAt   = 0x300 // of 32 bytes
	namesAt     = 0x500
	moduleAt    = 0x800  // a small contract
	callsAt     = 0xA00  // data of calls: function@argument…
	scratchAt   = 0x1000 // scratchSlots of scratchSlot bytes
	scriptAt    = 0x4000

	scratchSlots = 32
	scratchSlot  = 64
	memoryPages  = 2
)

// names are what scripts may name: functions, storage keys, built-ins.
var names = []string{"run", "init", "callBack", "upgradeContract", "again", "missing", "a", "b", "DHARITRIx", "builtinFine", "builtinRefused", "builtinFailed", "increment", "get"}

// amounts are what scripts may pay.
func amounts() []*big.Int {
	all := []*big.Int{new(big.Int), big.NewInt(1), big.NewInt(100), big.NewInt(1000), big.NewInt(1001)}
	for _, bits := range []uint{63, 64, 255} {
		all = append(all, new(big.Int).Lsh(big.NewInt(1), bits))
	}
	return all
}

// callData is data of asynchronous calls and transfers.
func callData() []string {
	code := hex.EncodeToString(smallModule())
	return []string{"run", "run@", "again@01", "missing@00", "@", "run@0", "builtinFine@01", "increment", "init@01@02",
		"upgradeContract@" + code + "@0100@01", "upgradeContract@" + code + "@0102"}
}

// smallModule is a contract with init and run that do nothing.
func smallModule() []byte {
	return wasm.Encode(&wasm.Module{
		Types:     []wasm.FuncType{{}},
		Functions: []uint32{0},
		Memory:    &wasm.Limits{Min: 1},
		Bodies:    []wasm.Body{{Code: []byte{byte(wasm.OpEnd)}}},
		Exports: []wasm.Export{{Name: "memory", Kind: wasm.ExportMemory}, {Name: "init"}, {Name: "run"},
			{Name: "callBack"}},
	})
}

// place is where one of several things is in memory.
type place struct{ at, length int32 }

// memoryImage is the first part of a puppet's memory, with the places of names
// and call data.
func memoryImage() (image []byte, namePlaces, callPlaces []place) {
	image = make([]byte, scratchAt)
	for i := range accountCount {
		a := address(i)
		copy(image[addressesAt+32*i:], a[:])
	}
	for i, n := range amounts() {
		n.FillBytes(image[amountsAt+32*i : amountsAt+32*i+32])
	}
	put := func(at int, texts []string) (places []place) {
		for _, text := range texts {
			places = append(places, place{int32(at), int32(len(text))})
			at += copy(image[at:], text)
		}
		return places
	}
	namePlaces = put(namesAt, names)
	put(moduleAt, []string{string(smallModule())})
	callPlaces = put(callsAt, callData())
	return image, namePlaces, callPlaces
}

// puppet makes the contract.
func puppet(rows []host.Import) []byte {
	m := &wasm.Module{Memory: &wasm.Limits{Min: memoryPages, Max: memoryPages + 4, HasMax: true}, Types: []wasm.FuncType{{}}}
	typ := func(t wasm.FuncType) uint32 {
		for i := range m.Types {
			if m.Types[i].Equal(t) {
				return uint32(i)
			}
		}
		m.Types = append(m.Types, t)
		return uint32(len(m.Types) - 1)
	}
	index := make(map[string]uint32)
	for i := range rows {
		index[rows[i].Module+"."+rows[i].Name] = uint32(i)
		m.Imports = append(m.Imports, wasm.Import{Module: rows[i].Module, Name: rows[i].Name, Type: typ(rowType(&rows[i]))})
	}
	step := typ(wasm.FuncType{Params: []wasm.ValueType{wasm.I32}, Results: []wasm.ValueType{wasm.I32}})
	n := uint32(len(rows))
	table := wasm.Element{Offset: constantI32(0)}
	for i := range rows {
		m.Functions = append(m.Functions, step)
		m.Bodies = append(m.Bodies, stepBody(uint32(i), rowType(&rows[i])))
		table.Functions = append(table.Functions, n+uint32(i))
	}
	m.Table = &wasm.Limits{Min: n}
	m.Elements = []wasm.Element{table}
	m.Functions = append(m.Functions, 0)
	m.Bodies = append(m.Bodies, runBody(index["env.getArgument"], index["env.finish"], step, n))
	for _, name := range []string{"run", "init", "callBack", "again"} {
		m.Exports = append(m.Exports, wasm.Export{Name: name, Index: 2 * n})
	}
	m.Exports = append(m.Exports, wasm.Export{Name: "memory", Kind: wasm.ExportMemory})
	image, _, _ := memoryImage()
	m.Segments = []wasm.DataSegment{{Offset: constantI32(0), Init: bytes.TrimRight(image, "\x00")}}
	return wasm.Encode(m)
}

func constantI32(v int64) []byte {
	return append(wasm.AppendSigned([]byte{byte(wasm.OpI32Const)}, v), byte(wasm.OpEnd))
}

// stepBody makes the call at the address that it is given, and gives the
// address of the next one.
func stepBody(imported uint32, t wasm.FuncType) wasm.Body {
	c := new(code)
	if len(t.Results) > 0 {
		c.number(wasm.OpI32Const, resultAt)
	}
	for i, p := range t.Params {
		c.index(wasm.OpLocalGet, 0)
		load := wasm.OpI32Load
		if p == wasm.I64 {
			load = wasm.OpI64Load
		}
		c.memory(load, uint64(2+8*i))
	}
	c.index(wasm.OpCall, imported)
	if len(t.Results) > 0 {
		if t.Results[0] == wasm.I32 {
			c.op(wasm.OpI64ExtendI32U)
		}
		c.mix()
	}
	c.index(wasm.OpLocalGet, 0)
	c.number(wasm.OpI32Const, int64(2+8*len(t.Params)))
	c.op(wasm.OpI32Add, wasm.OpEnd)
	return wasm.Body{Code: c.bytes}
}

// runBody loads the script, makes its calls and gives what came of them.
func runBody(getArgument, finish, step, imports uint32) wasm.Body {
	const at, end = 0, 1 // locals
	c := new(code)
	c.number(wasm.OpI32Const, 0) // no calls, if there is no script
	c.number(wasm.OpI32Const, 0)
	c.memory(wasm.OpI32Store16, scriptAt)
	c.number(wasm.OpI32Const, 0)
	c.number(wasm.OpI32Const, scriptAt)
	c.index(wasm.OpCall, getArgument)
	c.op(wasm.OpDrop)
	c.number(wasm.OpI32Const, scriptAt+2)
	c.index(wasm.OpLocalTee, at)
	c.number(wasm.OpI32Const, 0)
	c.memory(wasm.OpI32Load16U, scriptAt)
	c.op(wasm.OpI32Add)
	c.index(wasm.OpLocalSet, end)
	c.loop(at, end, func() {
		c.index(wasm.OpLocalGet, at)
		c.index(wasm.OpLocalGet, at)
		c.memory(wasm.OpI32Load16U, 0)
		c.number(wasm.OpI32Const, int64(imports))
		c.op(wasm.OpI32RemU)
		c.index(wasm.OpCallIndirect, step)
		c.bytes = append(c.bytes, 0)
		c.index(wasm.OpLocalSet, at)
	})
	c.number(wasm.OpI32Const, scratchAt)
	c.index(wasm.OpLocalSet, at)
	c.number(wasm.OpI32Const, scratchAt+scratchSlots*scratchSlot)
	c.index(wasm.OpLocalSet, end)
	c.loop(at, end, func() {
		c.number(wasm.OpI32Const, resultAt)
		c.index(wasm.OpLocalGet, at)
		c.memory(wasm.OpI64Load, 0)
		c.mix()
		c.index(wasm.OpLocalGet, at)
		c.number(wasm.OpI32Const, scratchSlot)
		c.op(wasm.OpI32Add)
		c.index(wasm.OpLocalSet, at)
	})
	c.number(wasm.OpI32Const, resultAt)
	c.number(wasm.OpI32Const, 8)
	c.index(wasm.OpCall, finish)
	c.op(wasm.OpEnd)
	return wasm.Body{Locals: []wasm.LocalRun{{Count: 2, Type: wasm.I32}}, Code: c.bytes}
}

// code is a sequence of instructions.
type code struct{ bytes []byte }

func (c *code) op(ops ...wasm.Opcode) {
	for _, op := range ops {
		c.bytes = append(c.bytes, byte(op))
	}
}

func (c *code) index(op wasm.Opcode, i uint32) {
	c.bytes = wasm.AppendUnsigned(append(c.bytes, byte(op)), uint64(i))
}

// memory appends a load or store without an alignment.
func (c *code) memory(op wasm.Opcode, offset uint64) {
	c.bytes = wasm.AppendUnsigned(append(c.bytes, byte(op), 0), offset)
}

// mix takes resultAt and an i64 from the stack and mixes the number into the
// one at resultAt.
func (c *code) mix() {
	c.number(wasm.OpI32Const, resultAt)
	c.memory(wasm.OpI64Load, 0)
	c.number(wasm.OpI64Const, 0x100000001B3)
	c.op(wasm.OpI64Mul, wasm.OpI64Xor)
	c.memory(wasm.OpI64Store, 0)
}

// loop appends body while the first local is less than the second.
func (c *code) loop(at, end uint32, body func()) {
	c.bytes = append(c.bytes, byte(wasm.OpLoop), wasm.NoResult)
	c.index(wasm.OpLocalGet, at)
	c.index(wasm.OpLocalGet, end)
	c.op(wasm.OpI32LtU)
	c.bytes = append(c.bytes, byte(wasm.OpIf), wasm.NoResult)
	body()
	c.index(wasm.OpBr, 1)
	c.op(wasm.OpEnd, wasm.OpEnd)
}

func (c *code) number(op wasm.Opcode, v int64) {
	c.bytes = wasm.AppendSigned(append(c.bytes, byte(op)), v)
}

// appendScript puts a script together: words marked as relative are offsets
// into data, which comes behind the calls.
func appendScript(b []byte, calls []scriptCall, data []byte) []byte {
	size := 0
	for i := range calls {
		size += 2 + 8*len(calls[i].words)
	}
	size = min(size, 0xFFFF)
	dataAt := uint64(scriptAt + 2 + size)
	b = binary.LittleEndian.AppendUint16(b, uint16(size))
	for i := range calls {
		b = binary.LittleEndian.AppendUint16(b, calls[i].row)
		for _, w := range calls[i].words {
			v := w.value
			if w.relative {
				v += dataAt
			}
			b = binary.LittleEndian.AppendUint64(b, v)
		}
	}
	return append(b, data...)
}

type scriptCall struct {
	row   uint16
	words []word
}

type word struct {
	value    uint64
	relative bool
}
