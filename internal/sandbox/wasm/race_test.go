//go:build race

package wasm

// raceDetector says whether the race detector adds to every allocation.
const raceDetector = true
