package ipc_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

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
