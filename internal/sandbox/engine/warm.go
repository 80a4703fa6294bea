package engine

import (
	"bytes"

	"github.com/tetratelabs/wazero/api"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/meter"
)

// An instance that is released is put back into the state in which it began
// and used again, which is much cheaper than a new one. All that a contract can
// change are its memory and its mutable globals; the table it cannot change.
// One that grew its memory, or whose last call failed, is closed instead.

// Limits of what is kept. Code with more than that gets a new instance every
// time.
const (
	maxIdle        = 64      // instances, of all code together
	maxIdleOfCode  = 4       // instances of one code
	maxWarmGlobals = 32      // mutable globals of an instance
	maxWarmMemory  = 4 << 20 // bytes of memory of an instance
)

// image is the state in which an instance of some code begins.
type image struct {
	memory  []byte // what is not zero, and some zeros
	offset  int    // of it in memory
	globals []uint64
}

// takeImage remembers the state of a fresh instance. It gives nil if there is
// too much of it.
func takeImage(in *Instance) *image {
	in.findGlobals()
	memory := in.Memory()
	if len(in.globals) > maxWarmGlobals || len(memory) > maxWarmMemory {
		return nil
	}
	i := &image{}
	for _, g := range in.globals {
		i.globals = append(i.globals, g.Get())
	}
	var zeros [4096]byte // divides a page
	end := 0
	for at := 0; at < len(memory); at += len(zeros) {
		if !bytes.Equal(memory[at:at+len(zeros)], zeros[:]) {
			if end == 0 {
				i.offset = at
			}
			end = at + len(zeros)
		}
	}
	i.memory = bytes.Clone(memory[i.offset:max(end, i.offset)])
	return i
}

// findGlobals looks up the mutable globals, or one more than are allowed.
func (in *Instance) findGlobals() {
	for len(in.globals) <= maxWarmGlobals {
		g, ok := in.module.ExportedGlobal(meter.GlobalExport(len(in.globals))).(api.MutableGlobal)
		if !ok {
			return
		}
		in.globals = append(in.globals, g)
	}
}

// restore puts an instance into the state of the image.
func (in *Instance) restore(i *image) {
	if in.linear != nil {
		in.linear.space.zero(in.linear.bytes)
		copy(in.Memory()[i.offset:], i.memory)
	}
	for k, g := range in.globals {
		g.Set(i.globals[k])
	}
	// A function that was looked up would keep the largest stack it ever had.
	clear(in.functions)
	in.functions = in.functions[:0]
}

// Release ends the use of an instance: it is kept for the next Instantiate, or
// closed.
func (in *Instance) Release() error {
	code := in.code
	if in.failed || code.image == nil || len(code.idle) == maxIdleOfCode ||
		in.linear != nil && in.linear.bytes != code.memory {
		return in.Close()
	}
	in.restore(code.image)
	in.linear.uncount()
	code.instances--
	code.idle = append(code.idle, in)
	all := &in.engine.idle
	in.idle = all.PushFront(in)
	if all.Len() > maxIdle {
		return all.Back().Value.(*Instance).closeIdle()
	}
	return nil
}

// wake gives an instance that was released, or nil if there is none.
func (c *Code) wake() *Instance {
	n := len(c.idle)
	if n == 0 {
		return nil
	}
	in := c.idle[n-1]
	c.idle = c.idle[:n-1]
	in.engine.idle.Remove(in.idle)
	in.idle = nil
	in.linear.count()
	c.instances++
	return in
}

// closeIdle closes an instance that was released.
func (in *Instance) closeIdle() error {
	idle := in.code.idle[:0]
	for _, other := range in.code.idle {
		if other != in {
			idle = append(idle, other)
		}
	}
	in.code.idle = idle
	in.engine.idle.Remove(in.idle)
	return in.module.Close(in.engine.ctx)
}
