package coreproc_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

const drillVariable = "CORE_TEST_DRILL"

// beDrill makes a process that was started as Core, by a test that asked for
// it, one that tries to break out.
func beDrill() {
	if os.Args[0] == protocol.ProcessName && os.Getenv(drillVariable) != "" {
		coreproc.RunDrill()
	}
}

// world is a chain without accounts.
type world struct{ vm.BlockchainHook }

func (world) BlockFacts() (vm.BlockFacts, error) { return vm.BlockFacts{}, nil }

func (world) Account(vm.Address) (*vm.Account, error) { return nil, nil }

func startDrill(t *testing.T, o driver.Options) *driver.Driver {
	t.Helper()
	t.Setenv(drillVariable, "1")
	o.Self = true
	d, err := driver.New(world{}, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// attempt gives what became of an attempt: "done", the name of an error, or
// how the process ended.
func attempt(t *testing.T, d *driver.Driver, name string) string {
	t.Helper()
	in := &vm.CallInput{Recipient: vm.Address{31: 1}, Function: name}
	in.Caller = vm.Address{31: 2}
	out, err := d.Call(t.Context(), in)
	var critical *driver.CriticalError
	if errors.As(err, &critical) {
		return critical.Exit
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Message
}

// jailed says whether the filter of system calls is on.
func jailed(d *driver.Driver) bool {
	layers, _ := d.Sandbox()
	return slices.ContainsFunc(layers, func(l string) bool { return strings.HasPrefix(l, "seccomp/") })
}

// kernelFilters says whether the kernel has what the filter needs, so that its
// absence is a defect.
func kernelFilters() bool {
	actions, err := os.ReadFile("/proc/sys/kernel/seccomp/actions_avail")
	return err == nil && strings.Contains(string(actions), "kill_process")
}

func TestEscapeDrill(t *testing.T) {
	for _, strict := range []bool{false, true} {
		name := "best"
		if strict {
			name = "strict"
		}
		t.Run(name, func(t *testing.T) {
			o := driver.Options{Strict: strict}
			d := startDrill(t, o)
			if !jailed(d) {
				layers, missing := d.Sandbox()
				if kernelFilters() && !slices.ContainsFunc(missing, func(m string) bool { return strings.Contains(m, "race detector") }) {
					t.Fatalf("the kernel could filter system calls, and does not: layers %q, missing %q", layers, missing)
				}
				t.Skipf("there is no jail here: layers %q, missing %q", layers, missing)
			}
			// The drill as such is stopped by nothing.
			if got := attempt(t, d, coreproc.TellMemoryLimit); got != "1073741824" {
				t.Fatalf("the drill itself ends with %s", got)
			}
			for _, a := range coreproc.Attempts() {
				if a.Strict && !strict {
					continue
				}
				d := startDrill(t, o) // a fresh one, that need not pause after deaths
				switch got := attempt(t, d, a.Name); got {
				case "signal: bad system call", "EPERM":
				case "ENOSYS":
					if a.Name != "fork by the newer call" { // callers try the older one then
						t.Errorf("%s: %s", a.Name, got)
					}
				default:
					t.Errorf("%s: %s", a.Name, got)
				}
			}
		})
	}
}

func TestGarbageIsBoundedInTheJailToo(t *testing.T) {
	const late, anytime = "1073741824", "3221225472" // 1 GiB, 3 GiB
	for _, row := range []struct {
		o    driver.Options
		want string
	}{
		{driver.Options{}, late},
		{driver.Options{Sandbox: driver.SandboxOff}, late},
		{driver.Options{Without: driver.WithoutLateCollection}, anytime},
	} {
		if got := attempt(t, startDrill(t, row.o), coreproc.TellMemoryLimit); got != row.want {
			t.Errorf("%+v: the limit is %s, want %s", row.o, got, row.want)
		}
	}
}

// TestTheDrillIsReal: without the jail these attempts succeed, so it is the
// jail that stops them.
func TestTheDrillIsReal(t *testing.T) {
	d := startDrill(t, driver.Options{Sandbox: driver.SandboxOff})
	if layers, missing := d.Sandbox(); len(layers)+len(missing) > 0 {
		t.Errorf("layers %q, missing %q", layers, missing)
	}
	for _, name := range []string{
		"open a file", "make a file", "open a socket", "send a signal to its node", "send a signal to a thread of its node",
		"fork", "make a file in memory", "raise a limit", "change what it is", "duplicate a descriptor",
		"map executable memory", "make memory executable",
	} {
		if got := attempt(t, d, name); got != "done" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestTheReleaseIsWithoutDrill(t *testing.T) {
	contains := func(path string) bool {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(b, []byte(coreproc.DrillMark))
	}
	if !contains("/proc/self/exe") {
		t.Fatal("the mark is not even in this test")
	}
	release := filepath.Join(t.TempDir(), "core")
	if out, err := exec.Command("go", "build", "-o", release, "../cmd/core").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if contains(release) {
		t.Error("the program core contains the drill")
	}
}

// buildRelease builds the program core as it is released.
func buildRelease(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "core")
	build := exec.Command("go", "build", "-o", path, "../cmd/core")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// TestACoreThatIsStoppedForAWhileGoesOn: a debugger, a frozen container or a
// machine that sleeps stop a process, and the kernel then asks it to begin a
// call again that it was waiting in.
func TestACoreThatIsStoppedForAWhileGoesOn(t *testing.T) {
	d, err := driver.New(world{}, driver.Options{Path: buildRelease(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	pid := d.Pid()
	for range 50 {
		for _, s := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGCONT} {
			if err := syscall.Kill(pid, s); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if _, err := d.Version(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if d.Pid() != pid {
		t.Error("Core has died of it")
	}
}

// TestAllLayersAreOn is about the release of Core, built without cgo, on a
// kernel that has everything.
func TestAllLayersAreOn(t *testing.T) {
	release := buildRelease(t)
	for _, o := range []driver.Options{{}, {Strict: true}, {Namespaces: true}} {
		o.Path = release
		d, err := driver.New(world{}, o)
		if err != nil {
			t.Fatal(err)
		}
		layers, missing := d.Sandbox()
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		want := []string{"no_new_privs", "landlock", "rlimits", "seccomp/18"}
		if o.Strict || runtime.GOARCH != "amd64" {
			want = append(want, "wx")
		}
		if o.Namespaces {
			want = append(want, "namespaces")
		}
		var got []string
		for _, l := range layers {
			if strings.HasPrefix(l, "landlock/") {
				l = "landlock"
			}
			got = append(got, l)
		}
		if len(missing) > 0 {
			t.Skipf("this kernel lacks something: %q", missing)
		}
		if !slices.Equal(got, want) {
			t.Errorf("strict %v, namespaces %v: layers %q, want %q", o.Strict, o.Namespaces, got, want)
		}
		o.Sandbox = driver.SandboxRequire
		if d, err = driver.New(world{}, o); err != nil {
			t.Errorf("with everything there it does not start: %v", err)
		} else if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}
