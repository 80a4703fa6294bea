package host

import "math/big"

// numbers is the table of big integers of a level. There are no invalid
// handles: one that is mentioned exists from then on, with value 0. Values are
// replaced, never changed, so a copy of the table is a snapshot.
type numbers struct {
	dense  []*big.Int         // handles 0 … len-1
	sparse map[int32]*big.Int // the others
	bytes  int64              // counted for the memory budget

	// All handles from low to below high are known to be taken, which spares
	// NewBigInt from looking at each of them every time.
	low, high int32
}

// maxNumberBits is the ceiling of a big integer (DECISIONS.md, big integers).
const maxNumberBits = 1 << 24

func (n *numbers) clone() *numbers {
	c := &numbers{dense: append([]*big.Int(nil), n.dense...), bytes: n.bytes, low: n.low, high: n.high}
	if len(n.sparse) > 0 {
		c.sparse = make(map[int32]*big.Int, len(n.sparse))
		for h, v := range n.sparse {
			c.sparse[h] = v
		}
	}
	return c
}

// tableBytes is the size of the table without the numbers.
func (n *numbers) tableBytes() int64 { return 8*int64(len(n.dense)) + 16*int64(len(n.sparse)) }

func (n *numbers) get(h int32) (*big.Int, bool) {
	if h >= 0 && int(h) < len(n.dense) {
		return n.dense[h], true
	}
	v, ok := n.sparse[h]
	return v, ok
}

func (n *numbers) set(h int32, v *big.Int) {
	if old, exists := n.get(h); exists {
		n.bytes -= numberSize(old)
	}
	n.bytes += numberSize(v)
	if h >= 0 && int(h) < len(n.dense) {
		n.dense[h] = v
		return
	}
	if _, exists := n.sparse[h]; !exists && int(h) == len(n.dense) {
		n.dense = append(n.dense, v)
		return
	}
	if n.sparse == nil {
		n.sparse = make(map[int32]*big.Int)
	}
	n.sparse[h] = v
}

// numberSize is what a number counts.
func numberSize(v *big.Int) int64 { return numberBytes + int64(v.BitLen()+7)/8 }

// setNumber sets the number of a handle in the table of this level.
func (x *Frame) setNumber(h int32, v *big.Int) {
	n := x.numbers
	x.vm.held -= n.bytes
	n.set(h, v)
	x.vm.held += n.bytes
}

// NewBigInt stores v under a new handle: the number of handles, or the next
// that is free. It takes ownership of v.
func (x *Frame) NewBigInt(v *big.Int) int32 {
	n := x.numbers
	first := int32(len(n.dense) + len(n.sparse))
	h := first
	for {
		if h >= n.low && h < n.high {
			h = n.high
		}
		if _, taken := n.get(h); !taken {
			break
		}
		h++
	}
	n.low, n.high = first, h+1 // no handle is ever given back
	x.setNumber(h, v)
	return h
}

// BigInt gives the number of a handle; one that does not exist yet is created
// with 0. Not to be changed: SetBigInt replaces it.
func (x *Frame) BigInt(h int32) *big.Int {
	v, ok := x.numbers.get(h)
	if !ok {
		v = new(big.Int)
		x.setNumber(h, v)
	}
	return v
}

// SetBigInt replaces the number of a handle; it takes ownership of v. It fails
// if v is larger than the ceiling.
func (x *Frame) SetBigInt(h int32, v *big.Int) error {
	if v.BitLen() > maxNumberBits {
		return Fault(textNumberTooLarge)
	}
	x.setNumber(h, v)
	return nil
}
