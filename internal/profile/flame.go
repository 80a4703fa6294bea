package profile

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Sizes of a flame graph, in pixels.
const (
	flameWidth  = 1200
	rowHeight   = 18
	letterWidth = 6.6
	topMargin   = 46
	margin      = 10
	smallest    = 0.4 // narrower boxes are left out
)

// WriteFlame writes the tree as a flame graph: an SVG picture that needs nothing
// else. Callers are above what they call; the width of a box is its gas. Equal
// trees have equal bytes.
func (n *Node) WriteFlame(w io.Writer, title string) error {
	f := &flame{total: positive(n)}
	depth := f.depth(n) + 1
	height := topMargin + depth*rowHeight + margin
	f.print(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11">`+"\n",
		flameWidth, height, flameWidth, height)
	f.print("<style>rect{stroke:#fff;stroke-width:.5}g:hover rect{stroke:#000;stroke-width:1}text{pointer-events:none;fill:#111}</style>\n")
	f.print(`<rect x="0" y="0" width="%d" height="%d" fill="#fff" style="stroke:none"/>`+"\n", flameWidth, height)
	f.print(`<text x="%d" y="20" font-size="15" font-weight="bold">%s</text>`+"\n", margin, escape(title))
	f.print(`<text x="%d" y="36">%s gas in all. Green: contracts. Orange: functions of the contract. Blue: host functions. Grey: other costs.</text>`+"\n",
		margin, separated(f.total))
	if f.total > 0 {
		f.box(n, margin, 0, float64(flameWidth-2*margin)/float64(f.total))
	}
	f.print("</svg>\n")
	_, err := io.WriteString(w, f.out.String())
	return err
}

type flame struct {
	out   strings.Builder
	total int64
}

func (f *flame) print(format string, args ...any) { fmt.Fprintf(&f.out, format, args...) }

// positive is the gas of a node and all below it that can be drawn.
func positive(n *Node) int64 {
	sum := max(n.Self, 0)
	for _, c := range n.Children {
		sum += positive(c)
	}
	return sum
}

func (f *flame) depth(n *Node) int {
	deepest := 0
	for _, c := range n.Children {
		if positive(c) > 0 {
			deepest = max(deepest, 1+f.depth(c))
		}
	}
	return deepest
}

// box draws a node with its left border at x, and all below it.
func (f *flame) box(n *Node, x float64, row int, scale float64) {
	gas := positive(n)
	width := float64(gas) * scale
	if width < smallest {
		return
	}
	y := topMargin + row*rowHeight
	share := 100 * float64(gas) / float64(f.total)
	f.print(`<g><title>%s: %s gas (%.2f%%), own %s, calls %d</title>`, escape(n.Name), separated(gas), share, separated(n.Self), n.Calls)
	f.print(`<rect x="%.1f" y="%d" width="%.1f" height="%d" rx="1.5" fill="%s"/>`, x, y, width, rowHeight-1, colour(n))
	if letters := int((width - 6) / letterWidth); letters >= 3 {
		f.print(`<text x="%.1f" y="%d">%s</text>`, x+3, y+rowHeight-6, escape(cut(n.Name, letters)))
	}
	f.print("</g>\n")
	children := slices.Clone(n.Children)
	slices.SortStableFunc(children, func(a, b *Node) int {
		if d := positive(b) - positive(a); d != 0 {
			return int(max(min(d, 1), -1))
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, c := range children {
		f.box(c, x, row+1, scale)
		x += float64(positive(c)) * scale
	}
}

// colour gives boxes of a kind colours that differ a little by name.
func colour(n *Node) string {
	var sum uint32
	for i := range len(n.Name) {
		sum = sum*31 + uint32(n.Name[i])
	}
	shade := int(sum % 5)
	switch n.Kind {
	case Level:
		return [...]string{"#8fd19e", "#9ad8a8", "#84c994", "#a6dfb2", "#93cf86"}[shade]
	case Function:
		return [...]string{"#f6b26b", "#f4a259", "#f9c27f", "#f2aa76", "#f7bb5f"}[shade]
	case Import:
		return [...]string{"#8ab4f8", "#9cc0fa", "#7ba8f0", "#a9c9fb", "#86bdf2"}[shade]
	}
	return [...]string{"#d0d0d0", "#d6d6d6", "#cacaca", "#dadada", "#c4c4c4"}[shade]
}

func cut(text string, letters int) string {
	runes := []rune(text)
	if len(runes) <= letters {
		return text
	}
	return string(runes[:letters-1]) + "…"
}

// escape makes text safe inside XML. What XML cannot say becomes a mark.
func escape(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0xFFFD || r == 0xFFFE || r == 0xFFFF {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// separated writes a number with a comma before every third digit from its end.
func separated(n int64) string {
	digits := fmt.Sprint(max(n, -n))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if n < 0 {
		return "-" + digits
	}
	return digits
}
