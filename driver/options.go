package driver

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Codec is how messages are written. Results do not depend on it.
type Codec = ipc.Codec

const (
	// JSON is readable, and the zero value.
	JSON Codec = ipc.JSON
	// Binary is compact and faster.
	Binary Codec = ipc.Binary
)

// LevelTrace is the slog level of the finest lines, one for every message.
const LevelTrace = ipc.LevelTrace

// Options are what a Driver is made of. The zero value of each field means its
// default.
type Options struct {
	// Path is the Core binary. Empty: the file "core" in the working
	// directory; else the file that the environment variable CORE_PATH names;
	// else this program itself, if it called coreproc.Main.
	Path string

	// Self starts this program itself as Core, whatever lies in the working
	// directory. The program must have called coreproc.Main.
	Self bool

	// Config is what Core is built from.
	Config vm.Config

	// CallTimeout is how long a request may last, from its turn to its result,
	// with all that the hook is asked for it, and with the restart and the
	// second attempt if Core dies. Default 5 s. It cannot be switched off. The
	// driver warns if the gas of a block can last longer, or if the gas schedule
	// does not say how long that is: see docs/gas-and-time.md.
	CallTimeout time.Duration

	// StartTimeout is how long Core may take to come up. Default 5 s.
	StartTimeout time.Duration

	// Codec is how messages are written.
	Codec Codec

	// Logger takes the log lines of the driver and of Core. Each has an
	// attribute "logger" that names its origin, as far as Core is to be
	// believed. The lines of Core are not held against the level of the logger.
	// Nil: nothing is logged.
	Logger *slog.Logger

	// LogProfile says which lines Core sends: NAME:LEVEL, separated by
	// commas, from left to right; NAME is "*" or part of a logger's name,
	// LEVEL one of TRACE, DEBUG, INFO, WARN, ERROR, NONE. Default "*:INFO".
	LogProfile string

	// Limits bound what Core may cost the node.
	Limits Limits

	// Spin is for how long the node waits for the next message of Core without
	// sleeping, before it sleeps. Where the node and Core run on different
	// cores, some tens of microseconds save the time that the system takes to
	// wake the node; each wait then takes a core. On a single core, and where
	// all cores are busy, it only delays Core. Default 0: it sleeps at once.
	Spin time.Duration

	// Sandbox says how much of the protection against Core itself must be
	// there. Which layers are on is logged at every start, see also
	// Driver.Sandbox.
	Sandbox Sandbox

	// Strict forbids Core to make memory executable. Contracts then run on the
	// interpreter, with the same results, much slower.
	Strict bool

	// Namespaces gives Core namespaces of its own for users, processes,
	// network, mounts, names and messages of the system, on Linux. It makes a
	// start several times as long.
	Namespaces bool

	// Standby keeps a second Core started, which takes over at once when the
	// first one dies. See also Driver.Prepare.
	Standby bool

	// Accesses lets each output of Create and Call say what the execution
	// looked at and what it changes, as vm.RunBlock needs it.
	Accesses bool

	// Without switches off what makes requests fast. It never changes an
	// output; it is there to find out what a problem comes from.
	Without Without
}

// Sandbox says what is to be done if the machine lacks a layer of protection.
type Sandbox uint8

const (
	// SandboxBest goes on with the layers that there are, with a warning that
	// names the others. It is the default.
	SandboxBest Sandbox = iota
	// SandboxRequire starts no Core that lacks a layer.
	SandboxRequire
	// SandboxOff protects nothing. It is for debugging.
	SandboxOff
)

// String names the choice.
func (s Sandbox) String() string {
	switch s {
	case SandboxBest:
		return "best"
	case SandboxRequire:
		return "require"
	case SandboxOff:
		return "off"
	}
	return fmt.Sprintf("sandbox %d", uint8(s))
}

// Without is a set of things that make requests fast and are switched off.
type Without uint32

const (
	// WithoutRawPipes waits for messages in Go's poller.
	WithoutRawPipes Without = 1 << iota
	// WithoutPrediction sends no storage along with a request.
	WithoutPrediction
	// WithoutLateCollection lets Core collect garbage while a contract runs.
	WithoutLateCollection
	// WithoutWarmInstances makes a new instance of a contract for each call.
	WithoutWarmInstances
	// WithoutParts compiles all of a contract when it is deployed or called for
	// the first time, not only what the function that runs can reach.
	WithoutParts
)

// Limits bound what Core may cost the node during one request. Zero means the
// default.
type Limits struct {
	// FrameBytes is the largest message, in either direction. Default 384 MiB:
	// an execution may keep 256 MiB, and base64 makes them a third longer. With
	// less, an output that does not fit is a *CriticalError instead of a result.
	FrameBytes int

	// DialogueBytes is the sum of all messages from Core and of the answers to
	// its questions. Default 1 GiB.
	DialogueBytes int64

	// HookCalls is the number of questions. Default 1,000,000.
	HookCalls int
}

const (
	defaultCallTimeout   = 5 * time.Second
	defaultStartTimeout  = 5 * time.Second
	defaultLogProfile    = "*:INFO"
	defaultDialogueBytes = 1 << 30
	defaultHookCalls     = 1_000_000
	maxSpin              = 10 * time.Millisecond
)

// complete checks the options and fills in the defaults.
func (o Options) complete() (Options, error) {
	if o.CallTimeout < 0 || o.StartTimeout < 0 {
		return o, fmt.Errorf("driver: negative timeout")
	}
	if o.Spin < 0 || o.Spin > maxSpin {
		return o, fmt.Errorf("driver: Spin is %v, and at most %v", o.Spin, maxSpin)
	}
	if !o.Codec.Known() {
		return o, fmt.Errorf("driver: unknown codec %d", o.Codec)
	}
	if o.Sandbox > SandboxOff {
		return o, fmt.Errorf("driver: unknown %v", o.Sandbox)
	}
	if o.Sandbox == SandboxOff && (o.Strict || o.Namespaces) {
		return o, fmt.Errorf("driver: a sandbox that is off is neither strict nor has it namespaces")
	}
	if o.Path != "" && o.Self {
		return o, fmt.Errorf("driver: both Path and Self are given")
	}
	l := &o.Limits
	if l.FrameBytes < 0 || l.FrameBytes > ipc.MaxFrameBytes || l.DialogueBytes < 0 || l.HookCalls < 0 {
		return o, fmt.Errorf("driver: limit out of range: %+v", *l)
	}
	orDefault(&o.CallTimeout, defaultCallTimeout)
	orDefault(&o.StartTimeout, defaultStartTimeout)
	orDefault(&o.LogProfile, defaultLogProfile)
	orDefault(&l.FrameBytes, ipc.DefaultFrameBytes)
	orDefault(&l.DialogueBytes, defaultDialogueBytes)
	orDefault(&l.HookCalls, defaultHookCalls)
	if _, err := protocol.ParseLevels(o.LogProfile); err != nil {
		return o, fmt.Errorf("driver: %w", err)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
		o.LogProfile = "*:NONE"
	}
	o.Config = cloneConfig(o.Config)
	return o, nil
}

func orDefault[T comparable](v *T, def T) {
	if zero := *new(T); *v == zero {
		*v = def
	}
}

// cloneConfig copies all that the caller could change later.
func cloneConfig(c vm.Config) vm.Config {
	if c.GasSchedule != nil {
		schedule := make(vm.GasSchedule, len(c.GasSchedule))
		for section, prices := range c.GasSchedule {
			schedule[section] = maps.Clone(prices)
		}
		c.GasSchedule = schedule
	}
	c.BuiltinFunctions = slices.Clone(c.BuiltinFunctions)
	c.ProtectedKeyPrefix = slices.Clone(c.ProtectedKeyPrefix)
	c.Features = slices.Clone(c.Features)
	return c
}
