package gas

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Schedule is a complete schedule: every mandatory key is there and not zero.
// It does not change after New.
type Schedule struct {
	// Prices that the host itself uses, in gas per unit.
	StorePerByte, ReleasePerByte, DataCopyPerByte, PersistPerByte, CompilePerByte uint64

	AsyncCallStep, AsyncCallbackGasLock, CreateContract uint64

	// BlockTimestamp is the price of looking at the clock, which a lock that
	// is looked at costs on top.
	BlockTimestamp uint64

	// Prices that a schedule need not have, 0 if absent: what they are for is
	// free then.

	BigIntPerByte     uint64 // per byte of work on big integers
	CompilePerWork    uint64 // per unit of work of compiling code
	MemoryPerPage     uint64 // per page of guest memory, when it is made
	MemoryCopyPerByte uint64 // per byte that a host function copies

	prices map[string]uint64 // by "Section.Key": the mandatory keys
	hash   vm.Hash
}

// A MissingError says which price a schedule lacks.
type MissingError struct{ Section, Key string }

// Error gives the text that node operators know: it names the key alone.
func (e *MissingError) Error() string {
	return "Gas cost for operation " + e.Key + " has been set to 0 or is not set."
}

// New checks a schedule and completes it. The first missing or zero key, in
// the order of keys.txt, is a *MissingError that names it. Nil stands for
// Default().
//
// Keys and sections are found whatever their case. If several spellings of one
// name are there, the exact one counts, else the first in byte order.
func New(schedule vm.GasSchedule) (*Schedule, error) {
	if schedule == nil {
		schedule = Default()
	}
	folded := fold(schedule)
	keys := Keys()
	s := &Schedule{prices: make(map[string]uint64, len(keys))}
	digest := sha256.New()
	var word [8]byte
	note := func(key string, price uint64) {
		binary.LittleEndian.PutUint64(word[:], price)
		digest.Write([]byte(key))
		digest.Write([]byte{0})
		digest.Write(word[:])
	}
	for _, name := range keys {
		section, key, _ := strings.Cut(name, ".")
		price := find(schedule, folded, section, key)
		if section == sectionOpcode {
			price = uint64(uint32(price))
		}
		if price == 0 {
			return nil, &MissingError{Section: section, Key: key}
		}
		s.prices[name] = price
		note(name, price)
	}
	for _, optional := range []struct {
		section, key string
		price        *uint64
	}{
		{sectionBigInt, "BigIntPerByte", &s.BigIntPerByte},
		{sectionBase, "CompilePerWork", &s.CompilePerWork},
		{sectionBase, "MemoryPerPage", &s.MemoryPerPage},
		{sectionBase, "MemoryCopyPerByte", &s.MemoryCopyPerByte},
	} {
		*optional.price = find(schedule, folded, optional.section, optional.key)
		note(optional.section+"."+optional.key, *optional.price)
	}
	digest.Sum(s.hash[:0])
	s.fill()
	return s, nil
}

// fill copies the prices that are read too often for a look-up by name.
func (s *Schedule) fill() {
	s.StorePerByte = s.prices[sectionBase+".StorePerByte"]
	s.ReleasePerByte = s.prices[sectionBase+".ReleasePerByte"]
	s.DataCopyPerByte = s.prices[sectionBase+".DataCopyPerByte"]
	s.PersistPerByte = s.prices[sectionBase+".PersistPerByte"]
	s.CompilePerByte = s.prices[sectionBase+".CompilePerByte"]
	s.AsyncCallStep = s.prices[sectionAPI+".AsyncCallStep"]
	s.AsyncCallbackGasLock = s.prices[sectionAPI+".AsyncCallbackGasLock"]
	s.CreateContract = s.prices[sectionAPI+".CreateContract"]
	s.BlockTimestamp = s.prices[sectionAPI+".GetBlockTimeStamp"]
}

// Price looks up a price by section and key, for example
// ("DharitriAPICost", "StorageStore"). A key that does not exist is an error.
func (s *Schedule) Price(section, key string) (uint64, error) {
	price, ok := s.prices[section+"."+key]
	if !ok {
		return 0, fmt.Errorf("gas schedule has no price %s.%s", section, key)
	}
	return price, nil
}

// Opcode gives the price of an instruction by its key, for example "I32Add".
// Only the low 32 bits of what the schedule says count.
func (s *Schedule) Opcode(key string) (uint32, error) {
	price, err := s.Price(sectionOpcode, key)
	return uint32(price), err
}

// Hash identifies the schedule's prices: schedules that price everything alike
// have the same hash, whatever else their files contain.
func (s *Schedule) Hash() vm.Hash { return s.hash }

// fold indexes a schedule by lower-case section and key. Of several spellings
// the first in byte order stays.
func fold(schedule vm.GasSchedule) map[string]uint64 {
	folded := make(map[string]uint64)
	for _, section := range sortedKeys(schedule) {
		for _, key := range sortedKeys(schedule[section]) {
			name := strings.ToLower(section + "." + key)
			if _, ok := folded[name]; !ok {
				folded[name] = schedule[section][key]
			}
		}
	}
	return folded
}

// find gives the price of a key, 0 if there is none.
func find(schedule vm.GasSchedule, folded map[string]uint64, section, key string) uint64 {
	if price, ok := schedule[section][key]; ok {
		return price
	}
	return folded[strings.ToLower(section+"."+key)]
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
