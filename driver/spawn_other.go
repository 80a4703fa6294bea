//go:build !unix

package driver

import (
	"errors"
	"os"
	"os/exec"
)

func command(string, *pipes, bool) (*exec.Cmd, error) {
	return nil, errors.New("Core in a process of its own needs pipes that are inherited by their number, which this system does not have; use package inprocess")
}

// namespacesDenied says whether a start failed because of namespaces.
func namespacesDenied(error) bool { return false }

func terminate(p *os.Process) error { return p.Kill() }
