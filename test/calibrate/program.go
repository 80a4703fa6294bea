//go:build linux

package main

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/test/hostile"
)

// program is a loop whose time and gas are compared.
type program struct {
	name string

	// keys are the prices, as "Section.Key", that are raised until the program
	// is paid for; if there are several, all of them to the same.
	keys []string
	base string // the price to raise if keys are empty and no price per byte matters

	alone bool // all of the time is paid by keys, whatever else costs gas

	imports   []string
	pages     int
	constants string // data, tables, globals and types
	locals    string // local 0 counts up, local 1 counts down; more begin with 2
	before    string // what is done once
	body      string
	functions string // that the body calls
	peer      string
	cold      bool     // accounts that are not there have code like the peer's, each its own
	arguments [][]byte // of the call, from 1 on
	most      int      // times round, if something runs out; 0: as many as wanted
	least     int

	// paid is the program whose gas counts, if it is not this one: a contract
	// that fails takes all gas that it was given, and so is given no more than
	// it needs until then.
	paid *program
}

func (p *program) limit() int {
	if p.most == 0 {
		return 1 << 30
	}
	return p.most
}

func (p *program) atLeast() int { return min(max(p.least, 1), p.limit()) }

// source is the program: the number of times round is the first argument, and
// the first bytes of memory are different every time.
func (p *program) source() string {
	var s strings.Builder
	s.WriteString(hostile.Header(max(p.pages, 1), unique(append([]string{"smallIntGetUnsignedArgument"}, p.imports...))...))
	fmt.Fprintf(&s, "%s\nfunc run\nlocal 2 i32\n%s\n%s\n", p.constants, p.locals, p.before)
	fmt.Fprintf(&s, `
		i32.const 0; call smallIntGetUnsignedArgument; i32.wrap_i64; local.set 1
		block
		loop
		local.get 1; i32.eqz; br_if 1
		i32.const 0; local.get 0; i32.store
		%s
		local.get 0; i32.const 1; i32.add; local.set 0
		local.get 1; i32.const 1; i32.sub; local.set 1
		br 0; end; end
		%s`, p.body, p.functions)
	return s.String()
}

func unique(names []string) []string {
	var list []string
	seen := make(map[string]bool)
	for _, name := range names {
		if !seen[name] {
			seen[name] = true
			list = append(list, name)
		}
	}
	return list
}

const opcode = "WASMOpcodeCost."

func opcodes(keys ...string) []string {
	for i := range keys {
		keys[i] = opcode + keys[i]
	}
	return keys
}
