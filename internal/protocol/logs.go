package protocol

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// LogLine is a line that Core logs, in JSON behind four bytes of length. Empty
// fields but Correlation are left out.
type LogLine struct {
	Message     string   `json:",omitempty"`
	LogLevel    int32    `json:",omitempty"` // see LineLevel
	Args        []string `json:",omitempty"` // keys and values in turn
	Timestamp   int64    `json:",omitempty"` // nanoseconds since 1970
	LoggerName  string   `json:",omitempty"`
	Correlation struct{} // the Node's; Core leaves it empty
}

// LineLevel gives the number of a level in a LogLine: 0 trace, 1 debug, 2
// info, 3 warning, 4 error.
func LineLevel(level slog.Level) int32 {
	switch {
	case level < slog.LevelDebug:
		return 0
	case level < slog.LevelInfo:
		return 1
	case level < slog.LevelWarn:
		return 2
	case level < slog.LevelError:
		return 3
	}
	return 4
}

// LevelOf is the inverse of LineLevel, for any number.
func LevelOf(line int32) slog.Level {
	switch {
	case line <= 0:
		return ipc.LevelTrace
	case line == 1:
		return slog.LevelDebug
	case line == 2:
		return slog.LevelInfo
	case line == 3:
		return slog.LevelWarn
	}
	return slog.LevelError
}

// LogProfile is what the Node sends to say which lines it wants, in JSON
// behind four bytes of length. The switches belong to the display of the Node
// and change nothing in Core.
type LogProfile struct {
	LogLevelPatterns string // see ParseLevels
	WithCorrelation  bool
	WithLoggerName   bool
}

// LevelNone is above every level.
const LevelNone = slog.Level(1 << 10)

// Levels says which log lines are wanted.
type Levels []LevelPattern

// LevelPattern is the lowest level wanted of some loggers.
type LevelPattern struct {
	Name  string // "*", or a part of the names of loggers
	Level slog.Level
}

// DefaultLevels hold until a profile arrives.
func DefaultLevels() Levels { return Levels{{"*", slog.LevelInfo}} }

// maxPatternsBytes bounds a profile, far below what fits into a message.
const maxPatternsBytes = 8 << 10

// ParseLevels reads NAME:LEVEL, separated by commas. They hold from left to
// right: "*" is every logger, any other name every logger whose name contains
// it; LEVEL is TRACE, DEBUG, INFO, WARN, ERROR or NONE in any case.
func ParseLevels(patterns string) (Levels, error) {
	if len(patterns) > maxPatternsBytes {
		return nil, fmt.Errorf("log level patterns of %d bytes, at most %d", len(patterns), maxPatternsBytes)
	}
	levels := DefaultLevels()
	for part := range strings.SplitSeq(patterns, ",") {
		name, word, ok := strings.Cut(strings.TrimSpace(part), ":")
		level, known := levelNamed(word)
		if !ok || !known || name == "" {
			return nil, fmt.Errorf("bad log level pattern %q", part)
		}
		levels = append(levels, LevelPattern{name, level})
	}
	return levels, nil
}

// Of is the lowest level wanted of a logger.
func (l Levels) Of(logger string) slog.Level {
	level := LevelNone
	for _, p := range l {
		if p.Name == "*" || strings.Contains(logger, p.Name) {
			level = p.Level
		}
	}
	return level
}

func levelNamed(word string) (slog.Level, bool) {
	switch strings.ToUpper(strings.TrimSpace(word)) {
	case "TRACE":
		return ipc.LevelTrace, true
	case "DEBUG":
		return slog.LevelDebug, true
	case "INFO":
		return slog.LevelInfo, true
	case "WARN":
		return slog.LevelWarn, true
	case "ERROR":
		return slog.LevelError, true
	case "NONE":
		return LevelNone, true
	}
	return 0, false
}
