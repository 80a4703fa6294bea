package driver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
)

// PathVariable is the environment variable that names the Core binary.
const PathVariable = "CORE_PATH"

// binaryName is the file that is looked for in the working directory.
const binaryName = "core"

// findBinary finds what to start as Core. The search is done again at every start.
// A place that holds something which cannot be started is an error, not a
// reason to look further: what runs must never depend on a half-finished copy.
// Only a missing file leads on, and a directory called "core".
func findBinary(o *Options) (string, error) {
	switch {
	case o.Path != "":
		return executable(o.Path)
	case o.Self:
		if !selfRegistered() {
			return "", errors.New("this program cannot be started as Core: it does not call coreproc.Main")
		}
		return selfPath()
	}
	path, inDirectory, err := candidate(binaryName)
	if path != "" || err != nil {
		return path, err
	}
	named := fmt.Errorf("%s is not set", PathVariable)
	if name := os.Getenv(PathVariable); name != "" {
		path, named, err = candidate(name)
		if path != "" || err != nil {
			return path, err
		}
	}
	if selfRegistered() {
		return selfPath()
	}
	return "", fmt.Errorf("core binary not found: %w; %w; this program does not call coreproc.Main", inDirectory, named)
}

// candidate gives path if it can be started, why the search may go on, or why
// it must end.
func candidate(path string) (found string, missing, err error) {
	found, err = executable(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errDirectory) {
		return "", err, nil
	}
	return found, nil, err
}

var errDirectory = errors.New("is a directory")

// executable checks that path can be started, and makes it absolute.
func executable(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	stat, err := os.Stat(absolute)
	switch {
	case err != nil:
		return "", err
	case stat.IsDir():
		return "", fmt.Errorf("%s %w", absolute, errDirectory)
	case !stat.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file", absolute)
	case runtime.GOOS != "windows" && stat.Mode().Perm()&0o111 == 0:
		return "", fmt.Errorf("%s is not executable", absolute)
	}
	return absolute, nil
}

// selfRegistered says whether this program called coreproc.Main.
func selfRegistered() bool {
	return os.Getenv(protocol.SelfVariable) == strconv.Itoa(os.Getpid())
}

// selfPath is the program itself. On Linux that is the file that runs, even if
// another one has taken its name since.
func selfPath() (string, error) {
	if runtime.GOOS == "linux" {
		const exe = "/proc/self/exe"
		if _, err := os.Stat(exe); err == nil {
			return exe, nil
		}
	}
	return os.Executable()
}
