//go:build unix

package driver

import (
	"os"
	"os/exec"
	"syscall"

	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

// command prepares the start of path as Core.
func command(path string, p *pipes, namespaces bool) (*exec.Cmd, error) {
	return &exec.Cmd{
		Path:        path,
		Args:        []string{protocol.ProcessName},
		Stdout:      p.core.stdout,
		Stderr:      p.core.stderr,
		ExtraFiles:  p.inherited(),
		SysProcAttr: attributes(namespaces),
	}, nil
}

// terminate asks a process to end.
func terminate(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
