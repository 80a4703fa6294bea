package scenario

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	// maxFileBytes bounds a file that a scenario is in or names.
	maxFileBytes = 32 << 20

	// maxFilesBytes bounds all files that one scenario names together.
	maxFilesBytes = 512 << 20
)

// Files reads the files of one scenario, each once.
type Files struct {
	content map[string][]byte // by path
	code    map[string][]byte // of containers
	total   int
}

// NewFiles makes a reader that has read nothing yet.
func NewFiles() *Files {
	return &Files{content: make(map[string][]byte), code: make(map[string][]byte)}
}

// Content gives the content of a file. It is not to be changed.
func (f *Files) Content(path string) ([]byte, error) { return f.read(path) }

// read reads a regular file. The result is not to be changed.
func (f *Files) read(path string) ([]byte, error) {
	if b, ok := f.content[path]; ok {
		return b, nil
	}
	b, err := readRegular(path)
	if err != nil {
		return nil, err
	}
	if f.total += len(b); f.total > maxFilesBytes {
		return nil, fmt.Errorf("%s: the files of this scenario have more than %d bytes together", path, maxFilesBytes)
	}
	f.content[path] = b
	return b, nil
}

// readRegular refuses devices, pipes and files that are too large.
func readRegular(path string) (b []byte, err error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	switch {
	case stat.IsDir():
		return nil, fmt.Errorf("%s: is a directory", path)
	case !stat.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if b, err = io.ReadAll(io.LimitReader(file, maxFileBytes+1)); err != nil {
		return nil, fileError(path, err)
	}
	if len(b) > maxFileBytes {
		return nil, fmt.Errorf("%s: more than %d bytes", path, maxFileBytes)
	}
	return b, nil
}

// fileError says path and reason without the name of a system call.
func fileError(path string, err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// container reads the code in a contract container: a JSON object with the
// code as hex digits under "code".
func (f *Files) container(path string) ([]byte, error) {
	if b, ok := f.code[path]; ok {
		return b, nil
	}
	text, err := f.read(path)
	if err != nil {
		return nil, err
	}
	var fields struct {
		Code *string `json:"code"`
	}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fmt.Errorf("%s: not a contract container: %w", path, err)
	}
	if fields.Code == nil {
		return nil, fmt.Errorf("%s: not a contract container: it has no field \"code\"", path)
	}
	code, err := hex.DecodeString(*fields.Code)
	if err != nil {
		return nil, fmt.Errorf("%s: the code in the container: %w", path, err)
	}
	f.code[path] = code
	return code, nil
}

// relative reads the files that a file names: paths start at its directory.
type relative struct {
	files     *Files
	directory string
}

// Read implements Reader.
func (r relative) Read(path string) ([]byte, error) {
	return r.files.read(filepath.Join(r.directory, filepath.FromSlash(path)))
}

// Code implements Reader.
func (r relative) Code(path string) ([]byte, error) {
	return r.files.container(filepath.Join(r.directory, filepath.FromSlash(path)))
}
