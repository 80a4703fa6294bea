//go:build !linux

package compile

import "errors"

var errOnlyLinux = errors.New("only Linux tells how much memory a process had")

func processor() (float64, error) { return 0, errOnlyLinux }

func peak() (float64, error) { return 0, errOnlyLinux }

func limitProcessor(uint64) error { return errOnlyLinux }
