package engine

import (
	"fmt"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
)

// spaceBytes is the most that one memory can need.
const spaceBytes = wasm.MaxMemoryPages * wasm.PageBytes

// maxFree bounds the spaces that are kept for later: there are about as many
// live instances as an execution has levels.
const maxFree = 12

// maxClear is up to where it is cheaper to write zeros, and to keep the pages,
// than to give the pages back and to fault new ones in.
const maxClear = 256 << 10

// memories makes the memories of instances. The space of one that is closed is
// used again.
type memories struct {
	keep   func(bytes int) error
	engine *Engine
	free   []*space
	newest *memory
}

// Allocate implements experimental.MemoryAllocator.
func (m *memories) Allocate(_, _ uint64) experimental.LinearMemory {
	m.newest = &memory{owner: m}
	if n := len(m.free); n > 0 {
		m.newest.space, m.free = m.free[n-1], m.free[:n-1]
	} else {
		m.newest.space = newSpace()
	}
	return m.newest
}

// ask asks whether more memory may be kept.
func (m *memories) ask(bytes int) error {
	if bytes == 0 || m.keep == nil {
		return nil
	}
	return m.keep(bytes)
}

// giveBack tells that memory is not kept any more.
func (m *memories) giveBack(bytes int) {
	if bytes == 0 || m.keep == nil {
		return
	}
	if err := m.keep(-bytes); err != nil {
		panic(&defect{fmt.Errorf("less memory is refused: %w", err)})
	}
}

// close frees the spaces that nobody uses.
func (m *memories) close() {
	for _, s := range m.free {
		s.close()
	}
	m.free = nil
}

// memory is the memory of one instance.
type memory struct {
	owner   *memories
	space   *space
	bytes   int
	counted int  // bytes that keep knows of
	live    bool // the instance exists; what it began with was asked for before
	clean   bool // all of it is zero
}

// count takes note that keep was asked for the whole memory. m may be nil.
func (m *memory) count() {
	if m != nil {
		m.counted = m.bytes
	}
}

// uncount tells keep that the memory is not in use. m may be nil.
func (m *memory) uncount() {
	if m != nil {
		m.owner.giveBack(m.counted)
		m.counted = 0
	}
}

// Reallocate implements experimental.LinearMemory. wazero calls it with what
// is within the memory's maximum.
func (m *memory) Reallocate(size uint64) []byte {
	more := int(size) - m.bytes
	if m.live {
		if err := m.owner.ask(more); err != nil {
			m.owner.engine.host = true // it is the host that refuses
			panic(err)
		}
		m.counted += more
	}
	m.bytes = int(size)
	return m.space.resize(m.bytes)
}

// Free implements experimental.LinearMemory.
func (m *memory) Free() {
	m.uncount()
	if len(m.owner.free) < maxFree {
		if !m.clean {
			m.space.zero(m.bytes)
		}
		m.space.shrink()
		m.owner.free = append(m.owner.free, m.space)
	} else {
		m.space.close()
	}
	m.space = nil
}
