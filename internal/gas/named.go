package gas

import (
	"errors"
	"fmt"

	"github.com/pelletier/go-toml/v2"

	"github.com/Dharitri-org/core-wasm-vm/schedules"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Parse reads a schedule file (TOML). Unknown sections and keys are kept. A
// price that is not a whole number of at least 0 is an error.
func Parse(text []byte) (vm.GasSchedule, error) {
	schedule := vm.GasSchedule{}
	err := toml.Unmarshal(text, &schedule)
	if at := (*toml.DecodeError)(nil); errors.As(err, &at) {
		line, column := at.Position()
		return nil, fmt.Errorf("gas schedule, line %d, column %d: %w", line, column, err)
	}
	if err != nil {
		return nil, fmt.Errorf("gas schedule: %w", err)
	}
	return schedule, nil
}

// Named gives a schedule that comes with Core: "core" (calibrated, so that gas
// bounds time), "v1" (a network's prices), "v3" (everything costs 1) or
// "opcodes" (v1 with a different price for every instruction). The caller owns
// it.
func Named(name string) (vm.GasSchedule, error) {
	var file string
	switch name {
	case "core":
		file = "core"
	case "v1":
		file = "gasScheduleV1"
	case "v3":
		file = "gasScheduleV3"
	case "opcodes":
		file = "gasScheduleOpcodes"
	default:
		return nil, fmt.Errorf("there is no gas schedule %q: use core, v1, v3 or opcodes", name)
	}
	return File(file)
}

// File gives a schedule that comes with Core by the name of its file without
// the extension, as recorded cases name it. The caller owns it.
func File(name string) (vm.GasSchedule, error) {
	text, err := schedules.Files.ReadFile(name + ".toml")
	if err != nil {
		return nil, fmt.Errorf("gas schedule %q: %w", name, err)
	}
	return Parse(text)
}

// Default is the schedule used where none is given: "v1".
func Default() vm.GasSchedule {
	schedule, err := Named("v1")
	if err != nil {
		panic(err) // the file is part of the program and read by the tests
	}
	return schedule
}
