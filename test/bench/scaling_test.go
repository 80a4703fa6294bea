package bench

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// point is what a call took where there was that much of something.
type point struct {
	x       float64
	cpu     time.Duration // per call
	perWall time.Duration
}

// curve is what a call takes as something grows.
type curve struct {
	name   string
	points []point
}

// scaling measures warm calls across the pipe as accounts, contracts and bytes
// grow, each on a world of its own, and draws it.
func (r *report) scaling(dir string) {
	defer pin(r.t)()
	curves := []curve{
		r.along("accounts that hold tokens", overAccounts),
		r.along("contracts called in turn", overContracts),
		r.along("bytes of arguments", overBytes),
	}
	r.save(filepath.Join(dir, "bench", "scaling.tsv"), tabulated(curves))
	r.save(filepath.Join(dir, "docs", "pictures", "scaling.svg"), drawing(curves))
}

// along measures one curve.
func (r *report) along(name string, over func(r *report, c *curve, world *chain, d *driver.Driver)) curve {
	world, c := newChain(), curve{name: name}
	d, err := driver.New(world, driver.Options{Self: true, Codec: driver.Binary})
	if err != nil {
		r.t.Fatal(err)
	}
	over(r, &c, world, d)
	if err := d.Close(); err != nil {
		r.t.Fatal(err)
	}
	return c
}

const scalingCalls = 3000

func overAccounts(r *report, curve *curve, c *chain, d *driver.Driver) {
	token := deploy(r.t, c, d, "erc20", new(big.Int).Lsh(big.NewInt(1), 60).Bytes())
	held := c.account(token).storage
	supplier := user(0)
	var prefix string // of the key of a balance
	for key := range held {
		if i := strings.Index(key, string(supplier[:])); i >= 0 {
			prefix = key[:i]
		}
	}
	for holders, n := 0, 1000; n <= 1_000_000; n *= 10 {
		for ; holders < n; holders++ {
			a := user(holders)
			c.account(a)
			held[prefix+string(a[:])] = []byte{1, 0, 0, 0}
		}
		random := rand.New(rand.NewPCG(1, uint64(n)))
		curve.measure(r, n, scalingCalls, func() {
			from, to := user(random.IntN(n)), user(random.IntN(n))
			call(r.t, c, d, &vm.CallInput{
				Input:     vm.Input{Caller: from, Arguments: [][]byte{to[:], {1}}, GasProvided: gasLimit},
				Recipient: token, Function: "transfer",
			})
		})
	}
}

func overContracts(r *report, curve *curve, c *chain, d *driver.Driver) {
	var counters []vm.Address
	for n := 10; n <= 10_000; n *= 10 {
		for len(counters) < n {
			counters = append(counters, deployCode(r.t, c, d, numbered(contracts.Wasm("counter"), len(counters))))
		}
		next := 0
		increment := func() {
			call(r.t, c, d, &vm.CallInput{
				Input: vm.Input{Caller: user(0), GasProvided: gasLimit}, Recipient: counters[next%n], Function: "increment",
			})
			next++
		}
		for range n { // the first call of each is another thing
			increment()
		}
		curve.measure(r, n, max(scalingCalls, 2*n), increment)
	}
	// One of the first calls of a contract teaches the driver what it reads.
	if p := d.Predictions(); p.Misses > uint64(2*len(counters)) {
		r.t.Errorf("%+v with %d contracts", p, len(counters))
	}
}

func overBytes(r *report, curve *curve, c *chain, d *driver.Driver) {
	loops := deploy(r.t, c, d, "loops")
	for _, n := range []int{32, 1 << 10, 32 << 10, 1 << 20} {
		argument := make([]byte, n)
		binary.BigEndian.PutUint64(argument[n-8:], 1)
		curve.measure(r, n, min(scalingCalls, 64<<20/n), func() {
			call(r.t, c, d, &vm.CallInput{
				Input:     vm.Input{Caller: user(0), Arguments: [][]byte{argument}, GasProvided: 1 << 40},
				Recipient: loops, Function: "nop",
			})
		})
	}
}

func (c *curve) measure(r *report, x, calls int, f func()) {
	f()          // what is met for the first time
	runtime.GC() // of what it took to make the world
	cpu, wall := cpuTime(r.t), time.Now()
	for range calls {
		f()
	}
	p := point{float64(x), (cpuTime(r.t) - cpu) / time.Duration(calls), time.Since(wall) / time.Duration(calls)}
	c.points = append(c.points, p)
	r.note("Cost of a call as the world grows, across the pipe, pinned", fmt.Sprintf("%d %s", x, c.name),
		fmt.Sprintf("%s, %s of CPU", short(p.perWall), short(p.cpu)))
}

func tabulated(curves []curve) string {
	var b strings.Builder
	b.WriteString("what\tnumber\tns per call\tns of CPU\n")
	for _, c := range curves {
		for _, p := range c.points {
			fmt.Fprintf(&b, "%s\t%.0f\t%d\t%d\n", c.name, p.x, p.perWall.Nanoseconds(), p.cpu.Nanoseconds())
		}
	}
	return b.String()
}
