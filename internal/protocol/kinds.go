package protocol

import (
	"strconv"

	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
)

// Version is the version of this protocol. Both sides name theirs in the
// handshake, and refuse another.
const Version = 1

// The kinds of the requests. The answer to a request has the next number.
// Numbers are never changed and never used again for something else; those
// below 64 belong to an older protocol.
const (
	KindStart        ipc.Kind = 64
	KindVersion      ipc.Kind = 66
	KindDiagnoseWait ipc.Kind = 68
	KindCreate       ipc.Kind = 70
	KindCall         ipc.Kind = 72
	KindPrepare      ipc.Kind = 74

	KindBlockFacts             ipc.Kind = 96
	KindBlockHash              ipc.Kind = 98
	KindAccount                ipc.Kind = 100
	KindCode                   ipc.Kind = 102
	KindStorage                ipc.Kind = 104
	KindNewAddress             ipc.Kind = 106
	KindShardOfAddress         ipc.Kind = 108
	KindIsSmartContract        ipc.Kind = 110
	KindIsPayable              ipc.Kind = 112
	KindProcessBuiltinFunction ipc.Kind = 114
)

// KindName names a kind: the method, and "answer" for an answer.
func KindName(k ipc.Kind) string {
	name := methodName(k &^ 1)
	if name == "" {
		return "kind " + strconv.FormatUint(uint64(k), 10)
	}
	if k&1 == 1 {
		return name + " answer"
	}
	return name
}

func methodName(k ipc.Kind) string {
	switch k {
	case KindStart:
		return "Start"
	case KindVersion:
		return "Version"
	case KindDiagnoseWait:
		return "DiagnoseWait"
	case KindCreate:
		return "Create"
	case KindCall:
		return "Call"
	case KindPrepare:
		return "Prepare"
	case KindBlockFacts:
		return "BlockFacts"
	case KindBlockHash:
		return "BlockHash"
	case KindAccount:
		return "Account"
	case KindCode:
		return "Code"
	case KindStorage:
		return "Storage"
	case KindNewAddress:
		return "NewAddress"
	case KindShardOfAddress:
		return "ShardOfAddress"
	case KindIsSmartContract:
		return "IsSmartContract"
	case KindIsPayable:
		return "IsPayable"
	case KindProcessBuiltinFunction:
		return "ProcessBuiltinFunction"
	}
	return ""
}
