package corepart

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// The exit codes of Core. There is no 0: Core has no reason of its own to end.
// A panic is 2 as well, that is Go's number for it. With every code but that
// of a panic there is one line on standard error that says why.
const (
	ExitDescriptors = 1  // an inherited descriptor is missing
	ExitInit        = 2  // Core cannot be built from what it was given
	ExitLoop        = 3  // the loop ended: the Node closed the pipe, died, or broke a rule
	ExitProtocol    = 64 // the Node speaks another protocol
)

// Facts are what Core says of its executor in the handshake.
type Facts struct {
	Engine   string
	Schedule vm.Hash

	// Confine, if it is not nil, protects the machine from this process. It is
	// called when everything else is ready, as the last thing before Core says
	// that it is, and tells which layers of protection are on, and which are
	// missing and why.
	Confine func() (layers, missing []string)

	// Compiled, if it is not nil, says whether anything was compiled since the
	// last time, which leaves much garbage.
	Compiled func() bool

	// Settle, if it is not nil, is called after each answer. What it begins may
	// go on while the next request runs.
	Settle func()
}

// A Constructor makes the executor that runs contracts, with hook to ask the
// Node.
type Constructor func(init *protocol.Init, hook vm.BlockchainHook) (vm.Executor, Facts, error)

// Main is Core: it uses the inherited descriptors, runs until the Node goes
// away, and gives the exit code. build identifies the binary.
func Main(build string, construct Constructor) int {
	pipes, err := Inherited()
	if err != nil {
		fmt.Fprintf(os.Stderr, "core: %v\n", err)
		return ExitDescriptors
	}
	// The pipes are left open: whoever is confined may not be allowed to close
	// them, and the end of the process does it.
	defer runtime.KeepAlive(pipes)
	return converse(pipes, build, construct, os.Stderr, os.Exit, true)
}

// Run is Main on given pipes, which it closes. exit ends the process in the
// middle of an execution because the Node is gone.
func Run(pipes *Pipes, build string, construct Constructor, stderr io.Writer, exit func(code int)) int {
	code := converse(pipes, build, construct, stderr, exit, false)
	if err := pipes.Close(); err != nil {
		fmt.Fprintf(stderr, "core: %v\n", err)
	}
	return code
}

// converse is Core on given pipes; alone says that the process is Core and
// nothing else.
func converse(pipes *Pipes, build string, construct Constructor, stderr io.Writer, exit func(code int), alone bool) int {
	lines := newLines(pipes.LogLines)
	go func() {
		// It may stay in its read until the process ends.
		if lines.follow(pipes.LogProfile) {
			exit(ExitLoop)
		}
	}()
	p := &part{pipes: pipes, build: build, alone: alone, log: lines.logger("core/part")}
	code, err := p.run(lines, construct)
	p.log.Error("end of loop", "err", err)
	lines.close()
	fmt.Fprintf(stderr, "core: %v\n", err)
	return code
}

// part is the Core Part.
type part struct {
	pipes     *Pipes
	build     string
	alone     bool       // in the process
	collector *collector // nil: Go collects when it wants to
	log       *slog.Logger
	host      *slog.Logger
	duration  *slog.Logger
	messenger *ipc.Messenger
	gateway   *gateway
	executor  vm.Executor
	facts     Facts
}

func (p *part) run(lines *lines, construct Constructor) (int, error) {
	p.host, p.duration = lines.logger("core/host"), lines.logger("core/duration")
	code, err := p.start(lines, construct)
	if err != nil {
		return code, fmt.Errorf("start: %w", err)
	}
	return ExitLoop, p.loop()
}

// start is the handshake.
func (p *part) start(lines *lines, construct Constructor) (int, error) {
	base := lines.logger("core/baseMessenger")
	sender := ipc.NewSender(p.pipes.CoreToNode, ipc.MaxFrameBytes)
	first := ipc.NewMessenger(sender, ipc.NewReceiver(p.pipes.Init, ipc.MaxFrameBytes), ipc.JSON, base, protocol.KindName)
	method := protocol.Start()
	deny := func(code int, err error) (int, error) {
		return code, errors.Join(err, first.Send(method.Deny(ipc.StatusFailed, err.Error())))
	}

	msg, err := first.Receive()
	if _, ok := errors.AsType[*ipc.ProtocolError](err); ok {
		return ExitProtocol, err
	} else if err != nil {
		return ExitInit, err
	}
	init, err := method.ReadRequest(first, msg)
	if err != nil {
		return deny(ExitInit, err)
	}
	if init.Protocol != protocol.Version {
		return deny(ExitProtocol, fmt.Errorf("the node speaks protocol version %d, this Core %d", init.Protocol, protocol.Version))
	}
	if !init.Codec.Known() || init.FrameBytes <= 0 || init.FrameBytes > ipc.MaxFrameBytes {
		return deny(ExitInit, fmt.Errorf("unknown codec (%d) or bad frame limit (%d)", init.Codec, init.FrameBytes))
	}

	p.gateway = &gateway{log: p.log, attend: func(bool) {}}
	if p.messenger, err = p.speak(init, base); err != nil {
		return deny(ExitInit, err)
	}
	p.gateway.messenger = p.messenger
	executor, facts, err := construct(init, p.gateway)
	if err != nil {
		return deny(ExitInit, err)
	}
	p.executor, p.facts = executor, facts
	if err := p.pipes.Init.Close(); err != nil { // there is nothing more on it
		return deny(ExitInit, err)
	}
	var layers, missing []string
	if facts.Confine != nil {
		layers, missing = facts.Confine()
	}
	if p.alone && !init.CollectAnytime {
		p.collector = newCollector() // after Confine, which has a limit of its own
	}
	hello, err := method.Answer(first, &protocol.Hello{
		Protocol: protocol.Version, Build: p.build,
		Engine: facts.Engine, Schedule: facts.Schedule, Sandbox: layers, Missing: missing,
	})
	if err != nil {
		return ExitInit, err
	}
	return ExitInit, first.Send(hello)
}

// speak makes the messenger of the requests.
func (p *part) speak(init *protocol.Init, base *slog.Logger) (*ipc.Messenger, error) {
	var w, r io.ReadWriter = p.pipes.CoreToNode, p.pipes.NodeToCore
	if p.alone { // nobody closes the pipes
		var errW, errR error
		w, _, errW = direct(p.pipes.CoreToNode)
		r, p.gateway.attend, errR = direct(p.pipes.NodeToCore)
		if err := errors.Join(errW, errR); err != nil {
			return nil, err
		}
	}
	return ipc.NewMessenger(
		ipc.NewSender(w, init.FrameBytes), ipc.NewReceiver(r, init.FrameBytes), init.Codec, base, protocol.KindName), nil
}

// loop answers requests until the channel fails; it always ends with an error.
func (p *part) loop() error {
	for {
		msg, err := p.messenger.Receive()
		if err != nil {
			return err
		}
		answer, err := p.answer(msg)
		if err != nil {
			return err
		}
		err = p.messenger.Send(answer)
		if _, ok := errors.AsType[*ipc.SizeError](err); ok {
			err = p.messenger.Send(&ipc.Message{Kind: answer.Kind, Status: ipc.StatusFailed, Text: []byte(err.Error())})
		}
		if err != nil {
			return err
		}
		if err := p.messenger.Reset(); err != nil {
			return err
		}
		if p.collector != nil {
			p.collector.answered(p.facts.Compiled != nil && p.facts.Compiled())
		}
		if p.facts.Settle != nil {
			p.facts.Settle()
		}
	}
}

// answer gives the last message of the dialogue that msg begins. An error is
// one of the channel.
func (p *part) answer(msg *ipc.Message) (*ipc.Message, error) {
	c := p.messenger
	switch msg.Kind {
	case protocol.KindVersion:
		return protocol.VersionOf().Answer(c, &protocol.Text{Text: p.build})
	case protocol.KindDiagnoseWait:
		wait, err := protocol.DiagnoseWait().ReadRequest(c, msg)
		if err != nil {
			return nil, err
		}
		time.Sleep(time.Duration(wait.Nanoseconds))
		return protocol.DiagnoseWait().Answer(c, &protocol.None{})
	case protocol.KindPrepare:
		codes, err := protocol.Prepare().ReadRequest(c, msg)
		if err != nil {
			return nil, err
		}
		if err := p.prepare(codes); err != nil {
			return nil, err
		}
		return protocol.Prepare().Answer(c, &protocol.None{})
	case protocol.KindCreate:
		method := protocol.Create()
		q, err := method.ReadRequest(c, msg)
		if err != nil {
			return nil, err
		}
		return execute(p, method, &q.Fetched, func() (*vm.Output, error) {
			return p.executor.Create(context.Background(), &q.Input)
		})
	case protocol.KindCall:
		method := protocol.Call()
		q, err := method.ReadRequest(c, msg)
		if err != nil {
			return nil, err
		}
		return execute(p, method, &q.Fetched, func() (*vm.Output, error) {
			return p.executor.Call(context.Background(), &q.Input)
		})
	}
	return nil, &ipc.ProtocolError{Reason: "bad message from node: " + protocol.KindName(msg.Kind)}
}

// prepare lets the executor compile code, if it compiles anything.
func (p *part) prepare(codes *protocol.Codes) error {
	executor, ok := p.executor.(interface {
		Prepare(hash vm.Hash, code []byte) error
	})
	for i := 0; ok && i < len(codes.Codes); i++ {
		if err := executor.Prepare(codes.Codes[i].Hash, codes.Codes[i].Code); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	return nil
}

// execute runs a contract. A failure of the hook wins over whatever the
// executor made of it; a failure of the channel wins over both.
func execute[Q any](p *part, method ipc.Method[Q, vm.Output], fetched *protocol.Fetched, run func() (*vm.Output, error)) (*ipc.Message, error) {
	ctx := context.Background()
	debug, measured := p.host.Enabled(ctx, slog.LevelDebug), p.duration.Enabled(ctx, ipc.LevelTrace)
	var begin time.Time
	if measured {
		begin = time.Now()
	}
	if debug {
		p.host.Debug("begin", "request", method.Name)
	}
	p.gateway.begin(fetched)
	output, err := run()
	if measured {
		p.duration.Log(ctx, ipc.LevelTrace, "executed", "request", method.Name, "duration", time.Since(begin))
	}
	if p.gateway.broken != nil {
		return nil, p.gateway.broken
	}
	if p.gateway.failure != nil {
		err = p.gateway.failure
	} else if err == nil && output == nil {
		err = errors.New("the executor gave neither an output nor an error")
	}
	if err != nil {
		p.host.Error("given up", "request", method.Name, "err", err)
		return method.Deny(ipc.StatusFailed, err.Error()), nil
	}
	if p.host.Enabled(ctx, ipc.LevelTrace) {
		p.host.Log(ctx, ipc.LevelTrace, "output", "gasRemaining", output.GasRemaining, "items", len(output.ReturnData),
			"accounts", len(output.Accounts), "logs", len(output.Logs))
	}
	if debug {
		p.host.Debug("end", "request", method.Name, "code", output.Code)
	}
	return method.Answer(p.messenger, output)
}
