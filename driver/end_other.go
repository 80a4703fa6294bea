//go:build !linux

package driver

import (
	"os"
	"time"
)

// rawPipe is filePipe here.
func rawPipe(nodeReads bool, spin time.Duration) (node end, core *os.File, err error) {
	return filePipe(nodeReads, spin)
}
