package prom

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

func TestMetricsAsPrometheusSeesThem(t *testing.T) {
	m := driver.Metrics{
		Answered: 10, HookFailed: 1, GivenUp: 2, Crashes: 3, Timeouts: 4, Violations: 5, NotStarted: 6,
		Retries: 7, Questions: 8, Starts: 9, Takeovers: 11, Replaced: 12,
		DurationSum: 1500 * time.Millisecond, Running: true,
		Layers:  []string{"seccomp/18", "rlimits", "what is \"this\"\n"},
		Missing: []string{"landlock: not in this kernel", "nothing"},
	}
	m.Durations[0], m.Durations[3], m.Durations[len(m.Durations)-1] = 20, 1, 2
	c := newCollector(func() driver.Metrics { return m })
	want, err := os.ReadFile("testdata/metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	if err := testutil.CollectAndCompare(c, bytes.NewReader(want)); err != nil {
		t.Error(err)
	}
	problems, err := testutil.CollectAndLint(c)
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	// A whole registry checks more than a collector alone.
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.Gather(); err != nil {
		t.Error(err)
	}
}
