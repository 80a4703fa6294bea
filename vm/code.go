package vm

import "strconv"

// ReturnCode says how an execution ended. The numbers are fixed: they travel
// in callbacks and are part of consensus.
type ReturnCode uint8

// The return codes.
const (
	OK                     ReturnCode = 0
	FunctionNotFound       ReturnCode = 1
	FunctionWrongSignature ReturnCode = 2
	ContractNotFound       ReturnCode = 3
	UserError              ReturnCode = 4
	OutOfGas               ReturnCode = 5
	AccountCollision       ReturnCode = 6
	OutOfFunds             ReturnCode = 7
	CallStackOverflow      ReturnCode = 8
	ContractInvalid        ReturnCode = 9
	ExecutionFailed        ReturnCode = 10
	UpgradeFailed          ReturnCode = 11
)

// String gives the text that stands for the code in callbacks. UpgradeFailed
// has none of its own.
func (c ReturnCode) String() string {
	switch c {
	case OK:
		return "ok"
	case FunctionNotFound:
		return "function not found"
	case FunctionWrongSignature:
		return "wrong signature for function"
	case ContractNotFound:
		return "contract not found"
	case UserError:
		return "user error"
	case OutOfGas:
		return "out of gas"
	case AccountCollision:
		return "account collision"
	case OutOfFunds:
		return "out of funds"
	case CallStackOverflow:
		return "call stack overflow"
	case ContractInvalid:
		return "contract invalid"
	case ExecutionFailed:
		return "execution failed"
	}
	return "unknown error, code: " + strconv.Itoa(int(c))
}
