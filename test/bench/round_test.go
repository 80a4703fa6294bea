package bench

import (
	"os"
	"os/exec"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/driver"
)

// echoVariable makes this program answer bytes with bytes, in the way of bare
// that it names.
const echoVariable = "BENCH_ECHO"

// echo is the other side of the bare loop.
func echo() {
	read, write := bare(os.Getenv(echoVariable), os.Stdin, os.Stdout)
	b := make([]byte, 64)
	for read(b) == nil {
		if write(b[:32]) != nil {
			os.Exit(1)
		}
	}
	os.Exit(0)
}

// roundsOfARun is how many round trips one repetition makes.
const roundsOfARun = 20_000

// transport is a question to the hook beside a bare loop over the same pipes.
func (r *report) transport() {
	const group = "Round trips"
	for _, pinned := range []bool{true, false} {
		place, restore := "free", func() {}
		if pinned {
			place, restore = "pinned", pin(r.t)
		}
		for _, way := range bareWays {
			read, write, end := startEcho(r.t, way)
			b := make([]byte, 64)
			r.measure(group, "bare loop, 64 bytes there and 32 back, "+way+", "+place, roundsOfARun, func(int) {
				for range roundsOfARun {
					if err := write(b); err != nil {
						r.t.Fatal(err)
					}
					if err := read(b[:32]); err != nil {
						r.t.Fatal(err)
					}
				}
			})
			end()
		}
		c := newChain()
		d, err := driver.New(c, driver.Options{Self: true, Codec: driver.Binary, Without: driver.WithoutPrediction})
		if err != nil {
			r.t.Fatal(err)
		}
		loops := deploy(r.t, c, d, "loops")
		const reads = 1000
		r.measure(group, "hook, storage read of 32 bytes, binary, "+place, roundsOfARun, func(int) {
			for range roundsOfARun / reads {
				kernel(r.t, c, d, loops, "sload", reads)
			}
		})
		if err := d.Close(); err != nil {
			r.t.Fatal(err)
		}
		restore()
	}
}

// startEcho starts the other side.
func startEcho(t testing.TB, way string) (read, write func([]byte) error, end func()) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), echoVariable+"="+way)
	theirs, ours := [2]*os.File{}, [2]*os.File{}
	var err error
	if theirs[0], ours[1], err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	if ours[0], theirs[1], err = os.Pipe(); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout = theirs[0], theirs[1]
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	closeAll := func(files [2]*os.File) {
		for _, f := range files {
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	closeAll(theirs)
	read, write = bare(way, ours[0], ours[1])
	return read, write, func() {
		closeAll(ours)
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}
