package driver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

const (
	// graceTime is how long Core may take to end after its pipe was closed,
	// and again after it was asked to by a signal.
	graceTime = 250 * time.Millisecond

	// reapTime is how long the end of a killed process is waited for.
	reapTime = 2 * time.Second

	// dyingTime is how long a process may take to end after its pipe did, and
	// the rest of its output to arrive after it has ended.
	dyingTime = 250 * time.Millisecond

	// lateTime is how long after its deadline a request waits for the end of
	// the process that was killed for it. A process with much memory takes
	// longer to end.
	lateTime = 40 * time.Millisecond
)

// process is one Core process and everything that belongs to it. It is either
// running or has ended, and never runs again.
type process struct {
	config     vm.Config       // that it was built from
	generation uint64          // of config
	prepared   *protocol.Codes // what it has compiled while it stood by
	path       string
	cmd        *exec.Cmd
	pipes      *pipes
	output     *output
	profile    *profileWriter
	messenger  *ipc.Messenger
	hello      *protocol.Hello
	missing    []string // layers of protection, as in hello

	done    chan struct{} // closed when the process has ended
	waitErr error         // how; to be read after done

	stopping   sync.Once
	freed      chan struct{}   // closed when nothing of the process is left
	background *sync.WaitGroup // of the driver, for what is left meanwhile
}

// startProcess starts Core and shakes hands. Whatever fails, nothing of the
// process is left, or will be when background is through.
func startProcess(ctx, life context.Context, o *Options, config vm.Config, deadline time.Time, background *sync.WaitGroup) (*process, error) {
	path, err := findBinary(o)
	if err != nil {
		return nil, &CriticalError{Kind: KindStart, Op: "start", Err: err}
	}
	p, err := spawn(path, o, config, background)
	if err != nil {
		return nil, &CriticalError{Kind: KindStart, Op: "start", Err: err}
	}
	if err = p.handshake(ctx, life, o, deadline); err != nil {
		return nil, p.fail("start", KindStart, err, deadline)
	}
	return p, nil
}

func spawn(path string, o *Options, config vm.Config, background *sync.WaitGroup) (*process, error) {
	pipes, err := makePipes(o)
	if err != nil {
		return nil, err
	}
	p := &process{
		config: config, path: path, pipes: pipes,
		done: make(chan struct{}), freed: make(chan struct{}), background: background,
	}
	if p.cmd, err = command(path, pipes, o.Namespaces); err == nil {
		if err = p.run(); err != nil && o.Namespaces && o.Sandbox == SandboxBest && namespacesDenied(err) {
			p.missing = append(p.missing, "namespaces: "+err.Error())
			if p.cmd, err = command(path, pipes, false); err == nil {
				err = p.run()
			}
		}
		if err == nil {
			if e, ok := pipes.coreToNode.(interface{ whenLost(func()) }); ok {
				e.whenLost(func() { _ = p.cmd.Process.Kill() }) // an error means that it has ended
			}
			p.output = readOutput(o.Logger, pipes)
			p.profile = newProfileWriter(pipes.profile, p.done, o.Logger.With("logger", "coreDriver"))
			if err = pipes.closeCore(); err == nil {
				return p, nil
			}
			p.kill(dyingTime)
		}
	}
	return nil, errors.Join(err, pipes.closeCore(), pipes.close())
}

// run starts the process and leaves a goroutine that waits for its end.
//
// The goroutine keeps its thread for itself: the signal for the death of the
// parent belongs to the thread that started the child, so that thread has to
// live as long as the child.
func (p *process) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.waitErr = p.cmd.Wait()
		close(p.done)
		// A process of its own making may hold the other end open.
		p.pipes.coreToNode.SetReadDeadline(time.Now().Add(dyingTime))
	}()
	return <-started
}

// handshake tells Core what it is built from and hears who it is.
func (p *process) handshake(ctx, life context.Context, o *Options, deadline time.Time) error {
	base := o.Logger.With("logger", "core/baseMessenger")
	receiver := ipc.NewReceiver(p.pipes.coreToNode, o.Limits.FrameBytes)
	first := ipc.NewMessenger(ipc.NewSender(p.pipes.init, ipc.MaxFrameBytes), receiver, ipc.JSON, base, protocol.KindName)
	p.messenger = ipc.NewMessenger(ipc.NewSender(p.pipes.nodeToCore, o.Limits.FrameBytes), receiver, o.Codec, base, protocol.KindName)

	release, err := interruptible(first, deadline, ctx, life)
	if err != nil {
		return err
	}
	defer release()
	hello, err := protocol.Start().Call(first, &protocol.Init{
		Protocol: protocol.Version, Codec: o.Codec, FrameBytes: o.Limits.FrameBytes, Config: p.config,
		Sandbox:        protocol.Sandbox{Off: o.Sandbox == SandboxOff, Strict: o.Strict},
		CollectAnytime: o.Without&WithoutLateCollection != 0,
		FreshInstances: o.Without&WithoutWarmInstances != 0,
		CompileWhole:   o.Without&WithoutParts != 0,
	})
	if denial, ok := errors.AsType[*ipc.Denial](err); ok {
		return fmt.Errorf("core refuses to start: %.*q", maxToldBytes, denial.Text)
	}
	switch {
	case err != nil:
		return err
	case hello.Protocol != protocol.Version:
		return fmt.Errorf("core speaks protocol version %d, the node %d", hello.Protocol, protocol.Version)
	}
	if err := p.confined(hello, o); err != nil {
		return err
	}
	hello.Build, hello.Engine, hello.Sandbox = cut(hello.Build), cut(hello.Engine), told(hello.Sandbox)
	p.hello = hello
	return errors.Join(first.Reset(), p.pipes.init.Close())
}

// interruptible sets the deadline of a messenger, and makes the end of each
// context a deadline that has passed. release undoes the second; after it the
// contexts have no more effect.
func interruptible(c *ipc.Messenger, deadline time.Time, ctxs ...context.Context) (release func(), err error) {
	if err := c.SetDeadline(deadline); err != nil {
		return nil, err
	}
	var undo []func()
	for _, ctx := range ctxs {
		ran := make(chan struct{})
		stop := context.AfterFunc(ctx, func() {
			c.SetDeadline(time.Unix(1, 0))
			close(ran)
		})
		undo = append(undo, func() {
			if !stop() {
				<-ran
			}
		})
	}
	return func() {
		for _, f := range undo {
			f()
		}
	}, nil
}

// ended says whether the process has ended.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// waitEnd waits for the end of the process, but not longer than t.
func (p *process) waitEnd(t time.Duration) bool {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-p.done:
		return true
	case <-timer.C:
		return false
	}
}

// stop ends the process, first by closing its pipe and by asking, and frees
// everything. It may be called again, and after kill.
func (p *process) stop() {
	p.stopping.Do(func() {
		p.pipes.nodeToCore.Close()
		if !p.waitEnd(graceTime) && terminate(p.cmd.Process) == nil {
			p.waitEnd(graceTime)
		}
		p.end()
	})
	<-p.freed
}

// kill ends the process and frees everything. What of it takes longer than
// patience goes on in the background.
func (p *process) kill(patience time.Duration) {
	p.stopping.Do(func() {
		if !p.ended() {
			_ = p.cmd.Process.Kill() // an error means that it has ended meanwhile
		}
		p.background.Go(p.end)
	})
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.freed:
	case <-timer.C:
	}
}

// end kills the process if it runs, waits for its end and frees everything.
func (p *process) end() {
	defer close(p.freed)
	if !p.ended() {
		_ = p.cmd.Process.Kill()
		p.waitEnd(reapTime)
	}
	p.output.finish(dyingTime)
	p.pipes.close()
	p.output.wait()
}

// fail ends the process because of err and gives the critical error. How the
// process ended is part of it, if that is known soon after the deadline.
func (p *process) fail(op string, kind Kind, err error, deadline time.Time) *CriticalError {
	patience := min(max(0, time.Until(deadline))+lateTime, dyingTime)
	switch kindOf(err) {
	case KindCrash: // the end of its pipe is seen before its own
		p.waitEnd(patience)
	case KindTimeout:
		if kind == KindTimeout && p.ended() {
			kind = KindCrash
		}
	}
	p.kill(patience)
	e := &CriticalError{Kind: kind, Op: op, Err: err, Stderr: p.output.stderrTail(), died: channelEnded(err)}
	if p.ended() {
		e.Exit = p.exit()
	}
	return e
}

// exit says how a process ended that has.
func (p *process) exit() string {
	if p.waitErr != nil {
		return p.waitErr.Error()
	}
	return "exit status 0"
}

// attrs describe the process in the log.
func (p *process) attrs() []any {
	return []any{
		"pid", p.cmd.Process.Pid, "path", p.path, "build", p.hello.Build, "engine", p.hello.Engine,
		"sandbox", strings.Join(p.hello.Sandbox, ","), slog.Any("schedule", p.hello.Schedule),
	}
}

// confined notes which layers of protection are missing, and judges it.
func (p *process) confined(hello *protocol.Hello, o *Options) error {
	p.missing = append(p.missing, told(hello.Missing)...)
	if len(p.missing) > 0 && o.Sandbox == SandboxRequire {
		return fmt.Errorf("the sandbox lacks a layer: %q", p.missing)
	}
	return nil
}

// told cuts what Core says of itself.
func told(list []string) []string {
	const most = 100
	list = list[:min(len(list), most)]
	for i := range list {
		list[i] = cut(list[i])
	}
	return list
}

func cut(text string) string { return text[:min(len(text), maxToldBytes)] }
