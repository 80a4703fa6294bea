package imports

import (
	"fmt"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox"
)

// Signature gives the WebAssembly type of a row, for example
// "(i32 i32) -> i64".
func Signature(row host.Import) string {
	var words []string
	for _, p := range row.Params {
		for _, w := range p.Words {
			words = append(words, typeName(w))
		}
	}
	text := "(" + strings.Join(words, " ") + ")"
	if row.Result.Type != 0 {
		text += " -> " + typeName(row.Result.Type)
	}
	return text
}

func typeName(t sandbox.ValueType) string {
	if t == sandbox.I64 {
		return "i64"
	}
	return "i32"
}

// Markdown renders the rows as tables, one for each group, with the prices of
// a schedule. An error means that a price of a row is not one of the schedule.
func Markdown(schedule *gas.Schedule) (string, error) {
	var b strings.Builder
	for i, g := range groups() {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "## %s\n\n", g.title)
		b.WriteString("| Function | Parameters | Result | Type | Gas | What it does |\n")
		b.WriteString("|---|---|---|---|---|---|\n")
		for _, row := range g.sorted() {
			section, key, _ := strings.Cut(row.Price, ".")
			price, err := schedule.Price(section, key)
			if err != nil {
				return "", fmt.Errorf("import %s.%s: %w", row.Module, row.Name, err)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` | %d (%s) | %s |\n",
				row.Name, parameters(row.Params), row.Result.Name, Signature(row), price, key, sentence(row.Doc))
		}
	}
	return b.String(), nil
}

// parameters lists names and kinds.
func parameters(params []host.Param) string {
	list := make([]string, len(params))
	for i, p := range params {
		list[i] = p.Name + ": " + p.Kind
	}
	return strings.Join(list, ", ")
}

// sentence gives a doc with a capital first letter. Docs start with an ASCII
// letter and contain no bar.
func sentence(doc string) string { return strings.ToUpper(doc[:1]) + doc[1:] }
