package imports_test

import (
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Code that a call cannot pay for is not loaded, so it would be fetched from
// the node for each call: for the price of a call, however long it is.
func TestCodeIsFetchedOncePerRequest(t *testing.T) {
	b := newBench(t, nil)
	b.chain.code[owner] = module(t, 1, make([]byte, 50_000))
	for _, name := range []string{"a call without gas", "the same with the code kept by nobody"} {
		b.chain.codeAsked = 0
		out := b.call(t, module(t, 100, append(owner[:], "go"...), call{"executeOnDestContext", []int64{1, 0, 64, 32, 2, 0, 0, 0}}), plenty)
		if out.Code != vm.OK {
			t.Fatalf("%v %q", out.Code, out.Message)
		}
		if b.chain.codeAsked > 2 { // once for the caller, if it is not loaded yet
			t.Errorf("%s, 100 times: the node was asked for code %d times", name, b.chain.codeAsked)
		}
	}
}
