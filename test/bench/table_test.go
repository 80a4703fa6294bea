package bench

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/test/figures"
)

var table = flag.String("table", "", "measure everything and write BENCHMARKS.md and bench/ to this directory")

// sample is what one run took, per operation.
type sample struct{ wall, cpu time.Duration }

// figure is a row of the table.
type figure struct {
	group, name string
	samples     []sample
	note        string
}

// report collects the figures.
type report struct {
	t       *testing.T
	figures []figure
}

// repetitions of every figure.
const repetitions = 5

// measure runs f a few times; f does ops operations. Results are f's to check.
func (r *report) measure(group, name string, ops int, f func(repetition int)) figure {
	r.t.Helper()
	fig := figure{group: group, name: name}
	for i := range repetitions {
		runtime.GC()
		cpu, wall := cpuTime(r.t), time.Now()
		f(i)
		fig.samples = append(fig.samples, sample{
			time.Since(wall) / time.Duration(ops), (cpuTime(r.t) - cpu) / time.Duration(ops),
		})
	}
	r.add(fig)
	return fig
}

func (r *report) add(fig figure) {
	r.figures = append(r.figures, fig)
	r.t.Logf("%-10s %-44s %s", fig.group, fig.name, fig.row())
}

func (r *report) note(group, name, note string) { r.add(figure{group: group, name: name, note: note}) }

func (f *figure) sorted(of func(sample) time.Duration) []time.Duration {
	var list []time.Duration
	for _, s := range f.samples {
		list = append(list, of(s))
	}
	slices.Sort(list)
	return list
}

func (f *figure) walls() []time.Duration {
	return f.sorted(func(s sample) time.Duration { return s.wall })
}
func (f *figure) cpus() []time.Duration {
	return f.sorted(func(s sample) time.Duration { return s.cpu })
}

// row is the figure in the columns of the table.
func (f *figure) row() string {
	if len(f.samples) == 0 {
		return fmt.Sprintf("| %s | | | |", f.note)
	}
	wall, cpu := f.walls(), f.cpus()
	middle := len(wall) / 2
	return fmt.Sprintf("| %s | %s … %s | %s | %s |", short(wall[middle]), short(wall[0]), short(wall[len(wall)-1]),
		short(cpu[middle]), f.note)
}

// short gives a duration with three digits.
func short(d time.Duration) string {
	switch ns := float64(d.Nanoseconds()); {
	case ns < 1e3:
		return fmt.Sprintf("%.0f ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
	return d.Round(time.Millisecond).String()
}

// TestTable measures everything that BENCHMARKS.md shows and writes it.
func TestTable(t *testing.T) {
	if *table == "" {
		t.Skip("it measures, and tests nothing: make bench runs it with -table")
	}
	r := &report{t: t}
	r.calls()
	r.transport()
	r.kernels()
	r.starts()
	r.deployments()
	r.crashes()
	r.instances()
	r.manyContracts()
	r.blocks()
	r.scaling(*table)
	r.write(*table)
}

const tableHead = `# Benchmarks

Written by ` + "`make bench`" + `, which measures everything here and checks the results. Wall time is the
median of %d runs with its spread; **CPU** is the median of what both processes computed, in program
and kernel. On a busy machine wall time says little and CPU time repeats better: where both
processes share a core it is what a call takes when the machine has nothing else to do.

"pinned" is both processes on one core, "free" is where the system puts them. A wake-up across cores
costs far more than one on the same core, above all on virtual machines. Everything that is not said
to be pinned is free.

%s, %s/%s, %d cores (virtual machine), load %s when it began. %s

`

func (r *report) write(dir string) {
	var b strings.Builder
	fmt.Fprintf(&b, tableHead, repetitions, time.Now().UTC().Format("2006-01-02"), runtime.GOOS, runtime.GOARCH,
		runtime.NumCPU(), loadAverage(), runtime.Version())
	baselines := make(map[string]*strings.Builder)
	group := ""
	for i := range r.figures {
		f := &r.figures[i]
		if f.group != group {
			group = f.group
			fmt.Fprintf(&b, "## %s\n\n| | median | spread | CPU | |\n|---|---|---|---|---|\n", group)
		}
		fmt.Fprintf(&b, "| %s %s\n", f.name, f.row())
		if i+1 == len(r.figures) || r.figures[i+1].group != group {
			b.WriteByte('\n')
		}
		file := strings.TrimRight(strings.ToLower(strings.Fields(f.group)[0]), ",")
		if baselines[file] == nil {
			baselines[file] = new(strings.Builder)
		}
		for _, s := range f.samples {
			fmt.Fprintf(baselines[file], "Benchmark%s/%s 1 %d ns/op %d cpu-ns/op\n", file,
				strings.ReplaceAll(f.name, " ", "_"), s.wall.Nanoseconds(), s.cpu.Nanoseconds())
		}
	}
	remarks, err := os.ReadFile(filepath.Join(dir, "bench", "remarks.md"))
	if err == nil {
		b.Write(remarks)
	} else if !os.IsNotExist(err) {
		r.t.Fatal(err)
	}
	r.save(filepath.Join(dir, "BENCHMARKS.md"), b.String())
	for file, text := range baselines {
		if text.Len() > 0 {
			r.save(filepath.Join(dir, "bench", file+".txt"), text.String())
		}
	}
}

func (r *report) save(path, text string) {
	if err := figures.Replace(path, text); err != nil {
		r.t.Fatal(err)
	}
}

func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(text))[0]
}
