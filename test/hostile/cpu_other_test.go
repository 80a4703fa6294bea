//go:build !linux

package hostile_test

import (
	"errors"
	"time"
)

func cpu(int) (time.Duration, error) {
	return 0, errors.New("the CPU time of another process can be read only on Linux")
}
