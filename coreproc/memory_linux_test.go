package coreproc_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// TestWhatAnIdleCoreHolds: 9 MiB each were seen; the bounds are what is
// promised.
func TestWhatAnIdleCoreHolds(t *testing.T) {
	const oneMiB, bothMiB = 15, 30
	release := buildRelease(t)
	d, err := driver.New(world{}, driver.Options{Path: release, Standby: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	for begin := time.Now(); !d.Stats().Standby; time.Sleep(time.Millisecond) {
		if time.Since(begin) > 10*time.Second {
			t.Fatal("no Core stands by")
		}
	}
	sizes := residentSizes(t, release)
	if len(sizes) != 2 {
		t.Fatalf("%d processes, want a Core and one that stands by", len(sizes))
	}
	both := 0.0
	for pid, mib := range sizes {
		which := "stands by"
		if pid == d.Pid() {
			which = "idle"
		}
		t.Logf("%s: %.1f MiB", which, mib)
		if both += mib; mib > oneMiB {
			t.Errorf("%s: %.1f MiB, at most %d", which, mib, oneMiB)
		}
	}
	if both > bothMiB {
		t.Errorf("both: %.1f MiB, at most %d", both, bothMiB)
	}
}

// residentSizes gives the resident MiB of the children of this process that
// run a program.
func residentSizes(t *testing.T, program string) map[int]float64 {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil {
		t.Fatal(err)
	}
	sizes := make(map[int]float64)
	for _, path := range paths {
		status, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		var pid, parent, kib int
		for line := range strings.Lines(string(status)) {
			for form, n := range map[string]*int{"Pid: %d": &pid, "PPid: %d": &parent, "VmRSS: %d": &kib} {
				_, _ = fmt.Sscanf(line, form, n) // any other line does not match
			}
		}
		if exe, err := os.Readlink(filepath.Join(filepath.Dir(path), "exe")); err == nil && parent == os.Getpid() && exe == program {
			sizes[pid] = float64(kib) / 1024
		}
	}
	return sizes
}
