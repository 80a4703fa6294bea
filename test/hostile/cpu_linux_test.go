package hostile_test

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// cpu is the CPU time of this process and of another one, whose clock is that
// of clock_getcpuclockid(3).
func cpu(pid int) (sum time.Duration, err error) {
	for _, clock := range []int{os.Getpid(), pid} {
		var t unix.Timespec
		if err := unix.ClockGettime(int32(^clock)<<3|2, &t); err != nil {
			return 0, err
		}
		sum += time.Duration(t.Nano())
	}
	return sum, nil
}
