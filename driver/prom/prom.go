// Package prom shows the metrics of a driver.Driver, or of a driver.Pool, to
// Prometheus.
//
//	registry.MustRegister(prom.NewCollector(d))
//
// Everything comes from one snapshot per driver, driver.Metrics, taken at each
// scrape. It is a package of its own so that a node without Prometheus does not
// link it.
package prom

import (
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// Collector is a prometheus.Collector. It is safe for concurrent use.
type Collector struct {
	stats    func() []driver.Metrics
	pool     bool // each metric says of which driver it is
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
func NewCollector(d *driver.Driver) *Collector {
	return newCollector(false, func() []driver.Metrics { return []driver.Metrics{d.Stats()} })
}

// NewPoolCollector makes a collector of the metrics of the drivers of p. They
// have the same names as those of a single driver, and one label more: driver,
// the number of the driver in the pool, from 0 on.
func NewPoolCollector(p *driver.Pool) *Collector { return newCollector(true, p.Stats) }

func newCollector(pool bool, stats func() []driver.Metrics) *Collector {
	c := &Collector{stats: stats, pool: pool}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		if pool {
			labels = append(labels, "driver")
		}
		return prometheus.NewDesc(name, help, labels, nil)
	}
	c.requests = desc("core_requests_total", "Requests by how they ended.", "end")
	c.duration = desc("core_request_duration_seconds", "How long requests took, with all that Core asked meanwhile.")
	c.layer = desc("core_sandbox_layer", "1 for each layer that protects the machine from Core, 0 for each that is missing.", "layer")
	counter := func(name, help string, of func(*driver.Metrics) uint64) {
		c.plain = append(c.plain, plain{desc(name, help), prometheus.CounterValue,
			func(m *driver.Metrics) float64 { return float64(of(m)) }})
	}
	counter("core_retries_total", "Requests that were run again because Core died.", func(m *driver.Metrics) uint64 { return m.Retries })
	counter("core_questions_total", "Questions that Core asked the node.", func(m *driver.Metrics) uint64 { return m.Questions })
	counter("core_starts_total", "Starts of a Core process.", func(m *driver.Metrics) uint64 { return m.Starts })
	counter("core_takeovers_total", "Times that a Core which stood by took over.", func(m *driver.Metrics) uint64 { return m.Takeovers })
	counter("core_replaced_total", "Core processes that died or were ended because of what they did.", func(m *driver.Metrics) uint64 { return m.Replaced })
	gauge := func(name, help string, of func(*driver.Metrics) bool) {
		c.plain = append(c.plain, plain{desc(name, help), prometheus.GaugeValue,
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
	for i, m := range c.stats() {
		var of []string // the value of the label driver, if there is one
		if c.pool {
			of = []string{strconv.Itoa(i)}
		}
		c.collect(to, &m, of)
	}
}

func (c *Collector) collect(to chan<- prometheus.Metric, m *driver.Metrics, of []string) {
	for _, r := range []struct {
		end string
		n   uint64
	}{
		{"answered", m.Answered}, {"hook failed", m.HookFailed}, {"given up", m.GivenUp},
		{"crash", m.Crashes}, {"timeout", m.Timeouts}, {"protocol", m.Violations}, {"start", m.NotStarted},
	} {
		to <- prometheus.MustNewConstMetric(c.requests, prometheus.CounterValue, float64(r.n), append([]string{r.end}, of...)...)
	}
	buckets := make(map[float64]uint64)
	var n uint64
	for i, bound := range driver.DurationBounds() {
		n += m.Durations[i]
		buckets[bound.Seconds()] = n
	}
	n += m.Durations[len(m.Durations)-1]
	to <- prometheus.MustNewConstHistogram(c.duration, n, m.DurationSum.Seconds(), buckets, of...)
	for name, on := range layers(m) {
		to <- prometheus.MustNewConstMetric(c.layer, prometheus.GaugeValue, oneIf(on), append([]string{name}, of...)...)
	}
	for _, p := range c.plain {
		to <- prometheus.MustNewConstMetric(p.desc, p.kind, p.of(m), of...)
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
