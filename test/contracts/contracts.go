// Package contracts holds the sample contracts as built modules. Each lives in
// a directory of its name, with its source and a README of its functions;
// "make contracts" rebuilds the modules byte for byte.
package contracts

import (
	"embed"
	"fmt"
	"path"
)

//go:embed */*.wasm
var files embed.FS

// Names lists the contracts, sorted.
func Names() []string {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err) // the root of an embedded tree can always be read
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Wasm gives the module of a contract. The caller owns it. It panics if there
// is no contract of that name: names are constants of the program.
func Wasm(name string) []byte {
	code, err := files.ReadFile(path.Join(name, name+".wasm"))
	if err != nil {
		panic(fmt.Sprintf("contracts: no contract %q, have %q", name, Names()))
	}
	return code
}
