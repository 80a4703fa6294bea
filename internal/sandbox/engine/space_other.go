//go:build !linux

package engine

// space is memory for one instance.
type space struct{ all []byte }

func newSpace() *space { return &space{} }

// resize gives the first bytes of the space. It may move.
func (s *space) resize(bytes int) []byte {
	if bytes > len(s.all) {
		all := make([]byte, bytes)
		copy(all, s.all)
		s.all = all
	}
	return s.all[:bytes:bytes]
}

// zero makes the first bytes zero again, which is all that were in use.
func (s *space) zero(bytes int) { clear(s.all[:bytes]) }

// shrink makes a space that is not in use small.
func (s *space) shrink() { s.all = nil }

// fit does nothing: a space has what its memory asked for.
func (s *space) fit(int) {}

func (s *space) close() {}
