package targets

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/internal/vectors"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/test/spectest"
)

// Seeds gives every module that is at hand, once each: those of the core test
// suite, valid or not, the sample contracts, and the contracts of the recorded
// vectors.
func Seeds(root string) ([][]byte, error) {
	seeds, err := spectest.Modules()
	if err != nil {
		return nil, err
	}
	for _, name := range contracts.Names() {
		seeds = append(seeds, contracts.Wasm(name))
	}
	for _, dir := range []string{"vectors", "vectors-corrected"} {
		cases, err := vectors.Load(os.DirFS(filepath.Join(root, "test", dir)))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		for _, c := range cases {
			for _, name := range slices.Sorted(maps.Keys(c.Contracts)) {
				seeds = append(seeds, c.Contracts[name].Wasm)
			}
		}
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(seeds, func(b []byte) bool {
		old := seen[string(b)]
		seen[string(b)] = true
		return old
	}), nil
}

// mutator changes modules. Half of its changes are inside a section or body
// whose size is put right afterwards, so that they get past the first look.
type mutator struct {
	small, large []*seed
	out, part    []byte // reused
}

// seed is a module, and its parts if it has the outer form of one.
type seed struct {
	code  []byte
	parts []part
}

// part is a section, or a piece of the code section: its head, up to the first
// body, or one body.
type part struct {
	section byte
	body    bool
	content []byte
}

// smallSeed is the size up to which seeds are used most of the time.
const smallSeed = 2048

func newMutator(codes [][]byte, limit int) *mutator {
	m := new(mutator)
	for _, code := range codes {
		switch s := (&seed{code: code, parts: split(code)}); {
		case len(code) > limit:
		case len(code) <= smallSeed:
			m.small = append(m.small, s)
		default:
			m.large = append(m.large, s)
		}
	}
	return m
}

const moduleHead = "\x00asm\x01\x00\x00\x00"

// split cuts a module into its parts, as far as its outer form goes.
func split(code []byte) (parts []part) {
	if len(code) < len(moduleHead) {
		return nil
	}
	for rest := code[len(moduleHead):]; len(rest) > 0; {
		id := rest[0]
		size, n := binary.Uvarint(rest[1:])
		if n <= 0 || size > uint64(len(rest)-1-n) {
			return parts
		}
		content := rest[1+n : 1+n+int(size)]
		rest = rest[1+n+int(size):]
		if id == 10 {
			parts = append(parts, bodies(content)...)
		} else {
			parts = append(parts, part{section: id, content: content})
		}
	}
	return parts
}

func bodies(content []byte) []part {
	_, n := binary.Uvarint(content)
	if n <= 0 {
		return []part{{section: 10, content: content}}
	}
	parts := []part{{section: 10, content: content[:n]}}
	for rest := content[n:]; len(rest) > 0; {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return []part{{section: 10, content: content}}
		}
		parts = append(parts, part{section: 10, body: true, content: rest[n : n+int(size)]})
		rest = rest[n+int(size):]
	}
	return parts
}

// mutate gives a changed seed, valid until the next call.
func (m *mutator) mutate(random *rand.Rand) []byte {
	return m.mutateSeed(m.choose(random), random)
}

func (m *mutator) mutateSeed(s *seed, random *rand.Rand) []byte {
	if len(s.parts) == 0 || random.IntN(2) == 0 {
		m.out = append(m.out[:0], s.code...)
		m.out = m.change(m.out, random)
		return m.out
	}
	chosen := random.IntN(len(s.parts))
	m.out = append(m.out[:0], moduleHead...)
	for i := 0; i < len(s.parts); i++ {
		p := &s.parts[i]
		if p.section != 10 {
			m.out = appendSized(append(m.out, p.section), m.changed(p, i == chosen, random))
			continue
		}
		start := len(m.out)
		var section []byte
		for ; i < len(s.parts) && s.parts[i].section == 10; i++ {
			p := &s.parts[i]
			content := m.changed(p, i == chosen, random)
			if p.body {
				section = appendSized(section, content)
			} else {
				section = append(section, content...)
			}
		}
		i--
		m.out = appendSized(append(m.out[:start], 10), section)
	}
	return m.out
}

func (m *mutator) choose(random *rand.Rand) *seed {
	from := m.small
	if len(m.large) > 0 && random.IntN(50) == 0 || len(m.small) == 0 {
		from = m.large
	}
	return from[random.IntN(len(from))]
}

func (m *mutator) changed(p *part, chosen bool, random *rand.Rand) []byte {
	if !chosen {
		return p.content
	}
	m.part = m.change(append(m.part[:0], p.content...), random)
	return m.part
}

func appendSized(b, content []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(content))), content...)
}

// telling are byte sequences at which something changes.
var telling = []string{
	"\x00", "\x01", "\x7f", "\x80", "\xff", "\x40", "\x0b", "\x05", "\x60", "\x70", "\x7e", "\x7d", "\x7c", "\x1a", "\x1b", "\x0f",
	"\xff\xff\xff\xff\x0f", "\x80\x80\x80\x80\x00", "\xff\xff\xff\xff\x07", "\x80\x80\x80\x80\x78", "\xff\xff\xff\xff\x7f",
	"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", "\xff\xff\x03", "\x80\x80\x04", "\xe8\x07", "\xe9\x07", "\x90\x4e", "\x91\x4e",
	"\x02\x40\x0b", "\x03\x40\x0b", "\x04\x40\x0b", "\x41\x00\x0d\x00", "\x0e\x01\x00\x00", "\x0c\x00", "\x10\x00", "\x11\x00\x00", "\xfc\x00", "\xfc\x0b\x00",
	"\x3f\x00", "\x40\x00", "\x41\x00", "\x42\x00", "\x20\x00", "\x21\x00", "\x22\x00", "\x23\x00", "\x24\x00", "\x28\x02\x00", "\x36\x02\x00", "\x6a", "\x45",
}

// change changes b at a few places.
func (m *mutator) change(b []byte, random *rand.Rand) []byte {
	for range 1 + random.IntN(3) {
		at := random.IntN(len(b) + 1)
		rest := len(b) - at
		n := min(rest, 1+random.IntN(8))
		switch random.IntN(10) {
		case 0, 1:
			if rest > 0 {
				b[at] ^= 1 << random.IntN(8)
			}
		case 2:
			if rest > 0 {
				b[at] = byte(random.Uint32())
			}
		case 3:
			copy(b[at:], telling[random.IntN(len(telling))])
		case 4:
			b = slices.Insert(b, at, []byte(telling[random.IntN(len(telling))])...)
		case 5:
			b = slices.Insert(b, at, byte(random.Uint32()))
		case 6:
			b = slices.Delete(b, at, at+n)
		case 7: // repeat
			b = slices.Insert(b, at, slices.Clone(b[at:at+n])...)
		case 8: // from another place of another module
			other := m.choose(random).code
			from := random.IntN(len(other) + 1)
			piece := other[from:min(len(other), from+1+random.IntN(16))]
			if random.IntN(2) == 0 {
				copy(b[at:], piece)
			} else {
				b = slices.Insert(b, at, piece...)
			}
		case 9:
			if random.IntN(4) == 0 {
				b = b[:at]
			} else if rest > 1 {
				b[at], b[at+1] = b[at+1], b[at]
			}
		}
	}
	return b
}
