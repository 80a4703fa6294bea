package corepart

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// profile says which log lines are wanted.
type profile struct{ patterns []pattern }

type pattern struct {
	name  string // "*", or a part of the names of loggers
	level slog.Level
}

// levelNone is above every level.
const levelNone = slog.Level(1 << 10)

// defaultProfile holds until the Node sends one.
func defaultProfile() *profile { return &profile{[]pattern{{"*", slog.LevelInfo}}} }

// parseProfile reads what the Node sends:
//
//	{"LogLevelPatterns":"*:INFO,core/host:TRACE","WithCorrelation":false,"WithLoggerName":true}
//
// Patterns hold from left to right: "*" is every logger, any other name every
// logger whose name contains it. The two switches belong to the display of the
// Node and change nothing here.
func parseProfile(payload []byte) (*profile, error) {
	var wire struct{ LogLevelPatterns string }
	if err := json.Unmarshal(payload, &wire); err != nil {
		return nil, err
	}
	p := defaultProfile()
	for part := range strings.SplitSeq(wire.LogLevelPatterns, ",") {
		name, word, ok := strings.Cut(strings.TrimSpace(part), ":")
		level, known := levelNamed(word)
		if !ok || !known || name == "" {
			return nil, fmt.Errorf("bad log level pattern %q", part)
		}
		p.patterns = append(p.patterns, pattern{name, level})
	}
	return p, nil
}

// level is the lowest level wanted of a logger.
func (p *profile) level(logger string) slog.Level {
	level := levelNone
	for _, each := range p.patterns {
		if each.name == "*" || strings.Contains(logger, each.name) {
			level = each.level
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
		return levelNone, true
	}
	return 0, false
}
