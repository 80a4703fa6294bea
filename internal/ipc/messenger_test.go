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
	"testing/iotest"
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

func TestFramesThatAreRefused(t *testing.T) {
	good := `{"DialogueNonce":1,"Kind":64,"Body":{}}`
	for _, row := range []struct{ name, bytes, complaint string }{
		{"a good one is not", frame(64, good), ""},
		{"fields that nobody knows are passed over", frame(64, `{"New":[1],"DialogueNonce":1,"Kind":64,"Body":{}}`), ""},
		{"nothing", "", "EOF"},
		{"half a preamble", "\x10\x00\x00", "unexpected EOF"},
		{"half a payload", frame(64, good)[:20], "unexpected EOF"},
		{"only a preamble", frame(64, good)[:8], "unexpected EOF"},
		{"no payload", frame(64, ""), "no payload"},
		{"the largest payload", frame(64, good+strings.Repeat(" ", limit-len(good))), ""},
		{"one byte more", frame(64, good+strings.Repeat(" ", limit+1-len(good))), "announced with 1001 bytes, more than 1000"},
		{"2^31 bytes", "\x00\x00\x00\x80\x40\x00\x00\x00", "announced with 2147483648 bytes"},
		{"2^32-1 bytes", "\xff\xff\xff\xff\x40\x00\x00\x00", "announced with 4294967295 bytes"},
		{"an older kind", frame(63, good), "kind 63 belongs to an older protocol"},
		{"kind 0", frame(0, good), "kind 0 belongs"},
		{"another kind in the preamble", frame(66, good), "kind 66 in its preamble and 64"},
		{"nonce 0", frame(64, `{"DialogueNonce":0,"Kind":64}`), "invalid dialogue nonce 0"},
		{"nonce 2", frame(64, `{"DialogueNonce":2,"Kind":64}`), "invalid dialogue nonce 2"},
		{"nonce 2^32", frame(64, `{"DialogueNonce":4294967296,"Kind":64}`), "cannot be decoded"},
		{"nonce below 0", frame(64, `{"DialogueNonce":-1,"Kind":64}`), "cannot be decoded"},
		{"no nonce", frame(64, `{"Kind":64}`), "is missing"},
		{"no kind", frame(64, `{"DialogueNonce":1}`), "is missing"},
		{"null", frame(64, `null`), "is missing"},
		{"a list", frame(64, `[]`), "cannot be decoded"},
		{"two values", frame(64, good+good), "cannot be decoded"},
		{"no JSON", frame(64, "\x00"), "cannot be decoded"},
		{"an unknown status", frame(64, `{"DialogueNonce":1,"Kind":64,"Status":3}`), "unknown status 3"},
		{"a status of 256", frame(64, `{"DialogueNonce":1,"Kind":64,"Status":256}`), "cannot be decoded"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"at once":      strings.NewReader(row.bytes),
				"byte by byte": iotest.OneByteReader(strings.NewReader(row.bytes)),
			} {
				_, err := messenger(r, io.Discard, ipc.JSON).Receive()
				if row.complaint == "" {
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
				} else if err == nil || !strings.Contains(err.Error(), row.complaint) {
					t.Errorf("%s: got %v, want %q", name, err, row.complaint)
				}
				var broken *ipc.ProtocolError
				if isEnd := strings.Contains(row.complaint, "EOF"); err != nil && errors.As(err, &broken) == isEnd {
					t.Errorf("%s: %v is of the wrong type", name, err)
				}
			}
		})
	}
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

func TestBodiesThatAreRefused(t *testing.T) {
	for _, row := range []struct {
		name      string
		codec     ipc.Codec
		body      string
		complaint string
	}{
		{"a good one is not", ipc.JSON, `{"Key":"aw==","Value":-12}`, ""},
		{"missing", ipc.JSON, ``, "body is missing"},
		{"null", ipc.JSON, `null`, "body is missing"},
		{"a fraction", ipc.JSON, `{"Value":1.5}`, "cannot be decoded"},
		{"no base64", ipc.JSON, `{"Key":"a"}`, "cannot be decoded"},
		{"a good one in binary", ipc.Binary, "\x01\x00\x00\x00k\x02\x01\x00\x00\x00\x0c", ""},
		{"nothing", ipc.Binary, "", "too early"},
		{"bytes that are not there", ipc.Binary, "\x02\x00\x00\x00k", "too early"},
		{"2^32-1 bytes", ipc.Binary, "\xff\xff\xff\xffk", "too early"},
		{"something left over", ipc.Binary, "\x01\x00\x00\x00k\x03.", "1 bytes are left over"},
		{"an unknown sign", ipc.Binary, "\x01\x00\x00\x00k\x04\x00\x00\x00\x00", "sign 4"},
		{"a zero with digits", ipc.Binary, "\x01\x00\x00\x00k\x00\x01\x00\x00\x00\x01", "shortest form"},
		{"a leading zero", ipc.Binary, "\x01\x00\x00\x00k\x01\x02\x00\x00\x00\x00\x01", "shortest form"},
		{"minus zero", ipc.Binary, "\x01\x00\x00\x00k\x02\x00\x00\x00\x00", "shortest form"},
		{"a long integer", ipc.Binary, "\x01\x00\x00\x00k\x01\x01\x04\x00\x00" + strings.Repeat("1", 1025), "1025 bytes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := messenger(strings.NewReader(""), io.Discard, row.codec)
			_, err := swap().ReadRequest(m, &ipc.Message{Kind: 64, Body: []byte(row.body)})
			if row.complaint == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), row.complaint) {
				t.Errorf("got %v, want %q", err, row.complaint)
			}
		})
	}
}

func TestJSONThatCostsMoreThanItsLengthIsRefused(t *testing.T) {
	for _, row := range []struct{ name, body string }{
		{"many empty structures", "[" + strings.Repeat("{},", 100_000) + "{}]"},
		{"many empty lists", strings.Repeat("[", 100_000)},
		{"a number of many digits", strings.Repeat("9", 10_000)},
		{"a negative number of many digits", "-" + strings.Repeat("9", 10_000)},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := frame(64, `{"DialogueNonce":1,"Kind":64,"Body":`+row.body+`}`)
			m := ipc.NewMessenger(ipc.NewSender(io.Discard, limit), ipc.NewReceiver(strings.NewReader(text), 1<<20),
				ipc.JSON, slog.New(slog.DiscardHandler), name)
			if _, err := m.Receive(); err == nil {
				t.Error("it was accepted")
			}
		})
	}
	digits := strings.Repeat("9", 2466) // 1,024 bytes of ones have 2,467 digits
	for _, body := range []string{digits, "-" + digits, `"` + digits + digits + `"`, `"\"` + digits + digits + `"`} {
		text := frame(64, `{"DialogueNonce":1,"Kind":64,"Body":`+body+`}`)
		m := ipc.NewMessenger(ipc.NewSender(io.Discard, limit), ipc.NewReceiver(strings.NewReader(text), 1<<20),
			ipc.JSON, slog.New(slog.DiscardHandler), name)
		if _, err := m.Receive(); err != nil {
			t.Errorf("%.20s…: %v", body, err)
		}
	}
}

// FuzzFrame gives a messenger any bytes: it must answer with a message or an
// error, and never take more than a few times their length.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(frame(64, `{"DialogueNonce":1,"Kind":64,"Body":{"Key":"aw==","Value":-12}}`)), false)
	f.Add([]byte(frame(65, `{"DialogueNonce":1,"Kind":65,"Status":1,"Text":"bm8="}`)), false)
	f.Add([]byte(frame(64, "\x01\x00\x00\x00\x40\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00k\x02\x01\x00\x00\x00\x0c")), true)
	f.Add([]byte("\xff\xff\xff\xff\x40\x00\x00\x00"), true)
	f.Fuzz(func(t *testing.T, b []byte, binary bool) {
		codec := ipc.JSON
		if binary {
			codec = ipc.Binary
		}
		m := messenger(bytes.NewReader(b), io.Discard, codec)
		for {
			msg, err := m.Receive()
			if err != nil {
				return
			}
			p, err := swap().ReadRequest(m, msg)
			if err != nil {
				continue
			}
			// What was read can be said again, and means the same.
			var again bytes.Buffer
			if err := swap().Ask(messenger(nil, &again, codec), p); err != nil {
				var size *ipc.SizeError
				if errors.As(err, &size) {
					continue
				}
				t.Fatal(err)
			}
			there := messenger(&again, io.Discard, codec)
			msg, err = there.Receive()
			if err != nil {
				t.Fatal(err)
			}
			q, err := swap().ReadRequest(there, msg)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(p.Key, q.Key) || (p.Value == nil) != (q.Value == nil) || p.Value != nil && p.Value.Cmp(q.Value) != 0 {
				t.Fatalf("%v became %v", p, q)
			}
		}
	})
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
