package bench

import (
	"os"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// pin puts every thread of this process on one core, and with them what they
// start. It gives a function that takes it back.
func pin(b testing.TB) func() {
	b.Helper()
	var before unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		b.Fatal(err)
	}
	var one unix.CPUSet
	for cpu := range 1024 {
		if before.IsSet(cpu) {
			one.Set(cpu)
			break
		}
	}
	place(b, &one)
	return func() { place(b, &before) }
}

func place(b testing.TB, set *unix.CPUSet) {
	b.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		b.Fatal(err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			b.Fatal(err)
		}
		// A thread may end meanwhile.
		if err := unix.SchedSetaffinity(id, set); err != nil && err != unix.ESRCH {
			b.Fatal(err)
		}
	}
}
