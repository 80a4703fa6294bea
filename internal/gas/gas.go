// Package gas holds the price schedule: which keys there are (keys.txt), how a
// schedule is read from TOML, and prices looked up by name.
//
// It does not know what is priced: opcode tables and imports belong to others.
package gas

import "github.com/Dharitri-org/core-wasm-vm/vm"

// Schedule is a complete schedule: every mandatory key is there and not zero.
type Schedule struct {
	// Prices that the host itself uses, in gas per unit.
	StorePerByte, ReleasePerByte, DataCopyPerByte, PersistPerByte, CompilePerByte uint64

	AsyncCallStep, AsyncCallbackGasLock, CreateContract uint64

	BigIntPerByte uint64 // optional key of BigIntAPICost, 0 if absent
}

// Parse reads a schedule file (TOML). Unknown sections and keys are kept.
func Parse(toml []byte) (vm.GasSchedule, error) { panic("skeleton") }

// New checks a schedule and completes it. The first missing or zero key, in
// the order of keys.txt, is an error that names it. Nil stands for Default().
func New(schedule vm.GasSchedule) (*Schedule, error) { panic("skeleton") }

// Default is the schedule used where none is given.
func Default() vm.GasSchedule { panic("skeleton") }

// Named gives a schedule that comes with Core: "v1", "v3".
func Named(name string) (vm.GasSchedule, error) { panic("skeleton") }

// Price looks up a price by section and key, for example
// ("DharitriAPICost", "StorageStore"). A key that does not exist is an error.
func (s *Schedule) Price(section, key string) (uint64, error) { panic("skeleton") }

// Opcode gives the price of an instruction by its key, for example "I32Add".
// Only the low 32 bits count.
func (s *Schedule) Opcode(key string) (uint32, error) { panic("skeleton") }

// Hash identifies the schedule's prices.
func (s *Schedule) Hash() vm.Hash { panic("skeleton") }

// Mul multiplies a price by a number of units, saturating. A negative number
// of units costs nothing.
func Mul(price uint64, units int64) uint64 { panic("skeleton") }

// Add adds, saturating.
func Add(a, b uint64) uint64 { panic("skeleton") }
