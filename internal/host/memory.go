package host

// pageSize is the size of a page of linear memory.
const pageSize = 65536

// LoadMemory reads guest memory: a length of 0 checks nothing, bytes beyond
// the end are zeros. The result may be a view of guest memory: valid until the
// next store or nested call; whoever keeps it copies it.
func (x *Frame) LoadMemory(offset, length int32) ([]byte, error) {
	if length == 0 {
		return nil, nil
	}
	memory := x.instance.Memory()
	if offset < 0 || int64(offset) > int64(len(memory)) {
		return nil, memoryFault("mem load: bad bounds")
	}
	if length < 0 {
		return nil, memoryFault("mem load: negative length")
	}
	start, end := int(offset), int(offset)+int(length)
	if end <= len(memory) {
		return memory[start:end:end], nil
	}
	if err := x.ChargeCopy(int64(length)); err != nil {
		return nil, err
	}
	if err := x.holdScratch(int64(length)); err != nil {
		return nil, err
	}
	padded := make([]byte, length)
	copy(padded, memory[start:])
	return padded, nil
}

// StoreMemory writes guest memory. If the data does not fit, the memory grows
// by one page first; empty data checks nothing.
func (x *Frame) StoreMemory(offset int32, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if offset < 0 {
		return memoryFault("bad bounds (lower)")
	}
	if err := x.ChargeCopy(int64(len(data))); err != nil {
		return err
	}
	memory := x.instance.Memory()
	end := int(offset) + len(data)
	if end > len(memory) {
		if err := x.grow(); err != nil {
			return err
		}
		if memory = x.instance.Memory(); end > len(memory) {
			return memoryFault("bad bounds (upper)")
		}
	}
	copy(memory[offset:], data)
	return nil
}

// grow adds a page to the memory. A contract without a memory cannot grow one
// either.
func (x *Frame) grow() error {
	if err := x.Charge(x.vm.schedule.MemoryPerPage); err != nil {
		return err
	}
	if !x.instance.Grow(1) { // panics with the error of keepMemory
		return memoryFault("Failed to grow the memory:")
	}
	return nil
}
