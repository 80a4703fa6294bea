package hostile

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// All gives the contracts.
func All() []Contract {
	var all []Contract
	for _, group := range [][]Contract{
		loops(), recursions(), memories(), bigIntegers(), cryptography(), storages(), results(), calls(), nestings(),
		creations(), questions(), bombs(), heavy(), shapes(),
	} {
		all = append(all, group...)
	}
	return all
}

// Where Header puts constants. The first 256 bytes and what comes after 1,024
// are for the contract.
const (
	AtTarget = 256 // addresses, 32 bytes each
	AtPeer   = 288
	AtUser   = 320
	AtTwin   = 352
	AtZero   = 384 // amounts, 32 bytes each
	AtOne    = 416
	AtRun    = 448 // function names
	AtLoop   = 452
)

// Header is header, for other programs of this kind.
func Header(pages int, uses ...string) string { return headerOf(pages, uses...) }

// header is the beginning of a source: imports of module env by name (others
// as ethereum.NAME), a page of memory, and constants.
func header(uses ...string) string { return headerOf(1, uses...) }

func headerOf(pages int, uses ...string) string {
	var s strings.Builder
	for _, name := range uses {
		s.WriteString(importOf(name))
	}
	fmt.Fprintf(&s, "memory %d\n", pages)
	fmt.Fprintf(&s, "hex %d %x\nhex %d %x\nhex %d %x\nhex %d %x\n", AtTarget, target[:], AtPeer, peer[:], AtUser, user[:], AtTwin, twin[:])
	fmt.Fprintf(&s, "hex %d 01\ndata %d run\ndata %d loop\n", AtOne+31, AtRun, AtLoop)
	return s.String()
}

// importOf imports a function with the type under which it is offered.
func importOf(name string) string {
	module, name, ethereum := strings.Cut(name, ".")
	if !ethereum {
		module, name = "env", module
	}
	for _, row := range imports.All() {
		if row.Module == module && row.Name == name {
			t := row.FuncType()
			return fmt.Sprintf("import %s.%s%s ->%s\n", module, name, words(t.Params), words(t.Results))
		}
	}
	panic("hostile: no import " + module + "." + name)
}

func words(types []sandbox.ValueType) string {
	var s strings.Builder
	for _, t := range types {
		fmt.Fprintf(&s, " %v", t)
	}
	return s.String()
}

// forever is a function run that does the same again and again. Local 0 counts
// from 0, and the first bytes of memory hold it.
func forever(body string, locals ...string) string {
	return "func run\nlocal 1 i32\n" + strings.Join(locals, "\n") + `
		loop
		i32.const 0; local.get 0; i32.store
		` + body + `
		local.get 0; i32.const 1; i32.add; local.set 0
		br 0; end`
}
