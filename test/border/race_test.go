//go:build race

package main

// raceDetector says whether the race detector watches, which makes everything
// many times slower.
const raceDetector = true
