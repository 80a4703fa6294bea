//go:build !unix

package driver

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestASystemWithoutInheritedPipesSaysSo(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	_, err = New(world{}, Options{Path: path})
	var critical *CriticalError
	if !errors.As(err, &critical) || critical.Kind != KindStart || !strings.Contains(err.Error(), "use package inprocess") {
		t.Errorf("got %v", err)
	}
}
