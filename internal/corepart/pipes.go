package corepart

import (
	"errors"
	"fmt"
	"os"
)

// The descriptors that Core is started with, after standard input, output and
// error.
const (
	fdInit       = 3 // coreInit, read: what Core is built from
	fdNodeToCore = 4 // nodeToCore, read: requests, and answers of the hook
	fdCoreToNode = 5 // coreToNode, write: questions to the hook, and results
	fdLogProfile = 6 // read: which log lines are wanted
	fdLogLines   = 7 // write: log lines
)

// Pipes are Core's ends of the pipes between Node and Core.
type Pipes struct {
	Init, NodeToCore, CoreToNode *os.File
	LogProfile, LogLines         *os.File
}

// Inherited gives the pipes that this process was started with.
func Inherited() (*Pipes, error) {
	var files [fdLogLines + 1]*os.File
	for fd := fdInit; fd <= fdLogLines; fd++ {
		f := os.NewFile(uintptr(fd), pipeName(fd))
		if f == nil {
			return nil, fmt.Errorf("descriptor %d (%s) is not open", fd, pipeName(fd))
		}
		stat, err := f.Stat()
		if err == nil && stat.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
			err = errors.New("not a pipe") // perhaps something of Go's own
		}
		if err != nil {
			return nil, fmt.Errorf("descriptor %d (%s): %w: Core is started by a node, not by hand", fd, pipeName(fd), err)
		}
		files[fd] = f
	}
	return &Pipes{
		Init: files[fdInit], NodeToCore: files[fdNodeToCore], CoreToNode: files[fdCoreToNode],
		LogProfile: files[fdLogProfile], LogLines: files[fdLogLines],
	}, nil
}

func pipeName(fd int) string {
	switch fd {
	case fdInit:
		return "coreInit"
	case fdNodeToCore:
		return "nodeToCore"
	case fdCoreToNode:
		return "coreToNode"
	case fdLogProfile:
		return "logProfile"
	}
	return "logLines"
}

// Close closes all pipes that are open.
func (p *Pipes) Close() error {
	var errs []error
	for _, f := range []*os.File{p.Init, p.NodeToCore, p.CoreToNode, p.LogProfile, p.LogLines} {
		if err := f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
