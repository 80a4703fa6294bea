package engine

import (
	"github.com/tetratelabs/wazero/experimental"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// memory is the linear memory of one instance: address space for all it may
// become is set aside when it is made, and becomes usable as it grows. So it
// never moves, growing copies nothing, and what is not used is not counted
// against the process.
type memory struct {
	engine *Engine
	admit  func(bytes int) error // nil admits everything
	region []byte                // all of it; beyond size it cannot be touched
	size   int
}

// Allocate implements experimental.MemoryAllocator.
func (m *memory) Allocate(_, limit uint64) experimental.LinearMemory {
	m.region = reserve(int(min(limit, wasm.MaxMemoryPages*wasm.PageBytes)))
	return m
}

// Reallocate implements experimental.LinearMemory. wazero calls it once for
// the initial size, and then when the guest or the host wants more.
func (m *memory) Reallocate(size uint64) []byte {
	if size > uint64(len(m.region)) {
		return nil
	}
	if m.admit != nil {
		if err := m.admit(int(size) - m.size); err != nil {
			// It has to come out of the guest as an error of the host does.
			m.engine.host = true
			panic(err)
		}
	}
	commit(m.region, m.size, int(size))
	m.size = int(size)
	return m.region[:size:size]
}

// Free implements experimental.LinearMemory. No view of the memory may be used
// after it.
func (m *memory) Free() {
	release(m.region)
	m.region, m.size = nil, 0
}
