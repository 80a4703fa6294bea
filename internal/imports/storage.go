package imports

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// lockSuffix follows the key of a contract in the key of its time lock.
const lockSuffix = "timelock"

// storageRows is storage as bytes, and time locks.
func storageRows() []host.Import {
	return append(lockRows(),
		Fn2("storageStore", "sets the value of a key and says what that did: 0 nothing, 1 modified, 2 added, 3 deleted.",
			"DharitriAPICost.StorageStore", Key("key"), Bytes("value"), OutI32("status"), (*host.Frame).Store),
		Fn1("storageLoadLength", "gives the length of the value of a key.",
			"DharitriAPICost.StorageLoad", Key("key"), OutI32("length"),
			func(x *host.Frame, key []byte) (int32, error) {
				value, err := x.LoadUnmetered(key)
				return int32(len(value)), err
			}),
		Fn2("storageLoad", "writes the value of a key and gives its length, DataCopyPerByte for each byte.",
			"DharitriAPICost.StorageLoad", Key("key"), Ptr("result"), OutI32("length"),
			func(x *host.Frame, key []byte, result int32) (int32, error) {
				value, err := x.Load(key)
				if err != nil {
					return 0, err
				}
				return int32(len(value)), x.StoreMemory(result, value)
			}),
		Fn3("storageLoadFromAddress", "writes the value of a key of another contract that lets its storage be read and gives its length, DataCopyPerByte for each byte.",
			"DharitriAPICost.StorageLoad", AddressPtr("address"), Unread("key"), Ptr("result"), OutI32("length"),
			func(x *host.Frame, address int32, span Span, result int32) (int32, error) {
				key, err := span.loadKey(x)
				if err != nil {
					return 0, err
				}
				var a vm.Address
				if a, err = loadAddress(x, address); err != nil {
					return 0, err
				}
				value, err := x.LoadFrom(a, key)
				if err != nil {
					return 0, err
				}
				return int32(len(value)), x.StoreMemory(result, value)
			}),
	)
}

// lockRows is time locks. A lock is a time in seconds that is kept under the
// key of the contract with a suffix. It is advice: writing looks at no lock.
func lockRows() []host.Import {
	return []host.Import{
		Fn2("setStorageLock", "locks a key until a time in seconds since 1970 and says what that did, as storageStore; of a negative time the magnitude is kept.",
			"DharitriAPICost.Int64StorageStore", Key("key"), I64("timestamp"), OutI32("status"), setLock),
		Fn1("clearStorageLock", "removes the lock of a key and says what that did, as storageStore.",
			"DharitriAPICost.Int64StorageStore", Key("key"), OutI32("status"),
			func(x *host.Frame, key []byte) (int32, error) { return setLock(x, key, 0) }),
		Fn1("getStorageLock", "gives the time until which a key is locked, 0 if it is not.",
			"DharitriAPICost.StorageLoad", Key("key"), OutI64("timestamp"), loadLock),
		Fn1("isStorageLocked", "says whether a key is locked now: 1 or 0, -1 if the lock is negative as a signed number; costs GetBlockTimeStamp more unless it is.",
			"DharitriAPICost.StorageLoad", Key("key"), OutI32("yes"),
			func(x *host.Frame, key []byte) (int32, error) {
				lock, err := loadLock(x, key)
				if err != nil {
					return 0, err
				}
				if lock < 0 {
					return -1, nil
				}
				if err := x.Charge(x.Prices().BlockTimestamp); err != nil {
					return 0, err
				}
				facts, err := x.Block()
				if err != nil || uint64(lock) <= facts.Current.Timestamp {
					return 0, err
				}
				return 1, nil
			}),
	}
}

func lockKey(key []byte) []byte {
	return append(append(make([]byte, 0, len(key)+len(lockSuffix)), key...), lockSuffix...)
}

func setLock(x *host.Frame, key []byte, timestamp int64) (int32, error) {
	magnitude := uint64(timestamp)
	if timestamp < 0 {
		magnitude = -magnitude
	}
	return x.Store(lockKey(key), appendUnsigned(nil, magnitude))
}

// loadLock reads a lock: the low 64 bits of what is kept, signed.
func loadLock(x *host.Frame, key []byte) (int64, error) {
	value, err := x.Load(lockKey(key))
	if err != nil {
		return 0, err
	}
	var lock uint64
	for _, b := range value[max(0, len(value)-8):] {
		lock = lock<<8 | uint64(b)
	}
	return int64(lock), nil
}
