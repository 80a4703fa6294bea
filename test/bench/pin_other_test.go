//go:build !linux

package bench

import "testing"

func pin(b testing.TB) func() {
	b.Skip("placement is known on Linux only")
	return func() {}
}
