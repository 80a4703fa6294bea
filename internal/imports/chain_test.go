package imports_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chain is a chain of few accounts, kept in maps.
type chain struct {
	code    map[vm.Address][]byte
	storage map[vm.Address]map[string][]byte
	asked   int // storage questions

	codeAsked int
}

func (c *chain) BlockFacts() (vm.BlockFacts, error) {
	return vm.BlockFacts{
		Current:       vm.Block{Nonce: 7, Round: 8, Timestamp: 1000, Epoch: 1, RandomSeed: []byte{1}},
		Last:          vm.Block{Nonce: 6, Round: 7, Timestamp: 900, Epoch: 1, RandomSeed: []byte{2}},
		StateRootHash: []byte{3},
	}, nil
}

func (c *chain) BlockHash(nonce uint64) ([]byte, error) {
	if nonce > 6 {
		return nil, &vm.Refusal{Text: "unknown block"}
	}
	return []byte{0xb0, byte(nonce)}, nil
}

func (c *chain) Account(a vm.Address) (*vm.Account, error) {
	account := &vm.Account{Balance: big.NewInt(1_000_000), Owner: owner[:]}
	if code, ok := c.code[a]; ok {
		account.CodeHash = sha256.Sum256(code)
		account.CodeMetadata = []byte{vm.MetadataReadable, vm.MetadataPayable}
	}
	return account, nil
}

func (c *chain) Code(a vm.Address, _ vm.Hash) ([]byte, error) {
	c.codeAsked++
	return c.code[a], nil
}

func (c *chain) Storage(a vm.Address, key []byte) ([]byte, error) {
	c.asked++
	return c.storage[a][string(key)], nil
}

func (c *chain) NewAddress(creator vm.Address, nonce uint64, _ []byte) (vm.Address, error) {
	return vm.Address(sha256.Sum256(binary.LittleEndian.AppendUint64(creator[:], nonce))), nil
}

func (c *chain) ShardOfAddress(vm.Address) (uint32, error)  { return 0, nil }
func (c *chain) IsSmartContract(a vm.Address) (bool, error) { _, ok := c.code[a]; return ok, nil }
func (c *chain) IsPayable(vm.Address) (bool, error)         { return true, nil }
func (c *chain) ProcessBuiltinFunction(*vm.CallInput) (*vm.Output, error) {
	return nil, &vm.Refusal{Text: "no such function"}
}

var (
	alice    = vm.Address{0: 'a'}
	owner    = vm.Address{0: 'o'}
	contract = vm.Address{0: 'c'}
)

// A call is one call of an import with constant words. Its result, if there is
// one, is finished as a signed number.
type call struct {
	name  string // of a function of module env, or "ethereum.name"
	words []int64
}

// A builder makes contracts that call imports.
type builder struct {
	t    testing.TB
	m    *wasm.Module
	rows []host.Import
}

// function gives the index and the row of an import, adding it if needed.
func (b *builder) function(name string) (uint64, host.Import) {
	from, bare, ok := strings.Cut(name, ".")
	if !ok {
		from, bare = "env", name
	}
	i := slices.IndexFunc(b.rows, func(r host.Import) bool { return r.Module == from && r.Name == bare })
	if i < 0 {
		b.t.Fatalf("there is no import %s", name)
	}
	row := b.rows[i]
	for j, imported := range b.m.Imports {
		if imported.Module == from && imported.Name == bare {
			return uint64(j), row
		}
	}
	var ft wasm.FuncType
	for _, p := range row.Params {
		ft.Params = append(ft.Params, p.Words...)
	}
	if row.Result.Type != 0 {
		ft.Results = []wasm.ValueType{row.Result.Type}
	}
	b.m.Types = append(b.m.Types, ft)
	b.m.Imports = append(b.m.Imports, wasm.Import{Module: from, Name: bare, Type: uint32(len(b.m.Types) - 1)})
	return uint64(len(b.m.Imports)) - 1, row
}

// appendCall appends a call and what happens to its result.
func (b *builder) appendCall(code []byte, c call, keep bool) []byte {
	index, row := b.function(c.name)
	words := c.words
	for _, p := range row.Params {
		for _, w := range p.Words {
			if len(words) == 0 {
				b.t.Fatalf("%s takes more than %d words", c.name, len(c.words))
			}
			if w == wasm.I32 {
				code = appendLEB(append(code, 0x41), int64(int32(words[0])))
			} else {
				code = appendLEB(append(code, 0x42), words[0])
			}
			words = words[1:]
		}
	}
	if len(words) > 0 {
		b.t.Fatalf("%s takes fewer than %d words", c.name, len(c.words))
	}
	code = binary.AppendUvarint(append(code, 0x10), index)
	switch {
	case row.Result.Type == 0:
		return code
	case !keep:
		return append(code, 0x1A) // drop
	case row.Result.Type == wasm.I32:
		code = append(code, 0xAC) // i64.extend_i32_s
	}
	finish, _ := b.function("smallIntFinishSigned")
	return binary.AppendUvarint(append(code, 0x10), finish)
}

// module builds a contract whose function "go" makes calls one after the
// other, times times. Its memory of one page begins with data. If times is 1,
// results are finished.
func module(t testing.TB, times int64, data []byte, calls ...call) []byte {
	t.Helper()
	m := &wasm.Module{Memory: &wasm.Limits{Min: 1}}
	b := &builder{t: t, m: m, rows: imports.All()}

	code := append(appendLEB([]byte{0x42}, times), 0x21, 0) // local 0 = times
	code = append(code, 0x03, 0x40)                         // loop
	for _, c := range calls {
		code = b.appendCall(code, c, times == 1)
	}
	code = append(code, 0x20, 0, 0x42, 1, 0x7D, 0x22, 0) // local 0 -= 1
	code = append(code, 0x42, 0, 0x52, 0x0D, 0)          // again unless it is 0
	code = append(code, 0x0B, 0x0B)

	m.Types = append(m.Types, wasm.FuncType{})
	m.Functions = []uint32{uint32(len(m.Types) - 1)}
	m.Bodies = []wasm.Body{{Locals: []wasm.LocalRun{{Count: 1, Type: wasm.I64}}, Code: code}}
	m.Exports = []wasm.Export{
		{Name: "go", Kind: wasm.ExportFunction, Index: uint32(len(m.Imports))},
		{Name: "memory", Kind: wasm.ExportMemory},
	}
	m.Segments = []wasm.DataSegment{{Offset: []byte{0x41, 0, 0x0B}, Init: data}}
	return wasm.Encode(m)
}

// appendLEB appends a signed LEB128 number.
func appendLEB(b []byte, v int64) []byte {
	for {
		c := byte(v & 0x7F)
		v >>= 7
		if v == 0 && c < 0x40 || v == -1 && c >= 0x40 {
			return append(b, c)
		}
		b = append(b, c|0x80)
	}
}

// A bench runs contracts on a chain of their own.
type bench struct {
	chain    *chain
	executor *inprocess.Executor
	prices   *gas.Schedule
}

func newBench(t testing.TB, change func(vm.GasSchedule)) *bench {
	t.Helper()
	schedule, err := gas.Named("v1")
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(schedule)
	}
	b := &bench{chain: &chain{code: map[vm.Address][]byte{}, storage: map[vm.Address]map[string][]byte{}}}
	b.executor, err = inprocess.New(b.chain, vm.Config{GasSchedule: schedule, Features: []string{vm.FeatureEthereum}, VMType: [2]byte{5, 0}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.executor.Close(); err != nil {
			t.Error(err)
		}
	})
	if b.prices, err = gas.New(schedule); err != nil {
		t.Fatal(err)
	}
	return b
}

// call runs the function "go" of code.
func (b *bench) call(t testing.TB, code []byte, gasProvided uint64, args ...[]byte) *vm.Output {
	t.Helper()
	b.chain.code[contract] = code
	out, err := b.executor.Call(t.Context(), &vm.CallInput{
		Input: vm.Input{
			Caller: alice, Arguments: args, Value: big.NewInt(9), GasProvided: gasProvided, GasPrice: 2,
			OriginalTxHash: []byte("original"), CurrentTxHash: []byte("current"),
		},
		Recipient: contract, Function: "go",
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
