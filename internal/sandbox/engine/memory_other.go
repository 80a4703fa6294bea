//go:build !unix

package engine

// Where memory cannot be mapped, Go's own has to do: a slice large enough for
// all that may be needed.

func reserve(bytes int) []byte { return make([]byte, bytes) }

// commit does nothing: the memory is usable, and zero.
func commit(_ []byte, _, _ int) {}

// release does nothing: it is collected.
func release(_ []byte) {}
