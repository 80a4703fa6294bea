package corepart

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

const (
	// queuedLines is how many lines may wait for the Node to read them. A line
	// that finds no room is dropped and counted: logging never blocks.
	queuedLines = 1024

	// maxProfileBytes bounds what the Node may send as a profile.
	maxProfileBytes = 64 << 10

	// drainTime is how long the last lines may take to be written at the end.
	drainTime = 100 * time.Millisecond
)

// lines carries log lines to the Node. Each is four bytes of length (little
// endian) and a JSON object:
//
//	{"Message":"end of loop","LogLevel":4,"Args":["err","EOF"],"Timestamp":1600000000000000005,"LoggerName":"core/part","Correlation":{}}
type lines struct {
	levels  atomic.Pointer[protocol.Levels]
	queue   chan []byte
	dropped atomic.Uint64
	stop    chan struct{}
	written chan struct{} // closed when the writer has ended
}

func newLines(w io.Writer) *lines {
	l := &lines{queue: make(chan []byte, queuedLines), stop: make(chan struct{}), written: make(chan struct{})}
	levels := protocol.DefaultLevels()
	l.levels.Store(&levels)
	go l.write(w)
	return l
}

// write is the only writer of the pipe.
func (l *lines) write(w io.Writer) {
	defer close(l.written)
	for {
		select {
		case frame := <-l.queue:
			if !l.writeLine(w, frame) {
				return
			}
			continue
		default:
		}
		select {
		case frame := <-l.queue:
			if !l.writeLine(w, frame) {
				return
			}
		case <-l.stop:
			return
		}
	}
}

func (l *lines) writeLine(w io.Writer, frame []byte) bool {
	if n := l.dropped.Swap(0); n > 0 {
		lost := protocol.LogLine{
			Message: "log lines dropped", LogLevel: 3, Args: []string{"lines", fmt.Sprint(n)},
			Timestamp: time.Now().UnixNano(), LoggerName: "core/part",
		}
		if _, err := w.Write(frameOf(&lost)); err != nil {
			return false
		}
	}
	_, err := w.Write(frame)
	return err == nil
}

// close lets the lines that wait be written, if the Node reads them.
func (l *lines) close() {
	close(l.stop)
	select {
	case <-l.written:
	case <-time.After(drainTime):
	}
}

// follow applies the profiles that the Node sends, until the pipe ends. It
// says whether it ended as it does when the Node is gone. A profile that makes
// no sense changes nothing.
func (l *lines) follow(r io.Reader) (gone bool) {
	for {
		var length [4]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return !isClosed(err)
		}
		n := binary.LittleEndian.Uint32(length[:])
		if n > maxProfileBytes {
			if _, err := io.CopyN(io.Discard, r, int64(n)); err != nil {
				return !isClosed(err)
			}
			l.logger("core/part").Warn("log profile is too long", "bytes", n)
			continue
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(r, payload); err != nil {
			return !isClosed(err)
		}
		var profile protocol.LogProfile
		err := json.Unmarshal(payload, &profile)
		levels := protocol.Levels(nil)
		if err == nil {
			levels, err = protocol.ParseLevels(profile.LogLevelPatterns)
		}
		if err != nil {
			l.logger("core/part").Warn("log profile is not understood", "err", err)
			continue
		}
		l.levels.Store(&levels)
	}
}

// logger makes a logger with a name.
func (l *lines) logger(name string) *slog.Logger { return slog.New(&handler{lines: l, name: name}) }

// handler is the slog.Handler of one logger.
type handler struct {
	lines  *lines
	name   string
	prefix string // of keys: the open groups
	args   []string
}

// Enabled implements slog.Handler.
func (h *handler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= h.lines.levels.Load().Of(h.name)
}

// Handle implements slog.Handler. It never blocks and never fails.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	line := protocol.LogLine{Message: r.Message, LogLevel: protocol.LineLevel(r.Level), Timestamp: r.Time.UnixNano(), LoggerName: h.name}
	line.Args = append(line.Args, h.args...)
	r.Attrs(func(a slog.Attr) bool {
		line.Args = appendAttr(line.Args, h.prefix, a)
		return true
	})
	select {
	case h.lines.queue <- frameOf(&line):
	default:
		h.lines.dropped.Add(1)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	with := *h
	with.args = append([]string(nil), h.args...)
	for _, a := range attrs {
		with.args = appendAttr(with.args, h.prefix, a)
	}
	return &with
}

// WithGroup implements slog.Handler.
func (h *handler) WithGroup(name string) slog.Handler {
	with := *h
	if name != "" {
		with.prefix += name + "."
	}
	return &with
}

func appendAttr(args []string, prefix string, a slog.Attr) []string {
	value := a.Value.Resolve()
	if value.Kind() == slog.KindGroup {
		if a.Key != "" {
			prefix += a.Key + "."
		}
		for _, inner := range value.Group() {
			args = appendAttr(args, prefix, inner)
		}
		return args
	}
	text := value.String()
	if b, ok := value.Any().([]byte); ok {
		text = hex.EncodeToString(b)
	}
	return append(args, prefix+a.Key, text)
}

// frameOf gives the line as it is written.
func frameOf(line *protocol.LogLine) []byte {
	payload, err := json.Marshal(line)
	if err != nil { // strings and integers cannot fail
		payload = []byte(`{"Correlation":{}}`)
	}
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(payload))), payload...)
}

// isClosed says whether a read ended because this process closed the pipe.
func isClosed(err error) bool { return errors.Is(err, os.ErrClosed) }
