package protocol

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// CreateRequest asks for a deployment.
type CreateRequest struct {
	Input   vm.CreateInput
	Fetched Fetched
}

// CallRequest asks for a call or an upgrade.
type CallRequest struct {
	Input   vm.CallInput
	Fetched Fetched
}

// Fetched is what the Node expects to be asked, answered beforehand. What is
// missing here Core asks for.
type Fetched struct {
	Block    *vm.BlockFacts // nil if it was not fetched
	Accounts []FetchedAccount
	Storage  []FetchedPair `json:",omitempty"` // a guess; what is not read has no effect
}

// FetchedPair is the answer to Storage.
type FetchedPair struct {
	Address vm.Address
	Key     []byte
	Value   []byte
}

// FetchedAccount is the answer to Account.
type FetchedAccount struct {
	Address vm.Address
	Account *vm.Account // nil: not kept here, or refused
	Refused bool
	Text    []byte // of the refusal
}

// Create runs a deployment. A failed answer means that the execution was
// given up because the Node could not answer; there is no output then.
func Create() ipc.Method[CreateRequest, vm.Output] {
	return ipc.Method[CreateRequest, vm.Output]{
		Kind: KindCreate, Name: "Create", Response: output(),
		Request: ipc.Type[CreateRequest]{
			Append: func(dst []byte, v *CreateRequest) []byte {
				return appendFetched(appendCreateInput(dst, &v.Input), &v.Fetched)
			},
			Read: func(r *ipc.Reader, v *CreateRequest) {
				readCreateInput(r, &v.Input)
				readFetched(r, &v.Fetched)
			},
		},
	}
}

// Call runs a call or an upgrade; else it is like Create.
func Call() ipc.Method[CallRequest, vm.Output] {
	return ipc.Method[CallRequest, vm.Output]{
		Kind: KindCall, Name: "Call", Response: output(),
		Request: ipc.Type[CallRequest]{
			Append: func(dst []byte, v *CallRequest) []byte {
				return appendFetched(appendCallInput(dst, &v.Input), &v.Fetched)
			},
			Read: func(r *ipc.Reader, v *CallRequest) {
				readCallInput(r, &v.Input)
				readFetched(r, &v.Fetched)
			},
		},
	}
}
