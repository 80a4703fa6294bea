//go:build unix && !linux

package coreproc_test

func beDrill() {}
