package imports_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// answering is a chain whose answers to most questions are errors.
type answering struct {
	*chain
	err error
}

func (c *answering) BlockFacts() (vm.BlockFacts, error)         { return vm.BlockFacts{}, c.err }
func (c *answering) ShardOfAddress(vm.Address) (uint32, error)  { return 0, c.err }
func (c *answering) IsSmartContract(vm.Address) (bool, error)   { return false, c.err }
func (c *answering) IsPayable(vm.Address) (bool, error)         { return false, c.err }
func (c *answering) Storage(vm.Address, []byte) ([]byte, error) { return nil, c.err }
func (c *answering) BlockHash(uint64) ([]byte, error)           { return nil, c.err }
func (c *answering) NewAddress(vm.Address, uint64, []byte) (vm.Address, error) {
	return vm.Address{}, c.err
}

// A refusal is an outcome of the contract, whatever was asked; any other error
// is none, and no contract sees it.
func TestRefusalsAndFailuresNeverMix(t *testing.T) {
	broken := errors.New("disk on fire")
	for _, test := range []struct {
		call call
		want string // after a refusal
	}{
		{call{"getBlockNonce", nil}, "execution failed: no"},
		{call{"getBlockRandomSeed", []int64{0}}, "execution failed: no"},
		{call{"getStateRootHash", []int64{0}}, "execution failed: no"},
		{call{"getBlockHash", []int64{1, 0}}, "ok: "},
		{call{"getShardOfAddress", []int64{0}}, "execution failed: no"},
		{call{"isSmartContract", []int64{0}}, "execution failed: no"},
		{call{"storageLoadLength", []int64{0, 1}}, "ok: "},
		{call{"transferValue", []int64{0, 32, 0, 0}}, "execution failed: no"},
		{call{"executeOnDestContext", []int64{1, 0, 64, 32, 2, 0, 0, 0}}, "ok: "},
		{call{"createContract", []int64{1, 64, 0, 0, 8, 0, 0, 0, 0}}, "ok: "},
	} {
		for _, answer := range []error{&vm.Refusal{Text: "no"}, broken} {
			hook := &answering{&chain{code: map[vm.Address][]byte{contract: module(t, 1, nil, test.call)}}, answer}
			e, err := inprocess.New(hook, vm.Config{})
			if err != nil {
				t.Fatal(err)
			}
			out, err := e.Call(t.Context(), &vm.CallInput{Input: vm.Input{Caller: alice, Value: new(big.Int), GasProvided: plenty}, Recipient: contract, Function: "go"})
			if answer == broken {
				if !errors.Is(err, broken) || out != nil {
					t.Errorf("%s, and the node fails: %+v, %v", test.call.name, out, err)
				}
			} else if err != nil {
				t.Errorf("%s is refused: no output, %v", test.call.name, err)
			} else if got := out.Code.String() + ": " + out.Message; got != test.want {
				t.Errorf("%s is refused: %s, want %s", test.call.name, got, test.want)
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
