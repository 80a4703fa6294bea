package host

import (
	"bytes"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// What a write did, as contracts see it.
const (
	storageUnchanged = 0
	storageModified  = 1
	storageAdded     = 2
	storageDeleted   = 3
)

// freeKeyBytes is how many bytes of a key are not charged.
const freeKeyBytes = 32

func (x *Frame) chargeKey(key []byte) error {
	return x.Charge(gas.Mul(x.vm.schedule.DataCopyPerByte, int64(len(key)-freeKeyBytes)))
}

// Store writes own storage; key and value are copied. The protected prefix is
// checked first, also in read-only mode, where nothing else happens: there the
// bytes cost what copies do, since a body may have made them.
func (x *Frame) Store(key, value []byte) (int32, error) {
	if bytes.HasPrefix(key, x.vm.config.ProtectedKeyPrefix) {
		return 0, Fault(textProtectedKey)
	}
	if x.readOnly {
		return storageUnchanged, x.ChargeCopy(int64(len(key) + len(value)))
	}
	if err := x.chargeKey(key); err != nil {
		return 0, err
	}
	old, err := x.state.Read(x.storage, key)
	if err != nil {
		return 0, err
	}
	status, cost, refund := x.writeCost(old, value)
	if err := x.Charge(cost); err != nil {
		return 0, err
	}
	if err := x.vm.fits(int64(len(key) + len(value))); err != nil {
		return 0, err
	}
	x.state.AddRefund(refund)
	if o := x.vm.observer; o != nil {
		o.Write(x, key, old, value)
	}
	if status != storageUnchanged {
		x.state.Write(x.storage, key, x.state.Copy(value))
	}
	return status, nil
}

// writeCost is the table of the write rule. An equal length costs as much as
// keeping the bytes (DECISIONS.md, same-length).
func (x *Frame) writeCost(old, value []byte) (status int32, cost, refund uint64) {
	s, was, now := x.vm.schedule, int64(len(old)), int64(len(value))
	switch {
	case bytes.Equal(old, value):
		return storageUnchanged, gas.Mul(s.DataCopyPerByte, now), 0
	case was == 0:
		return storageAdded, gas.Mul(s.StorePerByte, now), 0
	case now == 0:
		return storageDeleted, 0, gas.Mul(s.ReleasePerByte, was)
	case now >= was:
		cost = gas.Add(gas.Mul(s.PersistPerByte, was), gas.Mul(s.StorePerByte, now-was))
		return storageModified, cost, 0
	}
	return storageModified, gas.Mul(s.PersistPerByte, now), gas.Mul(s.ReleasePerByte, was-now)
}

// Load reads own storage, charging by the byte. Not to be changed.
func (x *Frame) Load(key []byte) ([]byte, error) {
	if err := x.chargeKey(key); err != nil {
		return nil, err
	}
	return x.readCharged(x.storage, key)
}

func (x *Frame) readCharged(a vm.Address, key []byte) ([]byte, error) {
	value, err := x.read(a, key)
	if err != nil {
		return nil, err
	}
	return value, x.Charge(gas.Mul(x.vm.schedule.DataCopyPerByte, int64(len(value))))
}

// LoadUnmetered reads own storage without charging for its bytes, unless the
// schedule has a price for copies.
func (x *Frame) LoadUnmetered(key []byte) ([]byte, error) {
	if err := x.ChargeCopy(int64(len(key))); err != nil {
		return nil, err
	}
	value, err := x.read(x.storage, key)
	if err != nil {
		return nil, err
	}
	return value, x.ChargeCopy(int64(len(value)))
}

func (x *Frame) read(a vm.Address, key []byte) ([]byte, error) {
	value, err := x.state.Read(a, key)
	if o := x.vm.observer; o != nil && err == nil {
		o.Read(x, a, key, value)
	}
	return value, err
}

// LoadFrom reads the storage of another account: empty unless the chain knows
// it and its code metadata say that it is readable.
func (x *Frame) LoadFrom(a vm.Address, key []byte) ([]byte, error) {
	if err := x.chargeKey(key); err != nil {
		return nil, err
	}
	if a != x.storage {
		account, err := x.state.KnownAccount(a)
		if err != nil {
			return nil, err
		}
		if account == nil || !hasMetadata(account.CodeMetadata, 0, vm.MetadataReadable) {
			return nil, nil
		}
	}
	return x.readCharged(a, key)
}

// hasMetadata tests a flag in a byte of code metadata; metadata of any length
// but two have no flags.
func hasMetadata(metadata []byte, index int, flag byte) bool {
	return len(metadata) == 2 && metadata[index]&flag != 0
}
