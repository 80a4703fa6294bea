package driver

import (
	"math"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A schedule that was calibrated says how many nanoseconds a unit of gas can
// last at most.
const (
	calibrationSection = "Calibration"
	calibrationKey     = "WorstNanosecondsPerGas"
)

// warnOfTime warns if the gas of a block can last longer than a request may:
// a contract could then use it to have Core replaced, again and again. Where no
// gas limit of blocks is configured, there is nothing to compare.
func (d *Driver) warnOfTime(config *vm.Config) {
	limit := config.BlockGasLimit
	if limit == 0 {
		return
	}
	worst := config.GasSchedule[calibrationSection][calibrationKey]
	if worst == 0 {
		d.log.Warn("the gas schedule is not calibrated: how long the gas of a block lasts is not known",
			"blockGasLimit", limit, "callTimeout", d.options.CallTimeout)
		return
	}
	if longest := longest(limit, worst); longest > d.options.CallTimeout {
		d.log.Warn("the gas of a block can last longer than a request may",
			"blockGasLimit", limit, "worstNanosecondsPerGas", worst, "longest", longest, "callTimeout", d.options.CallTimeout)
	}
}

// longest is how long so much gas can last, saturating.
func longest(gas, nanosecondsPerGas uint64) time.Duration {
	if gas > math.MaxInt64/nanosecondsPerGas {
		return math.MaxInt64
	}
	return time.Duration(gas * nanosecondsPerGas)
}
