// Package imports is the table of what a contract can ask: one row per
// function, grouped by file. A row says name, parameters, price and meaning of
// a function; its body calls host.Frame, where the rules live.
//
// It is the second of the two places where hostile bytes enter Core: every
// word of a row is read by its meaning (meaning.go), which checks it once.
// What a body gets is inside the memory of the contract, addresses have 32
// bytes, and every product and sum of lengths was made in 64 bits.
//
// It is not policy: it knows neither accounts nor gas meters, and no rule of
// it depends on which contract is asking.
//
// # Order
//
// The price of a row is charged before anything else happens. What a meaning
// charges or loads happens in the order of the parameters; a row whose rules
// want another order takes its parameters unread (Span, Ptr) and loads them in
// its body. The order shows in the text and the code of a failure, so it is
// part of the behaviour.
package imports

import (
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// The modules that contracts import from.
const (
	env      = "env"
	ethereum = "ethereum"
)

// A group is the rows of one file.
type group struct {
	title  string
	module string
	rows   func() []host.Import
}

// groups lists the groups in the order of the documentation.
func groups() []group {
	return []group{
		{"Blocks, chain and accounts", env, blockRows},
		{"Call and arguments", env, argsRows},
		{"Token payments", env, tokenRows},
		{"Results and logs", env, resultRows},
		{"Storage", env, storageRows},
		{"Transfers, calls and deployments", env, callRows},
		{"Asynchronous calls", env, asyncRows},
		{"Big integers", env, bigIntRows},
		{"64-bit integers", env, smallIntRows},
		{"Cryptography", env, cryptoRows},
		{"Module ethereum", ethereum, ethereumRows},
	}
}

// All returns every row, group by group, sorted by name within its group.
func All() []host.Import {
	var all []host.Import
	for _, g := range groups() {
		all = append(all, g.sorted()...)
	}
	return all
}

// sorted gives the rows of a group by name, with their module filled in.
func (g group) sorted() []host.Import {
	rows := g.rows()
	for i := range rows {
		rows[i].Module = g.module
	}
	slices.SortFunc(rows, func(a, b host.Import) int { return strings.Compare(a.Name, b.Name) })
	return rows
}
