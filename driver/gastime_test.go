//go:build unix

package driver_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestTheDriverWarnsIfGasCanOutlastARequest(t *testing.T) {
	core, err := gas.Named("core")
	if err != nil {
		t.Fatal(err)
	}
	v1, err := gas.Named("v1")
	if err != nil {
		t.Fatal(err)
	}
	const outlasts, unknown = "the gas of a block can last longer than a request may", "the gas schedule is not calibrated"
	for _, test := range []struct {
		name     string
		schedule vm.GasSchedule
		limit    uint64
		timeout  time.Duration
		want     string
	}{
		{"calibrated, and time enough", core, 1_500_000_000, 0, ""},
		{"calibrated, and more gas than time", core, 6_000_000_000, 0, outlasts},
		{"calibrated, and less time than gas", core, 1_500_000_000, time.Second, outlasts},
		{"more gas than can be counted in nanoseconds", core, 1<<64 - 1, 0, outlasts},
		{"not calibrated", v1, 1_500_000_000, 0, unknown},
		{"the schedule that Core comes with", nil, 1_500_000_000, 0, unknown},
		{"no limit of blocks", v1, 0, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			seen := new(recorder)
			config := vm.Config{GasSchedule: test.schedule, BlockGasLimit: test.limit}
			start(t, new(chain), driver.Options{Logger: seen.logger(), CallTimeout: test.timeout, Config: config})
			var got []string
			for _, line := range seen.lines() {
				if text, ok := strings.CutPrefix(line, "4 coreDriver: the gas "); ok {
					got = append(got, "the gas "+text)
				}
			}
			if test.want == "" && len(got) > 0 || test.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], test.want)) {
				t.Errorf("warnings %q, want %q", got, test.want)
			}
		})
	}
}

func TestTheDriverWarnsOfANewSchedule(t *testing.T) {
	core, err := gas.Named("core")
	if err != nil {
		t.Fatal(err)
	}
	seen := new(recorder)
	d := start(t, new(chain), driver.Options{Logger: seen.logger(), Config: vm.Config{GasSchedule: core, BlockGasLimit: 1000}})
	if err := d.SetConfig(vm.Config{GasSchedule: core, BlockGasLimit: 1 << 40}); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(seen.lines(), func(line string) bool { return strings.Contains(line, "can last longer") }) {
		t.Error("no warning")
	}
}
