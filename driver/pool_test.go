//go:build unix

package driver_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func startPool(t *testing.T, n int, o driver.Options) *driver.Pool {
	t.Helper()
	o.Self = true
	p, err := driver.NewPool(new(chain), n, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func tell(t *testing.T, p *driver.Pool, steps ...string) []string {
	t.Helper()
	out, err := p.Call(t.Context(), story(steps...))
	if err != nil {
		t.Fatal(err)
	}
	return told(out)
}

func TestAPoolRunsCallsAtTheSameTime(t *testing.T) {
	p := startPool(t, 3, driver.Options{})
	begin := time.Now()
	pids := make([]string, 6)
	var all sync.WaitGroup
	for i := range pids {
		all.Go(func() { pids[i] = tell(t, p, "sleep 300ms", "pid")[1] })
	}
	all.Wait()
	if took := time.Since(begin); took > 1500*time.Millisecond {
		t.Errorf("six calls of 300 ms took %v on three processes", took)
	}
	slices.Sort(pids)
	if n := len(slices.Compact(pids)); n != 3 {
		t.Errorf("%d processes had a part in it", n)
	}
	var answered uint64
	for _, m := range p.Stats() {
		answered += m.Answered
	}
	if answered != 6 {
		t.Errorf("%d requests were counted", answered)
	}
}

// Requests go on while a pool is closed again and again: none of them may
// start a Core in the middle of it that Close does not know.
func TestAPoolMayBeClosedUnderLoad(t *testing.T) {
	p := startPool(t, 2, driver.Options{})
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
				_, err := p.Call(ctx, story("hang")) // its Core is replaced
				cancel()
				if !errors.Is(err, driver.ErrClosed) && !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
			}
		})
	}
	for range 30 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	all.Wait()
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	for i, m := range p.Stats() {
		if m.Running {
			t.Errorf("the Core of driver %d still runs", i)
		}
	}
}

func TestASickCoreDoesNotDelayTheOthers(t *testing.T) {
	p := startPool(t, 2, driver.Options{CallTimeout: 2 * time.Second})
	sick := make(chan error)
	go func() {
		_, err := p.Call(t.Context(), story("hang"))
		sick <- err
	}()
	eventually(t, "nobody hangs", func() bool { return p.Idle() == 1 })
	begin := time.Now()
	for range 20 {
		tell(t, p, "pid")
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("twenty calls took %v beside a Core that hangs", took)
	}
	critical(t, <-sick, driver.KindTimeout)
	// It is back without anybody's asking, and one that dies in its sleep too.
	eventually(t, "the sick Core is not replaced", func() bool { return p.Idle() == 2 })
	pid, err := strconv.Atoi(tell(t, p, "pid")[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	tell(t, p, "pid")
}

func TestAPoolThatIsClosedEndsWhatRunsAndWaits(t *testing.T) {
	p := startPool(t, 2, driver.Options{})
	ended := make(chan error)
	for range 4 { // two run, two wait
		go func() {
			_, err := p.Call(context.Background(), story("hang"))
			ended <- err
		}()
	}
	eventually(t, "they do not run", func() bool { return p.Idle() == 0 })
	time.Sleep(50 * time.Millisecond) // so that the others wait
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		if err := <-ended; !errors.Is(err, driver.ErrClosed) {
			t.Error(err)
		}
	}
	for _, m := range p.Stats() {
		if m.Running {
			t.Error("a Core runs after Close")
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.Call(ctx, story("pid")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	tell(t, p, "pid") // a request starts it again
}

func TestAPoolThatCannotStartLeavesNothing(t *testing.T) {
	_, err := driver.NewPool(new(chain), 2, driver.Options{Self: true, Config: vm.Config{Features: []string{"impossible"}}})
	critical(t, err, driver.KindStart)
	if _, err := driver.NewPool(new(chain), 0, driver.Options{}); err == nil {
		t.Error("a pool of nothing was made")
	}
}

func TestAccessesAreWhatTheHookWasAsked(t *testing.T) {
	d := start(t, new(chain), driver.Options{Accesses: true})
	out, err := d.Call(t.Context(), story("storage b", "account 3", "storage a", "storage b"))
	if err != nil {
		t.Fatal(err)
	}
	want := []vm.Access{
		{Address: address(1), Account: true},
		{Address: address(1), Key: []byte("a")},
		{Address: address(1), Key: []byte("b")},
		{Address: address(2), Account: true},
		{Address: address(3), Account: true}, // that it is not there
	}
	if got := out.Accesses; got.Everything || !slices.EqualFunc(got.List, want, func(x, y vm.Access) bool {
		return x.Address == y.Address && x.Account == y.Account && string(x.Key) == string(y.Key) && x.Written == y.Written
	}) {
		t.Errorf("got %+v", got)
	}
	if out, err = d.Call(t.Context(), story("builtin x")); err != nil || !out.Accesses.Everything {
		t.Errorf("after a built-in function: %+v, %v", out, err)
	}
	if out, err = start(t, new(chain), driver.Options{}).Call(t.Context(), story("storage a")); err != nil || out.Accesses != nil {
		t.Errorf("not asked for: %+v, %v", out, err)
	}
}
