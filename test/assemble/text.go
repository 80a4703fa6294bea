package assemble

import (
	"fmt"
	"strings"
)

// Repeat gives lines, n times.
func Repeat(n int, lines string) string { return strings.Repeat(lines+"\n", n) }

// I32s gives the instructions that push constants.
func I32s(values ...int) string {
	var s strings.Builder
	for _, v := range values {
		fmt.Fprintf(&s, "i32.const %d; ", v)
	}
	return s.String()
}
