package vectors

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A file of which only the beginning is a case is not one.
func TestNothingMayFollowACase(t *testing.T) {
	const whole = `{"name": "a/b", "contracts": {"c": {"wasm": "00"}}, "steps": [{"input": {"kind": "deploy", "contract": "c"}}]}`
	for text, want := range map[string]string{
		whole:            "",
		whole + " \n":    "",
		whole + "\n{}":   "a.json: byte 111: something follows the case",
		whole + "x":      "something follows the case",
		whole[:20]:       "a.json: unexpected EOF",
		`{"name": 5}`:    "cannot unmarshal number",
		`{"names": "a"}`: `unknown field "names"`,
	} {
		_, err := Load(fstest.MapFS{"a.json": {Data: []byte(text)}})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
