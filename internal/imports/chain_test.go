package imports_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chain is a chain of few accounts, kept in maps.
type chain struct {
	code    map[vm.Address][]byte
	storage map[vm.Address]map[string][]byte
	asked   int // storage questions
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

func (c *chain) Code(a vm.Address, _ vm.Hash) ([]byte, error) { return c.code[a], nil }

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

// module builds a contract whose function "go" makes calls one after the
// other, times times. Its memory of one page begins with data.
func module(t testing.TB, times int64, data []byte, calls ...call) []byte {
	t.Helper()
	m := &wasm.Module{Memory: &wasm.Limits{Min: 1}}
	function := func(name string) (index uint64, row int) {
		owner, bare, ok := strings.Cut(name, ".")
		if !ok {
			owner, bare = "env", name
		}
		for i, imported := range m.Imports {
			if imported.Module == owner && imported.Name == bare {
				index = uint64(i) + 1
			}
		}
		for row, r := range imports.All() {
			if r.Module != owner || r.Name != bare {
				continue
			}
			if index == 0 {
				var ft wasm.FuncType
				for _, p := range r.Params {
					ft.Params = append(ft.Params, p.Words...)
				}
				if r.Result.Type != 0 {
					ft.Results = []wasm.ValueType{r.Result.Type}
				}
				m.Types = append(m.Types, ft)
				m.Imports = append(m.Imports, wasm.Import{Module: owner, Name: bare, Type: uint32(len(m.Types) - 1)})
				index = uint64(len(m.Imports))
			}
			return index - 1, row
		}
		t.Fatalf("there is no import %s", name)
		return 0, 0
	}
	finish, _ := function("smallIntFinishSigned")
	rows := imports.All()

	// loop … local.tee (local - 1) br_if end
	code := []byte{0x42}
	code = appendLEB(code, times)
	code = append(code, 0x21, 0, 0x03, 0x40)
	for _, c := range calls {
		index, row := function(c.name)
		i := 0
		for _, p := range rows[row].Params {
			for _, w := range p.Words {
				op, v := byte(0x42), c.words[i]
				if w == wasm.I32 {
					op, v = 0x41, int64(int32(v))
				}
				code = appendLEB(append(code, op), v)
				i++
			}
		}
		if i != len(c.words) {
			t.Fatalf("%s takes %d words, not %d", c.name, i, len(c.words))
		}
		code = binary.AppendUvarint(append(code, 0x10), index)
		switch {
		case rows[row].Result.Type == 0:
		case times > 1:
			code = append(code, 0x1A)
		default:
			if rows[row].Result.Type == wasm.I32 {
				code = append(code, 0xAC)
			}
			code = binary.AppendUvarint(append(code, 0x10), finish)
		}
	}
	code = append(code, 0x20, 0, 0x42, 1, 0x7D, 0x22, 0, 0x42, 0, 0x52, 0x0D, 0, 0x0B, 0x0B)

	m.Types = append(m.Types, wasm.FuncType{})
	void := uint32(len(m.Types) - 1)
	m.Functions = []uint32{void}
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
