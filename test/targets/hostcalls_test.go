package targets

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func TestHostCallsHoldTheirPromises(t *testing.T) {
	h, err := NewHostCalls(nil)
	open(t, h, err)
	slice(t, "hostcalls", h, 3*time.Second)
}

// What scripts do is not only to fail: every import comes to its end at least
// once, or ends the run as it should.
func TestScriptsReachEveryImport(t *testing.T) {
	reached := make(map[string]int)
	h, err := NewHostCalls(func(executor int, rows []host.Import) {
		for i := range rows {
			name, body := rows[i].Module+"."+rows[i].Name, rows[i].Body
			reached[name] += 0
			rows[i].Body = func(x *host.Frame, stack []uint64) error {
				err := body(x, stack)
				if err == nil {
					reached[name]++
				}
				return err
			}
		}
	})
	open(t, h, err)
	codes := make(map[vm.ReturnCode]int)
	for n := range uint64(20_000) {
		random := Random(5, n)
		input := h.Make(random)
		out, err := h.stages[0].execute(requestOf(input, true))
		if err != nil {
			t.Fatal(err)
		}
		if out != nil {
			codes[out.Code]++
		}
	}
	t.Log(codes)
	for _, name := range slices.Sorted(maps.Keys(reached)) {
		if reached[name] < 2 && !slices.ContainsFunc(ending, func(end string) bool { return strings.HasSuffix(name, end) }) {
			t.Errorf("%s came to its end %d times", name, reached[name])
		}
	}
}

func TestPlantedDefectsOfImportsAreFound(t *testing.T) {
	// instead replaces the body of an import in the given executor, or in both.
	instead := func(name string, in int, body func(body func(*host.Frame, []uint64) error) func(*host.Frame, []uint64) error) Plant {
		return func(executor int, rows []host.Import) {
			for i := range rows {
				if rows[i].Name == name && (in < 0 || in == executor) {
					rows[i].Body = body(rows[i].Body)
				}
			}
		}
	}
	type call = func(*host.Frame, []uint64) error
	for _, tt := range []struct {
		name  string
		plant Plant
	}{
		{"an index is not compared", instead("getArgument", -1, func(body call) call {
			return func(x *host.Frame, stack []uint64) error {
				_ = x.Input().Arguments[int32(stack[0])]
				return body(x, stack)
			}
		})},
		{"the upper half of a word is used", instead("bigIntSetInt64", 1, func(body call) call {
			return func(x *host.Frame, stack []uint64) error {
				if stack[1] > 1<<63 {
					stack[1]++
				}
				return body(x, stack)
			}
		})},
		{"an import is cheaper on one engine", instead("storageLoad", 0, func(body call) call {
			return func(x *host.Frame, stack []uint64) error {
				before := x.GasLeft()
				err := body(x, stack)
				if err == nil && before > x.GasLeft()+40 {
					return x.Charge(1)
				}
				return err
			}
		})},
		{"an error that is neither the contract's nor the node's", instead("getBlockHash", -1, func(body call) call {
			return func(x *host.Frame, stack []uint64) error {
				if int64(stack[0]) < 0 {
					return errors.New("negative nonce")
				}
				return body(x, stack)
			}
		})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, err := NewHostCalls(tt.plant)
			open(t, h, err)
			plantedIsFound(t, h, 1_000_000)
		})
	}
}

// FuzzHostCalls is for native fuzzing.
func FuzzHostCalls(f *testing.F) {
	h, err := NewHostCalls(nil)
	open(f, h, err)
	for n := range uint64(50) {
		f.Add(slices.Clone(h.Make(Random(9, n))))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		if _, err := h.Try(input, nil); err != nil {
			t.Error(err)
		}
	})
}
