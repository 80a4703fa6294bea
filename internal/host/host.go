// Package host is what deploying, calling, upgrading and transferring mean.
//
// It does not know pipes, processes or the engine below the sandbox. Its
// invariants are in ARCHITECTURE.md.
package host

import (
	"context"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// VM runs contracts against a hook. It implements vm.Executor. It is not safe
// for concurrent use: one request at a time.
type VM struct{}

// New makes a VM. schedule comes from config.GasSchedule; imports are the rows
// that contracts may import (all modules: the ethereum rows are dropped unless
// config asks for them).
func New(hook vm.BlockchainHook, config vm.Config, schedule *gas.Schedule, imports []Import) (*VM, error) {
	panic("skeleton")
}

// Create implements vm.Executor.
func (v *VM) Create(ctx context.Context, input *vm.CreateInput) (*vm.Output, error) {
	panic("skeleton")
}

// Call implements vm.Executor.
func (v *VM) Call(ctx context.Context, input *vm.CallInput) (*vm.Output, error) { panic("skeleton") }

// EngineName says what runs contracts: "compiler" or "interpreter".
func (v *VM) EngineName() string { panic("skeleton") }

// Close frees everything.
func (v *VM) Close() error { panic("skeleton") }
