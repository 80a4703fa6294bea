package prom

import (
	"bytes"
	"os"
	"strings"
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
	c := newCollector(false, func() []driver.Metrics { return []driver.Metrics{m} })
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
	gather(t, c)
}

// gather lets a whole registry look, which checks more than a collector alone.
func gather(t *testing.T, c prometheus.Collector) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	if _, err := registry.Gather(); err != nil {
		t.Error(err)
	}
}

// The metrics of a pool are told apart by a label.
func TestMetricsOfAPool(t *testing.T) {
	c := newCollector(true, func() []driver.Metrics {
		return []driver.Metrics{{Answered: 10, Layers: []string{"rlimits"}}, {Answered: 20, Running: true}}
	})
	want := `# HELP core_requests_total Requests by how they ended.
# TYPE core_requests_total counter
core_requests_total{driver="0",end="answered"} 10
core_requests_total{driver="0",end="crash"} 0
core_requests_total{driver="0",end="given up"} 0
core_requests_total{driver="0",end="hook failed"} 0
core_requests_total{driver="0",end="protocol"} 0
core_requests_total{driver="0",end="start"} 0
core_requests_total{driver="0",end="timeout"} 0
core_requests_total{driver="1",end="answered"} 20
core_requests_total{driver="1",end="crash"} 0
core_requests_total{driver="1",end="given up"} 0
core_requests_total{driver="1",end="hook failed"} 0
core_requests_total{driver="1",end="protocol"} 0
core_requests_total{driver="1",end="start"} 0
core_requests_total{driver="1",end="timeout"} 0
# HELP core_running 1 if a Core process runs.
# TYPE core_running gauge
core_running{driver="0"} 0
core_running{driver="1"} 1
# HELP core_sandbox_layer 1 for each layer that protects the machine from Core, 0 for each that is missing.
# TYPE core_sandbox_layer gauge
core_sandbox_layer{driver="0",layer="rlimits"} 1
`
	err := testutil.CollectAndCompare(c, strings.NewReader(want), "core_requests_total", "core_running", "core_sandbox_layer")
	if err != nil {
		t.Error(err)
	}
	gather(t, c)
}
