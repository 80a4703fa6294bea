package compile

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A Statement is something that bodies are made of.
type Statement int

// The statements.
const (
	Block Statement = iota
	Loop
	If
	BrIf
	BrTable
	Break // br or return, in an if
	Call
	CallIndirect
	CallHost
	Set    // a local gets a value computed from two others
	Tee    // a chain of local.tee
	Load   // from memory
	Store  // to memory
	Global // get, or get and set
	Divide // division, remainder
	Count  // instructions that need several of the machine's
	Select
	Hold       // an operand that stays on the stack
	statements // how many there are
)

// Numbers of a Kind, after the weights of its statements.
const (
	Share   = int(statements) + iota // of the bytes of the module
	Bytes                            // of a body
	Params                           // of each function
	Locals                           // of each function
	Window                           // how many locals are used
	Nesting                          // of blocks, at most
	Closing                          // how likely a block ends, of 100
	Results                          // how many blocks have a result, of 100
	Targets                          // of a br_table
	Far                              // how many branches go far out, of 100
	Stack                            // operands that are held, at most
	Wide                             // how many locals are i64, of 100
	numbers
)

// A Kind is a kind of functions: numbers that say how likely each statement is,
// and how large things are.
type Kind [numbers]int

// limit is the greatest value of each number.
var limit = Kind{
	Block: 100, Loop: 100, If: 100, BrIf: 100, BrTable: 100, Break: 100, Call: 100, CallIndirect: 100, CallHost: 100,
	Set: 100, Tee: 100, Load: 100, Store: 100, Global: 100, Divide: 100, Count: 100, Select: 100, Hold: 100,
	Share: 100, Bytes: 200_000, Params: 100, Locals: 4_000, Window: 4_100, Nesting: 20_000, Closing: 100, Results: 100,
	Targets: 100_000, Far: 100, Stack: 10_000, Wide: 100,
}

// A Shape is what a module is built from. The same shape gives the same module.
type Shape struct {
	Seed  uint64
	Kinds []Kind
}

// String writes the shape as one word.
func (s *Shape) String() string {
	parts := []string{strconv.FormatUint(s.Seed, 10)}
	for _, k := range s.Kinds {
		parts = append(parts, strings.ReplaceAll(strings.Trim(fmt.Sprint([numbers]int(k)), "[]"), " ", ","))
	}
	return strings.Join(parts, "/")
}

// ParseShape reads what String wrote.
func ParseShape(text string) (*Shape, error) {
	parts := strings.Split(text, "/")
	seed, err := strconv.ParseUint(parts[0], 10, 64)
	if err != nil || len(parts) < 2 {
		return nil, fmt.Errorf("shape %q: not a seed and kinds", text)
	}
	s := &Shape{Seed: seed}
	for _, part := range parts[1:] {
		fields := strings.Split(part, ",")
		if len(fields) != numbers {
			return nil, fmt.Errorf("shape %q: a kind with %d numbers, not %d", text, len(fields), numbers)
		}
		var k Kind
		for i, f := range fields {
			if k[i], err = strconv.Atoi(f); err != nil || k[i] < 0 || k[i] > limit[i] {
				return nil, fmt.Errorf("shape %q: %q is out of range", text, f)
			}
		}
		s.Kinds = append(s.Kinds, k)
	}
	return s, nil
}

// RandomShape gives a shape of one to three kinds.
func RandomShape(random *rand.Rand) *Shape {
	s := &Shape{Seed: random.Uint64()}
	for range 1 + random.IntN(3) {
		s.Kinds = append(s.Kinds, randomKind(random))
	}
	return s
}

func randomKind(random *rand.Rand) (k Kind) {
	for i := range k {
		switch {
		case i >= int(statements):
			k[i] = scaled(random, limit[i])
		case random.IntN(4) == 0: // few statements, so that each is tried nearly alone
			k[i] = scaled(random, limit[i])
		}
	}
	k[Share] = 1 + random.IntN(limit[Share])
	return k
}

// scaled gives a number up to most, each order of magnitude as likely.
func scaled(random *rand.Rand, most int) int {
	n := most
	for n > 1 && random.IntN(3) != 0 {
		n = n/4 + 1
		if n == 1 {
			break
		}
	}
	return random.IntN(n + 1)
}

// Mutate gives a shape that differs a little; more with more heat, from 0 to 1.
func (s *Shape) Mutate(random *rand.Rand, heat float64) *Shape {
	next := &Shape{Seed: s.Seed, Kinds: append([]Kind(nil), s.Kinds...)}
	if random.Float64() < heat/4 {
		next.Seed = random.Uint64()
	}
	switch n := len(next.Kinds); {
	case n < 4 && random.Float64() < heat/4:
		next.Kinds = append(next.Kinds, randomKind(random))
	case n > 1 && random.Float64() < heat/4:
		next.Kinds = append(next.Kinds[:n-1:n-1], next.Kinds[n:]...)
	}
	for range 1 + random.IntN(2+int(4*heat)) {
		k := &next.Kinds[random.IntN(len(next.Kinds))]
		i := random.IntN(numbers)
		switch random.IntN(5) {
		case 0:
			k[i] = scaled(random, limit[i])
		case 1, 2:
			k[i] = min(k[i]+1+k[i]*random.IntN(100)/100, limit[i])
		default:
			k[i] = max(k[i]-1-k[i]*random.IntN(50)/100, 0)
		}
	}
	return next
}
