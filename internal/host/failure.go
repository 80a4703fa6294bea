package host

import (
	"errors"

	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/engine"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// failure is the first of the three kinds of failure: the contract failed. It
// ends as a return code and is deterministic. Every other error inside this
// package means that the node could not answer: it ends the execution without
// an output, at every level, and no contract sees it.
type failure struct {
	code vm.ReturnCode
	text string

	// spoken marks a text that wins over a message left by an earlier failed
	// callback: what a contract signalled, and faults of host functions.
	spoken bool
	soft   bool // a body may answer it with status 1

	// limit marks what says nothing about the code that was to be started.
	limit bool
}

func (f *failure) Error() string { return f.text }

// The failures, in the order in which DECISIONS.md (return codes) lists them.
func failNotFound() *failure {
	return &failure{code: vm.FunctionNotFound, text: "invalid function (not found)"}
}

func failInitForbidden() *failure {
	return &failure{code: vm.UserError, text: "invalid function (calling init() directly is forbidden)"}
}

func failCallbackForbidden() *failure {
	return &failure{code: vm.UserError, text: "invalid function (calling callBack() directly is forbidden)"}
}

func failUnexpectedCallback() *failure {
	return &failure{code: vm.UserError, text: "invalid function (unexpected callback was received)"}
}

func failOutOfGas() *failure {
	return &failure{code: vm.OutOfGas, text: "not enough gas", limit: true}
}

func failMemory() *failure {
	return &failure{code: vm.ExecutionFailed, text: "memory budget exceeded", spoken: true, limit: true}
}

func failNoCode() *failure {
	return &failure{code: vm.ContractNotFound, text: "invalid contract code (not found)"}
}

func failInvalidCode() *failure {
	return &failure{code: vm.ContractInvalid, text: "invalid contract code"}
}

func failUpgradeArguments() *failure {
	return &failure{code: vm.UpgradeFailed, text: "upgrade failed (invalid arguments)"}
}

func failFunds() *failure {
	return &failure{code: vm.OutOfFunds, text: "failed transfer (insufficient funds)"}
}

// failWith is everything that has no code of its own.
func failWith(text string) *failure { return &failure{code: vm.ExecutionFailed, text: text} }

const (
	textReadOnly       = "operation not permitted in read only mode"
	textTokenize       = "tokenize failed"
	textNoAccount      = "account does not exist"
	textProtectedKey   = "cannot write to storage under Dharitri reserved key"
	textNumberTooLarge = "big integer too large"
)

// Fault gives the error that ends the guest with ExecutionFailed and text.
func Fault(text string) error {
	return &failure{code: vm.ExecutionFailed, text: text, spoken: true}
}

// memoryFault is a Fault that some bodies answer with status 1.
func memoryFault(text string) error {
	return &failure{code: vm.ExecutionFailed, text: text, spoken: true, soft: true}
}

// Soft says whether err is a fault that a body may answer with status 1 (bad
// memory), as opposed to out of gas or a failure of the node.
func Soft(err error) bool {
	f := asFailure(err)
	return f != nil && f.soft
}

// asFailure gives err as a failure of the contract, or nil.
func asFailure(err error) *failure {
	f, _ := errors.AsType[*failure](err)
	return f
}

// refused turns the hook's refusal into a failure with its text and leaves
// every other error as it is: a failure of the node.
func refused(err error) error {
	if refusal, ok := errors.AsType[*vm.Refusal](err); ok {
		return failWith(refusal.Text)
	}
	return err
}

// refusedFault is refused for host functions: the text wins.
func refusedFault(err error) error {
	if f := asFailure(refused(err)); f != nil {
		return Fault(f.text)
	}
	return err
}

// engineFailure turns what the sandbox returned from a run into a failure.
// Errors that are neither its own nor failures are those of the node.
func engineFailure(err error, function string) error {
	if errors.Is(err, engine.ErrOutOfGas) {
		return failOutOfGas()
	}
	if _, ok := errors.AsType[*engine.Trap](err); ok {
		return failWith("Failed to call the `" + function + "` exported function.: Call error: unknown error")
	}
	return err
}
