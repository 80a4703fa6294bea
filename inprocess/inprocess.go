// Package inprocess runs contracts in the process of the caller: the same
// vm.Executor as the driver's, for tools and tests. It is not a way around the
// process border in production: a bug of the VM or its engine ends the whole
// program.
package inprocess

import (
	"context"
	"errors"
	"sync"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Executor runs contracts in this process. It is safe for concurrent use; one
// request runs at a time. A context is looked at only before a request starts:
// a running contract ends when its gas does.
type Executor struct {
	mu sync.Mutex
	vm *host.VM
}

// New makes an executor. It fails if the configuration does, for example
// because a price is missing.
func New(hook vm.BlockchainHook, config vm.Config) (*Executor, error) {
	schedule, err := gas.New(config.GasSchedule)
	if err != nil {
		return nil, err
	}
	v, err := host.New(hook, config, schedule, imports.All())
	if err != nil {
		return nil, err
	}
	return &Executor{vm: v}, nil
}

// Create implements vm.Executor.
func (e *Executor) Create(ctx context.Context, input *vm.CreateInput) (*vm.Output, error) {
	if input == nil {
		return nil, errors.New("inprocess: Create without an input")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vm.Create(ctx, input)
}

// Call implements vm.Executor.
func (e *Executor) Call(ctx context.Context, input *vm.CallInput) (*vm.Output, error) {
	if input == nil {
		return nil, errors.New("inprocess: Call without an input")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vm.Call(ctx, input)
}

// Close frees the executor. It waits for a running request.
func (e *Executor) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vm.Close()
}
