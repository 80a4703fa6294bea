package targets

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// scripter makes scripts for puppets: calls of any import, with words that are
// often what the parameter means and sometimes anything.
type scripter struct {
	rows         []host.Import
	names, calls []place // in a puppet's memory
	moduleLength int32
	newNumber    uint16 // the row of bigIntNew
	random       *rand.Rand
	data         []byte // of the script at hand
}

func newScripter(rows []host.Import) *scripter {
	_, names, calls := memoryImage()
	s := &scripter{rows: rows, names: names, calls: calls, moduleLength: int32(len(smallModule()))}
	for i := range rows {
		if rows[i].Name == "bigIntNew" {
			s.newNumber = uint16(i)
		}
	}
	return s
}

func (s *scripter) n(limit int) int { return s.random.IntN(limit) }

// script makes a script of a few calls. Scripts of nested calls are in its
// data, down to depth.
func (s *scripter) script(random *rand.Rand, depth int) []byte {
	s.random = random
	outer := s.data
	s.data = nil
	calls := make([]scriptCall, 0, 20)
	for range s.n(5) { // so that there are numbers to reckon with
		calls = append(calls, scriptCall{row: s.newNumber, words: []word{{value: uint64(s.n(500))}}})
	}
	most := 14
	if depth < maxDepth {
		most = 5
	}
	for range 1 + s.n(most) {
		calls = append(calls, s.call(depth))
	}
	script := appendScript(nil, calls, s.data)
	s.data = outer
	return script
}

// maxDepth is how deep scripts contain scripts.
const maxDepth = 3

// ending are names of imports that end a run, and so come less often.
var ending = []string{"signalError", "asyncCall", "upgradeContract", "revert", "selfDestruct", "ethereum.finish"}

func (s *scripter) call(depth int) scriptCall {
	i := s.n(len(s.rows))
	for _, name := range ending {
		if strings.HasSuffix(s.rows[i].Module+"."+s.rows[i].Name, name) && s.n(6) > 0 {
			i = s.n(len(s.rows))
		}
	}
	c := scriptCall{row: uint16(i)}
	for _, p := range s.rows[i].Params {
		if s.n(25) == 0 {
			for range p.Words {
				c.words = append(c.words, word{value: s.anything()})
			}
			continue
		}
		c.words = append(c.words, s.meant(&s.rows[i], &p, depth)...)
	}
	return c
}

// anything is a word that means nothing.
func (s *scripter) anything() uint64 {
	switch s.n(8) {
	case 0:
		return 0
	case 1:
		return uint64(s.n(300))
	case 2:
		return uint64(-1 - s.n(3))
	case 3:
		return uint64(1)<<s.n(64) - uint64(s.n(3))
	case 4:
		return uint64(memoryPages*65536 - 40 + s.n(80))
	case 5:
		return 0x7FFFFFFF - uint64(s.n(3))
	case 6:
		return 0x80000000 + uint64(s.n(3))
	}
	return s.random.Uint64()
}

// meant are words that a parameter of that kind may have.
func (s *scripter) meant(row *host.Import, p *host.Param, depth int) []word {
	switch p.Kind {
	case "handle":
		return []word{{value: uint64(s.n(6))}}
	case "gas":
		return []word{{value: uint64(s.n(3_000_000))}}
	case "address":
		return []word{{value: addressesAt + 32*uint64(s.account())}}
	case "amount":
		return []word{{value: amountsAt + 32*uint64(s.n(3+s.n(6)))}}
	case "pointer":
		return []word{{value: s.pointer()}}
	case "bytes":
		return s.bytes(row, p)
	case "arguments":
		return s.arguments(depth)
	case "i64":
		return []word{{value: uint64(s.n(200))}}
	}
	if strings.Contains(strings.ToLower(p.Name), "length") {
		return []word{{value: uint64(s.n(70))}}
	}
	return []word{{value: uint64(s.n(4))}}
}

func (s *scripter) account() int {
	if s.n(40) == 0 {
		return silent
	}
	return s.n(silent)
}

func (s *scripter) pointer() uint64 {
	switch s.n(12) {
	case 0:
		return uint64(memoryPages*65536 - 64 + s.n(70))
	case 1:
		return uint64(s.n(scriptAt))
	}
	return scratchAt + scratchSlot*uint64(s.n(scratchSlots))
}

// keyLengths are those of public keys.
var keyLengths = []int32{32, 33, 65, 96}

// bytes are pointer and length, or only a pointer.
func (s *scripter) bytes(row *host.Import, p *host.Param) []word {
	var at place
	name := strings.ToLower(p.Name)
	switch {
	case strings.Contains(name, "code") && s.n(8) > 0:
		at = place{moduleAt, s.moduleLength}
		if len(p.Words) == 1 { // two bytes of metadata
			at = place{addressesAt + 8 + int32(s.n(4)), 2}
		}
	case strings.HasPrefix(row.Name, "verify") && name == "key":
		at = place{int32(s.pointer()), keyLengths[s.n(len(keyLengths))]}
	case strings.Contains(name, "group") && s.n(8) > 0:
		at = s.names[s.n(2)]
	case strings.Contains(name, "data") && s.n(4) > 0:
		at = s.calls[s.n(len(s.calls))]
	case (strings.Contains(name, "function") || strings.Contains(name, "key") || strings.Contains(name, "name") || strings.Contains(name, "callback")) && s.n(8) > 0:
		at = s.names[s.n(len(s.names))]
		if strings.Contains(name, "function") && s.n(3) > 0 {
			at = s.names[0]
		}
	case s.n(10) == 0:
		at = place{int32(s.n(memoryPages * 65536)), int32(s.n(5000))}
	case s.n(30) == 0:
		at = place{0, int32(s.n(1 << 20))}
	default:
		at = place{int32(s.pointer()), int32(s.n(100))}
	}
	words := []word{{value: uint64(uint32(at.at))}, {value: uint64(uint32(at.length))}}
	return words[:len(p.Words)]
}

// arguments are a list whose first one is mostly a script.
func (s *scripter) arguments(depth int) []word {
	if depth == 0 || s.n(4) == 0 {
		count := s.n(4)
		lengths := len(s.data)
		for range count {
			s.data = binary.LittleEndian.AppendUint32(s.data, uint32(s.n(40)))
		}
		return []word{{value: uint64(count)}, {value: uint64(lengths), relative: true}, {value: s.pointer()}}
	}
	random := s.random
	nested := s.script(random, depth-1)
	lengths := len(s.data)
	s.data = binary.LittleEndian.AppendUint32(s.data, uint32(len(nested)))
	at := len(s.data)
	s.data = append(s.data, nested...)
	return []word{{value: 1}, {value: uint64(lengths), relative: true}, {value: uint64(at), relative: true}}
}
