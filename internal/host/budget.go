package host

import "github.com/Dharitri-org/core-wasm-vm/internal/gas"

// memoryBudget bounds what one request may keep, whatever it paid for it
// (DECISIONS.md, memory budget): far below the limit of the process, so that
// no machine is the first to run out.
//
// Counted are the memories of live instances, return data, messages that
// failed callbacks left, big integers, the inputs of live levels, copies that
// host functions make of guest memory, and what the state counts: accounts,
// storage, code, transfers, logs, journal.
// What is counted is let go when its owner ends.
//
// What a contract can make long is counted before it is allocated. What host
// functions keep besides is small, and counted once they are done.
const memoryBudget = 256 << 20

// What things count besides their bytes: about what they take. The numbers
// decide when an execution fails, so they never change.
const (
	levelBytes  = 1024 // one execution level
	itemBytes   = 64   // an argument, or an item of return data
	numberBytes = 96   // a big integer
	asyncBytes  = 256  // a registered asynchronous call
)

// fits is the fault of keeping n more bytes, nil if there is room.
func (v *VM) fits(n int64) error {
	if v.held+v.state.Bytes()+n > memoryBudget {
		return failMemory()
	}
	return nil
}

// hold counts bytes that this level keeps until it ends.
func (x *Frame) hold(n int64) error {
	if err := x.vm.fits(n); err != nil {
		return err
	}
	x.held += n
	x.vm.held += n
	return nil
}

// drop lets go of bytes before the level ends.
func (x *Frame) drop(n int64) {
	x.held -= n
	x.vm.held -= n
}

// holdScratch counts bytes that are kept until the running host function ends.
func (x *Frame) holdScratch(n int64) error {
	if err := x.hold(n); err != nil {
		return err
	}
	x.scratch += n
	return nil
}

func (x *Frame) dropScratch() {
	x.drop(x.scratch)
	x.scratch = 0
}

// holdInput counts the input of the level.
func (x *Frame) holdInput() error {
	n := int64(levelBytes + len(x.input.Function) + len(x.input.DCTTokenName))
	for _, arg := range x.input.Arguments {
		n += int64(itemBytes + len(arg))
	}
	return x.hold(n)
}

// keepMemory is asked before an instance gets more memory, and told what it
// gives back.
func (v *VM) keepMemory(bytes int) error {
	if bytes > 0 {
		if err := v.fits(int64(bytes)); err != nil {
			return err
		}
	}
	v.held += int64(bytes)
	return nil
}

// ChargeCopy charges for bytes that a host function copies and that nothing
// else has a price for.
func (x *Frame) ChargeCopy(bytes int64) error {
	price := x.vm.schedule.MemoryCopyPerByte
	if price == 0 {
		return nil
	}
	return x.Charge(gas.Mul(price, bytes))
}

// addItem appends return data that is counted already.
func (x *Frame) addItem(data []byte) {
	n := int64(itemBytes + len(data))
	x.result.bytes += n
	x.vm.held += n
	x.result.data = append(x.result.data, data)
}
