package demo

import (
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// table writes one line per event as it happens.
type table struct {
	out    io.Writer
	colour bool
}

const rowFormat = "%4s  %-5s  %-21s  %-28s  %-30s  %8s  %8s\n"

const (
	green = "\x1b[32m"
	red   = "\x1b[31m"
	dim   = "\x1b[2m"
	plain = "\x1b[0m"
)

func (t *table) head() {
	t.print(dim, fmt.Sprintf(rowFormat, "step", "from", "contract", "function", "result", "gas", "time"))
}

func (t *table) row(step int, e *Event, show func([][]byte) string) {
	out := e.Receipt.Output
	result, colour := show(out.ReturnData), green
	switch {
	case out.Code != vm.OK:
		result, colour = "refused: "+strings.Trim(strconv.QuoteToASCII(out.Message), `"`), red
	case e.Function == "init":
		result = short(e.Address)
	case e.Value.Sign() > 0:
		result = fmt.Sprintf("ok, paid %v", e.Value)
	}
	took := e.Took.Round(10 * time.Microsecond).String()
	line := fmt.Sprintf(rowFormat, strconv.Itoa(step), e.Sender, e.Contract, e.shown, result, strconv.FormatUint(e.gasUsed(), 10), took)
	t.print(colour, line)
}

// note writes a line that is no event.
func (t *table) note(format string, args ...any) {
	t.print(dim, fmt.Sprintf("      -- "+format+"\n", args...))
}

// print drops errors of the terminal: the story goes on without a reader.
func (t *table) print(colour, line string) {
	if t.colour {
		line = colour + strings.TrimSuffix(line, "\n") + plain + "\n"
	}
	_, _ = io.WriteString(t.out, line)
}

// short gives the telling part of a contract's address.
func short(address vm.Address) string {
	text := address.String()
	return "0…" + text[16:28] + "…" + text[60:]
}

// How return data are shown.

func none(data [][]byte) string {
	if len(data) == 0 {
		return "ok"
	}
	return fmt.Sprintf("%x", data)
}

func number(data [][]byte) string {
	if len(data) != 1 {
		return none(data)
	}
	return new(big.Int).SetBytes(data[0]).String()
}

func phase(data [][]byte) string {
	names := map[string]string{"": "open", "\x01": "successful", "\x02": "failed", "\x03": "claimed"}
	if len(data) == 1 && names[string(data[0])] != "" {
		return names[string(data[0])]
	}
	return none(data)
}
