//go:build unix

package driver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

// runNode is a node: it starts Core, says its process id, and then waits or
// lets Core wait, until it is killed.
func runNode() int {
	fail := func(err error) int {
		fmt.Println("node:", err)
		return 1
	}
	if err := os.Setenv(protocol.SelfVariable, strconv.Itoa(os.Getpid())); err != nil {
		return fail(err)
	}
	d, err := driver.New(new(chain), driver.Options{Self: true, CallTimeout: time.Minute})
	if err != nil {
		return fail(err)
	}
	out, err := d.Call(context.Background(), story("pid"))
	if err != nil {
		return fail(err)
	}
	fmt.Println(told(out)[0])
	if os.Getenv(nodeVariable) == "busy" {
		_, err = d.Call(context.Background(), story("hang"))
		return fail(err)
	}
	select {}
}

func TestCoreDiesWithItsNode(t *testing.T) {
	for _, busy := range []string{"busy", "idle"} {
		t.Run(busy, func(t *testing.T) {
			node := exec.Command(os.Args[0])
			node.Env = append(os.Environ(), nodeVariable+"="+busy)
			stdout, err := node.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := node.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(stdout).ReadString('\n')
			core, notNumber := strconv.Atoi(strings.TrimSpace(line))
			if err != nil || notNumber != nil {
				t.Fatalf("node said %q, %v", line, err)
			}
			if !running(core) {
				t.Error("Core does not run")
			}
			time.Sleep(50 * time.Millisecond) // let it be in the middle of its request
			if err := node.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = node.Wait() // always an error: it was killed
			eventually(t, "Core outlives its node", func() bool { return !running(core) })
		})
	}
}

// running says whether a process runs; a zombie does not.
func running(pid int) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		_, state, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(state, "Z")
	}
	return runtime.GOOS != "linux" && syscall.Kill(pid, 0) == nil
}

func eventually(t *testing.T, complaint string, ok func() bool) {
	t.Helper()
	for begin := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begin) > 5*time.Second {
			t.Fatal(complaint)
		}
	}
}

func TestACoreKilledFromOutsideCostsNoRequest(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	for range 5 {
		n, err := strconv.Atoi(pid(t, d))
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		works(t, d) // at once, whether or not the driver has noticed
	}
	n, err := strconv.Atoi(pid(t, d))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(n, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the death is not seen", d.IsClosed)
	works(t, d)
}

func TestACoreThatDiesWhileItStartsCostsNoRequest(t *testing.T) {
	once := filepath.Join(t.TempDir(), "once")
	t.Setenv(onceVariable, once)
	d := start(t, new(chain), driver.Options{})
	for range 5 {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(once, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		works(t, d)
		if _, err := os.Stat(once); err == nil {
			t.Fatal("no Core has died")
		}
	}
	if m := d.Stats(); m.Retries != 5 || m.NotStarted != 0 {
		t.Errorf("metrics %+v", m)
	}
}

func TestAKillInTheMiddleIsSeenAtOnce(t *testing.T) {
	d := start(t, new(chain), driver.Options{})
	n, err := strconv.Atoi(pid(t, d))
	if err != nil {
		t.Fatal(err)
	}
	killed := make(chan time.Time, 1)
	time.AfterFunc(50*time.Millisecond, func() {
		killed <- time.Now()
		syscall.Kill(n, syscall.SIGKILL)
	})
	marker := filepath.Join(t.TempDir(), "slept")
	out, err := d.Call(t.Context(), story("sleep-once "+marker))
	if err != nil {
		t.Fatal(err)
	}
	if len(out.ReturnData) != 1 {
		t.Errorf("got %v", out)
	}
	if took := time.Since(<-killed); took > time.Second {
		t.Errorf("the request was answered %v after the death", took)
	}
}

func TestNothingIsLeftAfterManyRestarts(t *testing.T) {
	c := new(chain)
	d := start(t, c, driver.Options{CallTimeout: 2 * time.Second})
	works(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	goroutines, files := runtime.NumGoroutine(), openFiles(t)
	var pids []int
	remember := func() {
		n, err := strconv.Atoi(pid(t, d))
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, n)
	}
	for i := range 50 {
		remember()
		switch i % 5 {
		case 0:
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		case 1:
			_, err := d.Call(t.Context(), story("panic now"))
			critical(t, err, driver.KindCrash)
		case 2:
			if err := syscall.Kill(pids[len(pids)-1], syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		case 3:
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
			if _, err := d.Call(ctx, story("hang")); err == nil {
				t.Error("an endless call was answered")
			}
			cancel()
		case 4: // a start that fails
			t.Setenv(deafVariable, "1")
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			if _, err := d.Call(ctx, story()); err == nil {
				t.Error("a silent Core has answered")
			}
			cancel()
			os.Unsetenv(deafVariable)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= goroutines })
	if now := openFiles(t); now > files {
		t.Errorf("%d descriptors before, %d after", files, now)
	}
	for _, n := range pids {
		if err := syscall.Kill(n, 0); err == nil { // also true of a zombie
			t.Errorf("process %d is left", n)
		}
	}
}

// openFiles counts the open descriptors of this process.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestAKillAtAnyInstantIsNeverSeenInAResult kills Core all the time: every
// request ends with the right output, or with a crash if it was hit twice, and
// the hook is never asked twice for the same.
func TestAKillAtAnyInstantIsNeverSeenInAResult(t *testing.T) {
	c := new(chain)
	d := start(t, c, driver.Options{})
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := uint32(1); ; n = n*1664525 + 1013904223 {
			select {
			case <-stop:
				return
			case <-time.After(time.Duration(n%50) * 400 * time.Microsecond):
			}
			if pid := d.Pid(); pid > 0 && !d.IsClosed() {
				syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}()
	var answered, crashed int
	for i := range 100 {
		out, err := d.Call(t.Context(), story("storage a", "storage b", "sleep 1ms", "storage c", "shard"))
		asked := c.questions()
		if len(asked) > 4 || !slices.IsSorted(asked) && len(asked) == 4 && asked[3] != "shard" {
			t.Fatalf("request %d: asked %q", i, asked)
		}
		if err != nil {
			var critical *driver.CriticalError
			if !errors.As(err, &critical) || critical.Kind != driver.KindCrash && critical.Kind != driver.KindStart {
				t.Fatalf("request %d: %v", i, err)
			}
			crashed++
			continue
		}
		answered++
		if got := strings.Join(told(out), ","); got != "value of a,value of b,,value of c,2" || len(asked) != 4 {
			t.Fatalf("request %d: got %q, asked %q", i, got, asked)
		}
	}
	close(stop)
	<-stopped
	t.Logf("%d answered, %d crashed twice", answered, crashed)
	if answered == 0 {
		t.Error("no request was answered")
	}
	works(t, d)
}
