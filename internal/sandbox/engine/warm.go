package engine

import (
	"bytes"
	"math"
	"reflect"
	"slices"

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
	maxIdle        = 10_240     // instances, of all code together
	maxIdleMemory  = 1280 << 20 // bytes of their memories, of which most are never touched
	maxIdleHeld    = 128 << 20  // bytes that they hold besides, see Code.Holds
	maxIdleOfCode  = 4          // instances of one code
	maxWarmGlobals = 32         // mutable globals of an instance
	maxWarmMemory  = 4 << 20    // bytes of memory of an instance

	maxWarmFunctions = 2        // functions that were looked up, of an instance
	maxWarmStack     = 12 << 10 // bytes of the stack of one, a little more than it begins with
)

// Up to hotIdle instances at rest, the whole memory of one is written when it is
// put back: that is fastest as long as all of it stays in the caches of the
// processor. With more of them only pages that changed are written: one that
// the contract never touched takes no memory then, of the machine or of a cache.
const (
	hotIdle   = 64
	pageBytes = 4096 // divides wasm.PageBytes
)

// image is the state in which an instance of some code begins.
type image struct {
	memory  []byte // whole pages of pageBytes; beyond them memory is zero
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
	var zeros [pageBytes]byte
	end := 0
	for at := 0; at < len(memory); at += pageBytes {
		if !bytes.Equal(memory[at:at+pageBytes], zeros[:]) {
			if end == 0 {
				i.offset = at
			}
			end = at + pageBytes
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
	if m := in.linear; m != nil {
		if m.bytes <= maxClear && in.engine.idle.Len() >= hotIdle {
			i.restoreChanged(in.Memory())
		} else {
			m.space.zero(m.bytes)
			copy(in.Memory()[i.offset:], i.memory)
		}
	}
	for k, g := range in.globals {
		g.Set(i.globals[k])
	}
	in.trim()
}

// restoreChanged puts the pages back that are not as in the image.
func (i *image) restoreChanged(memory []byte) {
	var zeros [pageBytes]byte
	for at := 0; at < len(memory); at += pageBytes {
		page, want := memory[at:at+pageBytes], zeros[:]
		if k := at - i.offset; k >= 0 && k < len(i.memory) {
			want = i.memory[k : k+pageBytes]
		}
		if !bytes.Equal(page, want) {
			copy(page, want)
		}
	}
}

// trim forgets the functions that were used least recently, and those that took
// more than a small stack: looking up is slow, but an instance at rest has to be
// small. A stack holds nothing that a later call could see, because no slot is
// read before it is written.
func (in *Instance) trim() {
	kept := in.functions[:0]
	for _, f := range in.functions {
		if len(kept) < maxWarmFunctions && in.engine.stacks.bytes(f.call) <= maxWarmStack {
			kept = append(kept, f)
		}
	}
	clear(in.functions[len(kept):])
	in.functions = kept
}

// stacks tells how much stack a function of wazero holds on to, which wazero
// does not say: it reads the capacity of an unexported field. Where there is no
// such field every stack counts as huge, so that no function is kept.
type stacks struct {
	function reflect.Type // of the engine, nil until one was seen
	field    int          // its stack, negative if there is none
	element  int          // bytes of an element of it
}

func (s *stacks) bytes(f api.Function) int {
	v := reflect.ValueOf(f)
	if v.Type() != s.function {
		s.learn(v.Type())
	}
	if s.field < 0 {
		return math.MaxInt
	}
	return v.Elem().Field(s.field).Cap() * s.element
}

func (s *stacks) learn(t reflect.Type) {
	s.function, s.field = t, -1
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return
	}
	if f, ok := t.Elem().FieldByName("stack"); ok && len(f.Index) == 1 && f.Type.Kind() == reflect.Slice {
		s.field, s.element = f.Index[0], int(f.Type.Elem().Size())
	}
}

// UseInstancesOnce lets Release close every instance from now on.
func (e *Engine) UseInstancesOnce() { e.once = true }

// Release ends the use of an instance: it is kept for the next Instantiate, or
// closed.
func (in *Instance) Release() error {
	code := in.code
	if in.engine.once || in.failed || code.image == nil || len(code.idle) == maxIdleOfCode ||
		in.linear != nil && in.linear.bytes != code.memory {
		return in.Close()
	}
	in.restore(code.image)
	if in.linear != nil {
		in.linear.space.fit(code.memory)
	}
	in.linear.uncount()
	code.instances--
	code.idle = append(code.idle, in)
	e := in.engine
	in.idle = e.idle.PushFront(in)
	e.idleMemory += code.memory
	e.idleHeld += code.held
	for e.idle.Len() > maxIdle || e.idleMemory > maxIdleMemory || e.idleHeld > maxIdleHeld {
		if err := e.idle.Back().Value.(*Instance).closeIdle(); err != nil {
			return err
		}
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
	c.idle[n-1] = nil // it may be closed while the code lives on
	c.idle = c.idle[:n-1]
	in.rouse()
	in.linear.count()
	c.instances++
	return in
}

// rouse takes an instance from those at rest.
func (in *Instance) rouse() {
	in.engine.idle.Remove(in.idle)
	in.engine.idleMemory -= in.code.memory
	in.engine.idleHeld -= in.code.held
	in.idle = nil
}

// closeIdle closes an instance that was released.
func (in *Instance) closeIdle() error {
	code := in.code
	at := slices.Index(code.idle, in)
	code.idle = slices.Delete(code.idle, at, at+1)
	in.rouse()
	if m := in.linear; m != nil { // nothing else is not zero
		clear(in.Memory()[code.image.offset:][:len(code.image.memory)])
		m.clean = true
	}
	return in.module.Close(in.engine.ctx)
}
