package driver

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// ErrClosed is what a request ends with when Close is called while it runs.
var ErrClosed = errors.New("driver: closed during the request")

// Kind says what went wrong with Core.
type Kind uint8

// The kinds of critical errors. The numbers are fixed.
const (
	KindCrash    Kind = 1 // the process ended; also the fresh one that took over
	KindTimeout  Kind = 2 // the deadline of the dialogue passed
	KindProtocol Kind = 3 // the process said something it must not say
	KindStart    Kind = 4 // the process cannot be started
)

// String names the kind.
func (k Kind) String() string {
	switch k {
	case KindCrash:
		return "crash"
	case KindTimeout:
		return "timeout"
	case KindProtocol:
		return "protocol"
	case KindStart:
		return "start"
	}
	return "kind " + strconv.Itoa(int(k))
}

// CriticalError says that Core failed, as opposed to a contract or the hook.
// The process has ended or was killed when it is returned.
type CriticalError struct {
	Kind Kind
	Op   string // what was asked: "Create", "Call", "Version", "DiagnoseWait", "Prepare", "start"

	// Exit says how the process ended, as in "exit status 2" or
	// "signal: killed" (by the driver, too). Empty if there was none, or if it
	// was not known soon enough.
	Exit string

	// Stderr is the end of what the process wrote to standard error, lines
	// separated by "\n". It may hold any bytes.
	Stderr string

	Err error // the cause

	died bool // the process went away by itself
}

const criticalPrefix = "critical error: "

// maxToldBytes is how much of one thing that Core says is repeated where the
// node reads it: in an error, in a line of the log, in a metric.
const maxToldBytes = 1000

// Error describes it in one line.
func (e *CriticalError) Error() string {
	var b strings.Builder
	b.WriteString(criticalPrefix)
	if e.Kind != KindStart { // then it is what was asked
		b.WriteString(e.Op + ": ")
	}
	fmt.Fprintf(&b, "%s: %v", e.Kind, e.Err)
	if e.Exit != "" {
		fmt.Fprintf(&b, " (core: %s", e.Exit)
		if line := lastWords(e.Stderr); line != "" {
			fmt.Fprintf(&b, ", %.*q", maxToldBytes, line)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *CriticalError) Unwrap() error { return e.Err }

// lastWords is the line of standard error that says most: the last one that
// begins as the end of a Go program does, or the first of all.
func lastWords(text string) string {
	var words string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		for _, begin := range []string{"panic: ", "fatal error: ", "core: "} {
			if strings.HasPrefix(line, begin) {
				words = line
			}
		}
		if words == "" {
			words = line
		}
	}
	return words
}

// channelEnded says whether an error of the channel means that the other side
// is gone.
func channelEnded(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.EPIPE)
}

// kindOf classifies an error of the channel.
func kindOf(err error) Kind {
	if _, ok := errors.AsType[*ipc.ProtocolError](err); ok {
		return KindProtocol
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return KindTimeout
	}
	return KindCrash // end of file, broken pipe
}
