package sandbox_test

import (
	"testing"

	asm "github.com/Dharitri-org/core-wasm-vm/test/assemble"
)

// assemble makes a module from the line language of test/assemble.
func assemble(t testing.TB, source string) []byte {
	t.Helper()
	code, err := asm.Module(source)
	if err != nil {
		t.Fatal(err)
	}
	return code
}
