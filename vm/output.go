package vm

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/big"
)

// Output is the result of a deployment or a call. All lists are in a fixed
// order, so equal results have equal bytes (AppendBinary).
//
// If Code is not OK, only Code, Message and GasRemaining are meaningful and
// everything else is empty: a failed execution has no effect.
type Output struct {
	Code    ReturnCode
	Message string // any bytes; contracts can choose it

	ReturnData   [][]byte // in the order in which contracts finished them
	GasRemaining uint64
	GasRefund    uint64

	Accounts []OutputAccount // sorted by Address
	Logs     []LogEntry      // in the order in which contracts wrote them

	// Accesses is about how the output came about, and no part of the result:
	// neither AppendBinary nor JSON has it. Nil if it was not asked for.
	Accesses *Accesses `json:"-"`
}

// OutputAccount is what an execution did to one account. An account that was
// merely looked at is listed too.
type OutputAccount struct {
	Address Address
	Nonce   uint64   // the new nonce; 0 means "not reported"
	Balance *big.Int // before the execution, if it was looked at; informative

	BalanceDelta *big.Int // signed; never nil in an Output of this module

	StorageUpdates []StorageUpdate // sorted by Key

	// Code, CodeMetadata and CodeDeployer are set only for an account that
	// was deployed or upgraded by this execution.
	Code         []byte
	CodeMetadata []byte
	CodeDeployer []byte // 32 bytes, or empty

	Transfers []Transfer // outgoing, to this account, in order
	GasUsed   uint64     // informative; Core reports 0
}

// StorageUpdate is one storage pair that was written or read. An empty Value
// means that the key has no value.
type StorageUpdate struct {
	Key     []byte
	Value   []byte
	Written bool // false: only read, Value is what the node answered
}

// Transfer is an outgoing transfer or message to the account it is listed
// under.
type Transfer struct {
	Sender   Address
	Value    *big.Int
	GasLimit uint64
	Data     []byte
	CallType CallType
}

// LogEntry is one event written by a contract.
type LogEntry struct {
	Address    Address
	Identifier []byte
	Topics     [][]byte
	Data       []byte
}

// MarshalJSON writes the message as bytes, since it need not be UTF-8.
func (o *Output) MarshalJSON() ([]byte, error) {
	type plain Output
	return json.Marshal(struct {
		*plain
		Message []byte
	}{(*plain)(o), []byte(o.Message)})
}

// UnmarshalJSON is the inverse of MarshalJSON. It never takes more than a few
// times the memory of b.
func (o *Output) UnmarshalJSON(b []byte) error {
	if err := checkLists(b); err != nil {
		return err
	}
	type plain Output
	wire := struct {
		*plain
		Message []byte
	}{plain: (*plain)(o)}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	o.Message = string(wire.Message)
	return nil
}

// checkLists looks at a text that is JSON: all lists but those of bytes must
// hold objects and nothing else. Of null, or of any value of another type, Go
// makes an element as large as that of an object, and a message of nulls would
// take forty times its size.
func checkLists(b []byte) error {
	const object, bytesList, objectList = 0, 1, 2
	var open [32]byte // what is open, the innermost last
	stack := open[:0]
	var last []byte // text: where a value begins in an object, its name
	for i := 0; i < len(b); i++ {
		c := b[i]
		inner := byte(object)
		if len(stack) > 0 {
			inner = stack[len(stack)-1]
		}
		switch c {
		case ' ', '\t', '\n', '\r', ',':
			continue
		case ']', '}':
			stack = stack[:max(0, len(stack)-1)]
			continue
		case '{':
			stack = append(stack, object)
			continue
		}
		if inner == objectList {
			return errors.New("a list of an output holds something that is no object")
		}
		switch c {
		case '[':
			if inner == object && string(last) != "ReturnData" && string(last) != "Topics" {
				stack = append(stack, objectList)
			} else {
				stack = append(stack, bytesList)
			}
		case '"':
			start := i + 1
			for i = start; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			last = b[start:min(i, len(b))]
		}
	}
	return nil
}

// AppendBinary appends the canonical encoding of the output to dst. Two
// outputs are equal exactly if their encodings are. Integers are little
// endian, byte strings and lists are preceded by their length in 4 bytes, big
// integers are a sign byte (0, 1, or 2 for negative; 3 for nil) and a
// magnitude.
func (o *Output) AppendBinary(dst []byte) ([]byte, error) {
	dst = append(dst, byte(o.Code))
	dst = appendBytes(dst, []byte(o.Message))
	dst = appendList(dst, o.ReturnData)
	dst = binary.LittleEndian.AppendUint64(dst, o.GasRemaining)
	dst = binary.LittleEndian.AppendUint64(dst, o.GasRefund)
	dst = appendLen(dst, len(o.Accounts))
	for i := range o.Accounts {
		dst = o.Accounts[i].appendBinary(dst)
	}
	dst = appendLen(dst, len(o.Logs))
	for i := range o.Logs {
		l := &o.Logs[i]
		dst = append(dst, l.Address[:]...)
		dst = appendBytes(dst, l.Identifier)
		dst = appendList(dst, l.Topics)
		dst = appendBytes(dst, l.Data)
	}
	return dst, nil
}

func (a *OutputAccount) appendBinary(dst []byte) []byte {
	dst = append(dst, a.Address[:]...)
	dst = binary.LittleEndian.AppendUint64(dst, a.Nonce)
	dst = appendBig(dst, a.Balance)
	dst = appendBig(dst, a.BalanceDelta)
	dst = appendLen(dst, len(a.StorageUpdates))
	for _, u := range a.StorageUpdates {
		dst = appendBytes(dst, u.Key)
		dst = appendBytes(dst, u.Value)
		if u.Written {
			dst = append(dst, 1)
		} else {
			dst = append(dst, 0)
		}
	}
	dst = appendBytes(dst, a.Code)
	dst = appendBytes(dst, a.CodeMetadata)
	dst = appendBytes(dst, a.CodeDeployer)
	dst = appendLen(dst, len(a.Transfers))
	for _, t := range a.Transfers {
		dst = append(dst, t.Sender[:]...)
		dst = appendBig(dst, t.Value)
		dst = binary.LittleEndian.AppendUint64(dst, t.GasLimit)
		dst = appendBytes(dst, t.Data)
		dst = append(dst, byte(t.CallType))
	}
	return binary.LittleEndian.AppendUint64(dst, a.GasUsed)
}

func appendLen(dst []byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(dst, uint32(n))
}

func appendBytes(dst, b []byte) []byte { return append(appendLen(dst, len(b)), b...) }

func appendList(dst []byte, list [][]byte) []byte {
	dst = appendLen(dst, len(list))
	for _, b := range list {
		dst = appendBytes(dst, b)
	}
	return dst
}

func appendBig(dst []byte, x *big.Int) []byte {
	if x == nil {
		return append(dst, 3)
	}
	sign := byte(x.Sign())
	if x.Sign() < 0 {
		sign = 2
	}
	return appendBytes(append(dst, sign), x.Bytes())
}
