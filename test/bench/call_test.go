package bench

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestMain(m *testing.M) {
	coreproc.Main()
	if os.Getenv(echoVariable) != "" {
		echo()
	}
	os.Exit(m.Run())
}

type executor interface {
	vm.Executor
	Close() error
}

// ways are the ways of running a contract that are compared.
func ways() []struct {
	name  string
	start func(vm.BlockchainHook) (executor, error)
} {
	piped := func(codec driver.Codec, without driver.Without) func(vm.BlockchainHook) (executor, error) {
		return func(hook vm.BlockchainHook) (executor, error) {
			return driver.New(hook, driver.Options{Self: true, Codec: codec, Without: without})
		}
	}
	return []struct {
		name  string
		start func(vm.BlockchainHook) (executor, error)
	}{
		{"inprocess", func(hook vm.BlockchainHook) (executor, error) { return inprocess.New(hook, vm.Config{}) }},
		{"piped-binary", piped(driver.Binary, 0)},
		{"piped-json", piped(driver.JSON, 0)},
		{"piped-binary-unpredicted", piped(driver.Binary, driver.WithoutPrediction)},
		{"piped-binary-spinning", func(hook vm.BlockchainHook) (executor, error) {
			return driver.New(hook, driver.Options{Self: true, Codec: driver.Binary, Spin: 100 * time.Microsecond})
		}},
		{"piped-binary-plain", piped(driver.Binary, ^driver.Without(0))},
	}
}

// placements are where the processes run: pinned means both on one core, as
// its wake-ups are cheap and its figures repeat; free is what the system does.
func placements(b *testing.B, f func(b *testing.B)) {
	b.Run("pinned", func(b *testing.B) {
		defer pin(b)()
		f(b)
	})
	b.Run("free", f)
}

// BenchmarkCall measures a warm call, its output applied to the node's
// accounts, results checked at the end.
func BenchmarkCall(b *testing.B) {
	for _, load := range loads() {
		b.Run(load.name, func(b *testing.B) {
			for _, w := range ways() {
				b.Run(w.name, func(b *testing.B) {
					placements(b, func(b *testing.B) {
						c := newChain()
						e, err := w.start(c)
						if err != nil {
							b.Fatal(err)
						}
						defer func() {
							if err := e.Close(); err != nil {
								b.Error(err)
							}
						}()
						measure(b, load.start(b, c, e))
					})
				})
			}
		})
	}
}

type load struct {
	name  string
	start func(b testing.TB, c *chain, e vm.Executor) workload
}

func loads() []load { return []load{{"counter", increments}, {"erc20", transfers}} }

const gasLimit = 100_000_000

func user(i int) vm.Address {
	a := vm.Address{1}
	binary.BigEndian.PutUint64(a[24:], uint64(i))
	return a
}

// deploy deploys a sample contract.
func deploy(b testing.TB, c *chain, e vm.Executor, name string, args ...[]byte) vm.Address {
	b.Helper()
	return deployCode(b, c, e, contracts.Wasm(name), args...)
}

// call makes a call that has to succeed, and applies its output.
func call(b testing.TB, c *chain, e vm.Executor, in *vm.CallInput) *vm.Output {
	out, err := e.Call(b.Context(), in)
	if err != nil || out.Code != vm.OK {
		b.Fatalf("%s: %+v, %v", in.Function, out, err)
	}
	c.apply(out)
	return out
}

// increments counts; the counter is checked in the end.
func increments(b testing.TB, c *chain, e vm.Executor) workload {
	contract := deploy(b, c, e, "counter")
	in := &vm.CallInput{Input: vm.Input{Caller: user(0), GasProvided: gasLimit}, Recipient: contract, Function: "increment"}
	call(b, c, e, in)
	before := new(big.Int).SetBytes(counted(b, c, e, contract))
	return workload{
		call: func(int) { call(b, c, e, in) },
		check: func(n int) {
			after := new(big.Int).SetBytes(counted(b, c, e, contract))
			if got := after.Sub(after, before); got.Int64() != int64(n) {
				b.Errorf("counted %v, want %d", got, n)
			}
		},
	}
}

func counted(b testing.TB, c *chain, e vm.Executor, contract vm.Address) []byte {
	out := call(b, c, e, &vm.CallInput{Input: vm.Input{Caller: user(0), GasProvided: gasLimit}, Recipient: contract, Function: "get"})
	return out.ReturnData[0]
}

// workload is calls that are made one after another and checked in the end.
type workload struct {
	call  func(i int)
	check func(calls int)
}

// measure times b.N calls, and what both processes computed for them.
func measure(b *testing.B, w workload) {
	b.ReportAllocs()
	before := cpuTime(b)
	b.ResetTimer()
	for i := range b.N {
		w.call(i)
	}
	b.StopTimer()
	w.check(b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64((cpuTime(b)-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// holders is the number of accounts between which tokens move.
const holders = 1000

// transfers moves tokens between random pairs; the sum is checked in the end.
func transfers(b testing.TB, c *chain, e vm.Executor) workload {
	supply := big.NewInt(1_000_000_000)
	contract := deploy(b, c, e, "erc20", supply.Bytes())
	share := big.NewInt(900_000)
	transfer := func(from, to int, amount *big.Int) *vm.CallInput {
		recipient := user(to)
		return &vm.CallInput{
			Input:     vm.Input{Caller: user(from), Arguments: [][]byte{recipient[:], amount.Bytes()}, GasProvided: gasLimit},
			Recipient: contract, Function: "transfer",
		}
	}
	for i := 1; i < holders; i++ {
		c.account(user(i))
		call(b, c, e, transfer(0, i, share))
	}
	// Random pairs, the same on every run; a balance is far from running out.
	random := rand.New(rand.NewPCG(1, 2))
	pairs := make([]*vm.CallInput, 4096)
	for i := range pairs {
		from := random.IntN(holders)
		pairs[i] = transfer(from, (from+1+random.IntN(holders-1))%holders, big.NewInt(int64(1+random.IntN(5))))
	}
	check := func(int) {
		sum := new(big.Int)
		for i := range holders {
			a := user(i)
			out := call(b, c, e, &vm.CallInput{
				Input:     vm.Input{Caller: a, Arguments: [][]byte{a[:]}, GasProvided: gasLimit},
				Recipient: contract, Function: "balanceOf",
			})
			sum.Add(sum, new(big.Int).SetBytes(out.ReturnData[0]))
		}
		if sum.Cmp(supply) != 0 {
			b.Errorf("balances sum to %v, want %v", sum, supply)
		}
	}
	return workload{call: func(i int) { call(b, c, e, pairs[i%len(pairs)]) }, check: check}
}

// BenchmarkHook measures a question to the hook and its answer: a storage read
// of 32 bytes, out of a contract that makes a thousand of them.
func BenchmarkHook(b *testing.B) {
	placements(b, func(b *testing.B) {
		c := newChain()
		d, err := driver.New(c, driver.Options{Self: true, Codec: driver.Binary, Without: driver.WithoutPrediction})
		if err != nil {
			b.Fatal(err)
		}
		defer func() {
			if err := d.Close(); err != nil {
				b.Error(err)
			}
		}()
		loops := deploy(b, c, d, "loops")
		const reads = 1000
		b.ReportAllocs()
		b.ResetTimer()
		for n := 0; n < b.N; n += reads {
			kernel(b, c, d, loops, "sload", int64(min(reads, b.N-n)))
		}
	})
}
