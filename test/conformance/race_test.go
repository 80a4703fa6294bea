//go:build race

package conformance

// raceDetector says whether the race detector watches, which makes everything
// many times slower.
const raceDetector = true
