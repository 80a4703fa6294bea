//go:build !unix

package driver

import (
	"errors"
	"os"
	"os/exec"
)

func command(string, *pipes) (*exec.Cmd, error) {
	return nil, errors.New("Core in a process of its own needs pipes that are inherited by their number, which this system does not have; use package inprocess")
}

func terminate(p *os.Process) error { return p.Kill() }
