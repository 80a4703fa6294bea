//go:build race

package compile

// raceDetector says whether the race detector adds to every allocation.
const raceDetector = true
