// Package ipc carries messages between two processes that talk in turns.
//
// A frame is eight bytes of preamble and a payload:
//
//	offset 0  length of the payload in bytes, without the preamble (uint32, little endian)
//	offset 4  kind of the message (uint32, little endian)
//	offset 8  payload: an envelope in the codec of the dialogue
//
// The envelope repeats the kind and holds the dialogue nonce, the status of an
// answer, and the body. In the JSON codec it is an object:
//
//	{"DialogueNonce":3,"Kind":91,"Body":{…}}                        a request, or an answer with a value
//	{"DialogueNonce":3,"Kind":91,"Status":1,"Text":"bm8=","Body":{}} an answer without one; the text is base64
//
// In the binary codec it is
//
//	nonce uint32, kind uint32, status uint8, text (uint32 length, bytes), body
//
// with all integers little endian. The body fills the rest of the payload.
//
// A Messenger is one side of a dialogue. Exactly one side has the turn at any
// moment: the messages of a dialogue are numbered 1, 2, 3 … across both
// directions, each side checks the numbers that come in, and both start again
// when the dialogue ends.
//
// The package does not know what is said, nor which process is which.
//
// # Invariants
//
//   - Nothing that was received is trusted. No length is allocated before it
//     was compared with the limit, and a buffer grows only with bytes that
//     have arrived. No input can cause a panic.
//   - After any error of a Sender or Receiver the pipe is out of step and of no
//     further use. A *ProtocolError says that the other side broke a rule;
//     every other error is one of the pipe: end of file, a deadline, a broken
//     pipe.
package ipc
