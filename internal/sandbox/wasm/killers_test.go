package wasm

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"
)

// Files that make the engine's own decoder allocate gigabytes, which ends the
// process. They never reach it: Parse refuses them for next to nothing.
func TestFilesThatKillTheEngineAreRefused(t *testing.T) {
	const huge = "ffffffff0f"
	files := map[string]string{
		"60 bytes, a body with four thousand million runs of locals": section(customSection, "20"+strings.Repeat("78", 32)) +
			section(typeSection, "01600000") + section(functionSection, "0100") + section(codeSection, "0107"+huge+"0b0b"),
	}
	for _, id := range []int{importSection, tableSection, globalSection, exportSection, elementSection, codeSection, dataSection} {
		files["16 bytes, section "+sectionNames[id]] = section(byte(id), huge+"00")
	}
	for name, in := range files {
		b, err := hex.DecodeString(in)
		if err != nil {
			t.Fatal(err)
		}
		b = append([]byte(magic), b...)
		if len(b) != 16 && len(b) < 60 {
			t.Fatalf("%s: it has %d bytes", name, len(b))
		}
		allocatesLittle(t, name, func() {
			_, err = parseAndCheck(b, nothing)
		})
		var refusal *Error
		if !errors.As(err, &refusal) || refusal.Section == "" || refusal.Offset < len(magic) || !strings.Contains(refusal.Reason, "4294967295") {
			t.Errorf("%s: %v", name, err)
		}
		least := time.Hour
		for range 20 {
			start := time.Now()
			_, _ = parseAndCheck(b, nothing)
			least = min(least, time.Since(start))
		}
		t.Logf("%s: %v, %v", name, least, err)
	}
}
