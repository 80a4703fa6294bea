// Package prom shows the metrics of a driver.Driver to Prometheus.
//
//	registry.MustRegister(prom.NewCollector(d))
//
// Everything comes from one snapshot, driver.Metrics, taken at each scrape. It
// is a package of its own so that a node without Prometheus does not link it.
package prom

import (
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// Collector is a prometheus.Collector. It is safe for concurrent use.
type Collector struct {
	stats    func() driver.Metrics
	requests *prometheus.Desc
	duration *prometheus.Desc
	layer    *prometheus.Desc
	plain    []plain
}

// plain is a metric without labels.
type plain struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	of   func(*driver.Metrics) float64
}

// NewCollector makes a collector of the metrics of d.
func NewCollector(d *driver.Driver) *Collector { return newCollector(d.Stats) }

func newCollector(stats func() driver.Metrics) *Collector {
	c := &Collector{
		stats:    stats,
		requests: prometheus.NewDesc("core_requests_total", "Requests by how they ended.", []string{"end"}, nil),
		duration: prometheus.NewDesc("core_request_duration_seconds", "How long requests took, with all that Core asked meanwhile.", nil, nil),
		layer:    prometheus.NewDesc("core_sandbox_layer", "1 for each layer that protects the machine from Core, 0 for each that is missing.", []string{"layer"}, nil),
	}
	counter := func(name, help string, of func(*driver.Metrics) uint64) {
		c.plain = append(c.plain, plain{prometheus.NewDesc(name, help, nil, nil), prometheus.CounterValue,
			func(m *driver.Metrics) float64 { return float64(of(m)) }})
	}
	counter("core_retries_total", "Requests that were run again because Core died.", func(m *driver.Metrics) uint64 { return m.Retries })
	counter("core_questions_total", "Questions that Core asked the node.", func(m *driver.Metrics) uint64 { return m.Questions })
	counter("core_starts_total", "Starts of a Core process.", func(m *driver.Metrics) uint64 { return m.Starts })
	counter("core_takeovers_total", "Times that a Core which stood by took over.", func(m *driver.Metrics) uint64 { return m.Takeovers })
	counter("core_replaced_total", "Core processes that died or were ended because of what they did.", func(m *driver.Metrics) uint64 { return m.Replaced })
	gauge := func(name, help string, of func(*driver.Metrics) bool) {
		c.plain = append(c.plain, plain{prometheus.NewDesc(name, help, nil, nil), prometheus.GaugeValue,
			func(m *driver.Metrics) float64 { return oneIf(of(m)) }})
	}
	gauge("core_running", "1 if a Core process runs.", func(m *driver.Metrics) bool { return m.Running })
	gauge("core_standby", "1 if another Core process stands by.", func(m *driver.Metrics) bool { return m.Standby })
	return c
}

// Describe implements prometheus.Collector.
func (c *Collector) Describe(to chan<- *prometheus.Desc) {
	to <- c.requests
	to <- c.duration
	to <- c.layer
	for _, p := range c.plain {
		to <- p.desc
	}
}

// Collect implements prometheus.Collector.
func (c *Collector) Collect(to chan<- prometheus.Metric) {
	m := c.stats()
	for _, r := range []struct {
		end string
		n   uint64
	}{
		{"answered", m.Answered}, {"hook failed", m.HookFailed}, {"given up", m.GivenUp},
		{"crash", m.Crashes}, {"timeout", m.Timeouts}, {"protocol", m.Violations}, {"start", m.NotStarted},
	} {
		to <- prometheus.MustNewConstMetric(c.requests, prometheus.CounterValue, float64(r.n), r.end)
	}
	buckets := make(map[float64]uint64)
	var n uint64
	for i, bound := range driver.DurationBounds() {
		n += m.Durations[i]
		buckets[bound.Seconds()] = n
	}
	n += m.Durations[len(m.Durations)-1]
	to <- prometheus.MustNewConstHistogram(c.duration, n, m.DurationSum.Seconds(), buckets)
	for name, on := range layers(&m) {
		to <- prometheus.MustNewConstMetric(c.layer, prometheus.GaugeValue, oneIf(on), name)
	}
	for _, p := range c.plain {
		to <- prometheus.MustNewConstMetric(p.desc, p.kind, p.of(&m))
	}
}

// layers says which layers are on, by their names without version. What Core
// says is not trusted: names that are no names, or too many, are left out.
func layers(m *driver.Metrics) map[string]bool {
	known := make(map[string]bool)
	note := func(list []string, end string, on bool) {
		for _, layer := range list {
			name, _, _ := strings.Cut(layer, end)
			if slices.Contains(names, name) {
				known[name] = on
			}
		}
	}
	note(m.Layers, "/", true)
	note(m.Missing, ":", false)
	return known
}

// names are the layers that there are.
var names = []string{"no_new_privs", "rlimits", "landlock", "seccomp", "wx", "namespaces", "jail"}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
