package bench

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"path/filepath"
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
// grow, and draws it.
func (r *report) scaling(dir string) {
	curves := []curve{
		{name: "accounts that hold tokens"},
		{name: "contracts called in turn"},
		{name: "bytes of arguments"},
	}
	c := newChain()
	d, err := driver.New(c, driver.Options{Self: true, Codec: driver.Binary})
	if err != nil {
		r.t.Fatal(err)
	}
	token := deploy(r.t, c, d, "erc20", new(big.Int).Lsh(big.NewInt(1), 60).Bytes())
	held := c.account(token).storage
	supplier := user(0)
	var prefix string // of the key of a balance
	for key := range held {
		if i := strings.Index(key, string(supplier[:])); i >= 0 {
			prefix = key[:i]
		}
	}
	const calls = 3000
	for holders, n := 0, 1000; n <= 1_000_000; n *= 10 {
		for ; holders < n; holders++ {
			a := user(holders)
			c.account(a)
			held[prefix+string(a[:])] = []byte{1, 0, 0, 0}
		}
		random := rand.New(rand.NewPCG(1, uint64(n)))
		curves[0].measure(r, n, calls, func() {
			from, to := user(random.IntN(n)), user(random.IntN(n))
			call(r.t, c, d, &vm.CallInput{
				Input:     vm.Input{Caller: from, Arguments: [][]byte{to[:], {1}}, GasProvided: gasLimit},
				Recipient: token, Function: "transfer",
			})
		})
	}
	var counters []vm.Address
	for n := 10; n <= 10_000; n *= 10 {
		for len(counters) < n {
			counters = append(counters, deployCode(r.t, c, d, numbered(contracts.Wasm("counter"), len(counters))))
		}
		next := 0
		curves[1].measure(r, n, max(calls, n), func() {
			call(r.t, c, d, &vm.CallInput{
				Input: vm.Input{Caller: user(0), GasProvided: gasLimit}, Recipient: counters[next%n], Function: "increment",
			})
			next++
		})
	}
	loops := deploy(r.t, c, d, "loops")
	for _, n := range []int{32, 1 << 10, 32 << 10, 1 << 20} {
		argument := make([]byte, n)
		binary.BigEndian.PutUint64(argument[n-8:], 1)
		curves[2].measure(r, n, min(calls, 64<<20/n), func() {
			call(r.t, c, d, &vm.CallInput{
				Input:     vm.Input{Caller: user(0), Arguments: [][]byte{argument}, GasProvided: 1 << 40},
				Recipient: loops, Function: "nop",
			})
		})
	}
	if err := d.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.save(filepath.Join(dir, "bench", "scaling.tsv"), tabulated(curves))
	r.save(filepath.Join(dir, "docs", "pictures", "scaling.svg"), drawing(curves))
}

func (c *curve) measure(r *report, x, calls int, f func()) {
	f() // what is met for the first time
	cpu, wall := cpuTime(r.t), time.Now()
	for range calls {
		f()
	}
	p := point{float64(x), (cpuTime(r.t) - cpu) / time.Duration(calls), time.Since(wall) / time.Duration(calls)}
	c.points = append(c.points, p)
	r.note("Cost of a call as the world grows, across the pipe, free", fmt.Sprintf("%d %s", x, c.name),
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
