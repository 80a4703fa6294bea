package suite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Suffix is what the names of scenarios end with that are found in
// directories.
const Suffix = ".scen.json"

// Suffixes are those of all files that can be run: fragments too, if they are
// named.
func Suffixes() []string { return []string{Suffix, ".steps.json", ".step.json"} }

// IsScenario says whether a file of that name can be run.
func IsScenario(name string) bool {
	return slices.ContainsFunc(Suffixes(), func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// Find gives the scenario files that paths stand for: a file for itself, a
// directory for all scenarios below it, in the order of their names. A file
// that is named twice is there once.
func Find(paths []string) ([]string, error) {
	return find(paths, func(name string) bool { return strings.HasSuffix(name, Suffix) }, "*"+Suffix)
}

// FindAll is Find with the fragments in directories.
func FindAll(paths []string) ([]string, error) {
	return find(paths, IsScenario, "scenario or fragment of one")
}

func find(paths []string, wanted func(name string) bool, what string) ([]string, error) {
	var files []string
	seen := make(map[string]bool)
	add := func(path string) {
		if clean := filepath.Clean(path); !seen[clean] {
			seen[clean] = true
			files = append(files, clean)
		}
	}
	for _, path := range paths {
		stat, err := os.Stat(path)
		if err != nil {
			return nil, plain(path, err)
		}
		if !stat.IsDir() {
			if !IsScenario(path) {
				return nil, fmt.Errorf("%s: not a scenario: its name does not end with %s", path, strings.Join(Suffixes(), ", "))
			}
			add(path)
			continue
		}
		before := len(files)
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return plain(name, err)
			}
			if !entry.IsDir() && wanted(name) {
				add(name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(files) == before {
			return nil, fmt.Errorf("%s: there is no %s in this directory", path, what)
		}
	}
	return files, nil
}

// plain says path and reason without the name of a system call.
func plain(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
