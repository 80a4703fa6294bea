package vm

import (
	"encoding/hex"
	"fmt"
)

// AddressLength is the length of an Address in bytes.
const AddressLength = 32

// An Address names an account.
type Address [AddressLength]byte

// AddressOf reads an address from exactly AddressLength bytes.
func AddressOf(b []byte) (Address, error) {
	if len(b) != AddressLength {
		return Address{}, fmt.Errorf("address has %d bytes, want %d", len(b), AddressLength)
	}
	return Address(b), nil
}

// String gives the address in hex.
func (a Address) String() string { return hex.EncodeToString(a[:]) }

// MarshalText gives the address in hex.
func (a Address) MarshalText() ([]byte, error) {
	return hex.AppendEncode(make([]byte, 0, 2*AddressLength), a[:]), nil
}

// UnmarshalText reads 64 hex digits.
func (a *Address) UnmarshalText(text []byte) error { return unmarshalHex(a[:], text, "address") }

// A Hash is a 32-byte digest. The zero Hash stands for "none".
type Hash [32]byte

// String gives the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText gives the hash in hex.
func (h Hash) MarshalText() ([]byte, error) {
	return hex.AppendEncode(make([]byte, 0, 2*len(h)), h[:]), nil
}

// UnmarshalText reads 64 hex digits.
func (h *Hash) UnmarshalText(text []byte) error { return unmarshalHex(h[:], text, "hash") }

func unmarshalHex(dst, text []byte, what string) error {
	if len(text) != 2*len(dst) {
		return fmt.Errorf("%s has %d hex digits, want %d", what, len(text), 2*len(dst))
	}
	if _, err := hex.Decode(dst, text); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
