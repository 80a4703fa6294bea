package trace

import (
	"context"
	"sync"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// An Executor runs contracts in this process under the eyes of an observer. It
// is safe for concurrent use; one request runs at a time.
type Executor struct {
	mu sync.Mutex
	vm *host.VM
}

// NewExecutor makes an executor; o may be nil.
func NewExecutor(hook vm.BlockchainHook, config vm.Config, o host.Observer) (*Executor, error) {
	schedule, err := gas.New(config.GasSchedule)
	if err != nil {
		return nil, err
	}
	v, err := host.NewObserved(hook, config, schedule, imports.All(), o)
	if err != nil {
		return nil, err
	}
	return &Executor{vm: v}, nil
}

// Create implements vm.Executor.
func (e *Executor) Create(ctx context.Context, input *vm.CreateInput) (*vm.Output, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vm.Create(ctx, input)
}

// Call implements vm.Executor.
func (e *Executor) Call(ctx context.Context, input *vm.CallInput) (*vm.Output, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vm.Call(ctx, input)
}

// Close frees the executor.
func (e *Executor) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.vm.Close()
}
