//go:build race

package bench

// raced: the race detector allocates too.
const raced = true
