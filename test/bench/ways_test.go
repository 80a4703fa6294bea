package bench

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// told runs calls of all kinds and gives every output as bytes: after one
// another, so that what one call leaves behind would show in the next.
func told(t *testing.T, c *chain, e vm.Executor) []string {
	token := deploy(t, c, e, "erc20", big.NewInt(1_000_000).Bytes())
	counter := deploy(t, c, e, "counter")
	for i := range 6 {
		c.account(user(i))
	}
	var outputs []string
	run := func(from int, to vm.Address, function string, args ...[]byte) {
		out, err := e.Call(t.Context(), &vm.CallInput{
			Input:     vm.Input{Caller: user(from), Arguments: args, GasProvided: gasLimit},
			Recipient: to, Function: function,
		})
		if err != nil {
			t.Fatalf("%s: %v", function, err)
		}
		b, err := out.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		outputs = append(outputs, fmt.Sprintf("%s: %s %q %x", function, out.Code, out.Message, b))
		c.apply(out)
	}
	one := user(1)
	for round := range 4 {
		for from := range 5 {
			to := user((from + round) % 6) // in the first round to oneself
			run(from, token, "transfer", to[:], big.NewInt(int64(50-from)).Bytes())
			run(from, counter, "increment")
			run(from, token, "balanceOf", to[:])
			run(from, token, "approve", one[:], []byte{byte(from)})
			run(1, token, "transferFrom", one[:], to[:], []byte{1})
			run(from, token, "nothing")
		}
		run(0, counter, "get")
	}
	return outputs
}

// closeAfter closes what a test has started.
func closeAfter(t *testing.T, e executor) {
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Whatever makes requests fast changes no output: each is switched off, and
// all, and compared with the process itself.
func TestEveryWayGivesTheSameOutputs(t *testing.T) {
	c := newChain()
	e, err := inprocess.New(c, vm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	closeAfter(t, e)
	want := told(t, c, e)
	for _, codec := range []driver.Codec{driver.JSON, driver.Binary} {
		for _, test := range []struct {
			name    string
			without driver.Without
		}{
			{"with everything", 0},
			{"without raw pipes", driver.WithoutRawPipes},
			{"without prediction", driver.WithoutPrediction},
			{"without late collection", driver.WithoutLateCollection},
			{"without warm instances", driver.WithoutWarmInstances},
			{"without parts", driver.WithoutParts},
			{"without anything", ^driver.Without(0)},
		} {
			t.Run(codec.String()+" "+test.name, func(t *testing.T) {
				c := newChain()
				d, err := driver.New(c, driver.Options{Self: true, Codec: codec, Without: test.without})
				if err != nil {
					t.Fatal(err)
				}
				closeAfter(t, d)
				got, predictions := told(t, c, d), d.Predictions()
				for i := range want {
					if got[i] != want[i] {
						t.Fatalf("call %d gave\n%s\nand in this process\n%s", i, got[i], want[i])
					}
				}
				if off := test.without&driver.WithoutPrediction != 0; off != (predictions.Hits == 0) {
					t.Errorf("predictions: %+v", predictions)
				} else if !off && predictions.Hits < 4*predictions.Misses {
					t.Errorf("most keys should be predicted: %+v", predictions)
				}
			})
		}
	}
}

// A warm call allocates what becomes its output, and little else.
func TestAWarmCallAllocatesLittle(t *testing.T) {
	c := newChain()
	e, err := inprocess.New(c, vm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	closeAfter(t, e)
	counter := deploy(t, c, e, "counter")
	token := deploy(t, c, e, "erc20", big.NewInt(1_000_000).Bytes())
	to := user(1)
	c.account(to)
	for _, test := range []struct {
		input *vm.CallInput
		most  float64
	}{
		{&vm.CallInput{Recipient: counter, Function: "increment"}, 12},
		{&vm.CallInput{Recipient: token, Function: "transfer", Input: vm.Input{Arguments: [][]byte{to[:], {1}}}}, 36},
	} {
		test.input.Caller, test.input.GasProvided = user(0), gasLimit
		allocated := testing.AllocsPerRun(200, func() {
			out, err := e.Call(t.Context(), test.input)
			if err != nil || out.Code != vm.OK {
				t.Fatalf("%+v, %v", out, err)
			}
		})
		if allocated > test.most && !raced {
			t.Errorf("%s allocates %v times, more than %v", test.input.Function, allocated, test.most)
		}
	}
}
