package imports

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
)

// preface says what holds for all functions; what follows it is made of the
// rows themselves.
const preface = `## What holds for every function

- Functions are imported from module ` + "`env`" + `, and from ` + "`ethereum`" + ` where the node switches that on. Parameters and results are words of 32 and 64 bits; the types below are those of the module.
- An address has 32 bytes, an amount of money 32 bytes without a sign, big-endian. A *pointer* is an offset into the memory of the contract, *bytes* are a pointer and a length. A *handle* names a big integer; one that was never used is 0. *Arguments* are a number, a pointer to that many lengths of 4 bytes, little-endian, and a pointer to the bytes, back to back.
- Gas: the price of the function is charged first, then what depends on lengths, before the work. A charge larger than what is left ends the execution: code 5, ` + "`not enough gas`" + `.
- Reading memory: a length of 0 checks nothing; an offset below 0 or beyond the end is ` + "`mem load: bad bounds`" + `, a negative length ` + "`mem load: negative length`" + `; bytes beyond the end are zeros.
- Writing memory: no bytes check nothing; a negative offset is ` + "`bad bounds (lower)`" + `; what does not fit lets the memory grow by one page, and if that is not enough it is ` + "`bad bounds (upper)`" + `.
- A failure inside a function ends the contract with code 10 and its text, and takes all gas, except where the description says that the function gives 1 (or another number) instead.

`

// Document renders the whole description of the execution environment with the
// prices of a schedule, which it calls by name.
func Document(schedule *gas.Schedule, name string) (string, error) {
	rows, err := Markdown(schedule)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The execution environment\n\nWhat a contract can import, and what it pays. This file is made from the code: "+
		"`go run ./cmd/corenode imports --markdown --schedule %s > docs/execution-environment.md`.\n\n", name)
	b.WriteString(preface)
	fmt.Fprintf(&b, "Prices below are those of schedule `%s`. Besides them:\n\n| | gas |\n|---|---|\n", name)
	for _, p := range []struct {
		what  string
		price uint64
	}{
		{"a byte of a contract's code, whenever it is called or deployed", schedule.CompilePerByte},
		{"a deployment or upgrade", schedule.CreateContract},
		{"a byte added to storage", schedule.StorePerByte},
		{"a byte that is stored already and stays or is replaced", schedule.PersistPerByte},
		{"a byte released from storage, given back as refund", schedule.ReleasePerByte},
		{"a byte copied", schedule.DataCopyPerByte},
		{"an asynchronous call", schedule.AsyncCallStep},
		{"kept for its callback", schedule.AsyncCallbackGasLock},
	} {
		fmt.Fprintf(&b, "| %s | %d |\n", p.what, p.price)
	}
	b.WriteByte('\n')
	b.WriteString(rows)
	return b.String(), nil
}
