package protocol_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

func messenger(r io.Reader, w io.Writer, c ipc.Codec) *ipc.Messenger {
	return ipc.NewMessenger(ipc.NewSender(w, 1<<20), ipc.NewReceiver(r, 1<<20), c, slog.New(slog.DiscardHandler), protocol.KindName)
}

// method is a method without its types.
type method struct {
	name     string
	kind     ipc.Kind
	request  func(t *testing.T, c ipc.Codec, fill func(any)) // a filled request there and back
	response func(t *testing.T, c ipc.Codec, fill func(any))
	decode   func(c ipc.Codec, body []byte) // both, whatever comes of it
}

func methods() []method {
	return []method{
		erase(protocol.VersionOf()), erase(protocol.DiagnoseWait()), erase(protocol.Create()), erase(protocol.Call()),
		erase(protocol.BlockFacts()), erase(protocol.BlockHash()), erase(protocol.AccountOf()), erase(protocol.Code()),
		erase(protocol.Storage()), erase(protocol.NewAddress()), erase(protocol.ShardOfAddress()),
		erase(protocol.IsSmartContract()), erase(protocol.IsPayable()), erase(protocol.ProcessBuiltinFunction()),
	}
}

func erase[Q, R any](m ipc.Method[Q, R]) method {
	return method{m.Name, m.Kind, func(t *testing.T, c ipc.Codec, fill func(any)) {
		var q Q
		fill(&q)
		var pipe bytes.Buffer
		if err := m.Ask(messenger(nil, &pipe, c), &q); err != nil {
			t.Fatal(err)
		}
		there := messenger(&pipe, io.Discard, c)
		msg, err := there.Receive()
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.ReadRequest(there, msg)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, &q)
	}, func(t *testing.T, c ipc.Codec, fill func(any)) {
		var r R
		fill(&r)
		var pipe bytes.Buffer
		here := messenger(nil, &pipe, c)
		answer, err := m.Answer(here, &r)
		if err != nil {
			t.Fatal(err)
		}
		if err := here.Send(answer); err != nil {
			t.Fatal(err)
		}
		there := messenger(&pipe, io.Discard, c)
		msg, err := there.Receive()
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.ReadAnswer(there, msg)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, &r)
	}, func(c ipc.Codec, body []byte) {
		here := messenger(nil, io.Discard, c)
		_, _ = m.ReadRequest(here, &ipc.Message{Kind: m.Kind, Body: body})
		_, _ = m.ReadAnswer(here, &ipc.Message{Kind: m.Answers(), Body: body})
	}}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	w, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	// No bytes and no list are the same as none.
	empty := strings.NewReplacer(`""`, "null", `[]`, "null")
	if empty.Replace(string(g)) != empty.Replace(string(w)) {
		t.Errorf("\ngot  %s\nwant %s", g, w)
	}
}

// fill gives every field of a structure a value of its own, so that a field
// that is forgotten or mixed up is seen.
func fill(n *uint64) func(any) {
	var set func(v reflect.Value)
	set = func(v reflect.Value) {
		*n++
		switch x := v.Addr().Interface().(type) {
		case *big.Int:
			x.Lsh(big.NewInt(int64(*n)), 100)
			if *n%2 == 0 {
				x.Neg(x)
			}
			return
		}
		switch v.Kind() {
		case reflect.Bool:
			v.SetBool(*n%2 == 0)
		case reflect.Int, reflect.Int64:
			v.SetInt(-int64(*n))
		case reflect.Uint8, reflect.Uint32, reflect.Uint64:
			v.SetUint(*n)
		case reflect.String:
			v.SetString("text " + string(rune(*n)) + "\xff")
		case reflect.Array:
			for i := range v.Len() {
				set(v.Index(i))
			}
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 3, 3))
			for i := range v.Len() {
				set(v.Index(i))
			}
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			set(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				set(v.Field(i))
			}
		default:
			panic("cannot fill " + v.Type().String())
		}
	}
	return func(p any) { set(reflect.ValueOf(p).Elem()) }
}

func TestEveryFieldOfEveryMessageArrives(t *testing.T) {
	for _, m := range methods() {
		for _, c := range []ipc.Codec{ipc.JSON, ipc.Binary} {
			t.Run(m.name+"/"+c.String(), func(t *testing.T) {
				n := uint64(0)
				text := m.name == "Version" // is a text of the build, not of a contract
				if !(text && c == ipc.JSON) {
					m.request(t, c, fill(&n))
					m.response(t, c, fill(&n))
				}
				m.request(t, c, func(any) {})
				m.response(t, c, func(any) {})
			})
		}
	}
}

func TestTheHandshakeCarriesTheWholeConfiguration(t *testing.T) {
	want := protocol.Init{Protocol: 1, Codec: ipc.Binary, FrameBytes: 5, Config: vm.Config{
		VMType: [2]byte{5, 0}, BlockGasLimit: 1<<64 - 1, GasSchedule: vm.GasSchedule{"A": {"b": 1<<64 - 1}},
		BuiltinFunctions: []string{"f"}, ProtectedKeyPrefix: []byte("\xff"), Features: []string{"ethereum"}, Engine: vm.EngineInterpreter,
	}}
	var pipe bytes.Buffer
	if err := protocol.Start().Ask(messenger(nil, &pipe, ipc.JSON), &want); err != nil {
		t.Fatal(err)
	}
	there := messenger(&pipe, io.Discard, ipc.JSON)
	msg, err := there.Receive()
	if err != nil {
		t.Fatal(err)
	}
	got, err := protocol.Start().ReadRequest(there, msg)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

func TestKindsAreFixed(t *testing.T) {
	want := map[string]ipc.Kind{
		"Version": 66, "DiagnoseWait": 68, "Create": 70, "Call": 72,
		"BlockFacts": 96, "BlockHash": 98, "Account": 100, "Code": 102, "Storage": 104, "NewAddress": 106,
		"ShardOfAddress": 108, "IsSmartContract": 110, "IsPayable": 112, "ProcessBuiltinFunction": 114,
	}
	var seen []ipc.Kind
	for _, m := range methods() {
		if m.kind != want[m.name] || protocol.KindName(m.kind) != m.name || protocol.KindName(m.kind+1) != m.name+" answer" {
			t.Errorf("%s has kind %d, called %s", m.name, m.kind, protocol.KindName(m.kind))
		}
		seen = append(seen, m.kind)
	}
	slices.Sort(seen)
	if len(slices.Compact(seen)) != len(want) {
		t.Error("a kind is used twice, or one is missing")
	}
	if protocol.KindStart != 64 || protocol.KindName(64) != "Start" || protocol.KindName(999) != "kind 999" {
		t.Error("the handshake or an unknown kind has another name")
	}
}

func TestLevels(t *testing.T) {
	for _, row := range []struct {
		patterns, logger string
		want             slog.Level
	}{
		{"*:INFO", "core/host", slog.LevelInfo},
		{"*:trace", "core/host", ipc.LevelTrace},
		{"core/host:DEBUG", "core/host", slog.LevelDebug},
		{"core/host:DEBUG", "core/part", slog.LevelInfo},
		{"*:NONE, core:WARN", "core/part", slog.LevelWarn},
		{"core:WARN,*:ERROR", "core/part", slog.LevelError},
	} {
		levels, err := protocol.ParseLevels(row.patterns)
		if err != nil {
			t.Fatal(err)
		}
		if got := levels.Of(row.logger); got != row.want {
			t.Errorf("%s of %s is %d, want %d", row.patterns, row.logger, got, row.want)
		}
	}
	for _, bad := range []string{"", "*", "*:", ":INFO", "*:LOUD", "*:INFO,", "*:INFO,,core:WARN", strings.Repeat("x", 9000) + ":INFO"} {
		if _, err := protocol.ParseLevels(bad); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	for _, level := range []slog.Level{ipc.LevelTrace, slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if got := protocol.LevelOf(protocol.LineLevel(level)); got != level {
			t.Errorf("level %d became %d", level, got)
		}
	}
}

// FuzzBody gives any bytes to the decoder of any message. It must not panic.
// What the binary decoder of outputs accepts it writes again byte for byte.
func FuzzBody(f *testing.F) {
	n := uint64(0)
	var out vm.Output
	fill(&n)(&out)
	b, err := out.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	text, err := json.Marshal(&out)
	if err != nil {
		f.Fatal(err)
	}
	for i := range methods() {
		f.Add(byte(i), b)
		f.Add(byte(i), text)
	}
	f.Fuzz(func(t *testing.T, which byte, body []byte) {
		all := methods()
		m := all[int(which)%len(all)]
		m.decode(ipc.JSON, body)
		m.decode(ipc.Binary, body)
		if m.kind != protocol.KindCall {
			return
		}
		here := messenger(nil, io.Discard, ipc.Binary)
		got, err := protocol.Call().ReadAnswer(here, &ipc.Message{Kind: protocol.KindCall + 1, Body: body})
		if err != nil {
			return
		}
		again, err := got.AppendBinary(nil)
		if err != nil || !bytes.Equal(again, body) {
			t.Fatalf("%x became %x, %v", body, again, err)
		}
	})
}
