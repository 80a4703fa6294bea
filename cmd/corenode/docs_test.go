package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocumentedCommands runs the commands of docs/testing-contracts.md, in an
// empty directory that has the project's test directory in it, and compares
// what they print. A line "…" stands for any lines.
func TestDocumentedCommands(t *testing.T) {
	text, err := os.ReadFile("../../docs/testing-contracts.md")
	if err != nil {
		t.Fatal(err)
	}
	tests, err := filepath.Abs("../../test")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.Symlink(tests, "test"); err != nil {
		t.Fatal(err)
	}
	file := regexp.MustCompile("`([^`]+)`:\n\n```json\n((?s).*?)```").FindStringSubmatch(string(text))
	if file == nil {
		t.Fatal("the scenario is missing")
	}
	if err := os.WriteFile(file[1], []byte(file[2]), 0o644); err != nil {
		t.Fatal(err)
	}
	commands := 0
	for _, block := range regexp.MustCompile("```console\n((?s).*?)```").FindAllStringSubmatch(string(text), -1) {
		for _, part := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, want, _ := strings.Cut(part, "\n")
			commands++
			if got := shell(t, command); !matches(got, want) {
				t.Errorf("$ %s\ngot\n%s\nwant\n%s", command, got, want)
			}
		}
	}
	if commands < 12 {
		t.Errorf("only %d commands", commands)
	}
}

// shell runs a command line of the documentation and gives both its outputs.
func shell(t *testing.T, line string) string {
	t.Helper()
	var args []string
	for _, word := range regexp.MustCompile(`'[^']*'|\S+`).FindAllString(line, -1) {
		args = append(args, strings.Trim(word, "'"))
	}
	switch args[0] {
	case "corenode":
		_, stdout, stderr := corenode(args[1:]...)
		last := strings.LastIndex(strings.TrimSuffix(stdout, "\n"), "\n") + 1
		return stdout[:last] + stderr + stdout[last:] // what was noted comes before the last line
	case "sed":
		replace := strings.Split(args[2], "/")
		b, err := os.ReadFile(args[3])
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(args[3], []byte(strings.ReplaceAll(string(b), replace[1], replace[2])), 0o644); err != nil {
			t.Fatal(err)
		}
		return ""
	}
	t.Fatalf("no such command: %s", line)
	return ""
}

// matches compares an output with what is documented.
func matches(got, want string) bool {
	pattern := regexp.QuoteMeta(strings.TrimRight(want, "\n"))
	pattern = strings.ReplaceAll("\n"+pattern, "\n…\n", "\n(?:.*\n)*")
	return regexp.MustCompile("^" + strings.TrimPrefix(pattern, "\n") + "$").MatchString(strings.TrimRight(got, "\n"))
}
