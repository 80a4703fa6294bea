//go:build linux

package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

const (
	// safety is how many times the time that was measured is paid for.
	safety = 2

	// answerNanoseconds is what the node is assumed to need for an answer, to
	// look it up on its disk: this program's node has everything in memory.
	answerNanoseconds = 20_000
)

// The prices that are not measured: their time does not matter, or nobody pays
// for it.
var given = map[string]uint64{
	base + "StorePerByte":      50_000, // for the room that it takes for ever
	base + "ReleasePerByte":    10_000,
	opcode + "LocalsUnmetered": 1,

	// A unit of work is 100 ns, and the work of a module is an upper bound
	// itself: see wasm.Work.
	base + "CompilePerWork": 100,
}

// perByte are the prices of bytes, of which the one that matters most in a
// program is raised.
var perByte = []string{"BigIntAPICost.BigIntPerByte", base + "MemoryCopyPerByte", base + "DataCopyPerByte", base + "PersistPerByte"}

// start is a schedule with all prices one.
func start() (vm.GasSchedule, error) {
	v1, err := gas.Named("v1")
	if err != nil {
		return nil, err
	}
	prices := vm.GasSchedule{}
	for section, keys := range v1 { // the node's own prices stay
		prices[section] = make(map[string]uint64)
		for key, price := range keys {
			prices[section][key] = price
		}
	}
	for _, name := range append(gas.Keys(), append(slices.Clone(perByte), base+"MemoryPerPage", base+"CompilePerWork")...) {
		set(prices, name, max(given[name], 1))
	}
	return prices, nil
}

func set(prices vm.GasSchedule, name string, price uint64) {
	section, key, _ := strings.Cut(name, ".")
	prices[section][key] = price
}

func get(prices vm.GasSchedule, name string) uint64 {
	section, key, _ := strings.Cut(name, ".")
	return prices[section][key]
}

// raised is the schedule with some prices higher by that much.
func raised(prices vm.GasSchedule, names []string, by uint64) vm.GasSchedule {
	c := vm.GasSchedule{}
	for section, keys := range prices {
		c[section] = make(map[string]uint64, len(keys))
		for key, price := range keys {
			c[section][key] = price
		}
	}
	for _, name := range names {
		set(c, name, get(c, name)+by)
	}
	return c
}

// row is a line of the result: what something takes and costs.
type row struct {
	name string
	cost cost
	keys []string
	base string // the price if the size does not matter

	// alone says that the keys alone have to pay: a contract may get the same
	// done with less of everything else around it.
	alone bool
	gas   func(vm.GasSchedule) (float64, error)
}

// pay raises the prices of a row until it is paid for.
func pay(prices vm.GasSchedule, r *row) error {
	need := safety * r.cost.nanoseconds
	have, err := r.gas(prices)
	if err != nil || have >= need && !r.alone {
		return err
	}
	keys := r.keys
	if len(keys) == 0 {
		if keys, err = most(prices, r, have); err != nil {
			return err
		}
	}
	const step = 1000
	more, err := r.gas(raised(prices, keys, step))
	if err != nil {
		return err
	}
	slope := (more - have) / step
	if slope <= 0 {
		return fmt.Errorf("%s: takes %.0f ns for %.0f gas, and %s is not its price", r.name, r.cost.nanoseconds, have, strings.Join(keys, ", "))
	}
	highest := uint64(0)
	for _, name := range keys {
		highest = max(highest, get(prices, name))
	}
	enough := round(float64(highest) + (need-have)/slope)
	if r.alone {
		enough = round(need / slope)
	}
	for _, name := range keys {
		set(prices, name, max(get(prices, name), enough))
	}
	r.keys = keys
	return nil
}

// most finds the price per byte on which the gas depends most.
func most(prices vm.GasSchedule, r *row, have float64) ([]string, error) {
	// A few bytes are not what a program is about.
	const step, bytes = 1000, 16
	var best string
	steepest := float64(step * bytes)
	for _, name := range perByte {
		more, err := r.gas(raised(prices, []string{name}, step))
		if err != nil {
			return nil, err
		}
		if more-have > steepest {
			best, steepest = name, more-have
		}
	}
	switch {
	case best != "":
		return []string{best}, nil
	case r.base != "":
		return []string{r.base}, nil
	}
	return nil, fmt.Errorf("%s: takes %.0f ns for %.0f gas, whatever its size", r.name, r.cost.nanoseconds, have)
}

// round rounds up to two digits, so that a price changes only if what was
// measured does.
func round(x float64) uint64 {
	if x <= 100 {
		return uint64(math.Ceil(x))
	}
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return uint64(math.Ceil(x/unit) * unit)
}
