// Package protocol is the list of what Node and Core say to each other: kinds,
// methods, bodies, the handshake and the log lines. With package ipc, which
// says how a message is framed, this is all there is to know to write either
// side in another language.
//
// It contains no loop and no process, and does not know what is done with a
// message.
//
// # Processes and pipes
//
// The Node starts Core without arguments, with argv[0] = "core", its own
// environment and working directory, and these descriptors:
//
//	0  the null device
//	1  standard output, read by the Node line by line
//	2  standard error, likewise; the Node keeps its end for its error messages
//	3  coreInit, read: one message, what Core is built from
//	4  nodeToCore, read: requests, and answers to Core's questions
//	5  coreToNode, write: Core's questions, and its results
//	6  log profile, read: which log lines are wanted
//	7  log lines, write
//
// 4 and 5 end the conversation: when the Node closes 4, Core exits; when Core
// dies, the Node reads the end of 5. When 6 ends, the Node is gone, and Core
// exits at once even in the middle of an execution. The Node closes 6 last.
//
// Exit codes of Core: 1 a descriptor is missing, 2 Core cannot be built or has
// panicked, 3 the conversation has ended, 64 the Node speaks another protocol.
//
// # The conversation
//
// One side has the turn. A dialogue begins with a request of the Node and ends
// with its answer. In between Core may ask questions, one at a time, each
// answered before anything else is said. Every message carries the dialogue
// nonce: 1 for the first message of a dialogue, one more for each that follows
// in either direction. So a request has 1, the k-th question 2k, its answer
// 2k+1, and the result after n questions 2n+2. A message with another number,
// or of a kind that is not due, ends the process that sent it.
//
// The first dialogue is the handshake Start. Its request is the message on
// coreInit, its answer travels on coreToNode, and both are in JSON. From then
// on both sides use the codec that Init names: 0 JSON, 1 binary.
//
//	kind  method                   asked by  request        answer
//	  64  Start                    Node      Init           Hello
//	  66  Version                  Node      None           Text
//	  68  DiagnoseWait             Node      Wait           None
//	  70  Create                   Node      CreateRequest  vm.Output
//	  72  Call                     Node      CallRequest    vm.Output
//	  74  Prepare                  Node      Codes          None
//	  96  BlockFacts               Core      None           vm.BlockFacts
//	  98  BlockHash                Core      Nonce          Bytes
//	 100  Account                  Core      Address        Account
//	 102  Code                     Core      CodeOf         Bytes
//	 104  Storage                  Core      StorageOf      Bytes
//	 106  NewAddress               Core      Creation       Address
//	 108  ShardOfAddress           Core      Address        Shard
//	 110  IsSmartContract          Core      Address        Yes
//	 112  IsPayable                Core      Address        Yes
//	 114  ProcessBuiltinFunction   Core      vm.CallInput   vm.Output
//
// The answer has the kind of its request plus one. Kinds below 64 belong to an
// older protocol and are refused.
//
// # Answers
//
// An answer has a status. 0: its body is the value. 1, refused: a healthy
// Node says no, deterministically; the text is visible to contracts. 2,
// failed: whoever was asked could not answer. To the Node's requests there is
// no 1.
//
// After an answer with status 2 to a question, Core asks nothing more, gives
// the execution up, and answers the request with status 2 as well; the next
// request finds it as well as ever. Core must not answer a request with
// status 2 for any other reason: the Node then replaces it.
//
// Equal questions of a dialogue have equal answers. Core asks each at most
// once in a dialogue, in an order that depends on nothing but the request and
// the answers: if Core dies, the Node gives the request to a fresh Core, with
// the answers already given, and refuses it if its questions differ. Only Code
// is asked again: a fresh Core keeps none.
//
// # Bodies in JSON
//
// A body is an object with the fields of the Go type by their names. Bytes are
// base64 (standard alphabet, padded) or null; addresses and hashes are 64
// digits of hex; integers are plain numbers of any length, null for none;
// VMType is a list of two numbers. All texts that a contract or a hook can
// choose are bytes: Function of an input and Message of an output too. Embedded
// fields (vm.Input) lie flat in their object. Missing fields are zero, unknown
// ones are passed over. No number has more than 2,475 characters. In an output
// every list but ReturnData and Topics holds objects, and nothing else.
//
// # Bodies in the binary codec
//
// The fields follow one another in the order of the Go type, in the shapes of
// package ipc: bool and byte 1 byte; uint32 4, uint64 8, little endian;
// addresses and hashes 32 bytes as they are; bytes, texts and lists behind
// their length in 4 bytes; integers as sign and magnitude. A pointer is a bool,
// and the value if it is true. vm.Output is as its AppendBinary writes it, and
// inside it BalanceDelta, like every value of a Transfer, is an integer that
// may be none.
//
// # Log lines and profiles
//
// On descriptors 6 and 7 there is no kind and no nonce: a message is four
// bytes of length, little endian, and that much JSON, a LogProfile or a
// LogLine, of at most 64 KiB. The Node skips a line that it cannot read, and
// Core a profile.
package protocol
