package host

import (
	"errors"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// An Observer sees executions from inside: for tools. It must not change what
// it is shown, nor keep it. What it sees has no influence on any output.
//
// An observer that looks at GasLeft each time can say where all gas went: what
// changed since the last time was used by what ran last. While a guest runs,
// its gas is what the functions of engine.Listener say.
type Observer interface {
	engine.Listener

	// EnterLevel begins a level inside the present one. how says what it is:
	// "call", "deploy", "upgrade", "same context", "delegate", "read only",
	// "async call", "callback", "built-in". A deployment from outside does not
	// know its address yet.
	EnterLevel(x *Frame, how string)

	// LeaveLevel ends the present level; left is the gas that it gives back.
	// What failed has no effects.
	LeaveLevel(x *Frame, left uint64, code vm.ReturnCode, message string)

	// Spend follows a change of gas that no guest made: "price of the code",
	// "async lock", "sent along" with a message, "failed callback". It is
	// negative if gas was given back, never 0.
	Spend(x *Frame, what string, gas int64)

	// HostCall begins a call of a host function, HostReturn ends it; one that
	// ends the guest has no HostReturn. words holds the parameters, then the
	// result.
	HostCall(x *Frame, row *Import, words []uint64)
	HostReturn(x *Frame, row *Import, words []uint64)

	// Stop tells that the guest of this level stopped before its end, and why:
	// in the words of the trap or of the host function. Module and Position
	// say where.
	Stop(x *Frame, reason string)

	// Read, Write, Log and Transfer tell what a level does.
	Read(x *Frame, address vm.Address, key, value []byte)
	Write(x *Frame, key, before, after []byte)
	Log(x *Frame, entry *vm.LogEntry)
	Transfer(x *Frame, to vm.Address, transfer *vm.Transfer)
}

// NewObserved is New with an observer, which may be nil.
func NewObserved(hook vm.BlockchainHook, config vm.Config, schedule *gas.Schedule, rows []Import, o Observer) (*VM, error) {
	return newVM(hook, config, schedule, rows, o)
}

// listenerOf keeps "no observer" from becoming a listener that is nil inside.
func listenerOf(o Observer) engine.Listener {
	if o == nil {
		return nil
	}
	return o
}

// observed makes a host function known to the observer.
func (v *VM) observed(row *Import, call func([]uint64)) func([]uint64) {
	return func(stack []uint64) {
		x := v.top
		x.gas = x.instance.Gas()
		v.observer.HostCall(x, row, stack)
		call(stack)
		v.observer.HostReturn(x, row, stack)
	}
}

// enterLevel tells the observer of a level, if there is one.
func (v *VM) enterLevel(x *Frame, n nesting) {
	if v.observer == nil {
		return
	}
	how := "call"
	switch {
	case n.creating:
		how = "deploy"
	case v.builtins[x.input.Function]:
		how = "built-in"
	case x.input.Function == upgradeFunction:
		how = "upgrade"
	case x.input.CallType == vm.AsyncCall:
		how = "async call"
	case x.input.CallType == vm.AsyncCallback:
		how = "callback"
	case n.readOnly:
		how = "read only"
	case n.noValue:
		how = "delegate"
	case n.sameContext:
		how = "same context"
	}
	v.observer.EnterLevel(x, how)
}

// leaveLevel tells the observer how a level ended; f is nil if it succeeded.
func (v *VM) leaveLevel(x *Frame, f *failure) {
	switch {
	case v.observer == nil:
	case f == nil:
		v.observer.LeaveLevel(x, x.GasLeft(), vm.OK, x.result.message)
	default:
		v.observer.LeaveLevel(x, x.lock, f.code, x.message(f))
	}
}

// spent tells the observer why gas has changed; left is what there was before.
func (x *Frame) spent(what string, left uint64) {
	if o := x.vm.observer; o != nil && left != x.GasLeft() {
		o.Spend(x, what, int64(left-x.GasLeft()))
	}
}

// stopped tells the observer why the guest stopped before its end.
func (x *Frame) stopped(err error) {
	o := x.vm.observer
	if o == nil {
		return
	}
	if errors.Is(err, engine.ErrOutOfGas) {
		o.Stop(x, "out of gas")
	} else if trap, ok := errors.AsType[*engine.Trap](err); ok {
		o.Stop(x, trap.Kind)
	} else if f := asFailure(err); f != nil {
		o.Stop(x, f.text)
	}
}

// Module gives the original bytes of the code that runs at this level, nil if
// none does or there is no observer. Not to be changed.
func (x *Frame) Module() []byte {
	if x.code == nil {
		return nil
	}
	return x.code.Original()
}

// Position is where in Module the guest is; see engine.Instance.Position.
func (x *Frame) Position() int {
	if x.instance == nil {
		return 0
	}
	return x.instance.Position()
}

// Memory is a view of the memory of the guest, nil if there is none.
func (x *Frame) Memory() []byte {
	if x.instance == nil {
		return nil
	}
	return x.instance.Memory()
}

// Storage is the account whose storage is "own" at this level.
func (x *Frame) Storage() vm.Address { return x.storage }

// Spare is gas beyond what the guest can count, used up before it starts.
func (x *Frame) Spare() uint64 { return x.spare }

// Number gives the number of a handle, if there is one. Unlike BigInt it makes
// none.
func (x *Frame) Number(h int32) (*big.Int, bool) { return x.numbers.get(h) }
