package bench

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is what this process and its children, also those that have ended,
// have computed so far, in kernel and program. It grows by the same whatever else the machine does, so
// where both processes share one core it is what a call takes on an idle one.
func cpuTime(b testing.TB) time.Duration {
	b.Helper()
	var ended unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_CHILDREN, &ended); err != nil {
		b.Fatal(err)
	}
	sum := clock(b, unix.CLOCK_PROCESS_CPUTIME_ID) + time.Duration(ended.Utime.Nano()+ended.Stime.Nano())
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		b.Fatal(err)
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for _, word := range strings.Fields(string(text)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				b.Fatal(err)
			}
			// The clock of another process has its complement in the upper bits
			// of the number; 2 is the kind.
			sum += clock(b, int32(^pid<<3|2))
		}
	}
	return sum
}

func clock(b testing.TB, id int32) time.Duration {
	b.Helper()
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}
