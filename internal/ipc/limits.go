package ipc

import "math"

const (
	// DefaultFrameBytes is the largest payload where nothing else was agreed.
	// An execution may keep 256 MiB, which base64 turns into 342 MiB; the rest
	// is room for what surrounds the bytes.
	DefaultFrameBytes = 384 << 20

	// MaxFrameBytes is the largest limit that may be agreed: lengths are
	// compared as signed 32-bit integers on some machines.
	MaxFrameBytes = math.MaxInt32

	// MaxBigIntBytes is the largest magnitude of an integer in a message.
	// Values and balances have at most 32 bytes; a longer integer would only
	// cost the receiver time.
	MaxBigIntBytes = 1024

	// maxNumberBytes is the largest number in JSON: the decimal digits of
	// MaxBigIntBytes bytes, and a sign.
	maxNumberBytes = MaxBigIntBytes*8*302/1000 + 2

	// maxReasonBytes is how much of the reason why a message cannot be decoded
	// is kept.
	maxReasonBytes = 1000

	// firstChunkBytes is how much a Receiver allocates before any byte of a
	// payload has arrived.
	firstChunkBytes = 32 << 10

	// keptFrameBytes is the largest buffer that a Messenger keeps for its next
	// frame.
	keptFrameBytes = 2 << 20
)
