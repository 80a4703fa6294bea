package ipc_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

const limit = 1000

// pair is the body of the tests.
type pair struct {
	Key   []byte
	Value *big.Int
}

func pairType() ipc.Type[pair] {
	return ipc.Type[pair]{
		Append: func(dst []byte, v *pair) []byte { return ipc.AppendBigInt(ipc.AppendBytes(dst, v.Key), v.Value) },
		Read:   func(r *ipc.Reader, v *pair) { v.Key, v.Value = r.Bytes(), r.BigInt() },
	}
}

func swap() ipc.Method[pair, pair] {
	return ipc.Method[pair, pair]{Kind: 64, Name: "Swap", Request: pairType(), Response: pairType()}
}

func name(k ipc.Kind) string { return fmt.Sprint("kind ", uint32(k)) }

func messenger(r io.Reader, w io.Writer, c ipc.Codec) *ipc.Messenger {
	return ipc.NewMessenger(ipc.NewSender(w, limit), ipc.NewReceiver(r, limit), c, slog.New(slog.DiscardHandler), name)
}

// dialogue connects two messengers by pipes.
func dialogue(t *testing.T, c ipc.Codec) (here, there *ipc.Messenger) {
	t.Helper()
	r1, w1, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r2, w2, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, f := range []*os.File{r1, w1, r2, w2} {
			f.Close()
		}
	})
	return messenger(r1, w2, c), messenger(r2, w1, c)
}

func codecs(t *testing.T, test func(t *testing.T, c ipc.Codec)) {
	for _, c := range []ipc.Codec{ipc.JSON, ipc.Binary} {
		t.Run(c.String(), func(t *testing.T) { test(t, c) })
	}
}

func TestACallIsAnswered(t *testing.T) {
	codecs(t, func(t *testing.T, c ipc.Codec) {
		here, there := dialogue(t, c)
		entry := swap().Serve(func(p *pair) (*pair, error) {
			if p.Value.Sign() == 0 {
				return nil, errors.New("no \xff 100%d")
			}
			return &pair{append([]byte("re: "), p.Key...), new(big.Int).Neg(p.Value)}, nil
		}, func(method string, err error) (ipc.Status, string) {
			return ipc.StatusRefused, method + ": " + err.Error()
		})
		serve := func(ended chan<- struct{}) {
			defer close(ended)
			for range 2 {
				msg, err := there.Receive()
				if err != nil {
					t.Error(err)
					return
				}
				answer, err := entry.Answer(there, msg)
				if err != nil {
					t.Error(err)
					return
				}
				if err := there.Send(answer); err != nil {
					t.Error(err)
				}
			}
			if err := there.Reset(); err != nil {
				t.Error(err)
			}
		}
		for range 3 { // three dialogues of two questions
			ended := make(chan struct{})
			go serve(ended)
			got, err := swap().Call(here, &pair{[]byte("k\xff"), big.NewInt(-1)})
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Key) != "re: k\xff" || got.Value.Int64() != 1 {
				t.Errorf("got %q %v", got.Key, got.Value)
			}
			_, err = swap().Call(here, &pair{nil, new(big.Int)})
			var denial *ipc.Denial
			if !errors.As(err, &denial) || denial.Status != ipc.StatusRefused || string(denial.Text) != "Swap: no \xff 100%d" {
				t.Errorf("got %v", err)
			}
			<-ended
			if err := here.Reset(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// frame writes a frame by hand.
func frame(kind uint32, payload string) string {
	b := ipc.AppendUint32(ipc.AppendUint32(nil, uint32(len(payload))), kind)
	return string(b) + payload
}

func TestAnAnnouncedLengthAllocatesNothing(t *testing.T) {
	preamble := []byte("\xff\xff\xff\x7f\x40\x00\x00\x00{")
	got := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m := ipc.NewMessenger(ipc.NewSender(io.Discard, limit), ipc.NewReceiver(bytes.NewReader(preamble), ipc.MaxFrameBytes),
				ipc.JSON, slog.New(slog.DiscardHandler), name)
			if _, err := m.Receive(); !errors.Is(err, io.ErrUnexpectedEOF) {
				b.Fatal(err)
			}
		}
	})
	if got.AllocedBytesPerOp() > 128<<10 {
		t.Errorf("%d bytes were allocated", got.AllocedBytesPerOp())
	}
}

func TestAMessageTooLargeIsNotSentAndCostsNoTurn(t *testing.T) {
	codecs(t, func(t *testing.T, c ipc.Codec) {
		var out bytes.Buffer
		m := messenger(strings.NewReader(""), &out, c)
		err := swap().Ask(m, &pair{Key: make([]byte, limit)})
		var size *ipc.SizeError
		if !errors.As(err, &size) || out.Len() > 0 {
			t.Fatalf("got %v, %d bytes were sent", err, out.Len())
		}
		if err := swap().Ask(m, new(pair)); err != nil {
			t.Fatal(err)
		}
		if _, err := messenger(&out, io.Discard, c).Receive(); err != nil { // checks that the nonce is 1
			t.Error(err)
		}
	})
}

func TestAFrameIsOneWrite(t *testing.T) {
	codecs(t, func(t *testing.T, c ipc.Codec) {
		var w writes
		if err := swap().Ask(messenger(strings.NewReader(""), &w, c), &pair{Key: []byte("k")}); err != nil {
			t.Fatal(err)
		}
		if w != 1 {
			t.Errorf("%d writes", w)
		}
	})
}

type writes int

func (w *writes) Write(p []byte) (int, error) { *w++; return len(p), nil }

func TestBytesAfterTheEndOfADialogueAreSeen(t *testing.T) {
	one := frame(64, `{"DialogueNonce":1,"Kind":64}`)
	m := messenger(strings.NewReader(one+one), io.Discard, ipc.JSON)
	if _, err := m.Receive(); err != nil {
		t.Fatal(err)
	}
	if err := m.Reset(); err == nil {
		t.Error("the second message was not seen")
	}
}

func TestDeadlines(t *testing.T) {
	codecs(t, func(t *testing.T, c ipc.Codec) {
		here, _ := dialogue(t, c)
		if err := here.SetDeadline(time.Now().Add(30 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := here.Receive(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("receive: %v", err)
		}
		var err error
		for i := 0; err == nil && i < 10_000; i++ { // nobody reads: the pipe fills up
			err = swap().Ask(here, &pair{Key: make([]byte, 600)})
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("send: %v", err)
		}
	})
	if err := messenger(strings.NewReader(""), io.Discard, ipc.JSON).SetDeadline(time.Now()); !errors.Is(err, os.ErrNoDeadline) {
		t.Errorf("a pipe without deadlines: %v", err)
	}
}

func BenchmarkCall(b *testing.B) {
	for _, c := range []ipc.Codec{ipc.JSON, ipc.Binary} {
		b.Run(c.String()+"/64B", func(b *testing.B) {
			r1, w1, err := os.Pipe()
			if err != nil {
				b.Fatal(err)
			}
			r2, w2, err := os.Pipe()
			if err != nil {
				b.Fatal(err)
			}
			here, there := messenger(r1, w2, c), messenger(r2, w1, c)
			go func() {
				for {
					msg, err := there.Receive()
					if err != nil {
						return
					}
					q, err := swap().ReadRequest(there, msg)
					if err != nil {
						return
					}
					answer, err := swap().Answer(there, q)
					if err != nil {
						return
					}
					if there.Send(answer) != nil {
						return
					}
				}
			}()
			q := &pair{Key: make([]byte, 64), Value: big.NewInt(1)}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := swap().Call(here, q); err != nil {
					b.Fatal(err)
				}
			}
			for _, f := range []*os.File{r1, w1, r2, w2} {
				f.Close()
			}
		})
	}
}
