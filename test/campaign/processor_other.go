//go:build !unix

package main

import "time"

// processorTime is the time of the clock: the time of the processor is not to be
// had here in the same way.
func processorTime() time.Duration { return time.Duration(time.Now().UnixNano()) }
