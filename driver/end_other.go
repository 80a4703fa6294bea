//go:build !linux

package driver

import "os"

// rawPipe is filePipe here.
func rawPipe(nodeReads bool) (node end, core *os.File, err error) { return filePipe(nodeReads) }
