package targets

import (
	"testing"
	"time"
)

func TestDifferentialHoldsItsPromises(t *testing.T) {
	d, err := NewDifferential()
	slice(t, "differential", open(t, d, err), time.Second)
}
