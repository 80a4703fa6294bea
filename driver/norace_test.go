//go:build !race

package driver_test

import "time"

// shortTimeout is a deadline that a test waits for, and in which Core can be
// started again even on a busy machine.
const shortTimeout = time.Second
