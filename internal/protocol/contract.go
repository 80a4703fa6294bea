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

// Codes are to be compiled before they are called.
type Codes struct{ Codes []PreparedCode }

// PreparedCode is code under the hash by which accounts name it.
type PreparedCode struct {
	Hash vm.Hash
	Code []byte
}

// Prepare lets Core compile code that is likely to be called. Code that is
// invalid is passed over.
func Prepare() ipc.Method[Codes, None] {
	return ipc.Method[Codes, None]{
		Kind: KindPrepare, Name: "Prepare", Response: none(),
		Request: ipc.Type[Codes]{
			Append: func(dst []byte, v *Codes) []byte {
				dst = ipc.AppendUint32(dst, uint32(len(v.Codes)))
				for i := range v.Codes {
					dst = ipc.AppendBytes(append(dst, v.Codes[i].Hash[:]...), v.Codes[i].Code)
				}
				return dst
			},
			Read: func(r *ipc.Reader, v *Codes) {
				const smallest = len(vm.Hash{}) + 4
				v.Codes = list[PreparedCode](r, smallest)
				for i := range v.Codes {
					copy(v.Codes[i].Hash[:], r.Raw(len(v.Codes[i].Hash)))
					v.Codes[i].Code = r.Bytes()
				}
			},
		},
	}
}
