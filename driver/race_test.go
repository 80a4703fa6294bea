//go:build race

package driver_test

import "time"

// shortTimeout: under the race detector everything takes many times as long.
const shortTimeout = 5 * time.Second
