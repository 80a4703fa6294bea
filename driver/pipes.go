package driver

import (
	"errors"
	"os"
)

// pipes are all pipes between the node and one Core process. They are made
// close-on-exec, so no other process ever inherits one.
type pipes struct {
	// The node's ends.
	init       *os.File // coreInit, write: what Core is built from
	nodeToCore end      // write: requests, answers of the hook
	coreToNode end      // read: questions to the hook, results
	profile    *os.File // write: which log lines are wanted
	lines      *os.File // read: log lines
	stdout     *os.File // read
	stderr     *os.File // read

	// Core's ends, closed in the node once Core has them. If the node kept
	// one, it would never see the end of a pipe.
	core struct{ init, nodeToCore, coreToNode, profile, lines, stdout, stderr *os.File }
}

func makePipes(o *Options) (*pipes, error) {
	p := new(pipes)
	pipe := rawPipe
	if o.Without&WithoutRawPipes != 0 {
		pipe = filePipe
	}
	var err error
	if p.nodeToCore, p.core.nodeToCore, err = pipe(false, o.Spin); err != nil {
		return nil, err
	}
	if p.coreToNode, p.core.coreToNode, err = pipe(true, o.Spin); err != nil {
		return nil, errors.Join(err, p.closeCore(), p.close())
	}
	for _, pair := range []struct{ read, write **os.File }{
		{&p.core.init, &p.init},
		{&p.core.profile, &p.profile},
		{&p.lines, &p.core.lines},
		{&p.stdout, &p.core.stdout},
		{&p.stderr, &p.core.stderr},
	} {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, errors.Join(err, p.closeCore(), p.close())
		}
		*pair.read, *pair.write = r, w
	}
	return p, nil
}

// inherited lists what Core gets as descriptors 3, 4, 5, 6 and 7.
func (p *pipes) inherited() []*os.File {
	return []*os.File{p.core.init, p.core.nodeToCore, p.core.coreToNode, p.core.profile, p.core.lines}
}

// closeCore closes Core's ends in the node.
func (p *pipes) closeCore() error {
	return closeAll(p.core.init, p.core.nodeToCore, p.core.coreToNode, p.core.profile, p.core.lines,
		p.core.stdout, p.core.stderr)
}

// close closes the node's ends. Ends that are closed already do not matter.
func (p *pipes) close() error {
	err := closeAll(p.init, p.profile, p.lines, p.stdout, p.stderr)
	for _, e := range []end{p.nodeToCore, p.coreToNode} {
		if e == nil {
			continue
		}
		if closing := e.Close(); !errors.Is(closing, os.ErrClosed) {
			err = errors.Join(err, closing)
		}
	}
	return err
}

func closeAll(files ...*os.File) error {
	var errs []error
	for _, f := range files {
		if f == nil {
			continue
		}
		if err := f.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
