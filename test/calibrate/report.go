//go:build linux

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// settle sets the prices that follow from others.
func settle(prices vm.GasSchedule) {
	// A callback is kept enough for a contract of 4,000 bytes and as much again
	// as its code costs.
	lock := 8_000 * get(prices, base+"CompilePerByte")
	set(prices, api+"AsyncCallbackGasLock", round(float64(lock+get(prices, api+"AsyncCallStep"))))
}

// line is a row under both schedules.
type line struct {
	*row
	v1, core float64 // nanoseconds of a unit of gas
}

type report struct{ lines []line } // the worst of core first

func summary(rows []*row, prices vm.GasSchedule) (*report, error) {
	v1, err := gas.Named("v1")
	if err != nil {
		return nil, err
	}
	r := new(report)
	for _, x := range rows {
		l := line{row: x}
		for _, s := range []struct {
			prices vm.GasSchedule
			result *float64
		}{{v1, &l.v1}, {prices, &l.core}} {
			g, err := x.gas(s.prices)
			if err != nil {
				return nil, err
			}
			*s.result = x.cost.nanoseconds / max(g, 1)
		}
		r.lines = append(r.lines, l)
	}
	slices.SortStableFunc(r.lines, func(a, b line) int { return cmp.Compare(b.core, a.core) })
	return r, nil
}

func (r *report) text() string {
	var s strings.Builder
	fmt.Fprintf(&s, "What contracts can make Core do: CPU time of node and Core for one time round, and how many\nnanoseconds a unit of gas lasts with the prices of a network (v1) and with core's. %d µs are added\nfor each question to the node.\n", answerNanoseconds/1000)
	const format = "%-72s %14s %10s %12s %12s  %s\n"
	section := func(title string, lines []line) {
		fmt.Fprintf(&s, "\n%s\n\n", title)
		fmt.Fprintf(&s, format, "", "ns", "questions", "v1 ns/gas", "core ns/gas", "price")
		for _, l := range lines {
			fmt.Fprintf(&s, format, l.name, fmt.Sprintf("%.1f", l.cost.nanoseconds), fmt.Sprintf("%.1f", l.cost.questions),
				fmt.Sprintf("%.3f", l.v1), fmt.Sprintf("%.3f", l.core), strings.Join(short(l.keys), ", "))
		}
	}
	const ten = 10
	section("The worst ten of core", r.lines[:min(ten, len(r.lines))])
	byV1 := slices.Clone(r.lines)
	slices.SortStableFunc(byV1, func(a, b line) int { return cmp.Compare(b.v1, a.v1) })
	section("The worst ten of v1", byV1[:min(ten, len(byV1))])
	section("Everything", r.lines)
	return s.String()
}

// short are names without sections, at most three of them.
func short(keys []string) []string {
	var list []string
	for i, name := range keys {
		if i == 3 {
			return append(list, "…")
		}
		_, key, _ := strings.Cut(name, ".")
		list = append(list, key)
	}
	return list
}

// schedule is the text of the schedule file: sections and keys in the order in
// which they are checked, then what is optional, then the node's own.
func (r *report) schedule(prices vm.GasSchedule) string {
	var s strings.Builder
	fmt.Fprintf(&s, `# Made by "go run ./test/calibrate"; do not edit. Prices such that a unit of gas lasts less than a
# nanosecond, whatever a contract does: what was measured, times %d, rounded up to two digits. See
# docs/gas-and-time.md.

# How long a unit of gas can last, for who starts Core: an upper bound, in nanoseconds.
[Calibration]
    WorstNanosecondsPerGas = 1

`, safety)
	done := make(map[string]bool)
	order := append(gas.Keys(), perByte...)
	order = append(order, base+"MemoryPerPage", base+"CompilePerWork")
	var sections []string
	for _, name := range order {
		if section, _, _ := strings.Cut(name, "."); !slices.Contains(sections, section) {
			sections = append(sections, section)
		}
	}
	write := func(section string, keys []string) {
		fmt.Fprintf(&s, "[%s]\n", section)
		for _, key := range keys {
			if name := section + "." + key; !done[name] {
				done[name] = true
				fmt.Fprintf(&s, "    %s = %d\n", key, prices[section][key])
			}
		}
		s.WriteString("\n")
	}
	for _, section := range sections {
		var keys, rest []string
		for _, name := range order {
			if of, key, _ := strings.Cut(name, "."); of == section {
				keys = append(keys, key)
			}
		}
		for key := range prices[section] {
			if !slices.Contains(keys, key) {
				rest = append(rest, key)
			}
		}
		slices.Sort(rest)
		write(section, append(keys, rest...))
	}
	s.WriteString("# Prices of the node's own, as in gasScheduleV1.toml.\n\n")
	for _, section := range []string{"BuiltInCost", "MetaChainSystemSCsCost"} {
		var keys []string
		for key := range prices[section] {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		write(section, keys)
	}
	return strings.TrimRight(s.String(), "\n") + "\n"
}
