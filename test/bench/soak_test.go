package bench

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

var (
	soakCalls = flag.Int("soak", 20_000, "how many calls TestEverythingAtOnce makes")
	soakSeed  = flag.Uint64("soak-seed", 1, "everything in TestEverythingAtOnce follows from it")
)

// TestEverythingAtOnce runs blocks of calls with all that makes calls fast, in
// parallel on a pool whose Cores stand by, and holds every output against the
// same calls one by one in this process.
//
//	go test ./test/bench -run TestEverythingAtOnce -soak 10000000 -timeout 0
func TestEverythingAtOnce(t *testing.T) {
	if raced && *soakCalls == 20_000 {
		*soakCalls = 2_000
	}
	plain, fast := newChain(), newChain()
	e, err := inprocess.New(plain, vm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := driver.NewPool(fast, 2, driver.Options{Self: true, Codec: driver.Binary, Accesses: true, Standby: true})
	if err != nil {
		t.Fatal(err)
	}
	mixedBlock(t, plain, e)
	mixedBlock(t, fast, p)
	random := rand.New(rand.NewPCG(*soakSeed, 0))
	var runs, done int
	goroutines := runtime.NumGoroutine()
	for begin, told := time.Now(), time.Now(); done < *soakCalls; {
		calls := mixedCalls(random, min(1+random.IntN(200), *soakCalls-done))
		got, run := runBlock(t, fast, p, 2, calls)
		want, _ := runBlock(t, plain, e, 1, calls)
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Fatalf("seed %d: call %d, %+v, gave\n%x\nand in this process\n%x", *soakSeed, done+i, calls[i], got[i], want[i])
			}
		}
		done, runs = done+len(calls), runs+run.Runs
		if time.Since(told) > time.Minute {
			told = time.Now()
			t.Logf("%d calls in %v", done, time.Since(begin).Round(time.Second))
		}
	}
	if n := runtime.NumGoroutine(); n > goroutines+10 {
		t.Errorf("%d goroutines at the end, %d at the beginning", n, goroutines)
	}
	for _, m := range p.Stats() {
		if m.Retries+m.Crashes+m.Timeouts+m.Violations > 0 || m.Starts > 2 {
			t.Errorf("%+v", m)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d calls, %d runs of calls", done, runs)
}
