package driver

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

const (
	// maxLineBytes is the longest line that is logged; longer log lines are
	// skipped, longer lines of output are cut into pieces.
	maxLineBytes = 64 << 10

	// stderrBytes is how much of the end of standard error is kept.
	stderrBytes = 64 << 10

	// outputBytesPerSecond bounds what one process can put into the node's
	// log. What is over is dropped and counted.
	outputBytesPerSecond = 1 << 20

	// recordBytes is what a record counts besides its text: time, level, names.
	recordBytes = 100

	// profileTime is how long Core may take to accept a log profile.
	profileTime = time.Second
)

// output reads everything that a Core process says beside the dialogues: log
// lines, standard output and standard error. Reading never stops before the
// pipes end, so that the process is never blocked by it.
type output struct {
	handler slog.Handler
	pipes   *pipes
	readers sync.WaitGroup
	read    chan struct{} // closed when all readers have ended

	mu      sync.Mutex
	tail    []byte // of standard error
	second  int64  // of the budget
	left    int    // bytes of the budget in this second
	dropped int    // lines, not reported yet
}

func readOutput(logger *slog.Logger, p *pipes) *output {
	o := &output{handler: logger.Handler(), pipes: p, read: make(chan struct{})}
	o.readers.Go(o.readLogLines)
	o.readers.Go(func() { o.readText(p.stdout, ipc.LevelTrace, "stdout") })
	o.readers.Go(func() { o.readText(p.stderr, slog.LevelError, "stderr") })
	go func() {
		o.readers.Wait()
		close(o.read)
	}()
	return o
}

// finish waits for the rest of the output of a process that has ended, but not
// longer than t.
func (o *output) finish(t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-o.read:
	case <-timer.C:
	}
}

// wait waits for the readers; their pipes are closed.
func (o *output) wait() { <-o.read }

// stderrTail is the end of standard error.
func (o *output) stderrTail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.tail[max(0, len(o.tail)-stderrBytes):])
}

// readText logs a stream line by line.
func (o *output) readText(r io.Reader, level slog.Level, stream string) {
	lines := bufio.NewReaderSize(r, maxLineBytes)
	for {
		line, _, err := lines.ReadLine()
		if err != nil {
			return
		}
		if stream == "stderr" {
			o.keep(line)
		}
		record := slog.NewRecord(time.Now(), level, "Core", 0)
		record.AddAttrs(slog.String("logger", "textOutputSink"), slog.String("stream", stream), slog.String("line", string(line)))
		o.emit(record, len(line))
	}
}

// keep appends a line to the tail of standard error.
func (o *output) keep(line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tail = append(append(o.tail, line...), '\n')
	if len(o.tail) > 2*stderrBytes { // seldom, since it moves the rest
		o.tail = append(o.tail[:0], o.tail[len(o.tail)-stderrBytes:]...)
	}
}

// readLogLines logs the log lines of Core. One that is too long or cannot be
// decoded is skipped.
func (o *output) readLogLines() {
	r := bufio.NewReader(o.pipes.lines)
	for {
		var length [4]byte
		if _, err := io.ReadFull(r, length[:]); err != nil {
			return
		}
		n := binary.LittleEndian.Uint32(length[:])
		if n > maxLineBytes {
			if _, err := io.CopyN(io.Discard, r, int64(n)); err != nil {
				return
			}
			o.drop()
			continue
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(r, payload); err != nil {
			return
		}
		var line protocol.LogLine
		if err := json.Unmarshal(payload, &line); err != nil {
			o.drop()
			continue
		}
		o.emit(recordOf(&line), int(n))
	}
}

func recordOf(l *protocol.LogLine) slog.Record {
	record := slog.NewRecord(time.Unix(0, l.Timestamp), protocol.LevelOf(l.LogLevel), l.Message, 0)
	record.AddAttrs(slog.String("logger", l.LoggerName))
	for args := l.Args; len(args) > 0; {
		if len(args) == 1 {
			record.AddAttrs(slog.String("!extra", args[0]))
			break
		}
		record.AddAttrs(slog.String(args[0], args[1]))
		args = args[2:]
	}
	return record
}

// emit logs a record if the budget allows it. The level of the node's loggers
// is not consulted: what Core sends was filtered in Core.
func (o *output) emit(record slog.Record, bytes int) {
	o.mu.Lock()
	now := time.Now()
	if second := now.Unix(); second != o.second {
		o.second, o.left = second, outputBytesPerSecond
	}
	o.left -= bytes + recordBytes
	if o.left < 0 {
		o.dropped++
		o.mu.Unlock()
		return
	}
	dropped := o.dropped
	o.dropped = 0
	if dropped > 0 {
		o.left -= recordBytes
	}
	o.mu.Unlock()
	if dropped > 0 {
		lost := slog.NewRecord(now, slog.LevelWarn, "lines of Core dropped", 0)
		lost.AddAttrs(slog.String("logger", "logLinesSink"), slog.Int("lines", dropped))
		o.handle(lost)
	}
	o.handle(record)
}

func (o *output) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.dropped++
}

// handle hands a record to the node's logger. A logger that fails has nobody
// to tell.
func (o *output) handle(record slog.Record) { _ = o.handler.Handle(context.Background(), record) }

// profileWriter sends log profiles to one process, beside everything else, so
// that a process which does not read them holds up nobody. Only the latest
// profile counts.
type profileWriter struct{ latest chan string }

// newProfileWriter makes a writer that ends with the process.
func newProfileWriter(w *os.File, done <-chan struct{}, logger *slog.Logger) *profileWriter {
	p := &profileWriter{make(chan string, 1)}
	go func() {
		for {
			select {
			case <-done:
				return
			case profile := <-p.latest:
				if err := writeProfile(w, profile); err != nil {
					logger.Debug("log profile cannot be sent", "err", err)
					return
				}
			}
		}
	}()
	return p
}

// set replaces the profile. It never blocks. One goroutine at a time calls it.
func (p *profileWriter) set(profile string) {
	select {
	case <-p.latest:
	default:
	}
	select {
	case p.latest <- profile:
	default:
	}
}

func writeProfile(w *os.File, patterns string) error {
	payload, err := json.Marshal(&protocol.LogProfile{LogLevelPatterns: patterns, WithLoggerName: true})
	if err != nil {
		return err
	}
	if err := w.SetWriteDeadline(time.Now().Add(profileTime)); err != nil {
		return err
	}
	frame := binary.LittleEndian.AppendUint32(nil, uint32(len(payload)))
	_, err = w.Write(append(frame, payload...))
	return err
}
