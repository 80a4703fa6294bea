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

// reset drops everything: fresh memory of Go is zero.
func (s *space) reset(int) { s.all = nil }

func (s *space) close() {}
