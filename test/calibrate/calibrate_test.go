//go:build linux

package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/coreproc"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestMain(m *testing.M) {
	coreproc.Main() // a command starts Core
	os.Exit(m.Run())
}

// Every program runs to its end with the calibrated prices and is paid for, and
// no import is forgotten.
func TestEveryProgramRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("each of the programs runs many times: too long for -short")
	}
	core, err := gas.Named("core")
	if err != nil {
		t.Fatal(err)
	}
	small, sized := imported()
	used := make(map[string]bool)
	for _, list := range [][]*program{instructions(), small, sized, signing(), nested()} {
		for _, p := range list {
			got, err := gasOf(p, core)
			if err != nil {
				t.Error(err)
			} else if got <= 0 {
				t.Errorf("%s costs %v gas", p.name, got)
			}
			for _, name := range p.imports {
				used[name] = true
			}
		}
	}
	// These end the execution, so nobody can do them again and again.
	ends := []string{"asyncCall", "upgradeContract", "ethereum.revert"}
	for _, row := range imports.All() {
		if name := nameOf(&row); !used[name] && !slices.Contains(ends, name) && name != "signalError" {
			t.Errorf("no program calls %s", name)
		}
	}
}

// A deployment that failed would be measured as one.
func TestEverySampleIsDeployed(t *testing.T) {
	core, err := gas.Named("core")
	if err != nil {
		t.Fatal(err)
	}
	all, err := modules()
	if err != nil {
		t.Fatal(err)
	}
	samples := 0
	for _, m := range all {
		if strings.HasPrefix(m.name, "compile bomb") { // test/hostile deploys these
			continue
		}
		samples++
		if got, err := gasOfDeployment(&m, core); err != nil || got <= 0 {
			t.Errorf("%s costs %v gas, %v", m.name, got, err)
		}
	}
	if samples < 9 || samples == len(all) {
		t.Errorf("%d samples of %d modules", samples, len(all))
	}
}

func TestWrongCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	for args, says := range map[string]string{
		"-nope":                 "flag provided but not defined: -nope",
		"verifyBLS":             `what is "verifyBLS"?`,
		"-runs 0":               "-runs is 0",
		"-runs many":            `invalid value "many" for flag -runs`,
		"":                      "schedules/core.toml cannot be written",
		"-schedule core.toml":   "bench/calibration.txt cannot be written",
		"-only nothing-like-it": `nothing has "nothing-like-it" in its name`,
	} {
		if err := command(strings.Fields(args)); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v", args, err)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestPricesAreRoundedUpToTwoDigits(t *testing.T) {
	for x, want := range map[float64]uint64{0.2: 1, 1: 1, 41.5: 42, 100: 100, 100.5: 110, 1234: 1300, 56_001: 57_000, 990_001: 1_000_000} {
		if got := round(x); got != want {
			t.Errorf("%v is rounded to %d, want %d", x, got, want)
		}
	}
}

func TestAProgramRaisesThePricesThatItNeeds(t *testing.T) {
	prices, err := start()
	if err != nil {
		t.Fatal(err)
	}
	small, _ := imported()
	i := slices.IndexFunc(small, func(p *program) bool { return strings.HasPrefix(p.name, "getGasLeft") })
	p := small[i]
	r := &row{name: p.name, keys: p.keys, alone: p.alone, cost: cost{nanoseconds: 61}, gas: func(s vm.GasSchedule) (float64, error) { return gasOf(p, s) }}
	if err := pay(prices, r); err != nil {
		t.Fatal(err)
	}
	if got := get(prices, api+"GetGasLeft"); got != 130 {
		t.Errorf("61 ns cost %d gas, want 130", got)
	}
	r.cost.nanoseconds = 10 // nothing falls
	if err := pay(prices, r); err != nil || get(prices, api+"GetGasLeft") != 130 {
		t.Errorf("%v, %d", err, get(prices, api+"GetGasLeft"))
	}
}
