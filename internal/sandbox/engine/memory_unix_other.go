//go:build unix && !linux

package engine

// noReserve is not needed where address space is promised to nobody.
const noReserve = 0
