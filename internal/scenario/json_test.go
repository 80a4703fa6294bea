package scenario

import (
	"strings"
	"testing"
)

func TestFormatIsCanonical(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"an empty object", "{}", "{}\n"},
		{"an empty list", " [ ]\n\n", "[]\n"},
		{"a string", `"a"`, "\"a\"\n"},
		{"members have a line each", `{"a":"1","b":true}`, "{\n    \"a\": \"1\",\n    \"b\": true\n}\n"},
		{"elements too", `["1",["2"],{}]`, "[\n    \"1\",\n    [\n        \"2\"\n    ],\n    {}\n]\n"},
		{"the order stays", `{"z":"1","a":"2"}`, "{\n    \"z\": \"1\",\n    \"a\": \"2\"\n}\n"},
		{"strings stay as they are", "{\"a\\\"b\":\"tab\\t and \\u0041 and ``\"}", "{\n    \"a\\\"b\": \"tab\\t and \\u0041 and ``\"\n}\n"},
		{"also over several lines", "[\"a\nb\"]", "[\n    \"a\nb\"\n]\n"},
		{"tabs and carriage returns are space", "\t{\r\n\t\"a\"\t:\r\n\"b\"}\r\n", "{\n    \"a\": \"b\"\n}\n"},
		{"letters of all kinds", `{"ключ":"値"}`, "{\n    \"ключ\": \"値\"\n}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Format(&Source{Path: "x", Text: []byte(tt.in)})
			if err != nil || string(got) != tt.want {
				t.Fatalf("got %q (%v), want %q", got, err, tt.want)
			}
			if again, err := Format(&Source{Path: "x", Text: got}); err != nil || string(again) != tt.want {
				t.Errorf("formatted again: %q (%v)", again, err)
			}
		})
	}
}

func TestFormatRefusesWhatWouldGetLost(t *testing.T) {
	_, err := Format(&Source{Path: "x.scen.json", Text: []byte("{\"a\": \"1\",\n \"a\": \"2\"}")})
	if want := `x.scen.json:2:2: the key "a" is there twice, this one is ignored (the first is at 1:2)`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestTreesKnowTheirPlaces(t *testing.T) {
	text := "{\n    \"é\": [\"x\",\n  {\"k\": true}]\n}"
	src := &Source{Path: "x", Text: []byte(text)}
	v, _, err := parseTree(src)
	if err != nil {
		t.Fatal(err)
	}
	list := v.Members[0].Value
	for _, tt := range []struct {
		what         string
		offset       int
		line, column int
	}{
		{"the object", v.Offset, 1, 1},
		{"the key", v.Members[0].Offset, 2, 5},
		{"the list after a letter of two bytes", list.Offset, 2, 10},
		{"a string", list.Items[0].Offset, 2, 11},
		{"its end", list.Items[0].End, 2, 14},
		{"true", list.Items[1].Members[0].Value.Offset, 3, 9},
		{"the end of all", v.End, 4, 2},
	} {
		if line, column := src.Position(tt.offset); line != tt.line || column != tt.column {
			t.Errorf("%s is at %d:%d, want %d:%d", tt.what, line, column, tt.line, tt.column)
		}
	}
	if got, want := v.Inline(), `{"é": ["x", {"k": true}]}`; got != want {
		t.Errorf("inline: %s, want %s", got, want)
	}
}

func TestNestingIsBounded(t *testing.T) {
	for _, tt := range []struct {
		depth int
		fails bool
	}{{maxDepth, false}, {maxDepth + 1, true}, {1_000_000, true}} {
		text := strings.Repeat("[", tt.depth+1) + strings.Repeat("]", tt.depth+1)
		_, _, err := parseTree(&Source{Path: "x", Text: []byte(text)})
		if (err != nil) != tt.fails {
			t.Errorf("depth %d: %v", tt.depth, err)
		}
	}
}

func TestRepeatedKeysAreWarnings(t *testing.T) {
	s, err := Parse("x", []byte(`{"name": "first", "name": "second", "steps": []}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "first" || len(s.Warnings) != 1 {
		t.Errorf("name %q, warnings %v", s.Name, s.Warnings)
	}
	text := "{" + strings.Repeat(`"comment": "x",`, 3*maxWarnings) + `"steps": []}`
	if s, err = Parse("x", []byte(text), nil); err != nil || len(s.Warnings) != maxWarnings {
		t.Errorf("%d warnings (%v)", len(s.Warnings), err)
	}
}
