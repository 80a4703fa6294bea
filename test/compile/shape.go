package compile

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// A Shape is what a module is built from. The same shape gives the same module.
type Shape struct {
	Seed   uint64
	Module Module
	Kinds  []Kind
}

// String writes the shape as one word: the seed, the numbers of the module and
// those of each kind, without those that are 0, as in
// 7/globals=90,types=4/call=3,locals=60.
func (s *Shape) String() string {
	parts := []string{strconv.FormatUint(s.Seed, 10), written(s.Module[:], moduleNumbers[:])}
	for i := range s.Kinds {
		parts = append(parts, written(s.Kinds[i][:], kindNumbers[:]))
	}
	return strings.Join(parts, "/")
}

func written(values []int, numbers []number) string {
	var fields []string
	for i, v := range values {
		if v != 0 {
			fields = append(fields, numbers[i].name+"="+strconv.Itoa(v))
		}
	}
	return strings.Join(fields, ",")
}

// ParseShape reads what String wrote.
func ParseShape(text string) (*Shape, error) {
	parts := strings.Split(text, "/")
	seed, err := strconv.ParseUint(parts[0], 10, 64)
	if err != nil || len(parts) < 3 {
		return nil, fmt.Errorf("shape %q: not a seed, a module and kinds", text)
	}
	s := &Shape{Seed: seed, Kinds: make([]Kind, len(parts)-2)}
	if err := read(s.Module[:], moduleNumbers[:], parts[1]); err != nil {
		return nil, fmt.Errorf("shape %q: %w", text, err)
	}
	for i, part := range parts[2:] {
		if err := read(s.Kinds[i][:], kindNumbers[:], part); err != nil {
			return nil, fmt.Errorf("shape %q: kind %d: %w", text, i, err)
		}
	}
	return s, nil
}

func read(values []int, numbers []number, text string) error {
	if text == "" {
		return nil
	}
	at := 0 // they come in their order, each once
	for _, field := range strings.Split(text, ",") {
		name, digits, _ := strings.Cut(field, "=")
		for at < len(numbers) && numbers[at].name != name {
			at++
		}
		if at == len(numbers) {
			return fmt.Errorf("%q is no number, or not in its place", name)
		}
		v, err := strconv.Atoi(digits)
		if err != nil || v <= 0 || v > numbers[at].most {
			return fmt.Errorf("%q is out of range", field)
		}
		values[at] = v
		at++
	}
	return nil
}

// RandomShape gives a shape of one to three kinds.
func RandomShape(random *rand.Rand) *Shape {
	s := &Shape{Seed: random.Uint64()}
	rare := 2 << random.IntN(6)
	for i := range s.Module {
		if random.IntN(rare) == 0 {
			s.Module[i] = scaled(random, moduleNumbers[i].most)
		}
	}
	for range 1 + random.IntN(1+random.IntN(3)) {
		s.Kinds = append(s.Kinds, randomKind(random))
	}
	return s
}

func randomKind(random *rand.Rand) (k Kind) {
	few := random.IntN(2) == 0 // statements, so that each is tried nearly alone
	for i := range k {
		if i >= int(statements) || !few && random.IntN(4) == 0 {
			k[i] = scaled(random, kindNumbers[i].most)
		}
	}
	for range 1 + random.IntN(3) {
		i := random.IntN(int(statements))
		k[i] = 1 + random.IntN(kindNumbers[i].most)
	}
	if random.IntN(2) == 0 {
		k[Bytes] = Large // much costs more the longer a function is
	}
	k[Share] = 1 + random.IntN(kindNumbers[Share].most)
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
	next := &Shape{Seed: s.Seed, Module: s.Module, Kinds: append([]Kind(nil), s.Kinds...)}
	if random.Float64() < heat/4 {
		next.Seed = random.Uint64()
	}
	switch n := len(next.Kinds); {
	case n < 4 && random.Float64() < heat/4:
		next.Kinds = append(next.Kinds, randomKind(random))
	case n > 1 && random.Float64() < heat/4:
		next.Kinds = append(next.Kinds[:n-1:n-1], next.Kinds[n:]...)
	}
	if random.Float64() < heat/4 { // a statement comes to the fore
		k := &next.Kinds[random.IntN(len(next.Kinds))]
		for i := range k[:statements] {
			k[i] /= 4
		}
		i := random.IntN(int(statements))
		k[i] = kindNumbers[i].most
	}
	for range 1 + random.IntN(2+int(4*heat)) {
		if random.IntN(4) == 0 {
			i := random.IntN(declarations)
			next.Module[i] = changed(random, next.Module[i], moduleNumbers[i].most)
		} else {
			k := &next.Kinds[random.IntN(len(next.Kinds))]
			i := random.IntN(numbers)
			k[i] = changed(random, k[i], kindNumbers[i].most)
		}
	}
	return next
}

// changed gives another number up to most, mostly not far away.
func changed(random *rand.Rand, n, most int) int {
	switch random.IntN(5) {
	case 0:
		return scaled(random, most)
	case 1, 2:
		return min(n+1+n*random.IntN(100)/100, most)
	default:
		return max(n-1-n*random.IntN(50)/100, 0)
	}
}
