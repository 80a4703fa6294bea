package bench

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// blockCalls is the number of calls of a block.
const blockCalls = 1000

// startPool starts n Cores whose outputs say what they looked at.
func startPool(t testing.TB, c *chain, n int) *driver.Pool {
	p, err := driver.NewPool(c, n, driver.Options{Self: true, Codec: driver.Binary, Accesses: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// transferBlock is a chain with a token and a block of transfers between
// accounts of their own; of percent in a hundred the recipient is the same.
func transferBlock(t testing.TB, c *chain, e vm.Executor, percent int) []*vm.CallInput {
	token := deploy(t, c, e, "erc20", big.NewInt(1_000_000_000).Bytes())
	for i := range 2*blockCalls + 2 {
		c.account(user(i))
	}
	transfer := func(from, to int, amount int64) *vm.CallInput {
		recipient := user(to)
		return &vm.CallInput{
			Input:     vm.Input{Caller: user(from), Arguments: [][]byte{recipient[:], big.NewInt(amount).Bytes()}, GasProvided: gasLimit},
			Recipient: token, Function: "transfer",
		}
	}
	random := rand.New(rand.NewPCG(3, uint64(percent)))
	calls := make([]*vm.CallInput, blockCalls)
	for i := range calls {
		call(t, c, e, transfer(0, 1+i, 1000))
		to := 1 + blockCalls + i
		if random.IntN(100) < percent {
			to = 2*blockCalls + 1
		}
		calls[i] = transfer(1+i, to, int64(1+random.IntN(100)))
	}
	return calls
}

// mixedBlock is a chain with two contracts, and calls of all kinds between few
// accounts, many of which fail: the outcome of nearly every one hangs on those
// before it.
func mixedBlock(t testing.TB, c *chain, e vm.Executor) []*vm.CallInput {
	mixedToken, mixedCounter := deploy(t, c, e, "erc20", big.NewInt(1_000).Bytes()), deploy(t, c, e, "counter")
	if want := [2]vm.Address{mixedToken, mixedCounter}; mixedContracts(c) != want {
		t.Fatalf("the contracts are %v, want %v", mixedContracts(c), want)
	}
	for i := range 9 {
		c.account(user(i))
	}
	return mixedCalls(rand.New(rand.NewPCG(5, 6)), 400)
}

// mixedContracts are the addresses of the token and the counter: they follow
// from their creator and its nonce.
func mixedContracts(c *chain) (list [2]vm.Address) {
	for i := range list {
		list[i], _ = c.NewAddress(user(0), uint64(i), []byte{0, 0}) // never an error
	}
	return list
}

// mixedCalls makes calls for the chain of mixedBlock.
func mixedCalls(random *rand.Rand, n int) []*vm.CallInput {
	contracts := mixedContracts(nil)
	calls := make([]*vm.CallInput, n)
	for i := range calls {
		a, b := user(random.IntN(8)), user(random.IntN(8))
		amount := big.NewInt(int64(random.IntN(300))).Bytes()
		in := &vm.CallInput{Input: vm.Input{Caller: user(random.IntN(8)), GasProvided: gasLimit}, Recipient: contracts[0]}
		switch random.IntN(8) {
		case 0:
			in.Recipient, in.Function = contracts[1], "increment"
		case 1:
			in.Function, in.Arguments = "approve", [][]byte{a[:], amount}
		case 2:
			in.Function, in.Arguments = "transferFrom", [][]byte{a[:], b[:], amount}
		case 3:
			in.Function, in.Arguments = "balanceOf", [][]byte{a[:]}
		case 4:
			in.Recipient, in.Function = user(8), "nobody"
		default:
			in.Function, in.Arguments = "transfer", [][]byte{b[:], amount}
		}
		calls[i] = in
	}
	return calls
}

// runBlock gives the outputs of a block as bytes.
func runBlock(t testing.TB, c *chain, e vm.Executor, width int, calls []*vm.CallInput) ([][]byte, vm.BlockRun) {
	outputs := make([][]byte, 0, len(calls))
	run, err := vm.RunBlock(t.Context(), e, width, calls, func(i int, out *vm.Output) error {
		if i != len(outputs) {
			return fmt.Errorf("output %d comes after %d others", i, len(outputs))
		}
		b, err := out.AppendBinary(nil)
		outputs = append(outputs, b)
		c.apply(out)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return outputs, run
}

func TestABlockIsWhatItsCallsAreOneByOne(t *testing.T) {
	blocks := []struct {
		name string
		make func(testing.TB, *chain, vm.Executor) []*vm.CallInput
		most int // calls that are run again, on two Cores
	}{
		{"transfers that never collide", func(t testing.TB, c *chain, e vm.Executor) []*vm.CallInput { return transferBlock(t, c, e, 0) }, 0},
		{"transfers of which a tenth collide", func(t testing.TB, c *chain, e vm.Executor) []*vm.CallInput { return transferBlock(t, c, e, 10) }, 200},
		{"transfers that all collide", func(t testing.TB, c *chain, e vm.Executor) []*vm.CallInput { return transferBlock(t, c, e, 100) }, 200},
		{"calls of all kinds", mixedBlock, 400},
	}
	for _, b := range blocks {
		t.Run(b.name, func(t *testing.T) {
			var want [][]byte
			for _, width := range []int{0, 1, 2, 3} { // 0: one by one, without RunBlock
				c := newChain()
				p := startPool(t, c, max(1, width))
				calls := b.make(t, c, p)
				if width == 0 {
					for _, in := range calls {
						out, err := p.Call(t.Context(), in)
						if err != nil {
							t.Fatal(err)
						}
						b, err := out.AppendBinary(nil)
						if err != nil {
							t.Fatal(err)
						}
						want = append(want, b)
						c.apply(out)
					}
				} else {
					got, run := runBlock(t, c, p, width, calls)
					for i := range want {
						if !bytes.Equal(got[i], want[i]) {
							t.Fatalf("call %d of %d at a time gave\n%x\nand one by one\n%x", i, width, got[i], want[i])
						}
					}
					if width == 1 && run.Runs != len(calls) || width > 1 && (run.Again > b.most || run.Runs != len(calls)+run.Again) {
						t.Errorf("%d at a time: %+v", width, run)
					}
				}
				if err := p.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// blocks are a thousand transfers as a block.
func (r *report) blocks() {
	const group = "Block of 1,000 erc20 transfers, per call, free"
	for _, percent := range []int{0, 10, 100} {
		var alone figure
		for _, width := range []int{1, 2} {
			c := newChain()
			p := startPool(r.t, c, width)
			var last vm.BlockRun
			calls := transferBlock(r.t, c, p, percent)
			fig := r.measure(group, fmt.Sprintf("%d %% collide, pool of %d", percent, width), blockCalls, func(int) {
				_, last = runBlock(r.t, c, p, width, calls)
			})
			note := fmt.Sprintf("%d runs", last.Runs)
			if width == 1 {
				alone = fig
			} else {
				note += fmt.Sprintf(", %.2f × as fast at best", float64(alone.walls()[0])/float64(fig.walls()[0]))
			}
			r.figures[len(r.figures)-1].note = note
			if err := p.Close(); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}
