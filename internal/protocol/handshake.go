package protocol

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Init is what Core is built from, the only message on coreInit.
type Init struct {
	Protocol   uint32    // Version
	Codec      ipc.Codec // of everything after the handshake
	FrameBytes int       // the largest payload, in either direction
	Config     vm.Config
	Sandbox    Sandbox

	// CollectAnytime lets Go collect garbage while a contract runs.
	CollectAnytime bool `json:",omitempty"`
	// FreshInstances makes a new instance for each level of execution.
	FreshInstances bool `json:",omitempty"`
	// CompileWhole compiles all of a contract at once.
	CompileWhole bool `json:",omitempty"`
}

// Sandbox is how Core is to protect the machine from itself.
type Sandbox struct {
	// Off: not at all. Otherwise with every layer that there is.
	Off bool
	// Strict: no memory is ever made executable, so that contracts run on the
	// interpreter.
	Strict bool
}

// Hello is Core's first message: who it is, and that it is ready.
type Hello struct {
	Protocol uint32
	Build    string   // the build of the binary
	Engine   string   // "compiler" or "interpreter"
	Schedule vm.Hash  // of the prices in force
	Sandbox  []string // the layers that protect the machine from Core
	Missing  []string `json:",omitempty"` // layers that could not be had: name, colon, reason
}

// Start is the handshake. Its request travels on coreInit, its answer on
// coreToNode, both in JSON, with nonces 1 and 2. A failed answer says why Core
// cannot be built from Init.
func Start() ipc.Method[Init, Hello] {
	return ipc.Method[Init, Hello]{Kind: KindStart, Name: "Start"}
}

// None is the body of messages that hold nothing.
type None struct{}

// Wait is the request of DiagnoseWait.
type Wait struct{ Nanoseconds int64 }

// Text is the answer to Version.
type Text struct{ Text string }

// VersionOf asks for the build of Core.
func VersionOf() ipc.Method[None, Text] {
	return ipc.Method[None, Text]{
		Kind: KindVersion, Name: "Version", Request: none(),
		Response: ipc.Type[Text]{
			Append: func(dst []byte, v *Text) []byte { return ipc.AppendBytes(dst, []byte(v.Text)) },
			Read:   func(r *ipc.Reader, v *Text) { v.Text = string(r.Bytes()) },
		},
	}
}

// DiagnoseWait lets Core sleep before it answers: a test of deadlines.
func DiagnoseWait() ipc.Method[Wait, None] {
	return ipc.Method[Wait, None]{
		Kind: KindDiagnoseWait, Name: "DiagnoseWait", Response: none(),
		Request: ipc.Type[Wait]{
			Append: func(dst []byte, v *Wait) []byte { return ipc.AppendUint64(dst, uint64(v.Nanoseconds)) },
			Read:   func(r *ipc.Reader, v *Wait) { v.Nanoseconds = int64(r.Uint64()) },
		},
	}
}

func none() ipc.Type[None] {
	return ipc.Type[None]{
		Append: func(dst []byte, _ *None) []byte { return dst },
		Read:   func(*ipc.Reader, *None) {},
	}
}

const (
	// ProcessName is argv[0] of a process started as Core.
	ProcessName = "core"

	// SelfVariable is the environment variable in which a program that can be
	// started as Core leaves its process id.
	SelfVariable = "CORE_SELF"
)
