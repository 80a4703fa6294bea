//go:build unix

package driver_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// The telling of a context's end is kept from one request to the next. It must
// end the request that it belongs to, and no other.
func TestTheEndOfAContextEndsItsOwnRequest(t *testing.T) {
	d := start(t, new(chain), driver.Options{CallTimeout: 30 * time.Second})
	first, endFirst := context.WithCancel(t.Context())
	second, endSecond := context.WithCancel(t.Context())
	defer endSecond()
	ok := func(ctx context.Context) {
		t.Helper()
		if _, err := d.Call(ctx, story("pid")); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		ok(first)
	}
	endFirst() // while nothing runs
	for range 3 {
		ok(second)
	}
	if _, err := d.Call(first, story("pid")); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	third, endThird := context.WithCancelCause(t.Context())
	ok(third)
	ok(second)
	ok(third)
	ok(third)
	cause := errors.New("enough")
	time.AfterFunc(30*time.Millisecond, func() { endThird(cause) })
	begin := time.Now()
	if _, err := d.Call(third, story("hang")); !errors.Is(err, cause) { // not its first request
		t.Fatal(err)
	}
	fourth, endFourth := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer endFourth()
	if _, err := d.Call(fourth, story("hang")); !errors.Is(err, context.DeadlineExceeded) { // its first
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
	ok(context.Background())
	ok(second)
	ok(context.Background())
}
