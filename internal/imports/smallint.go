package imports

import (
	"encoding/binary"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// smallIntRows is numbers of 64 bits in arguments, results and storage. The
// older names are aliases: int64storage* are the unsigned functions, the other
// two the signed ones.
func smallIntRows() []host.Import {
	return append(smallIntStorageRows(),
		smallIntGetArgument("smallIntGetUnsignedArgument", "gives an argument as an unsigned number.", parseUnsigned),
		smallIntGetArgument("smallIntGetSignedArgument", "gives an argument as a signed number.", parseSigned),
		smallIntGetArgument("int64getArgument", "is smallIntGetSignedArgument.", parseSigned),
		smallIntFinish("smallIntFinishUnsigned", "appends an unsigned number, as few bytes as it needs, to the return data.", finishUnsigned),
		smallIntFinish("smallIntFinishSigned", "appends a signed number, as few bytes as it needs, to the return data.", finishSigned),
		smallIntFinish("int64finish", "is smallIntFinishSigned.", finishSigned),
	)
}

func smallIntStorageRows() []host.Import {
	return []host.Import{
		smallIntStorageStore("smallIntStorageStoreUnsigned", "sets the value of a key to an unsigned number, 0 deletes it, and says what that did, as storageStore.", storeUnsigned),
		smallIntStorageStore("smallIntStorageStoreSigned", "sets the value of a key to a signed number, 0 deletes it, and says what that did, as storageStore.", storeSigned),
		smallIntStorageStore("int64storageStore", "is smallIntStorageStoreUnsigned.", storeUnsigned),
		smallIntStorageLoad("smallIntStorageLoadUnsigned", "gives the value of a key as an unsigned number, DataCopyPerByte for each byte.", parseUnsigned),
		smallIntStorageLoad("smallIntStorageLoadSigned", "gives the value of a key as a signed number, DataCopyPerByte for each byte.", parseSigned),
		smallIntStorageLoad("int64storageLoad", "is smallIntStorageLoadUnsigned.", parseUnsigned),
	}
}

func smallIntGetArgument(name, doc string, parse func([]byte) (int64, bool)) host.Import {
	return Fn1(name, doc, "DharitriAPICost.Int64GetArgument", I32("index"), OutI64("number"),
		func(x *host.Frame, index int32) (int64, error) {
			arg, ok := item(x.Input().Arguments, index)
			if !ok {
				return 0, host.Fault("argument index out of range")
			}
			if err := x.ChargeCopy(int64(len(arg))); err != nil { // all of it may be zeros
				return 0, err
			}
			v, ok := parse(arg)
			if !ok {
				return 0, host.Fault("argument out of range")
			}
			return v, nil
		})
}

func smallIntFinish(name, doc string, finish func(*host.Frame, int64) error) host.Import {
	return Proc1(name, doc, "DharitriAPICost.Int64Finish", I64("number"), finish)
}

func smallIntStorageStore(name, doc string, store func(*host.Frame, []byte, int64) (int32, error)) host.Import {
	return Fn2(name, doc, "DharitriAPICost.Int64StorageStore", Key("key"), I64("number"), OutI32("status"), store)
}

func smallIntStorageLoad(name, doc string, parse func([]byte) (int64, bool)) host.Import {
	return Fn1(name, doc, "DharitriAPICost.Int64StorageLoad", Key("key"), OutI64("number"),
		func(x *host.Frame, key []byte) (int64, error) {
			value, err := x.Load(key)
			if err != nil {
				return 0, err
			}
			v, ok := parse(value)
			if !ok {
				return 0, host.Fault("storage value out of range")
			}
			return v, nil
		})
}

func finishUnsigned(x *host.Frame, v int64) error {
	var b [8]byte
	return x.Finish(appendUnsigned(b[:0], uint64(v)))
}

func finishSigned(x *host.Frame, v int64) error {
	var b [8]byte
	return x.Finish(appendSigned(b[:0], v))
}

func storeUnsigned(x *host.Frame, key []byte, v int64) (int32, error) {
	var b [8]byte
	return x.Store(key, appendUnsigned(b[:0], uint64(v)))
}

func storeSigned(x *host.Frame, key []byte, v int64) (int32, error) {
	var b [8]byte
	return x.Store(key, appendSigned(b[:0], v))
}

// appendUnsigned appends the fewest big-endian bytes that hold v, none for 0.
func appendUnsigned(dst []byte, v uint64) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	i := 0
	for i < len(b) && b[i] == 0 {
		i++
	}
	return append(dst, b[i:]...)
}

// appendSigned appends the fewest big-endian bytes that hold v in two's
// complement, none for 0.
func appendSigned(dst []byte, v int64) []byte {
	if v == 0 {
		return dst
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(v))
	return append(dst, trimSigned(b[:])...)
}

// parseUnsigned reads big-endian bytes, false if they are 2^64 or more.
func parseUnsigned(b []byte) (int64, bool) {
	b = trimUnsigned(b)
	if len(b) > 8 {
		return 0, false
	}
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return int64(v), true
}

// parseSigned reads big-endian bytes in two's complement, false if they do not
// fit in 64 bits.
func parseSigned(b []byte) (int64, bool) {
	b = trimSigned(b)
	if len(b) > 8 {
		return 0, false
	}
	var v int64
	if len(b) > 0 && b[0] >= 0x80 {
		v = -1
	}
	for _, c := range b {
		v = v<<8 | int64(c)
	}
	return v, true
}

// trimUnsigned drops leading zeros.
func trimUnsigned(b []byte) []byte {
	for len(b) > 0 && b[0] == 0 {
		b = b[1:]
	}
	return b
}

// trimSigned drops leading bytes that only repeat the sign.
func trimSigned(b []byte) []byte {
	for len(b) > 1 && (b[0] == 0 && b[1] < 0x80 || b[0] == 0xFF && b[1] >= 0x80) {
		b = b[1:]
	}
	return b
}
