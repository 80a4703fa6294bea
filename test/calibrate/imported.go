//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/imports"
	"github.com/Dharitri-org/core-wasm-vm/test/assemble"
	"github.com/Dharitri-org/core-wasm-vm/test/hostile"
)

// variant is what a function is called with.
type variant struct {
	name   string
	size   int  // of data, in bytes
	bits   int  // of big integers
	zero   bool // values are empty, so that nothing is stored
	sparse bool // handles are others every time, from all over
	same   bool // keys and addresses are the same every time
	keys   int  // bytes of a storage key
}

// What memory holds besides what hostile.Header says.
const (
	atData   = 8192
	atResult = 4096
)

// byHand are the functions that need more than words that fit, see calls.
var byHand = []string{
	"signalError", "ethereum.revert", "asyncCall", "upgradeContract", "createContract", "ethereum.create", "createAsyncCall",
	"setAsyncContextCallback", "ethereum.useGas", "ethereum.externalCodeCopy", "ethereum.callDataCopy", "verifyBLS", "verifyEd25519", "verifySecp256k1", "ethereum.callStatic",
}

func nameOf(row *host.Import) string {
	if row.Module == "ethereum" {
		return "ethereum." + row.Name
	}
	return row.Name
}

// notOfZero are the functions that refuse numbers which are new, or what other
// calls have made of them.
var notOfZero = []string{"bigIntTDiv", "bigIntTMod", "bigIntEDiv", "bigIntEMod", "bigIntNot"}

// imported are programs of all functions that contracts can import, in all
// variants that make a difference.
func imported() (base, sized []*program) {
	for _, row := range imports.All() {
		if slices.Contains(byHand, nameOf(&row)) {
			continue
		}
		base = append(base, call1(&row, variant{name: "small", keys: 4}), call1(&row, variant{name: "small, the same again", same: true, keys: 3}))
		if piles(&row) && has(&row, "bytes", "key") {
			base = append(base, call1(&row, variant{name: "nothing", zero: true, keys: 4}))
		}
		if has(&row, "bytes", "data", "value") {
			sized = append(sized, call1(&row, variant{name: "64 KiB", size: 64 << 10, keys: 4}),
				call1(&row, variant{name: "64 KiB, the same key", size: 64 << 10, same: true, keys: 3}))
		}
		if has(&row, "bytes", "key") && !has(&row, "i64", "") {
			sized = append(sized, call1(&row, variant{name: "a key of 4 KiB", keys: 4096}))
		}
		if has(&row, "handle", "") {
			if !slices.Contains(notOfZero, row.Name) {
				base = append(base, call1(&row, variant{name: "new numbers", sparse: true, same: true, keys: 3}))
			}
			sized = append(sized, call1(&row, variant{name: "2 KiB", bits: 1 << 14, same: true, keys: 3}),
				call1(&row, variant{name: "1 MiB", bits: 1 << 23, same: true, keys: 3}))
		}
		if has(&row, "i32", "index") || has(&row, "i32", "length") {
			sized = append(sized, call1(&row, variant{name: "64 KiB", size: 64 << 10, same: true, keys: 3}))
		}
	}
	return base, sized
}

// has says whether a function has such a parameter; no name means any.
func has(row *host.Import, kind string, names ...string) bool {
	for _, p := range row.Params {
		if p.Kind == kind && (names[0] == "" || slices.Contains(names, p.Name)) {
			return true
		}
	}
	return false
}

func call1(row *host.Import, v variant) *program {
	p := &program{name: nameOf(row) + ", " + v.name, imports: []string{nameOf(row)}, pages: 40,
		peer: hostile.Header(1) + "func run\nfunc main", most: 200_000}
	if row.Price != "" {
		p.keys, p.alone = []string{row.Price}, true
	}
	if v.size > 0 || v.bits > 0 || v.keys > 4 {
		p.keys, p.base, p.alone = nil, row.Price, false // one for each byte, see perByte
		if piles(row) {
			p.most = max(40, (64<<20)/max(v.size, v.bits/8, v.keys))
		}
	}
	p.imports = append(p.imports, "finish", "bigIntSetInt64", "bigIntShl")
	p.arguments = [][]byte{make([]byte, max(v.size, 4)), {7}}
	p.before = fmt.Sprintf("%scall finish; ", assemble.I32s(atData, v.size))
	bits := max(v.bits, 40)
	p.before += fmt.Sprintf("i32.const 1; i64.const 1; call bigIntSetInt64; %scall bigIntShl; i32.const 2; i64.const 1; call bigIntSetInt64; %scall bigIntShl",
		assemble.I32s(1, 1, bits), assemble.I32s(2, 2, bits/2))
	if row.Module == "ethereum" && row.Name == "finish" { // both have one name
		p.imports, p.before = []string{nameOf(row)}, ""
	}
	for i := range row.Params {
		p.body += word(row, &row.Params[i], v)
	}
	p.body += "call " + row.Name
	if row.Result.Type != 0 {
		p.body += "; drop"
	}
	return p
}

// piles says whether a function leaves something behind each time.
func piles(row *host.Import) bool {
	for _, part := range []string{"inish", "og", "Store", "torage", "transfer"} {
		if strings.Contains(row.Name, part) {
			return true
		}
	}
	return false
}

// word pushes the words of a parameter.
func word(row *host.Import, p *host.Param, v variant) string {
	fresh := func(known int) int {
		if v.same {
			return known
		}
		return 0
	}
	switch p.Kind {
	case "handle":
		switch {
		case v.zero:
			return assemble.I32s(9)
		case v.sparse:
			return fmt.Sprintf("local.get 0; i32.const %d; i32.mul; ", 0x10001+2*len(p.Name))
		}
		return assemble.I32s(map[string]int{"a": 1, "b": 2, "destination": 3}[p.Name])
	case "pointer":
		return assemble.I32s(atResult)
	case "address":
		if strings.HasPrefix(row.Price, "DharitriAPICost.Execute") || strings.HasPrefix(row.Price, "DharitriAPICost.Delegate") || strings.HasPrefix(row.Price, "EthAPICost.Call") {
			return assemble.I32s(hostile.AtPeer)
		}
		return assemble.I32s(fresh(hostile.AtPeer))
	case "amount":
		if row.Name == "transferValue" {
			return assemble.I32s(hostile.AtOne)
		}
		return assemble.I32s(hostile.AtZero)
	case "gas":
		return "i64.const -1; "
	case "i64":
		if v.zero {
			return "i64.const 0; "
		}
		return "local.get 0; i64.extend_i32_u; "
	case "arguments":
		return assemble.I32s(0, atData, atData)
	case "i32":
		switch {
		case p.Name == "bits" || p.Name == "index" && strings.Contains(row.Name, "rgument"):
			return assemble.I32s(1)
		case p.Name == "length":
			return assemble.I32s(min(v.size, 32))
		}
		return assemble.I32s(0)
	case "bytes":
		switch {
		case len(p.Words) == 1:
			return assemble.I32s(fresh(hostile.AtRun))
		case p.Name == "function":
			return assemble.I32s(hostile.AtRun, 3)
		case p.Name == "key":
			return assemble.I32s(fresh(hostile.AtRun), v.keys)
		case p.Name == "value" && v.zero:
			return assemble.I32s(0, 0)
		case p.Name == "value" && v.size > 0: // it is another one every time
			return assemble.I32s(0, v.size)
		case p.Name == "value":
			return assemble.I32s(0, 32)
		}
		return assemble.I32s(atData, v.size)
	}
	panic("calibrate: " + row.Name + " has a parameter of a kind that is new: " + p.Kind)
}
